"""Publishing calendars: versions for ever, the same only once, found by key and number."""

from datetime import date, timedelta
from typing import Any

import pytest

from approvals.calendars import holiday_dates, services
from approvals.calendars.business_time import elapsed
from approvals.calendars.errors import InvalidCalendar, UnknownCalendar
from approvals.calendars.models import Calendar, CalendarVersion, PublishedForever
from tests.calendars.build import at

pytestmark = pytest.mark.django_db


def body(**changes: Any) -> dict[str, Any]:
    return {"name": "Head Office", "zone": "UTC", "week": {"mon": ["09:00-17:00"]}} | changes


def test_a_version_keeps_everything_it_was_made_with() -> None:
    version = services.publish(body(holidays={"country": "NL"}), by="ada")
    assert (version.calendar.key, version.calendar.name, version.number) == ("head-office", "Head Office", 1)
    assert version.published_by == "ada"
    assert version.zone == "UTC"
    assert version.holidays_version == holiday_dates.LIBRARY_VERSION
    assert version.tzdata_version
    assert version.holidays["2026"]["2026-04-27"] == "King's Day"
    assert (min(version.holidays), max(version.holidays)) == ("1970", "2099")


def test_a_change_is_a_new_version_and_the_same_is_none() -> None:
    first = services.publish(body(), by="ada")
    assert services.publish(body(), by="bo") == first
    second = services.publish(body(name="head office", week={"tue": ["09:00-17:00"]}), by="bo")
    assert (second.number, second.calendar.name) == (2, "head office")
    assert services.current("head-office") == second
    assert services.get("head-office", 1) == first


def test_a_version_never_changes() -> None:
    version = services.publish(body(), by="ada")
    for change in (version.save, version.delete, CalendarVersion.objects.all().delete):
        with pytest.raises(PublishedForever):
            change()
    with pytest.raises(PublishedForever):
        CalendarVersion.objects.update(zone="UTC")


def test_a_later_release_of_the_holiday_library_changes_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    old = services.publish(body(holidays={"country": "NL"}), by="")
    monday = date(2026, 3, 9)
    found = holiday_dates._Found({monday: "New Day"}, ())
    monkeypatch.setattr(holiday_dates, "_public_holidays", lambda *_place: found)
    monkeypatch.setattr(services, "_MADE", {})
    new = services.publish(body(holidays={"country": "NL"}), by="")
    assert new.number == 2
    for version, hours in ((old, 8), (new, 0)):
        calendar = services.business_calendar(services.get("head-office", version.number))
        span = at(calendar, "2026-03-09"), at(calendar, "2026-03-10")
        assert elapsed(calendar, *span) == timedelta(hours=hours)


def test_a_version_outlives_a_country_that_the_library_drops(monkeypatch: pytest.MonkeyPatch) -> None:
    version = services.publish(body(holidays={"country": "NL"}), by="")
    monkeypatch.setattr(services, "_MADE", {})
    monkeypatch.setattr("holidays.list_supported_countries", lambda **_options: {})
    assert services.business_calendar(version).holidays.names[date(2026, 4, 27)] == "King's Day"


def test_a_calendar_is_made_ready_once() -> None:
    services.publish(body(), by="")
    one, other = (services.business_calendar(services.current("head-office")) for _ in range(2))
    assert one is other


def test_what_is_not_published_is_refused_by_name() -> None:
    services.publish(body(), by="")
    with pytest.raises(UnknownCalendar, match=r'no calendar "office".*There are: head-office\.'):
        services.current("office")
    with pytest.raises(UnknownCalendar, match='no version 2 of a calendar "head-office"'):
        services.get("head-office", 2)


@pytest.mark.parametrize("name", ["24/7", "???", "x" * 61])
def test_a_name_that_gives_no_key_is_refused(name: str) -> None:
    with pytest.raises(InvalidCalendar, match="gives no key"):
        services.publish(body(name=name), by="ada")
    assert not Calendar.objects.exists()


def test_the_library_is_published_once() -> None:
    first = services.load_library()
    assert [version.calendar.key for version in first] == [
        "always-open",
        "amsterdam-office",
        "eindhoven-university",
    ]
    assert services.load_library(by="ada") == first
    assert {version.number for version in first} == {1}
