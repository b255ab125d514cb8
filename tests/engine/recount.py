"""A second opinion on every stage: slow, from the events alone, by trying everything that could still happen.

It knows nothing of how the engine counts. A stage is approved when its approvals suffice however the others
vote; it cannot be approved any more when they suffice however the others vote in no case.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from approvals.engine import events as e
from approvals.engine.model import Form
from approvals.engine.policy import BackTo, CountQuorum, PercentQuorum, Policy, Quorum, Stage

Opinion = Literal["approved", "rejected", "stuck", "undecided"]
MOOT = ("stage_decided", "returned", "closed", "skipped", "amended", "sent_back", "migrated")
"""Seats closed for these reasons were closed after the counting."""


@dataclass
class Ballot:
    """A seat's paper: what it says, None while it is blank, and what it is worth."""

    weight: int
    veto: bool
    chair: bool
    advisory: bool
    of: int | None = None
    vote: str | None = None
    added: bool = False


@dataclass(frozen=True)
class End:
    """How a vote could end: by weight, and with what the chair said."""

    approvals: int = 0
    rejections: int = 0
    chair: str | None = None
    approved: frozenset[int] = frozenset()
    refused: frozenset[int] = frozenset()
    spare: int = 0


class Recount:
    """The votes of every stage, as they stand in the record.

    ``led``: whom the requester leads.
    """

    def __init__(self, policy: Policy, requester: str = "", led: Iterable[str] = ()) -> None:
        self.policy = policy
        self.requester = requester
        self.led = frozenset(led)
        self.words: list[tuple[str, str]] = []
        self.conflicted: set[str] = set()
        self.before: list[tuple[str, str, str | None]] = []
        self.own_words: dict[str, tuple[str, str, int]] = {}
        self.round = 1
        self.seats: dict[str, dict[str, Ballot]] = defaultdict(dict)
        self.voters: dict[str, list[str]] = defaultdict(list)
        self.form: Form = {}
        self.results: dict[str, str] = {}
        self.ends: dict[str, str] = {}
        self.ruled: tuple[str, str] | None = None

    def read(self, event: e.Event) -> None:
        """Take note of an event."""
        if isinstance(event, e.RequestSubmitted):
            self.form = event.form
        elif isinstance(event, e.RequestResubmitted | e.RequestAmended | e.PolicyMigrated):
            self._begin(event)
        elif isinstance(event, e.StageOpened | e.StageSkipped | e.StageDecided):
            self._note_result(event)
        elif isinstance(event, e.RuleApplied | e.StageSentBack):
            self._is_first_to_hold(event) if isinstance(event, e.RuleApplied) else self._go_back(event)
        elif isinstance(event, e.ConflictDeclared):
            self.conflicted.add(event.actor)
        else:
            self._read_of_a_task(event)

    def _read_of_a_task(self, event: e.Event) -> None:
        if isinstance(event, e.TaskOpened):
            self._open(event)
        elif isinstance(event, e.TaskDecided):
            self._decide(event)
        elif isinstance(event, e.ApprovalCarriedOver):
            self._carry(event)
        elif isinstance(event, e.TaskCancelled):
            self._take_away(event)

    def _take_away(self, event: e.TaskCancelled) -> None:
        if event.reason not in MOOT:
            stage = next(stage for stage, seats in self.seats.items() if event.task in seats)
            assert self.seats[stage].pop(event.task).vote is None, "a vote that was cast is never taken away"

    def _open(self, event: e.TaskOpened) -> None:
        assert event.task not in self.seats[event.stage]
        voice = event.voice
        added = event.invited is not None
        self.seats[event.stage][event.task] = Ballot(
            voice.weight, voice.veto, voice.chair, voice.advisory, voice.of, added=added
        )
        if event.invited == "before":
            self.before.append((event.stage, event.task, event.invited_for))

    def _carry(self, event: e.ApprovalCarriedOver) -> None:
        said = self.policy.stage(event.stage).already_approved or self.policy.already_approved
        assert said == "carry_over", "the policy wants it"
        assert self.own_words[event.earlier] == (event.person, "approve", self.round)
        assert event.earlier not in self.seats[event.stage], "it is another stage"
        self._vote(event.stage, event.task, event.person, "approve")

    def _decide(self, event: e.TaskDecided) -> None:
        self._vote(event.stage, event.task, event.actor, event.decision.value)
        if not self.seats[event.stage][event.task].advisory:
            self.own_words[event.task] = (event.actor, event.decision.value, self.round)

    def _begin(self, event: e.RequestResubmitted | e.RequestAmended | e.PolicyMigrated) -> None:
        if isinstance(event, e.PolicyMigrated):
            self._begin_anew(event)
        else:
            self._begin_round(event)

    def _vote(self, stage: str, task: str, person: str, vote: str) -> None:
        first = [seat for at, seat, then in self.before if (at, then) == (stage, task)]
        undecided = [seat for seat in first if seat in self.seats[stage] and not self.seats[stage][seat].vote]
        assert not undecided, "a task has its turn when those before it are decided"
        ballot = self.seats[stage][task]
        assert ballot.vote is None, "a seat is decided once"
        assert person not in self.voters[stage], "a person is counted once"
        assert self.may(stage, person), "who decides is allowed to"
        ballot.vote = vote
        if not ballot.advisory:
            self.words.append((stage, person))
            self.voters[stage].append(person)

    def may(self, stage: str, person: str) -> bool:
        """Whether a person may decide in a stage, whoever asked them."""
        duties = self.policy.separation_of_duties
        if (
            person == self.requester
            or person in self.conflicted
            or (duties.no_subordinates and person in self.led)
        ):
            return False
        return not any(
            stage in together and decided in together and decided != stage and who == person
            for together in duties.four_eyes
            for decided, who in self.words
        )

    def _note_result(self, event: e.StageOpened | e.StageSkipped | e.StageDecided) -> None:
        if isinstance(event, e.StageDecided):
            ruled = self.ruled is not None and self.ruled[0] == event.stage and not self.seats[event.stage]
            self.results[event.stage] = "ruled" if ruled else event.result
        else:
            self.results[event.stage] = "open" if isinstance(event, e.StageOpened) else "skipped"
        if not isinstance(event, e.StageOpened):
            assert event.stage not in self.ends, "a stage has one result"
            self.ends[event.stage] = "skipped" if isinstance(event, e.StageSkipped) else event.result

    def _go_back(self, event: e.StageSentBack) -> None:
        """What comes after the stage that is gone back to is counted anew; what else was asked goes on to count."""
        assert self.policy.stage(event.stage).on_reject == BackTo(back_to=event.to)
        assert self.policy.max_rounds > self.round == event.round - 1
        anew = {event.to}
        for _ in self.policy.stages:
            anew |= {s.id for s in self.policy.stages if anew.intersection(self.policy.before(s.id))}
        assert event.stage in anew
        assert set(event.kept) == {id for id in self.results if id not in anew}
        for votes in (self.seats, self.voters, self.results, self.ends):
            for id in anew:
                votes.pop(id, None)
        self.round = event.round

    def _is_first_to_hold(self, event: e.RuleApplied) -> None:
        """The rule that decides is the first of all that hold, those of the request before those of the stage."""
        assert not self.seats[event.stage], "nobody was asked"
        every = [*self.policy.rules, *self.policy.stage(event.stage).rules]
        first = next(rule for rule in every if rule.when == "true")
        assert (event.rule, event.do, event.whole) == (first.name, first.do, first in self.policy.rules)
        self.ruled = (event.stage, event.do)

    def _begin_round(self, event: e.RequestResubmitted | e.RequestAmended) -> None:
        """Only stages go on to count to which nothing that changed matters; the others are counted anew."""
        amended = isinstance(event, e.RequestAmended)
        differing = {id for id in ("a", "b") if event.form.get(id) != self.form.get(id)}
        assert differing == set(event.changed)
        goes_on = set()
        for stage in self.policy.stages:
            alive = ("approved", "open") if amended else ("approved",)
            touched = differing if stage.watches is None else differing & set(stage.watches)
            chosen = amended or stage.watches is not None
            if self.results.get(stage.id) in alive and chosen and not touched:
                goes_on.add(stage.id)
        assert goes_on == set(event.kept), "only what nothing changed for is kept"
        for votes in (self.seats, self.voters, self.results, self.ends):
            for id in list(votes):
                if id not in goes_on:
                    del votes[id]
        self.form, self.round = event.form, event.round

    def _begin_anew(self, event: e.PolicyMigrated) -> None:
        """Votes count on in the stages that were not touched; elsewhere none has been cast."""
        untouched = {change.stage for change in event.changes if change.becomes in ("kept", "continued")}
        self.policy = event.policy
        for votes in (self.seats, self.voters, self.results, self.ends):
            for id in list(votes):
                if id not in untouched:
                    del votes[id]

    def outcome(self) -> str | None:
        """What the request comes to by its stages: a rejection ends it, and else it takes all of them."""
        if "rejected" in self.ends.values():
            return "rejected"
        return "approved" if all(stage.id in self.ends for stage in self.policy.stages) else None

    def opinion(self, stage: str) -> Opinion:
        """What the votes of a stage come to."""
        rules = self.policy.stage(stage)
        added = [ballot for ballot in self.seats[stage].values() if ballot.added]
        if rules.veto and any(ballot.vote == "reject" for ballot in added):
            return "rejected"
        ballots = [ballot for ballot in self.seats[stage].values() if not (ballot.added or ballot.advisory)]
        against = [ballot for ballot in ballots if ballot.vote == "reject"]
        if against and (rules.veto or rules.quorum == "first" or any(ballot.veto for ballot in against)):
            return "rejected"
        ends = [enough(rules, end) for end in completions(ballots)]
        if all(ends):
            return "undecided" if any(ballot.vote is None for ballot in added) else "approved"
        if any(ends):
            return "undecided"
        return "rejected" if against else "stuck"


