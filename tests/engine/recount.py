"""A second opinion on every stage: slow, from the events alone, by trying everything that could still happen.

It knows nothing of how the engine counts. A stage is approved when its approvals suffice however the others
vote; it cannot be approved any more when they suffice however the others vote in no case.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from approvals.engine import events as e
from approvals.engine.policy import CountQuorum, PercentQuorum, Policy, Quorum, Stage

Opinion = Literal["approved", "rejected", "stuck", "undecided"]
MOOT = ("stage_decided", "returned", "closed", "skipped")
"""Seats closed for these reasons were closed after the counting."""


class Recount:
    """The votes of every stage, as they stand in the record.

    ``led``: whom the requester leads.
    """

    def __init__(self, policy: Policy, requester: str = "", led: Iterable[str] = ()) -> None:
        self.policy = policy
        self.requester = requester
        self.led = frozenset(led)
        self.words: list[tuple[str, str]] = []
        self.round = 1
        self.seats: dict[str, dict[str, str | None]] = defaultdict(dict)
        self.voters: dict[str, list[str]] = defaultdict(list)

    def read(self, event: e.Event) -> None:
        """Take note of an event."""
        if isinstance(event, e.RequestResubmitted):
            self.round = event.round
            self.seats.clear()
            self.voters.clear()
        elif isinstance(event, e.TaskOpened):
            assert event.task not in self.seats[event.stage]
            self.seats[event.stage][event.task] = None
        elif isinstance(event, e.TaskDecided):
            assert self.seats[event.stage][event.task] is None, "a seat is decided once"
            assert event.actor not in self.voters[event.stage], "a person is counted once"
            assert self.may(event.stage, event.actor), "who decides is allowed to"
            self.words.append((event.stage, event.actor))
            self.seats[event.stage][event.task] = event.decision.value
            self.voters[event.stage].append(event.actor)
        elif isinstance(event, e.TaskCancelled) and event.reason not in MOOT:
            stage = next(stage for stage, seats in self.seats.items() if event.task in seats)
            assert self.seats[stage].pop(event.task) is None, "a vote that was cast is never taken away"

    def may(self, stage: str, person: str) -> bool:
        """Whether a person may decide in a stage, whoever asked them."""
        duties = self.policy.separation_of_duties
        if person == self.requester or (duties.no_subordinates and person in self.led):
            return False
        return not any(
            stage in together and decided in together and decided != stage and who == person
            for together in duties.four_eyes
            for decided, who in self.words
        )

    def opinion(self, stage: str) -> Opinion:
        """What the votes of a stage come to."""
        rules = self.policy.stage(stage)
        votes = list(self.seats[stage].values())
        rejected = "reject" in votes
        if rules.veto and rejected:
            return "rejected"
        ends = [enough(rules, end) for end in completions(votes)]
        if all(ends):
            return "approved"
        if any(ends):
            return "undecided"
        return "rejected" if rejected else "stuck"


def completions(votes: list[str | None]) -> Iterable[tuple[int, int]]:
    """Every number of approvals and of rejections that the open seats could still lead to."""
    approvals, rejections, still = votes.count("approve"), votes.count("reject"), votes.count(None)
    for more in range(still + 1):
        for against in range(still - more + 1):
            yield approvals + more, rejections + against


def enough(rules: Stage, end: tuple[int, int]) -> bool:
    """Whether these approvals and rejections, all there are, meet the quorum. Whoever abstained is not in them."""
    approvals, rejections = end
    if approvals == 0:
        return False
    match rules.quorum:
        case Quorum.ALL:
            return rejections == 0
        case Quorum.ANY:
            return True
        case CountQuorum(count=count):
            return approvals >= count
        case PercentQuorum(percent=percent):
            return approvals * 100 >= percent * (approvals + rejections)
