"""What time does, and what is done about it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from approvals.engine.events.model import Event
from approvals.engine.state import Candidate
from approvals.engine.work import ClockReading


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
