"""What goes over the wire between Django and the workflow. Pure values: no Django, no I/O."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from weakref import WeakValueDictionary

from pydantic import AfterValidator, Field

from approvals.engine.commands import AnyCommand
from approvals.engine.events import AnyEvent
from approvals.engine.model import Model
from approvals.engine.policy import Policy
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


class Patch(StrEnum):
    """Changes of the workflow's code that histories from before do not have."""

    IN_PLACE = "questions-are-first-answered-in-place"


class SearchAttribute(StrEnum):
    """What requests can be found by in Temporal. No codec encrypts these: no names, no addresses."""

    POLICY = "PlacetPolicy"
    STATUS = "PlacetStatus"


def workflow_id(request: str) -> str:
    """The id of the workflow that runs a request."""
    return f"request-{request}"


_policies: WeakValueDictionary[str, Policy] = WeakValueDictionary()


def _sharing_its_policy(state: RequestState) -> RequestState:
    """The same state; equal policies are one object, for a worker holds hundreds of requests and few policies."""
    policy = _policies.setdefault(state.policy.model_dump_json(), state.policy)
    return state.model_copy(update={"policy": policy})


class ApprovalInput(Model):
    """What a run starts with: a request, and commands that come before everything else.

    A run that continues another carries on with its state; so does one that is imported in the middle of
    its life. ``unrecorded`` are the latest events, where PostgreSQL is not known to have them.
    """

    state: Annotated[RequestState, AfterValidator(_sharing_its_policy)]
    commands: tuple[AnyCommand, ...] = ()
    unrecorded: tuple[AnyEvent, ...] = ()


class StateView(Model):
    """The answer to the ``state`` query: the state, and those of its latest events, the oldest first, that
    PostgreSQL is not known to have."""

    state: RequestState
    unrecorded: tuple[AnyEvent, ...]


class StagePreparation(Model):
    """Find out what a stage needs; ``now`` is the workflow's time (aware), by which its clock starts."""

    work: StageWork
    now: datetime


class ClockComputation(Model):
    """Compute a clock anew as of ``now``, the workflow's time (aware)."""

    work: ClockWork
    now: datetime


class EventBatch(Model):
    """Events to be written to PostgreSQL, in order and without gaps."""

    request: str
    events: tuple[AnyEvent, ...] = Field(min_length=1)


class Authorisation(Model):
    """Whether ``actor`` may give an administrator's command of this kind."""

    request: str
    actor: str
    kind: str
