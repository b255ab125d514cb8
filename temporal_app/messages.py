"""What goes over the wire between Django and the workflow. Pure values: no Django, no I/O."""

from enum import StrEnum

from pydantic import Field

from approvals.engine.commands import AnyCommand
from approvals.engine.events import AnyEvent
from approvals.engine.model import Model
from approvals.engine.state import RequestState
from approvals.engine.work import ClockWork, StageWork

WORKFLOW = "ApprovalWorkflow"
STATE_QUERY = "state"


class Activity(StrEnum):
    """Names of the activities, as histories know them."""

    PREPARE_STAGE = "prepare_stage"
    PREPARE_CLOCK = "prepare_clock"
    RECORD = "record"
    AUTHORISE = "authorise"


def workflow_id(request: str) -> str:
    """The id of the workflow that runs a request."""
    return f"request-{request}"


class ApprovalInput(Model):
    """What a run starts with: a request, and commands that came before its first task.

    A run that continues another carries on with its state and its latest events; so does one that is
    imported in the middle of its life. ``recorded`` is the revision that PostgreSQL is known to have.
    """

    state: RequestState
    commands: tuple[AnyCommand, ...] = ()
    recent: tuple[AnyEvent, ...] = ()
    recorded: int = 0


class StateView(Model):
    """The answer to the ``state`` query.

    ``recent`` are the latest events, the newest last: those that PostgreSQL may not have yet are among them.
    """

    state: RequestState
    recent: tuple[AnyEvent, ...]
    recorded: int


class EventBatch(Model):
    """Events to be written to PostgreSQL, in order and without gaps."""

    request: str
    events: tuple[AnyEvent, ...] = Field(min_length=1)


class Authorisation(Model):
    """Whether ``actor`` may give an administrator's command of this kind."""

    request: str
    actor: str
    kind: str


__all__ = [
    "STATE_QUERY",
    "WORKFLOW",
    "Activity",
    "ApprovalInput",
    "Authorisation",
    "ClockWork",
    "EventBatch",
    "StageWork",
    "StateView",
    "workflow_id",
]
