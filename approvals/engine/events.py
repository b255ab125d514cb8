"""What happened. Events are the only truth: state, timeline, inbox and mail are derived from them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from approvals.engine import upcasting
from approvals.engine.model import Form, Model
from approvals.engine.policy import Policy
from approvals.engine.state import SYSTEM, Candidate, Decision, LeftOut, Outcome, Place
from approvals.engine.versions import StageChange
from approvals.engine.voice import Voice
from approvals.engine.work import ClockReading


class Event(Model):
    """``revision`` numbers a request's events from 1; ``command`` is what caused it, where something did."""

    revision: int
    at: datetime
    actor: str = SYSTEM
    command: str | None = None


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


class RuleApplied(Event):
    """A rule of the policy decides a stage, or with ``whole`` the request; what follows comes after it."""

    type: Literal["rule_applied"] = "rule_applied"
    stage: str
    rule: str
    do: Literal["approve", "reject"]
    whole: bool = False
    reason: str = ""


class StageKept(Event):
    """A stage is not asked again in a new round: nothing that it looks at changed."""

    type: Literal["stage_kept"] = "stage_kept"
    stage: str
    reason: str


class StageAskedAgain(Event):
    """A stage that was approved, or under way, is asked once more: something that it looks at changed."""

    type: Literal["stage_asked_again"] = "stage_asked_again"
    stage: str
    changed: tuple[str, ...] = Field(description="The changed fields that the stage looks at.")


class StagePreparing(Event):
    """A stage's turn has come; it is being found out whom to ask."""

    type: Literal["stage_preparing"] = "stage_preparing"
    stage: str


class StageSkipped(Event):
    type: Literal["stage_skipped"] = "stage_skipped"
    stage: str
    reason: str


class StageOpened(Event):
    type: Literal["stage_opened"] = "stage_opened"
    stage: str
    clock: ClockReading | None
    last_resort: tuple[Candidate, ...]
    reason: str = ""
    left_out: tuple[LeftOut, ...] = ()
    because: str = Field(default="", description="What in the form made the stage apply.")
    known: int = Field(default=0, description="The revision of people and groups.")


class SubordinatesFound(Event):
    """Who reports to the requester, as it was when a stage was prepared: none of them may decide."""

    type: Literal["subordinates_found"] = "subordinates_found"
    people: tuple[str, ...]


class StageStuck(Event):
    """A stage is open and nobody can decide it."""

    type: Literal["stage_stuck"] = "stage_stuck"
    stage: str
    reason: str
    people: tuple[Candidate, ...] = ()


class LookupStarted(Event):
    """It is being found out anew whom an open stage asks."""

    type: Literal["lookup_started"] = "lookup_started"
    stage: str
    reason: str = ""


class StageLookedUp(Event):
    """What that came to; the seats that changed follow. ``clock`` only where the stage had none."""

    type: Literal["stage_looked_up"] = "stage_looked_up"
    stage: str
    last_resort: tuple[Candidate, ...] = ()
    reason: str = ""
    clock: ClockReading | None = None
    left_out: tuple[LeftOut, ...] = ()
    known: int = 0


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


class ConflictDeclared(Event):
    """The actor has a conflict of interest, and decides nothing in this request from now on."""

    type: Literal["conflict_declared"] = "conflict_declared"
    task: str
    stage: str
    reason: str


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


class StageDecided(Event):
    type: Literal["stage_decided"] = "stage_decided"
    stage: str
    result: Literal["approved", "rejected", "passed"]
    reason: str = ""


class ChangesRequested(Event):
    """The request goes back to its requester."""

    type: Literal["changes_requested"] = "changes_requested"
    stage: str
    comment: str = ""


class ReminderSent(Event):
    type: Literal["reminder_sent"] = "reminder_sent"
    stage: str
    alarm: str
    due: datetime
    people: tuple[str, ...]


class DeadlineBreached(Event):
    type: Literal["deadline_breached"] = "deadline_breached"
    stage: str
    alarm: str
    due: datetime


class Escalated(Event):
    """A level of the ladder was carried out, at its time or because somebody asked for it."""

    type: Literal["escalated"] = "escalated"
    stage: str
    alarm: str
    level: int | None = Field(description="Index in the policy's ladder; None is the last resort.")
    due: datetime | None
    did: str
    people: tuple[Candidate, ...] = ()
    reason: str = ""


class DeadlineExtended(Event):
    type: Literal["deadline_extended"] = "deadline_extended"
    stage: str
    by: str
    reason: str = ""


class ClockComputed(Event):
    type: Literal["clock_computed"] = "clock_computed"
    stage: str
    reading: ClockReading


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


AnyEvent = Annotated[
    RequestSubmitted
    | RequestResubmitted
    | RequestAmended
    | StageSentBack
    | RuleApplied
    | StageKept
    | StageAskedAgain
    | StagePreparing
    | StageSkipped
    | StageOpened
    | SubordinatesFound
    | StageStuck
    | LookupStarted
    | StageLookedUp
    | TaskOpened
    | TaskClaimed
    | TaskReleased
    | TaskDelegated
    | ApproverNamed
    | InvitationLapsed
    | TurnCame
    | ConflictDeclared
    | TaskReassigned
    | TaskDecided
    | ApprovalCarriedOver
    | TaskCancelled
    | StageDecided
    | ChangesRequested
    | ReminderSent
    | DeadlineBreached
    | Escalated
    | DeadlineExtended
    | ClockComputed
    | RequestPaused
    | RequestResumed
    | PolicyMigrated
    | CommentAdded
    | RequestClosed
    | CommandAccepted
    | CommandRefused,
    Field(discriminator="type"),
    BeforeValidator(upcasting.event),
]
"""Any event. Whoever reads a stored one reads it as this, and so in its present shape."""
