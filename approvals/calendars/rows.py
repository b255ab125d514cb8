"""An explained stretch of time as rows of a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from approvals.calendars.explanation import Reason, Stretch

MAX_ROWS = 400
"""Stretches that a page shows; a target of a working year has about three times as many as days."""
WHY = {
    Reason.OPEN: "Working hours",
    Reason.CLOSED: "Closed",
    Reason.HOLIDAY: "Holiday",
    Reason.PAUSED: "The clock stood still",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One stretch in the calendar's zone: how long it ``lasted``, and the ``total`` counted when it ends, in words."""

    start: str
    end: str
    counted: bool
    why: str
    lasted: str
    total: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What a page shows: the first rows, how many more there are, and what all of them come to, in words."""

    shown: tuple[Row, ...]
    omitted: int
    counted: str


def rows(stretches: Iterable[Stretch]) -> Rows:
    """Every stretch with a running total of what was counted."""
    made, total = [], timedelta()
    for one in stretches:
        total += one.duration if one.counted else timedelta()
        why = f"{WHY[one.reason]}: {one.note}" if one.note else WHY[one.reason]
        until = f"{one.end:%H:%M}" if one.start.date() == one.end.date() else local(one.end)
        made.append(Row(local(one.start), until, one.counted, why, exactly(one.duration), exactly(total)))
    return Rows(tuple(made[:MAX_ROWS]), max(len(made) - MAX_ROWS, 0), exactly(total))


def exactly(span: timedelta) -> str:
    """An amount of time to the second, in hours: "16 h", "8 h 30 min", "45 s"."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if number
    ]
    return " ".join(parts) or "0 min"


def local(at: datetime) -> str:
    """A point in time as its calendar's wall clock shows it."""
    return f"{at:%a} {at.day} {at:%b %Y}, {at:%H:%M}"
