"""Cases with known answers, from the documentation of products that keep such clocks."""

from datetime import timedelta

import pytest

from approvals.calendars.business_time import elapsed, end
from tests.calendars.build import at, calendar, workdays


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_case_1_overnight_is_not_business_time() -> None:
    """ServiceNow."""
    office = workdays("09:00-17:00")
    start, stop = at(office, "2026-03-03T14:00"), at(office, "2026-03-04T09:00")
    assert elapsed(office, start, stop) == hours(3)
    assert stop - start == hours(19)


def test_case_2_a_weekend_is_not_business_time() -> None:
    """ServiceNow."""
    office = workdays("08:00-17:00")
    start, stop = at(office, "2025-12-12T21:00"), at(office, "2025-12-15T09:30")
    assert elapsed(office, start, stop) == hours(1.5)
    assert stop - start == hours(60.5)
    assert round(100 * elapsed(office, start, stop) / hours(8)) == 19


def test_case_3_twenty_four_business_hours_are_three_working_days() -> None:
    """ServiceNow."""
    office = workdays("09:00-17:00")
    assert end(office, at(office, "2026-03-02T09:00"), hours(24)) == at(office, "2026-03-04T17:00")


def test_case_4_what_is_left_on_friday_goes_on_on_monday() -> None:
    """Zendesk."""
    office = workdays("09:00-17:00")
    assert end(office, at(office, "2026-03-06T16:00"), hours(2)) == at(office, "2026-03-09T10:00")


def test_case_5_five_days_of_office_hours() -> None:
    """sla-timer."""
    office = workdays("09:00-17:30")
    assert elapsed(office, at(office, "2022-07-25T05:35:40"), at(office, "2022-07-29T14:00")) == hours(39)


def test_case_6_an_uneven_week() -> None:
    """zendesk/biz."""
    long, short = ["09:00-17:00"], ["10:00-16:00"]
    shop = calendar(mon=long, wed=long, fri=long, tue=short, thu=short, sat=["11:00-14:30"])
    assert elapsed(shop, at(shop, "2026-03-02"), at(shop, "2026-03-09")) == hours(39.5)


def test_case_7_days_of_23_and_25_hours() -> None:
    new_york = calendar("America/New_York")
    assert elapsed(new_york, at(new_york, "2026-03-08"), at(new_york, "2026-03-09")) == hours(23)
    assert elapsed(new_york, at(new_york, "2026-11-01"), at(new_york, "2026-11-02")) == hours(25)


@pytest.mark.parametrize(
    ("window", "start", "length", "ends"),
    [
        ("09:00-17:00", "2026-03-06T17:00", 8, "2026-03-09T17:00"),
        ("08:00-17:00", "2026-03-06T16:00", 4, "2026-03-09T11:00"),
    ],
)
def test_case_8_what_two_public_articles_get_wrong(window: str, start: str, length: int, ends: str) -> None:
    office = workdays(window)
    assert end(office, at(office, start), hours(length)) == at(office, ends)
