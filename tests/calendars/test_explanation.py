"""Every stretch of a span: counted or not, and why."""

from datetime import timedelta
from itertools import pairwise

import pytest

from approvals.calendars.business_time import elapsed
from approvals.calendars.errors import EndBeforeStart
from approvals.calendars.explanation import explain
from approvals.calendars.opening_hours import BusinessCalendar
from tests.calendars.build import at, calendar, workdays


def told(
    hours: BusinessCalendar, start: str, stop: str, *paused: tuple[str, str]
) -> list[tuple[str, str, str]]:
    pauses = [(at(hours, a), at(hours, b)) for a, b in paused]
    return [
        (f"{part.start:%d %H:%M}", f"{part.end:%d %H:%M}", f"{part.reason} {part.note}".strip())
        for part in explain(hours, at(hours, start), at(hours, stop), pauses)
    ]


def test_open_closed_and_holiday() -> None:
    hours = workdays("09:00-17:00", zone="Europe/Amsterdam", holidays={"country": "NL"})
    assert told(hours, "2026-04-02T16:00", "2026-04-07T10:00") == [
        ("02 16:00", "02 17:00", "open"),
        ("02 17:00", "03 00:00", "closed"),
        ("03 00:00", "04 00:00", "holiday Good Friday"),
        ("04 00:00", "05 00:00", "closed"),
        ("05 00:00", "06 00:00", "holiday Easter Sunday"),
        ("06 00:00", "07 00:00", "holiday Easter Monday"),
        ("07 00:00", "07 09:00", "closed"),
        ("07 09:00", "07 10:00", "open"),
    ]


def test_a_day_added_says_so() -> None:
    hours = calendar(holidays={"add": ["2026-12-24"]})
    assert told(hours, "2026-12-24", "2026-12-25") == [
        ("24 00:00", "25 00:00", "holiday closed by this calendar")
    ]


def test_pauses_stand_before_hours_and_holidays() -> None:
    hours = workdays("09:00-17:00", holidays={"add": ["2026-03-04"]})
    pauses = ("2026-03-02T16:00", "2026-03-03T10:00"), ("2026-03-03T09:30", "2026-03-03T11:00")
    assert told(
        hours, "2026-03-02T15:00", "2026-03-04T01:00", *pauses, ("2026-03-03T23:00", "2026-03-09")
    ) == [
        ("02 15:00", "02 16:00", "open"),
        ("02 16:00", "03 11:00", "paused"),
        ("03 11:00", "03 17:00", "open"),
        ("03 17:00", "03 23:00", "closed"),
        ("03 23:00", "04 01:00", "paused"),
    ]


def test_what_counts_adds_up_to_what_elapsed() -> None:
    hours = workdays("08:30-12:00", "13:00-17:00", zone="Europe/Amsterdam", holidays={"country": "NL"})
    start, stop = at(hours, "2020-01-01T10:17"), at(hours, "2026-10-26T12:34")
    parts = explain(hours, start, stop)
    assert sum((part.duration for part in parts if part.counted), timedelta()) == elapsed(hours, start, stop)
    assert all(one.end == other.start for one, other in pairwise(parts))


def test_nothing_to_explain() -> None:
    hours = calendar()
    assert explain(hours, at(hours, "2026-03-02"), at(hours, "2026-03-02")) == ()


def test_a_span_or_a_pause_backwards_is_refused() -> None:
    hours = calendar()
    with pytest.raises(EndBeforeStart):
        told(hours, "2026-03-02", "2026-03-01")
    with pytest.raises(EndBeforeStart):
        told(hours, "2026-03-01", "2026-03-05", ("2026-03-03", "2026-03-02"))
