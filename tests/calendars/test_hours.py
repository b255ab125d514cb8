"""What is open: overnight windows, overlaps, holidays, changes of clocks, and the years that are kept."""

import struct
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from itertools import pairwise

import pytest

from approvals.calendars.business_time import elapsed, end, intervals
from approvals.calendars.errors import (
    BeyondHorizon,
    EndBeforeStart,
    InvalidInstant,
    InvalidLength,
    OutsideYears,
)
from approvals.calendars.opening_hours import BusinessCalendar
from tests.calendars.build import at, calendar, workdays


def opened(hours: BusinessCalendar, start: str, stop: str) -> list[str]:
    found = intervals(hours, at(hours, start), at(hours, stop))
    return [f"{a:%d %H:%M}-{b:%d %H:%M}" for a, b in found]


def test_a_window_may_run_into_the_next_day() -> None:
    assert opened(calendar(sat=["22:00-06:00"]), "2026-03-06", "2026-03-10") == ["07 22:00-08 06:00"]


def test_a_window_from_a_time_to_the_same_is_a_day_long() -> None:
    assert opened(calendar(mon=["09:00-09:00"]), "2026-03-01", "2026-03-05") == ["02 09:00-03 09:00"]


def test_overlapping_and_touching_windows_are_one() -> None:
    hours = calendar(mon=["09:00-12:00", "11:00-13:00", "13:00-14:00", "15:00-16:00"])
    assert opened(hours, "2026-03-02", "2026-03-03") == ["02 09:00-02 14:00", "02 15:00-02 16:00"]


def test_a_night_overlapping_the_next_morning_counts_once() -> None:
    hours = calendar(mon=["22:00-10:00"], tue=["09:00-17:00"])
    assert opened(hours, "2026-03-02", "2026-03-05") == ["02 22:00-03 17:00"]


def test_an_interval_over_new_year_is_one() -> None:
    assert opened(calendar(), "2025-12-30", "2026-01-03") == ["30 00:00-03 00:00"]


def test_intervals_are_cut_at_both_ends() -> None:
    assert opened(workdays("09:00-17:00"), "2026-03-02T10:00", "2026-03-03T09:30") == [
        "02 10:00-02 17:00",
        "03 09:00-03 09:30",
    ]


def test_nothing_is_open_in_no_time() -> None:
    assert opened(calendar(), "2026-03-02", "2026-03-02") == []


def test_a_holiday_closes_its_local_day_only() -> None:
    hours = calendar(thu=["22:00-06:00"], fri=["22:00-06:00"], holidays={"add": ["2026-03-06"]})
    assert opened(hours, "2026-03-05", "2026-03-09") == ["05 22:00-06 00:00", "07 00:00-07 06:00"]


def test_public_holidays_are_closed_unless_dropped() -> None:
    rule = {"country": "NL", "add": ["2026-04-03"], "drop": ["2026-04-27"]}
    hours = workdays("09:00-17:00", zone="Europe/Amsterdam", holidays=rule)
    # Good Friday (3rd, public in any case) and Easter Monday (6th) closed; King's Day (27th) worked.
    assert elapsed(hours, at(hours, "2026-04-03"), at(hours, "2026-04-08")) == timedelta(hours=8)
    assert elapsed(hours, at(hours, "2026-04-27"), at(hours, "2026-04-28")) == timedelta(hours=8)


def test_holidays_of_a_subdivision() -> None:
    bavaria, berlin = (
        workdays("09:00-17:00", zone="Europe/Berlin", holidays={"country": "DE", "subdivision": land})
        for land in ("BY", "BE")
    )
    epiphany = at(bavaria, "2026-01-06"), at(bavaria, "2026-01-07")
    assert elapsed(bavaria, *epiphany) == timedelta()
    assert elapsed(berlin, *epiphany) == timedelta(hours=8)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("02:15-02:45", "29 03:15-29 03:45"),  # moved by the gap
        ("01:30-02:30", "29 01:30-29 03:30"),
        ("01:00-04:00", "29 01:00-29 04:00"),
    ],
)
def test_a_time_that_does_not_exist_moves_forward_by_the_gap(window: str, expected: str) -> None:
    assert opened(calendar("Europe/Amsterdam", sun=[window]), "2026-03-28", "2026-03-31") == [expected]


def test_an_ambiguous_time_is_its_first_occurrence() -> None:
    hours = calendar("Europe/Amsterdam", sun=["02:30-05:00"])
    (start, stop), = intervals(hours, at(hours, "2026-10-24"), at(hours, "2026-10-27"))  # fmt: skip
    assert start.isoformat() == "2026-10-25T02:30:00+02:00"
    assert elapsed(hours, start, stop) == timedelta(hours=3, minutes=30)
    until_half_past = calendar("Europe/Amsterdam", sun=["01:00-02:30"])
    total = elapsed(until_half_past, at(hours, "2026-10-25"), at(hours, "2026-10-26"))
    assert total == timedelta(hours=1, minutes=30)


