"""Counting: what the decisions of a stage's seats come to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from approvals.engine.policy import CountQuorum, PercentQuorum, Quorum, Stage
from approvals.engine.state import Decision, Task
from approvals.engine.voice import Voice

Verdict = Literal["approved", "rejected", "stuck"] | None
"""``stuck``: whatever the open seats say, the quorum cannot be met, and nobody rejected. None: wait."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes of a stage by weight. ``chair``: what the chair said; None while their seat is open, and as
    good as an abstention where there is none."""

    approvals: int
    rejections: int
    still_open: int
    vetoed: bool
    chair: Decision | None

    @property
    def voting(self) -> int:
        """The votes of everybody who has not abstained."""
        return self.approvals + self.rejections + self.still_open


def tally(stage: Stage, tasks: Iterable[Task]) -> Tally:
    """Add up the votes of a stage's seats; those that reviewers added are none of the quorum's."""
    votes: dict[Decision | None, int] = {}
    vetoed = False
    chair: Decision | None = Decision.ABSTAIN
    for task in tasks:
        if task.voice.advisory or task.invited:
            continue
        votes[task.decision] = votes.get(task.decision, 0) + task.voice.weight
        vetoed |= task.decision is Decision.REJECT and (stage.veto or task.voice.veto)
        if task.voice.chair:
            chair = task.decision
    return Tally(
        approvals=votes.get(Decision.APPROVE, 0),
        rejections=votes.get(Decision.REJECT, 0),
        still_open=votes.get(None, 0),
        vetoed=vetoed,
        chair=chair,
    )


def needed(stage: Stage, voting: int) -> int:
    """Votes that the quorum asks for, of ``voting`` votes that have not abstained."""
    match stage.quorum:
        case Quorum.ALL:
            return max(voting, 1)
        case Quorum.ANY | Quorum.FIRST:
            return 1
        case Quorum.MAJORITY:
            return voting // 2 + 1
        case Quorum.ONE_OF_EACH:
            return len(stage.deciders)
        case CountQuorum(count=count):
            return count
        case PercentQuorum(percent=percent):
            return max(-(-voting * percent // 100), 1)


def verdict(stage: Stage, tasks: Iterable[Task]) -> Verdict:
    """What the seats' decisions come to, whatever their order.

    A rejection decides at once where the stage, or whoever rejects, has a veto; else as soon as the quorum is
    out of reach. An abstention leaves the count: two of three that abstain leave one seat for "all" and for a
    percentage. When a majority vote ends in a tie, the side wins that the chair took.

    Seats that reviewers added take no part in the count: nobody brings a friend to make up the number. The
    stage is not approved before they are decided, and their rejection rejects it where the stage has a veto.
    """
    seats = tuple(tasks)
    added = {task.decision for task in seats if task.invited}
    if stage.veto and Decision.REJECT in added:
        return "rejected"
    counted = _counted(stage, [task for task in seats if not (task.voice.advisory or task.invited)])
    return None if counted == "approved" and None in added else counted


def _counted(stage: Stage, tasks: Collection[Task]) -> Verdict:
    votes = tally(stage, tasks)
    quorum = needed(stage, votes.voting)
    if votes.vetoed:
        return "rejected"
    if stage.quorum is Quorum.ONE_OF_EACH:
        return _of_each(stage, tasks)
    if votes.approvals >= quorum or (_tied(votes, votes.approvals) and votes.chair is Decision.APPROVE):
        return "approved"
    most = votes.approvals + votes.still_open
    if most >= quorum or (_tied(votes, most) and votes.chair in (None, Decision.APPROVE)):
        return None
    return "rejected" if votes.rejections else "stuck"


def _of_each(stage: Stage, tasks: Collection[Task]) -> Verdict:
    """Whether each participant has approved. The last resort speaks for one who neither can nor did reject."""
    said: dict[int | None, set[Decision | None]] = {}
    for task in tasks:
        said.setdefault(task.voice.of, set()).add(task.decision)
    missing = [
        said.get(voice.of, set())
        for voice in stage.voices
        if not voice.advisory and Decision.APPROVE not in said.get(voice.of, set())
    ]
    hopeful = [votes for votes in missing if None in votes]
    refused = any(Decision.REJECT in votes and None not in votes for votes in missing)
    spare = [task.decision for task in tasks if task.voice.of is None]
    gaps = len(missing) - len(hopeful)
    if not refused and not hopeful and gaps <= spare.count(Decision.APPROVE):
        return "approved"
    if not refused and gaps <= spare.count(Decision.APPROVE) + spare.count(None):
        return None
    return "rejected" if any(Decision.REJECT in votes for votes in said.values()) else "stuck"


def satisfied(tasks: Iterable[Task]) -> int:
    """How many participants have approved, where one of each has to."""
    return len({task.voice.of for task in tasks if task.decision is Decision.APPROVE} - {None})


def _tied(votes: Tally, approvals: int) -> bool:
    """Whether this many approvals are half of the votes. Only a majority vote has a chair whom that concerns."""
    return approvals > 0 and approvals * 2 == votes.voting


def stand_in_weight(stage: Stage, tasks: Iterable[Task]) -> int:
    """The votes of whoever stands in where too few people can decide: what is missing, but never more than
    the weightiest participant has, because they stand in for one seat."""
    if not isinstance(stage.quorum, CountQuorum):
        return 1
    votes = tally(stage, tasks)
    missing = stage.quorum.count - votes.approvals - votes.still_open
    return max(1, min(missing, max(who.weight for who in stage.participants)))


def met_without(stage: Stage, others: Collection[Voice], lost: Voice | None = None) -> bool:
    """Whether a quorum that is a fixed number can be met by these other seats, without the one that is lost."""
    voices = [voice for voice in others if not voice.advisory]
    match stage.quorum:
        case Quorum.ANY | Quorum.FIRST:
            return bool(voices)
        case CountQuorum(count=count):
            return sum(voice.weight for voice in voices) >= count
        case Quorum.ONE_OF_EACH:
            return lost is not None and lost.of in {voice.of for voice in voices}
        case _:
            return False
