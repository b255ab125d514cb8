"""The engine inside the test's own process, in the place of Temporal.

Commands go through the real rules, stages are prepared from the real people and policies, and events are
recorded in PostgreSQL, all before the call returns. `away` lets every call fail as in an outage, `unrecorded`
keeps the record back as a slow database would. `waited_for` are the commands whose senders wait to see what
they come to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest

from approvals.engine import pending_work, receive, wake_at
from approvals.engine.commands import ClockPrepared, Command, Signal, StagePrepared, Tick
from approvals.engine.events import AnyEvent
from approvals.engine.state import Receipt, RequestState, Status
from approvals.engine.work import StageWork
from approvals.policies.preparation import prepare_clock, prepare_stage
from approvals.requests import projection
from temporal_app import client
from temporal_app.messages import ApprovalInput, StateView


class EngineInProcess:
    """Every request that was started here, by id."""

    def __init__(self) -> None:
        self.states: dict[str, RequestState] = {}
        self.unwritten: dict[str, list[AnyEvent]] = {}
        self.received: list[Command] = []
        self.waited_for: list[str] = []
        self.away = False
        self.unrecorded = False
        self.now: datetime | None = None

    def start(self, given: ApprovalInput) -> None:
        """`client.start`."""
        self._must_answer()
        request = given.state.request
        if request not in self.states:
            self.states[request] = given.state
            for command in given.commands:
                self.receive(request, command)

    def signal(self, request: str, command: Command) -> None:
        """`client.signal`."""
        self._must_answer()
        if request not in self.states or self.states[request].status is Status.CLOSED:
            raise client.NotRunning(request)
        self.receive(request, command)

    def signal_and_ask(self, request: str, command: Signal) -> client.Told:
        """`client.signal_and_ask`."""
        self.waited_for.append(command.id)
        return client.Told(partial(self.signal, request, command), partial(self.state, request))

    def update(self, request: str, command: Command) -> Receipt:
        """`client.update`."""
        self.signal(request, command)
        receipt = self.states[request].receipt(command.id)
        assert receipt is not None
        return receipt

    def state(self, request: str) -> StateView:
        """`client.state`."""
        self._must_answer()
        if request not in self.states:
            raise client.NotRunning(request)
        return StateView(state=self.states[request], unrecorded=tuple(self.unwritten.get(request, ())))

    def receive(self, request: str, command: Command) -> None:
        """Let the rules handle a command, find out what they then ask, and write down what happened."""
        self.received.append(command)
        self._apply(request, command)
        while work := pending_work(self.states[request]):
            for one in work:
                answer: Command
                if isinstance(one, StageWork):
                    answer = StagePrepared(id=one.id, work=one.id, plan=prepare_stage(one, self._now()))
                else:
                    reading = prepare_clock(one, self._now())
                    answer = ClockPrepared(id=one.id, work=one.id, computed_for=self._now(), reading=reading)
                self._apply(request, answer)
        self.write(request)

    def pass_time(self, to: datetime) -> None:
        """Let every alarm fire that is due until then, each at its own time."""
        for request in self.states:
            while (wakes := wake_at(self.states[request])) and wakes <= to:
                self.now = wakes
                self.receive(request, Tick(id=f"tick-{wakes}"))
        self.now = to

    def write(self, request: str) -> None:
        """Record what has happened, unless the record is held back."""
        if not self.unrecorded and (events := self.unwritten.pop(request, [])):
            projection.record(request, events)

    def _apply(self, request: str, command: Command) -> None:
        state, events, _ = receive(self.states[request], command, self._now())
        self.states[request] = state
        happened: Any = events
        self.unwritten.setdefault(request, []).extend(happened)

    def _now(self) -> datetime:
        return self.now or datetime.now(UTC)

    def _must_answer(self) -> None:
        if self.away:
            raise client.EngineAway("the engine is away")


@contextmanager
def engine_in_process() -> Iterator[EngineInProcess]:
    """Put it in the place of the client's functions."""
    made = EngineInProcess()
    with (
        patch.object(client, "start", made.start),
        patch.object(client, "signal", made.signal),
        patch.object(client, "signal_and_ask", made.signal_and_ask),
        patch.object(client, "update", made.update),
        patch.object(client, "state_soon", lambda request: partial(made.state, request)),
    ):
        yield made


@pytest.fixture
def engine() -> Iterator[EngineInProcess]:
    """The engine inside the test's process."""
    with engine_in_process() as made:
        yield made
