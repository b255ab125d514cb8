"""What happens to tasks."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from approvals.engine.events.model import Event
from approvals.engine.state import Candidate, Decision, Place
from approvals.engine.voice import Voice


class TaskOpened(Event):
    type: Literal["task_opened"] = "task_opened"
    task: str
    stage: str
    candidates: tuple[Candidate, ...]
    label: str = ""
    reason: str = ""
    voice: Voice = Voice()
    invited: Place | None = None
    invited_for: str | None = Field(
        default=None, description="The task of the reviewer who wants it; with invited."
    )


class TaskClaimed(Event):
    type: Literal["task_claimed"] = "task_claimed"
    task: str


class TaskReleased(Event):
    type: Literal["task_released"] = "task_released"
    task: str


class TaskDelegated(Event):
    type: Literal["task_delegated"] = "task_delegated"
    task: str
    to: str
    comment: str = ""
    until: datetime | None = None


class ApproverNamed(Event):
    """The actor wants somebody to be asked once their own task is approved."""

    type: Literal["approver_named"] = "approver_named"
    task: str
    to: str
    comment: str = ""


class InvitationLapsed(Event):
    """Somebody who was to be asked now has decided or is asked already, or may not decide."""

    type: Literal["invitation_lapsed"] = "invitation_lapsed"
    task: str
    to: str


class TurnCame(Event):
    """Everybody who was to decide before a task has: now it is its turn."""

    type: Literal["turn_came"] = "turn_came"
    task: str


class TaskReassigned(Event):
    """The task's candidates are replaced: by an administrator, by the ladder, or for the ``cause`` that is named."""

    type: Literal["task_reassigned"] = "task_reassigned"
    task: str
    candidates: tuple[Candidate, ...]
    removed: tuple[str, ...]
    reason: str = ""
    cause: Literal["", "absence", "return", "delegation_ended", "looked_up", "needed_elsewhere"] = Field(
        default="",
        description="absence: somebody is away, and a substitute is asked. return: somebody is back. "
        "delegation_ended: the time is over for which a task was delegated. "
        "looked_up: it was looked up anew whom the policy means. "
        "needed_elsewhere: nobody else can take another seat of the stage.",
    )


class TaskDecided(Event):
    type: Literal["task_decided"] = "task_decided"
    task: str
    stage: str
    decision: Decision
    instead_of: str | None = None
    comment: str = ""
    choices: dict[str, str] = Field(default_factory=dict, description="Whom the actor chose, by stage.")


class ApprovalCarriedOver(Event):
    """A rule of the policy counted what somebody approved in another stage of the round for this seat too."""

    type: Literal["approval_carried_over"] = "approval_carried_over"
    task: str
    stage: str
    person: str
    instead_of: str | None = None
    earlier: str = Field(description="The task that the person approved.")
    rule: Literal["already_approved"] = "already_approved"


class TaskCancelled(Event):
    """A task that nobody needs to decide any more."""

    type: Literal["task_cancelled"] = "task_cancelled"
    task: str
    reason: Literal[
        "stage_decided",
        "decided_elsewhere",
        "returned",
        "closed",
        "removed",
        "skipped",
        "barred",
        "amended",
        "sent_back",
        "migrated",
        "looked_up",
        "satisfied",
        "needed_elsewhere",
    ] = Field(
        description="decided_elsewhere: the only one asked has decided another seat of the stage. "
        "barred: the only one asked may not decide it any more. "
        "migrated: another version of the policy has no such stage, or asks anew. "
        "satisfied: another seat of the same participant approved, and one is enough. "
        "needed_elsewhere: the only one asked alone can take another seat of the stage."
    )
