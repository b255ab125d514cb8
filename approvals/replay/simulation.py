"""A request's life at any speed: the engine with an answer to everything it asks about the world."""

from datetime import datetime
from typing import Protocol, cast

from approvals.engine import pending_work, receive, wake_at
from approvals.engine.commands import ClockPrepared, Command, StagePrepared, Tick
from approvals.engine.events import AnyEvent
from approvals.engine.state import Receipt, RequestState
from approvals.engine.work import ClockReading, ClockWork, StagePlan, StageWork


class World(Protocol):
    """What the engine must be told: who is asked, whether a stage applies, when its clock is due."""

    def prepare_stage(self, work: StageWork, now: datetime) -> StagePlan:
        """What a stage needs to start at ``now``."""

    def prepare_clock(self, work: ClockWork, now: datetime) -> ClockReading:
        """A running clock, computed anew at ``now``."""


class Simulation:
    """One request, moved from instant to instant. Time never runs backwards."""

    def __init__(self, state: RequestState, world: World) -> None:
        self.state = state
        self.events: list[AnyEvent] = []
        self._world = world

    def give(self, command: Command, at: datetime) -> Receipt | None:
        """Let time pass up to ``at``, then hand over a command; what it came to."""
        self.pass_time(at)
        return self._receive(command, at)

    def pass_time(self, until: datetime) -> None:
        """Carry out what time alone brings about, each thing at its instant."""
        while (due := wake_at(self.state)) is not None and due <= until:
            self._receive(Tick(id=f"tick-{self.state.revision}"), due)

    def _receive(self, command: Command, at: datetime) -> Receipt | None:
        receipt = self._apply(command, at)
        while work := pending_work(self.state):
            for question in work:
                self._apply(self._answer(question, at), at)
        return receipt

    def _apply(self, command: Command, at: datetime) -> Receipt | None:
        self.state, events, receipt = receive(self.state, command, at)
        self.events.extend(cast("tuple[AnyEvent, ...]", events))
        return receipt

    def _answer(self, work: StageWork | ClockWork, at: datetime) -> Command:
        if isinstance(work, StageWork):
            return StagePrepared(id=work.id, work=work.id, plan=self._world.prepare_stage(work, at))
        reading = self._world.prepare_clock(work, at)
        return ClockPrepared(id=work.id, work=work.id, computed_for=at, reading=reading)
