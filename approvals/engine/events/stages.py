"""What happens to stages."""

from typing import Literal

from pydantic import Field

from approvals.engine.events.model import Event
from approvals.engine.state import Candidate, LeftOut
from approvals.engine.work import ClockReading


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


class StageDecided(Event):
    type: Literal["stage_decided"] = "stage_decided"
    stage: str
    result: Literal["approved", "rejected", "passed"]
    reason: str = ""
