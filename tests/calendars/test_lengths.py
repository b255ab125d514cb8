"""Lengths and moments as people write them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.calendars.errors import InvalidLength
from approvals.calendars.lengths import (
    After,
    Before,
    Length,
    Share,
    WorkingDays,
    format_duration,
    format_length,
    parse_length,
    parse_moment,
)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT16H", timedelta(hours=16)),
        ("PT1H30M", timedelta(hours=1, minutes=30)),
        ("PT0S", timedelta()),
        ("PT90M", timedelta(minutes=90)),
        ("P1DT2H", timedelta(hours=26)),
        ("P1D", timedelta(hours=24)),
        ("PT1.5H", timedelta(minutes=90)),
        ("PT0,5S", timedelta(milliseconds=500)),
        ("2wd", WorkingDays(2)),
        ("0wd", WorkingDays(0)),
    ],
)
def test_lengths(text: str, length: Length) -> None:
    assert parse_length(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1DT", "16H", "PT16", "pt16h", "-PT1H", "PT-1H", "PT1H ", "2 wd", "2WD", "-1wd", "1.5wd",
     "PT1.5H30M", "P999999999DT24H", "12345wd", "PT1M1H", "50%"],
)  # fmt: skip
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(InvalidLength) as caught:
        parse_length(text)
    assert f'"{text}"' in caught.value.message
    assert "2wd" in caught.value.message


@pytest.mark.parametrize("text", ["P1M", "P1Y", "P2W", "P1Y2M3DT4H", "P1MT1M"])
def test_weeks_months_and_years_are_refused_for_what_they_are(text: str) -> None:
    with pytest.raises(InvalidLength, match="weeks, months or years"):
        parse_length(text)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "PT0S"),
        (timedelta(hours=39), "PT39H"),
        (timedelta(hours=1, minutes=30), "PT1H30M"),
        (timedelta(days=3, seconds=5), "PT72H5S"),
        (timedelta(milliseconds=250), "PT0.25S"),
        (timedelta(minutes=1, microseconds=1), "PT1M0.000001S"),
    ],
)
def test_durations_are_written_in_hours_minutes_and_seconds(length: timedelta, text: str) -> None:
    assert format_duration(length) == text


@given(st.timedeltas(timedelta(), timedelta(days=5000)) | st.integers(0, 9999).map(WorkingDays))
def test_what_is_written_can_be_read(length: Length) -> None:
    assert parse_length(format_length(length)) == length


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("50%", Share(Decimal(50))),
        ("12.5%", Share(Decimal("12.5"))),
        ("PT4H before", Before(timedelta(hours=4))),
        ("PT8H after", After(timedelta(hours=8))),
    ],
)
def test_moments(text: str, moment: Share | Before | After) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    "text", ["", "50", "%", "PT4H", "PT4H later", "before", "2wd before", "PT4H  before"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidLength):
        parse_moment(text)
