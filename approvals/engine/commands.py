"""What people, and the shell, ask of a request."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from approvals.engine import text, upcasting
from approvals.engine.model import Form, Model
from approvals.engine.policy import Policy
from approvals.engine.state import SYSTEM, Decision, Place
from approvals.engine.work import ClockReading, StagePlan

MAX_TEXT = text.MAX_TEXT
"""Bytes of UTF-8 in a comment or a reason."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Text = str


class Command(Model):
    """``id`` makes a repeat recognisable; ``actor`` is the user name of who asks.

    ``answer_first`` says that somebody waits to see what it comes to: the shell answers before it writes down
    what happened. Without that it does all of it at once, which is less work. The rules do not care.
    """

    id: Id
    actor: str = SYSTEM
    answer_first: bool = Field(default=True, exclude_if=bool)

    @model_validator(mode="before")
    @classmethod
    def _in_its_present_shape(cls, body: object) -> object:
        return upcasting.command(body)


class Submit(Command):
    kind: Literal["submit"] = "submit"
    title: str
    form: Form


class Decide(Command):
    kind: Literal["decide"] = "decide"
    task: str
    decision: Decision
    comment: Text = ""
    choices: dict[str, str] = Field(
        default_factory=dict,
        description="Who is to decide later stages, by stage, where the policy asks for it.",
    )


class Comment(Command):
    kind: Literal["comment"] = "comment"
    text: Text


class Claim(Command):
    kind: Literal["claim"] = "claim"
    task: str


class Release(Command):
    kind: Literal["release"] = "release"
    task: str


class Delegate(Command):
    kind: Literal["delegate"] = "delegate"
    task: str
    to: str
    comment: Text = ""
    until: AwareDatetime | None = Field(
        default=None, description="Then the task comes back, if it is still open."
    )


class Invite(Command):
    """A reviewer wants somebody else to decide too, before, beside or after them."""

    kind: Literal["invite"] = "invite"
    task: str
    to: str
    place: Place
    comment: Text = ""


class DeclareConflict(Command):
    """The actor has an interest of their own in what is decided."""

    kind: Literal["declare_conflict"] = "declare_conflict"
    task: str
    reason: Text


class Resubmit(Command):
    kind: Literal["resubmit"] = "resubmit"
    round: int = Field(description="The round that was returned, as the requester saw it.")
    title: str
    form: Form
    comment: Text = ""


class Amend(Command):
    """The requester changes the form while the request is open."""

    kind: Literal["amend"] = "amend"
    round: int = Field(description="The round that was open, as the requester saw it.")
    title: str
    form: Form
    comment: Text = ""


class Withdraw(Command):
    kind: Literal["withdraw"] = "withdraw"
    reason: Text = ""


class Escalate(Command):
    kind: Literal["escalate"] = "escalate"
    stage: str
    reason: Text = ""


class LookUp(Command):
    """The world has changed: find out anew whom an open stage asks. By the policy's owner, or by nobody."""

    kind: Literal["look_up"] = "look_up"
    stage: str


class AdminCommand(Command):
    """What only an administrator may ask; the shell verifies that the actor is one."""

    reason: Text = ""


class Reassign(AdminCommand):
    kind: Literal["reassign"] = "reassign"
    task: str
    to: str
    of: str | None = Field(default=None, description="Replace only this candidate; by default all of them.")


class AddApprover(AdminCommand):
    kind: Literal["add_approver"] = "add_approver"
    stage: str
    person: str


class RemoveApprover(AdminCommand):
    kind: Literal["remove_approver"] = "remove_approver"
    task: str


class ExtendDeadline(AdminCommand):
    kind: Literal["extend_deadline"] = "extend_deadline"
    stage: str
    by: str = Field(description="Business time (PT8H) or working days (2wd).")


class Pause(AdminCommand):
    kind: Literal["pause"] = "pause"


class Resume(AdminCommand):
    kind: Literal["resume"] = "resume"


class SkipStage(AdminCommand):
    kind: Literal["skip_stage"] = "skip_stage"
    stage: str


class Override(AdminCommand):
    kind: Literal["override"] = "override"
    outcome: Literal["approved", "rejected"]


class Migrate(AdminCommand):
    kind: Literal["migrate"] = "migrate"
    version: int = Field(description="The number of the version that the request is to follow.")
    policy: Policy = Field(description="That version.")


class LookUpAnew(AdminCommand):
    """The same by an administrator."""

    kind: Literal["look_up_anew"] = "look_up_anew"
    stage: str


class StagePrepared(Command):
    """The answer to a ``StageWork``; the shell's own."""

    kind: Literal["stage_prepared"] = "stage_prepared"
    work: str
    plan: StagePlan


class ClockPrepared(Command):
    """The answer to a ``ClockWork``; the shell's own."""

    kind: Literal["clock_prepared"] = "clock_prepared"
    work: str
    computed_for: datetime
    reading: ClockReading


class Reroute(Command):
    """Somebody is away or back: the shell's own. ``why`` says who until when, in a sentence for people."""

    kind: Literal["reroute"] = "reroute"
    task: str
    of: str = Field(description="Who has the task now.")
    to: str
    why: str
    cause: Literal["absence", "return"]


class Tick(Command):
    """Time has passed; the shell's own."""

    kind: Literal["tick"] = "tick"


Signal = (
    Decide
    | Comment
    | Claim
    | Release
    | Delegate
    | Invite
    | DeclareConflict
    | Resubmit
    | Amend
    | Withdraw
    | Escalate
    | LookUp
)
Update = (
    Reassign
    | AddApprover
    | RemoveApprover
    | ExtendDeadline
    | Pause
    | Resume
    | SkipStage
    | Override
    | Migrate
    | LookUpAnew
)
Internal = Submit | StagePrepared | ClockPrepared | Tick | Reroute
AnyCommand = Annotated[Signal | Update | Internal, Field(discriminator="kind")]
