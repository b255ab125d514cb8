"""Calendars for the tests, in few words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from approvals.calendars.definition import parse_definition
from approvals.calendars.opening_hours import BusinessCalendar

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


def calendar(
    zone: str = "UTC", *, holidays: Mapping[str, Any] | None = None, **week: list[str]
) -> BusinessCalendar:
    """A calendar of these windows a weekday; without any it is always open."""
    hours: dict[str, Any] = {"week": week} if week else {"always": True}
    return BusinessCalendar(
        parse_definition({"name": "test", "zone": zone, "holidays": dict(holidays or {}), **hours})
    )


def workdays(*windows: str, zone: str = "UTC", holidays: Mapping[str, Any] | None = None) -> BusinessCalendar:
    """A calendar of the same windows from Monday to Friday."""
    return calendar(zone, holidays=holidays, **{day: list(windows) for day in WORKDAYS})


def at(calendar: BusinessCalendar, text: str) -> datetime:
    """A local time of the calendar, or a time with an offset."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone)
