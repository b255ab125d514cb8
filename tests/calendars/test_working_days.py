"""A working day ends at the same local time the next working day."""

import pytest

from approvals.calendars.business_time import elapsed, end
from approvals.calendars.errors import BeyondHorizon
from approvals.calendars.lengths import WorkingDays
from approvals.calendars.opening_hours import BusinessCalendar
from tests.calendars.build import at, calendar, workdays

OFFICE = workdays("09:00-17:00")


def ends(hours: BusinessCalendar, start: str, days: int) -> str:
    return end(hours, at(hours, start), WorkingDays(days)).replace(tzinfo=None).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-03-02T14:00", 1, "2026-03-03T14:00"),
        ("2026-03-06T14:00", 1, "2026-03-09T14:00"),
        ("2026-03-05T14:00", 2, "2026-03-09T14:00"),
        ("2026-03-02T14:00", 10, "2026-03-16T14:00"),
        ("2026-03-06T09:00", 1, "2026-03-09T09:00"),
        ("2026-03-06T17:00", 1, "2026-03-09T17:00"),
    ],
)
def test_the_same_time_on_a_later_working_day(start: str, days: int, expected: str) -> None:
    assert ends(OFFICE, start, days) == expected


def test_a_holiday_is_no_working_day() -> None:
    hours = workdays("09:00-17:00", holidays={"add": ["2026-03-09"]})
    assert ends(hours, "2026-03-06T14:00", 1) == "2026-03-10T14:00"


def test_none_ends_where_it_starts_even_when_closed() -> None:
    assert ends(OFFICE, "2026-03-07T11:00", 0) == "2026-03-07T11:00"


@pytest.mark.parametrize(
    "start", ["2026-03-06T17:01", "2026-03-07T11:00", "2026-03-09T06:00", "2026-03-09T09:00"]
)
def test_a_start_outside_the_hours_counts_from_the_next_opening(start: str) -> None:
    assert ends(OFFICE, start, 1) == "2026-03-10T09:00"


def test_a_time_after_closing_ends_at_the_closing() -> None:
    hours = calendar(thu=["09:00-17:00"], fri=["09:00-16:00"], mon=["09:00-17:00"])
    assert ends(hours, "2026-03-05T16:30", 1) == "2026-03-06T16:00"


def test_a_time_in_the_lunch_break_ends_before_it() -> None:
    hours = calendar(mon=["09:00-17:00"], tue=["09:00-12:30", "13:30-17:00"])
    assert ends(hours, "2026-03-02T13:00", 1) == "2026-03-03T12:30"


def test_a_time_before_opening_ends_at_the_opening() -> None:
    hours = calendar(mon=["08:00-17:00"], tue=["10:00-16:00"])
    assert ends(hours, "2026-03-02T08:30", 1) == "2026-03-03T10:00"


def test_hours_after_midnight_belong_to_the_day_the_window_started() -> None:
    nights = calendar(sat=["22:00-06:00"])
    assert ends(nights, "2026-03-08T02:00", 1) == "2026-03-15T02:00"
    assert ends(nights, "2026-03-07T23:00", 1) == "2026-03-14T23:00"
    assert ends(nights, "2026-03-08T06:00", 1) == "2026-03-15T06:00"


def test_a_night_that_a_holiday_cuts_ends_at_midnight() -> None:
    nights = calendar(sat=["22:00-06:00"], holidays={"add": ["2026-03-15"]})
    assert ends(nights, "2026-03-08T02:00", 1) == "2026-03-15T00:00"


def test_every_day_of_an_open_calendar_is_a_working_day() -> None:
    assert ends(calendar(), "2026-03-07T23:59", 3) == "2026-03-10T23:59"


def test_the_local_time_is_kept_over_a_change_of_clocks() -> None:
    hours = workdays("09:00-17:00", zone="Europe/Amsterdam")
    start = at(hours, "2026-03-27T14:00")
    assert end(hours, start, WorkingDays(1)).isoformat() == "2026-03-30T14:00:00+02:00"


def test_a_local_time_that_does_not_exist_moves_forward() -> None:
    hours = calendar("Europe/Amsterdam")
    assert ends(hours, "2026-03-28T02:30", 1) == "2026-03-29T03:30"
    assert ends(hours, "2026-03-28T02:30", 2) == "2026-03-30T02:30"


def test_a_working_day_whose_only_window_vanishes_is_none() -> None:
    hours = calendar("Europe/Amsterdam", sat=["02:30-03:00"], sun=["02:30-03:00"])
    assert ends(hours, "2026-03-28T02:45", 1) == "2026-04-04T02:45"


def test_as_business_time_it_is_a_day_of_hours() -> None:
    start = at(OFFICE, "2026-03-05T10:30")
    for days in range(1, 8):
        assert (
            elapsed(OFFICE, start, end(OFFICE, start, WorkingDays(days))).total_seconds() == days * 8 * 3600
        )


def test_a_later_start_never_ends_earlier() -> None:
    hours = calendar(mon=["09:00-12:30", "13:30-17:00"], tue=["10:00-16:00"], fri=["20:00-04:00"])
    starts = [at(hours, f"2026-03-{day:02}T{hour:02}:{minute:02}") for day in range(2, 16)
              for hour in range(24) for minute in (0, 30)]  # fmt: skip
    found = [end(hours, start, WorkingDays(1)) for start in starts]
    assert found == sorted(found)


def test_it_stops_at_the_last_year() -> None:
    for hours in (OFFICE, calendar()):
        with pytest.raises(BeyondHorizon, match="2wd"):
            end(hours, at(hours, "2099-12-30T12:00"), WorkingDays(2))
