"""History and a draft side by side: how requests end, who has what to do, which deadlines are missed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median

from approvals.engine.policy import Policy
from approvals.engine.state import Decision
from approvals.replay.drafts import End, Outcome
from approvals.replay.measures import Measured
from approvals.replay.pace import Hours
from approvals.replay.past import Past


@dataclass(slots=True)
class Pair:
    """A number in history, and under the draft."""

    then: float = 0
    draft: float = 0

    @property
    def more(self) -> float:
        """How much more under the draft; negative for less."""
        return self.draft - self.then

    @property
    def differs(self) -> bool:
        """Whether the draft changes it."""
        return round(self.then, 2) != round(self.draft, 2)


@dataclass(slots=True)
class Work:
    """What somebody has to do: tasks that ask them, tasks that they decide, and business hours until they do."""

    asked: Pair = field(default_factory=Pair)
    decided: Pair = field(default_factory=Pair)
    hours: Pair = field(default_factory=Pair)


@dataclass(slots=True)
class StageFigures:
    """A stage in history and under the draft; one that only one of them has is told by its zeros."""

    id: str
    title: str
    opened: Pair = field(default_factory=Pair)
    skipped: Pair = field(default_factory=Pair)
    clocks: Pair = field(default_factory=Pair)
    missed: Pair = field(default_factory=Pair)
    by_ladder: Pair = field(default_factory=Pair)
    by_rule: Pair = field(default_factory=Pair)


@dataclass(frozen=True, slots=True)
class Different:
    """A request that would have ended otherwise; ``why`` is a sentence."""

    id: str
    name: str
    then: str
    draft: End
    why: str


class _Stages(dict[str, StageFigures]):
    """The stages by id. One that only an earlier version had, before a request changed over, comes as it is met."""

    def __missing__(self, id: str) -> StageFigures:
        found = self[id] = StageFigures(id, id)
        return found


class Comparison:
    """Adds up requests, each as it went and as it would have gone."""

    def __init__(self, draft: Policy, pasts: Iterable[Past], hours: Hours) -> None:
        self.draft = draft
        self.requests = 0
        self.assumed = 0
        self.ends: dict[str, Pair] = defaultdict(Pair)
        self.turns: Counter[tuple[str, str]] = Counter()
        self.different: list[Different] = []
        self.people: dict[str, Work] = defaultdict(Work)
        self.labels: dict[str, Work] = defaultdict(Work)
        self.stages = _Stages((id, StageFigures(id, title)) for id, title in _titles(draft, pasts))
        self.by_itself = Pair()
        self.rounds = Pair()
        self.decisions = Pair()
        self._days: tuple[list[float], list[float]] = ([], [])
        self._hours = hours

    def add(self, past: Past, outcome: Outcome) -> None:
        """Count a request."""
        then = past.measured.outcome
        if then is None:
            return
        self.requests += 1
        self.assumed += outcome.assumed
        self.ends[then.value].then += 1
        self.ends[outcome.end].draft += 1
        self.turns[then.value, outcome.end] += 1
        if then.value != outcome.end:
            why = _why(past, outcome)
            self.different.append(Different(past.id, past.name, then.value, outcome.end, why))
        self._count(past.policy, past.measured, "then")
        self._count(self.draft, outcome.measured, "draft")

    @property
    def as_history(self) -> int:
        """Requests that end as they did."""
        return self.requests - len(self.different)

    @property
    def missed(self) -> Pair:
        """Missed deadlines of all stages."""
        return _sum(stage.missed for stage in self.stages.values())

    @property
    def clocks(self) -> Pair:
        """Deadlines that were set."""
        return _sum(stage.clocks for stage in self.stages.values())

    @property
    def opened(self) -> Pair:
        """Stages that were decided by somebody, or wait for somebody."""
        return _sum(stage.opened for stage in self.stages.values())

    @property
    def by_ladder(self) -> Pair:
        """Decisions that the escalation ladder took."""
        return _sum(stage.by_ladder for stage in self.stages.values())

    @property
    def by_rule(self) -> Pair:
        """Decisions that a rule of the policy took."""
        return _sum(stage.by_rule for stage in self.stages.values())

    @property
    def days(self) -> Pair:
        """Half of those that end do so within so many days."""
        then, draft = self._days
        return Pair(median(then) if then else 0, median(draft) if draft else 0)

    def _count(self, policy: Policy, measured: Measured, side: str) -> None:
        for run in measured.runs:
            _add(self.stages[run.stage].opened, side, 1)
        for stage in measured.skipped:
            _add(self.stages[stage].skipped, side, 1)
        for stage in measured.clocks:
            _add(self.stages[stage].clocks, side, 1)
        for missed in measured.missed:
            _add(self.stages[missed.stage].missed, side, 1)
        for stage in measured.by_ladder:
            _add(self.stages[stage].by_ladder, side, 1)
        for stage in measured.by_rule:
            _add(self.stages[stage].by_rule, side, 1)
        _add(self.by_itself, side, measured.by_itself)
        _add(self.rounds, side, measured.rounds)
        self._count_work(policy, measured, side)
        if measured.submitted_at and measured.closed_at:
            took = (measured.closed_at - measured.submitted_at) / timedelta(days=1)
            self._days[side == "draft"].append(took)

    def _count_work(self, policy: Policy, measured: Measured, side: str) -> None:
        for seat in measured.seats.values():
            label = seat.label or self.stages[seat.stage].title
            _add(self.labels[label].asked, side, 1)
            for person in seat.asked:
                _add(self.people[person].asked, side, 1)
            if seat.decided_by is None or seat.ended_at is None:
                continue
            took = self._hours.between(policy, seat.stage, seat.opened_at, seat.ended_at) / timedelta(hours=1)
            _add(self.decisions, side, 1)
            for work in (self.labels[label], self.people[seat.decided_by]):
                _add(work.decided, side, 1)
                _add(work.hours, side, took)


def _add(pair: Pair, side: str, number: float) -> None:
    setattr(pair, side, getattr(pair, side) + number)


def _sum(pairs: Iterable[Pair]) -> Pair:
    total = Pair()
    for pair in pairs:
        total.then += pair.then
        total.draft += pair.draft
    return total


def _titles(draft: Policy, pasts: Iterable[Past]) -> Iterator[tuple[str, str]]:
    """The stages of all versions; the draft's title counts, and its order comes first."""
    titles = {stage.id: stage.title for stage in draft.stages}
    for past in pasts:
        for stage in past.policy.stages:
            titles.setdefault(stage.id, stage.title)
    yield from titles.items()


def _why(past: Past, outcome: Outcome) -> str:
    """Why a request ends otherwise."""
    match outcome.end:
        case "refused":
            return outcome.reason
        case "open":
            waiting = ", ".join(dict.fromkeys(outcome.waiting)) or "nobody"
            return f"It would still wait for: {waiting}."
        case "returned":
            return "It would have been returned, and what its requester would have done is not known."
        case _:
            return outcome.reason or _voices(past, outcome)


def _voices(past: Past, outcome: Outcome) -> str:
    """Whose word counted then and does not under the draft."""
    heard = {seat.decided_by for seat in outcome.measured.seats.values()}
    asked = {person for seat in outcome.measured.seats.values() for person in seat.asked}
    against = dict.fromkeys(
        said.person for said in past.said if said.decision in (Decision.REJECT, Decision.REQUEST_CHANGES)
    )
    unasked = [person for person in against if person not in asked]
    if unasked:
        return f"{', '.join(unasked)} said no and would not have been asked."
    unheard = [person for person in against if person not in heard]
    if unheard:
        return f"{', '.join(unheard)} said no, and it would have been decided before."
    if against:
        return f"{', '.join(against)} said no, and that would not have decided it."
    return "It would have been decided before."
