"""Trying a calendar: when a length of time that starts at some moment ends, and why."""

from dataclasses import dataclass

from approvals.calendars import services
from approvals.calendars.business_time import end
from approvals.calendars.errors import CalendarError
from approvals.calendars.explanation import explain
from approvals.calendars.instants import parse_instant
from approvals.calendars.lengths import parse_length
from approvals.calendars.models import CalendarVersion
from approvals.calendars.rows import Rows, local, rows


@dataclass(frozen=True, slots=True)
class Trial:
    """What was asked, and what it comes to; ``fault`` is a sentence on what cannot be read."""

    start: str = ""
    length: str = ""
    end: str = ""
    rows: Rows | None = None
    fault: str = ""


def tried(version: CalendarVersion, start: str, length: str) -> Trial:
    """When the length ends that starts then, by this version of a calendar.

    Args:
        start: local wall time of the calendar, or with an offset.
        length: business time (PT16H) or working days (2wd).
    """
    start, length = start.strip(), length.strip()
    try:
        calendar = services.business_calendar(version)
        begin = parse_instant(start, calendar.zone)
        reached = end(calendar, begin, parse_length(length))
        return Trial(start, length, local(reached), rows(explain(calendar, begin, reached)))
    except CalendarError as error:
        return Trial(start, length, fault=error.message)
