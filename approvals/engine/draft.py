"""The events that a command is about to cause, and the state as they change it."""

from datetime import UTC, datetime
from typing import Any

from approvals.engine.errors import Refused
from approvals.engine.events import Event
from approvals.engine.evolve import evolve
from approvals.engine.policy import Stage
from approvals.engine.state import RequestState, StageState, Status, Task


class Draft:
    """Collects events. Each is applied at once, so that the next rule sees what the last one did."""

    def __init__(self, state: RequestState, now: datetime, actor: str, command: str | None) -> None:
        self.state = state
        self.now = now
        self.actor = actor
        self.command = command
        self.events: list[Event] = []

    def emit(self, event: type[Event], *, by_system: bool = False, **values: Any) -> None:
        """Append an event by the draft's actor, or by nobody, at the draft's instant."""
        happened = event(
            revision=self.state.revision + 1,
            at=self.now,
            actor="" if by_system else self.actor,
            command=self.command,
            **values,
        )
        self.state = evolve(self.state, happened)
        self.events.append(happened)

    def stage(self, id: str) -> tuple[Stage, StageState]:
        """A stage's rules and where it is; refused where the policy has none of that id."""
        if id not in self.state.stages:
            raise Refused("unknown_stage", "This request has no such stage. Reload the page and try again.")
        return self.state.policy.stage(id), self.state.stages[id]

    def task(self, id: str) -> Task:
        """A task; refused where the request has none of that id."""
        task = self.state.tasks.get(id)
        if task is None:
            raise Refused("unknown_task", "This request has no such task. Reload the page and try again.")
        return task

    def must_be_alive(self) -> None:
        """Refuse what comes after the end."""
        state = self.state
        if state.status is Status.NEW:
            raise Refused("unknown_request", "This request was never submitted.")
        if state.status is Status.CLOSED:
            closed = f" on {moment(state.closed_at)}" if state.closed_at else ""
            raise Refused(
                "request_closed", f"This request was {state.outcome}{closed}; nothing can be changed."
            )

    def must_run(self) -> None:
        """Refuse what cannot be done while the request waits for somebody else."""
        self.must_be_alive()
        self.must_not_be_returned()
        self.must_not_be_paused()

    def must_not_be_returned(self) -> None:
        """Refuse what cannot be done while the requester makes changes."""
        if self.state.status is Status.RETURNED:
            raise Refused("returned", "This request is with its requester, who has been asked for changes.")

    def must_not_be_paused(self) -> None:
        """Refuse what cannot be done on hold."""
        if self.state.paused:
            raise Refused("paused", "This request is on hold. An administrator can resume it.")


def moment(at: datetime) -> str:
    """An instant for a sentence, to the minute; in UTC, so that a stored state words it alike."""
    return f"{at.astimezone(UTC):%-d %B %Y, %H:%M} UTC"