def completions(ballots: list[Ballot]) -> set[End]:
    """Every end that the votes so far and the open seats could still lead to."""
    ends = {End()}
    for ballot in ballots:
        votes = ("approve", "reject", "abstain") if ballot.vote is None else (ballot.vote,)
        ends = {add(end, ballot, vote) for end in ends for vote in votes}
    return ends


def add(end: End, ballot: Ballot, vote: str) -> End:
    return End(
        end.approvals + ballot.weight * (vote == "approve"),
        end.rejections + ballot.weight * (vote == "reject"),
        vote if ballot.chair else end.chair,
        end.approved | ({ballot.of} if ballot.of is not None and vote == "approve" else set()),
        end.refused | ({ballot.of} if ballot.of is not None and vote == "reject" else set()),
        end.spare + (ballot.of is None and vote == "approve"),
    )


def enough(rules: Stage, end: End) -> bool:
    """Whether these votes, all there are, meet the quorum. Whoever abstained is not in them."""
    approvals, rejections = end.approvals, end.rejections
    if approvals == 0:
        return False
    match rules.quorum:
        case Quorum.ALL:
            return rejections == 0
        case Quorum.ANY | Quorum.FIRST:
            return True
        case Quorum.ONE_OF_EACH:
            wanted = {index for index, who in enumerate(rules.participants) if not who.advisory}
            missing = wanted - end.approved
            return not missing & end.refused and len(missing) <= end.spare
        case Quorum.MAJORITY:
            return approvals > rejections or (approvals == rejections and end.chair == "approve")
        case CountQuorum(count=count):
            return approvals >= count
        case PercentQuorum(percent=percent):
            return approvals * 100 >= percent * (approvals + rejections)