def test_a_day_that_a_zone_skipped_has_no_windows() -> None:
    # Samoa went from Thursday 29 to Saturday 31 December 2011.
    assert opened(workdays("09:00-17:00", zone="Pacific/Apia"), "2011-12-29", "2012-01-02") == [
        "29 09:00-29 17:00"
    ]


def test_moments_of_other_zones_are_the_same_moments() -> None:
    hours = workdays("09:00-17:00", zone="Europe/Amsterdam")
    start, stop = at(hours, "2026-03-06T10:00-05:00"), at(hours, "2026-03-09T09:30+01:00")
    assert elapsed(hours, start, stop) == timedelta(hours=1, minutes=30)
    assert end(hours, start, timedelta(hours=1)).isoformat() == "2026-03-06T17:00:00+01:00"


@pytest.mark.parametrize(
    "zone", ["Europe/Amsterdam", "America/Santiago", "Africa/Casablanca", "Pacific/Apia"]
)
def test_a_year_counted_by_weeks_is_the_sum_of_its_intervals(zone: str) -> None:
    hours = calendar(
        zone, holidays={"country": "NL"}, mon=["09:00-12:00", "11:00-18:30"], sat=["20:15-04:10"]
    )
    for year in range(1970, 2100):
        counted = hours.total(year)
        assert counted == hours.table(year).total


def test_a_span_is_refused_backwards() -> None:
    hours = calendar()
    with pytest.raises(EndBeforeStart):
        elapsed(hours, at(hours, "2026-03-02"), at(hours, "2026-03-01"))


def test_naive_times_are_refused() -> None:
    hours = calendar()
    with pytest.raises(InvalidInstant):
        end(hours, at(hours, "2026-03-02").replace(tzinfo=None), timedelta(hours=1))


def test_a_negative_length_is_refused() -> None:
    hours = calendar()
    with pytest.raises(InvalidLength):
        end(hours, at(hours, "2026-03-02"), timedelta(hours=-1))


def test_years_without_a_calendar_are_refused() -> None:
    hours = calendar()
    for year in ("1969-12-31T23:59", "2100-01-01T00:01"):
        with pytest.raises(OutsideYears, match="1970 to 2099"):
            end(hours, at(hours, year), timedelta(hours=1))


def test_the_last_moment_of_the_last_year_can_be_reached_but_not_passed() -> None:
    hours = calendar()
    start, last = at(hours, "2099-12-31T00:00"), at(hours, "2100-01-01T00:00")
    assert end(hours, start, timedelta(hours=24)) == last
    assert elapsed(hours, start, last) == timedelta(hours=24)
    with pytest.raises(BeyondHorizon, match="PT24H1S"):
        end(hours, start, timedelta(hours=24, seconds=1))


def test_a_length_of_no_time_ends_where_it_starts() -> None:
    hours = workdays("09:00-17:00")
    assert end(hours, at(hours, "2026-03-07T11:00"), timedelta()) == at(hours, "2026-03-07T11:00")


def test_no_zone_changes_its_offset_back_within_four_days() -> None:
    """What the year tables rely on: equal offsets at both ends of four days mean no change between."""
    quickest = min(
        later - earlier
        for name in files("tzdata").joinpath("zones").read_text().split()
        for (_, before), (earlier, _), (later, after) in zip(
            *_shifted(list(_offset_changes(name))), strict=False
        )
        if before == after and earlier >= 0
    )
    assert quickest > 5 * 86_400


def _shifted(changes: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    return [changes, changes[1:], changes[2:]]


def _offset_changes(zone: str) -> Iterator[tuple[int, int]]:
    """When a zone changes its offset, and to what (RFC 8536, the 64-bit part of the file)."""
    content = files("tzdata.zoneinfo").joinpath(*zone.split("/")).read_bytes()
    skip = struct.unpack(">6l", content[20:44])
    body = 44 + skip[3] * 5 + skip[4] * 6 + skip[5] + skip[2] * 8 + skip[1] + skip[0]
    _, _, _, times, types, _ = struct.unpack(">6l", content[body + 20 : body + 44])
    at_times = body + 44
    moments = struct.unpack(f">{times}q", content[at_times : at_times + 8 * times])
    kinds = content[at_times + 8 * times : at_times + 9 * times]
    of_kind = [
        struct.unpack(">l", content[at_times + 9 * times + 6 * kind :][:4])[0] for kind in range(types)
    ]
    changes = [(moment, of_kind[kind]) for moment, kind in zip(moments, kinds, strict=True)]
    yield from changes[:1]
    for (_, before), (moment, after) in pairwise(changes):
        if before != after:
            yield moment, after
