"""What a request took, read from its events: who had what to do, which deadlines were missed, how it ended."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from approvals.engine import events as e
from approvals.engine.state import SYSTEM, Decision, Outcome

BY_THE_LADDER = frozenset({"approve", "reject", "expire", "move_on"})
"""What an escalation level does in the place of people."""


@dataclass(slots=True)
class Seat:
    """A task: who was ever asked for it, who decided it, and from when to when it waited."""

    task: str
    stage: str
    round: int
    label: str
    asked: dict[str, None]
    opened_at: datetime
    ended_at: datetime | None = None
    decided_by: str | None = None
    decision: Decision | None = None
    comment: str = ""


@dataclass(slots=True)
class StageRun:
    """A stage in one round. ``ended_at`` is None while it waits; ``timed``: it had a deadline."""

    stage: str
    round: int
    opened_at: datetime
    ended_at: datetime | None = None
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Missed:
    """A deadline that passed; ``said_at`` is when the stage was left after that, None while it waits."""

    stage: str
    due: datetime
    said_at: datetime | None


@dataclass(slots=True)
class Measured:
    """A request's life in figures.

    Args:
        clocks: the stage of each clock that was started; one that goes on in a later round is one clock.
        by_ladder: the stage of each decision that the escalation ladder took.
        by_rule: the stage at which a rule of the policy decided, each time.
        by_itself: it ended, and it was no person's doing.
    """

    seats: dict[str, Seat] = field(default_factory=dict)
    runs: list[StageRun] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    clocks: list[str] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    by_ladder: list[str] = field(default_factory=list)
    by_rule: list[str] = field(default_factory=list)
    rounds: int = 1
    submitted_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    outcome_reason: str = ""
    by_itself: bool = False


def measure(events: Iterable[e.AnyEvent]) -> Measured:
    """The figures of a request, from its events in order."""
    meter = _Meter()
    for event in events:
        meter.read(event)
    meter.finish()
    return meter.measured


class _Meter:
    def __init__(self) -> None:
        self.measured = Measured()
        self._due: dict[str, datetime] = {}
        self._clocks: set[str] = set()
        self._decided: set[str] = set()

    def read(self, event: e.AnyEvent) -> None:
        """Take one event in."""
        match event:
            case (
                e.TaskOpened() | e.TaskDecided() | e.TaskCancelled() | e.TaskDelegated() | e.TaskReassigned()
            ):
                self._of_a_task(event)
            case e.StageOpened() | e.StageDecided() | e.StageSkipped() | e.ChangesRequested():
                self._of_a_stage(event)
            case e.DeadlineBreached():
                self._due[event.stage] = event.due
            case e.Escalated() if event.did in BY_THE_LADDER:
                self.measured.by_ladder.append(event.stage)
            case e.RuleApplied():
                self.measured.by_rule.append(event.stage)
            case _:
                self._of_the_request(event)

    def _of_the_request(self, event: e.AnyEvent) -> None:
        match event:
            case e.RequestSubmitted():
                self.measured.submitted_at = event.at
            case e.RequestResubmitted() | e.RequestAmended() | e.StageSentBack():
                self._next_round(event)
            case e.StageAskedAgain():
                self._end([event.stage], event.at)
            case e.RequestClosed():
                self._close(event)
            case _:
                pass

    def finish(self) -> None:
        """Note the deadlines that passed and whose stages still wait."""
        for stage in list(self._due):
            self._miss(stage, None)

    def _of_a_task(
        self,
        event: e.TaskOpened | e.TaskDecided | e.TaskCancelled | e.TaskDelegated | e.TaskReassigned,
    ) -> None:
        if isinstance(event, e.TaskOpened):
            asked = dict.fromkeys(candidate.person for candidate in event.candidates)
            self.measured.seats[event.task] = Seat(
                event.task, event.stage, self.measured.rounds, event.label, asked, event.at
            )
            return
        seat = self.measured.seats[event.task]
        match event:
            case e.TaskDelegated():
                seat.asked[event.to] = None
            case e.TaskReassigned():
                seat.asked.update(dict.fromkeys(candidate.person for candidate in event.candidates))
            case e.TaskDecided():
                seat.decided_by, seat.decision, seat.ended_at = event.actor, event.decision, event.at
                seat.comment = event.comment
            case e.TaskCancelled():
                seat.ended_at = event.at

    def _of_a_stage(
        self, event: e.StageOpened | e.StageDecided | e.StageSkipped | e.ChangesRequested
    ) -> None:
        match event:
            case e.StageOpened():
                self.measured.runs.append(
                    StageRun(event.stage, self.measured.rounds, event.at, timed=event.clock is not None)
                )
                if event.clock is not None and event.stage not in self._clocks:
                    self._clocks.add(event.stage)
                    self.measured.clocks.append(event.stage)
            case e.StageSkipped():
                self._decided.add(event.stage)
                if not self._end([event.stage], event.at):
                    self.measured.skipped.append(event.stage)
            case e.StageDecided():
                self._decided.add(event.stage)
                self._end([event.stage], event.at)
            case e.ChangesRequested():
                self._end([run.stage for run in self.measured.runs if run.ended_at is None], event.at)

    def _end(self, stages: Iterable[str], at: datetime) -> bool:
        """Whether one of these stages was open until now."""
        ended = False
        for stage in stages:
            for run in self.measured.runs:
                if run.stage == stage and run.ended_at is None:
                    run.ended_at, ended = at, True
            self._miss(stage, at)
        return ended

    def _miss(self, stage: str, at: datetime | None) -> None:
        due = self._due.pop(stage, None)
        if due is not None:
            self.measured.missed.append(Missed(stage, due, at))

    def _next_round(self, event: e.RequestResubmitted | e.RequestAmended | e.StageSentBack) -> None:
        """The clock of a stage that was not decided goes on; the others begin anew."""
        self.measured.rounds = event.round
        self._clocks -= self._decided
        self._decided.clear()

    def _close(self, event: e.RequestClosed) -> None:
        self._end([run.stage for run in self.measured.runs if run.ended_at is None], event.at)
        self.measured.closed_at, self.measured.outcome = event.at, event.outcome
        self.measured.outcome_reason = event.reason
        self.measured.by_itself = event.actor == SYSTEM
