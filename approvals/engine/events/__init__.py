"""What happened. Events are the only truth: state, timeline, inbox and mail are derived from them."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from approvals.engine import upcasting
from approvals.engine.events.clocks import (
    ClockComputed,
    DeadlineBreached,
    DeadlineExtended,
    Escalated,
    ReminderSent,
)
from approvals.engine.events.model import Event
from approvals.engine.events.request import (
    ChangesRequested,
    CommandAccepted,
    CommandRefused,
    CommentAdded,
    ConflictDeclared,
    PolicyMigrated,
    RequestAmended,
    RequestClosed,
    RequestPaused,
    RequestResubmitted,
    RequestResumed,
    RequestSubmitted,
    StageSentBack,
    SubordinatesFound,
)
from approvals.engine.events.stages import (
    LookupStarted,
    RuleApplied,
    StageAskedAgain,
    StageDecided,
    StageKept,
    StageLookedUp,
    StageOpened,
    StagePreparing,
    StageSkipped,
    StageStuck,
)
from approvals.engine.events.tasks import (
    ApprovalCarriedOver,
    ApproverNamed,
    InvitationLapsed,
    TaskCancelled,
    TaskClaimed,
    TaskDecided,
    TaskDelegated,
    TaskOpened,
    TaskReassigned,
    TaskReleased,
    TurnCame,
)

__all__ = [
    "AnyEvent",
    "ApprovalCarriedOver",
    "ApproverNamed",
    "ChangesRequested",
    "ClockComputed",
    "CommandAccepted",
    "CommandRefused",
    "CommentAdded",
    "ConflictDeclared",
    "DeadlineBreached",
    "DeadlineExtended",
    "Escalated",
    "Event",
    "InvitationLapsed",
    "LookupStarted",
    "PolicyMigrated",
    "ReminderSent",
    "RequestAmended",
    "RequestClosed",
    "RequestPaused",
    "RequestResubmitted",
    "RequestResumed",
    "RequestSubmitted",
    "RuleApplied",
    "StageAskedAgain",
    "StageDecided",
    "StageKept",
    "StageLookedUp",
    "StageOpened",
    "StagePreparing",
    "StageSentBack",
    "StageSkipped",
    "StageStuck",
    "SubordinatesFound",
    "TaskCancelled",
    "TaskClaimed",
    "TaskDecided",
    "TaskDelegated",
    "TaskOpened",
    "TaskReassigned",
    "TaskReleased",
    "TurnCame",
]

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
