"""What happens to a request as a whole."""

from typing import Literal

from pydantic import Field

from approvals.engine.events.model import Event
from approvals.engine.model import Form
from approvals.engine.policy import Policy
from approvals.engine.state import Outcome
from approvals.engine.versions import StageChange


class RequestSubmitted(Event):
    type: Literal["request_submitted"] = "request_submitted"
    title: str
    form: Form


class RequestResubmitted(Event):
    type: Literal["request_resubmitted"] = "request_resubmitted"
    round: int
    title: str
    form: Form
    changed: tuple[str, ...] = Field(description="Fields whose value differs from the round before.")
    comment: str = ""
    kept: tuple[str, ...] = Field(default=(), description="Stages whose approval goes on to count.")


class RequestAmended(Event):
    """The requester changed the form while it was being decided: the next round begins."""

    type: Literal["request_amended"] = "request_amended"
    round: int
    title: str
    form: Form
    changed: tuple[str, ...] = Field(description="Fields whose value differs from the round before.")
    comment: str = ""
    kept: tuple[str, ...] = Field(default=(), description="Stages that go on as they are, decided or not.")


class StageSentBack(Event):
    """A rejected stage sends the request back to an earlier one: the next round begins there."""

    type: Literal["stage_sent_back"] = "stage_sent_back"
    stage: str
    to: str
    round: int
    kept: tuple[str, ...] = Field(description="Stages that go on as they are: those that do not come after.")
    reason: str = ""


class ChangesRequested(Event):
    """The request goes back to its requester."""

    type: Literal["changes_requested"] = "changes_requested"
    stage: str
    comment: str = ""


class SubordinatesFound(Event):
    """Who reports to the requester, as it was when a stage was prepared: none of them may decide."""

    type: Literal["subordinates_found"] = "subordinates_found"
    people: tuple[str, ...]


class ConflictDeclared(Event):
    """The actor has a conflict of interest, and decides nothing in this request from now on."""

    type: Literal["conflict_declared"] = "conflict_declared"
    task: str
    stage: str
    reason: str


class RequestPaused(Event):
    type: Literal["request_paused"] = "request_paused"
    reason: str = ""


class RequestResumed(Event):
    type: Literal["request_resumed"] = "request_resumed"
    reason: str = ""


class PolicyMigrated(Event):
    """The request follows another version of its policy from now on."""

    type: Literal["policy_migrated"] = "policy_migrated"
    previous: int
    version: int
    policy: Policy
    changes: tuple[StageChange, ...] = Field(description="What becomes of each stage.")
    left_out: tuple[str, ...] = Field(
        default=(), description="Filled-in fields that the version has no more."
    )
    reason: str = ""


class CommentAdded(Event):
    type: Literal["comment_added"] = "comment_added"
    text: str


class RequestClosed(Event):
    type: Literal["request_closed"] = "request_closed"
    outcome: Outcome
    reason: str = ""


class CommandAccepted(Event):
    """Answers a command that took effect."""

    type: Literal["command_accepted"] = "command_accepted"
    message: str


class CommandRefused(Event):
    """Answers a command that changed nothing."""

    type: Literal["command_refused"] = "command_refused"
    code: str
    message: str
