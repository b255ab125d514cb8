"""Counting: what the decisions of a stage's seats come to."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from approvals.engine.policy import CountQuorum, PercentQuorum, Quorum, Stage
from approvals.engine.state import Decision, Task

Verdict = Literal["approved", "rejected", "stuck"] | None
"""``stuck``: whatever the open seats say, the quorum cannot be met, and nobody rejected. None: wait."""


def needed(stage: Stage, voting: int) -> int:
    """Approvals that the quorum asks for, of ``voting`` seats that have not abstained."""
    match stage.quorum:
        case Quorum.ALL:
            return max(voting, 1)
        case Quorum.ANY:
            return 1
        case CountQuorum(count=count):
            return count
        case PercentQuorum(percent=percent):
            return max(-(-voting * percent // 100), 1)


def verdict(stage: Stage, tasks: Iterable[Task]) -> Verdict:
    """What the seats' decisions come to, whatever their order.

    A rejection decides at once where the stage has a veto, else as soon as the quorum is out of reach.
    An abstention leaves the count: two of three that abstain leave one seat for "all" and for a percentage.
    """
    votes = Counter(task.decision for task in tasks)
    still_open = votes[None]
    approvals, rejections = votes[Decision.APPROVE], votes[Decision.REJECT]
    quorum = needed(stage, still_open + approvals + rejections)
    if rejections and stage.veto:
        return "rejected"
    if approvals >= quorum:
        return "approved"
    if approvals + still_open >= quorum:
        return None
    return "rejected" if rejections else "stuck"
