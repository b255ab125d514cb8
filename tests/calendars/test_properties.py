"""Business time against a counter that walks minute by minute, on calendars nobody would write."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from approvals.calendars.business_time import elapsed, end, intervals
from approvals.calendars.definition import DAYS, parse_definition
from approvals.calendars.errors import BeyondHorizon
from approvals.calendars.explanation import Reason, explain
from approvals.calendars.opening_hours import BusinessCalendar
from tests.calendars.minute_counter import MINUTE, MinuteCounter, Window, walk

SPAN = timedelta(days=6)

# Each zone a few days before it changes its offset, or on a quiet week.
PLACES = (
    ("Europe/Amsterdam", (2026, 3, 27)),
    ("Europe/Amsterdam", (2026, 10, 22)),
    ("America/New_York", (2026, 10, 30)),
    ("America/Santiago", (2026, 4, 2)),  # back from 24:00 to 23:00
    ("America/Santiago", (2026, 9, 3)),  # forward from 00:00 to 01:00
    ("America/Havana", (2026, 10, 29)),  # back from 01:00 to 00:00
    ("Asia/Beirut", (2026, 3, 26)),  # midnight does not exist
    ("Asia/Pyongyang", (2018, 5, 2)),  # 23:30 to 24:00 does not exist
    ("Australia/Lord_Howe", (2026, 10, 1)),  # half an hour
    ("Africa/Casablanca", (2026, 2, 12)),
    ("Pacific/Apia", (2011, 12, 28)),  # a whole day does not exist
    ("Asia/Kathmandu", (2026, 12, 29)),  # into the next year
)


@dataclass(frozen=True)
class Case:
    calendar: BusinessCalendar
    counter: MinuteCounter
    first: datetime

    @property
    def last(self) -> datetime:
        return self.first + SPAN


minutes = st.integers(0, 1439)
windows = st.lists(st.tuples(minutes, minutes), max_size=3)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone, day = draw(st.sampled_from(PLACES))
    week: dict[int, list[Window]] = draw(st.dictionaries(st.integers(0, 6), windows))
    assume(any(week.values()))
    days = st.integers(-2, 8).map(lambda number: date(*day) + timedelta(days=number))
    closed = draw(st.frozensets(days, max_size=3))
    definition = parse_definition(
        {
            "name": "any",
            "zone": zone,
            "week": {DAYS[day]: [f"{clock(a)}-{clock(b)}" for a, b in spans] for day, spans in week.items()},
            "holidays": {"add": sorted(closed)},
        }
    )
    counter = MinuteCounter(walk(zone, *day), week, closed)
    return Case(BusinessCalendar(definition), counter, datetime(*day, tzinfo=UTC))


offsets = st.integers(0, SPAN // MINUTE).map(lambda number: number * MINUTE)


@settings(max_examples=60, deadline=None)
@given(cases(), st.lists(offsets, min_size=2, max_size=6))
def test_elapsed_agrees_with_the_counter(case: Case, points: list[timedelta]) -> None:
    moments = sorted(case.first + point for point in points)
    start, stop = moments[0], moments[-1]
    assert elapsed(case.calendar, start, stop) == case.counter.count(start, stop)


@settings(max_examples=60, deadline=None)
@given(cases(), offsets, st.integers(0, 3000))
def test_end_agrees_with_the_counter(case: Case, point: timedelta, length: int) -> None:
    start = case.first + point
    expected = case.counter.end(start, length, case.last)
    try:
        # In UTC, as Python calls a time that comes twice equal to no time of another zone.
        found = end(case.calendar, start, length * MINUTE).astimezone(UTC)
    except BeyondHorizon:  # every window may lie in a gap
        assert expected is None
    else:
        assert found == expected if expected else found > case.last - MINUTE


@settings(max_examples=100, deadline=None)
@given(cases(), st.lists(offsets, min_size=3, max_size=8), st.integers(0, 59_999_999))
def test_elapsed_is_additive_over_any_split(case: Case, points: list[timedelta], micros: int) -> None:
    moments = sorted(
        case.first + point + timedelta(microseconds=micros * (point.days % 2)) for point in points
    )
    parts = [elapsed(case.calendar, a, b) for a, b in pairwise(moments)]
    assert sum(parts, timedelta()) == elapsed(case.calendar, moments[0], moments[-1])


@settings(max_examples=100, deadline=None)
@given(cases(), offsets, st.timedeltas(timedelta(), timedelta(days=2)))
def test_end_and_elapsed_are_inverse(case: Case, point: timedelta, length: timedelta) -> None:
    start = case.first + point
    assume(elapsed(case.calendar, start, start + timedelta(days=400)) >= length)
    reached = end(case.calendar, start, length).astimezone(UTC)
    assert elapsed(case.calendar, start, reached) == length
    if length:  # and it is the first such moment
        just_before = reached - timedelta(microseconds=1)
        assert elapsed(case.calendar, start, just_before) == length - timedelta(microseconds=1)


@settings(max_examples=60, deadline=None)
@given(cases(), offsets, offsets)
def test_intervals_are_the_open_minutes(case: Case, one: timedelta, other: timedelta) -> None:
    start, stop = sorted((case.first + one, case.first + other))
    found = [(a.astimezone(UTC), b.astimezone(UTC)) for a, b in intervals(case.calendar, start, stop)]
    counted = bytearray(len(case.counter.open))
    for a, b in found:
        first, last = case.counter.number(a), case.counter.number(b)
        assert first < last
        counted[first:last] = b"\1" * (last - first)
    span = slice(case.counter.number(start), case.counter.number(stop))
    assert counted[span] == case.counter.open[span]
    assert sum(counted) == sum(counted[span])
    assert all(b < c for (_, b), (c, _) in pairwise(found))


@settings(max_examples=60, deadline=None)
@given(cases(), st.lists(offsets, min_size=2, max_size=2), st.lists(st.tuples(offsets, offsets), max_size=4))
def test_an_explanation_covers_every_minute_once(
    case: Case, span: list[timedelta], breaks: list[tuple[timedelta, timedelta]]
) -> None:
    start, stop = sorted(case.first + point for point in span)
    paused = [(case.first + min(pair), case.first + max(pair)) for pair in breaks]
    stretches = explain(case.calendar, start, stop, paused)
    edges = [start, *(stretch.end.astimezone(UTC) for stretch in stretches)]
    assert edges[:-1] == [stretch.start.astimezone(UTC) for stretch in stretches]
    assert edges[-1] == stop

    def is_paused(minute: datetime) -> bool:
        return any(a <= minute < b for a, b in paused)

    minutes = [start + number * MINUTE for number in range((stop - start) // MINUTE)]
    counted = sum(bool(case.counter.open[case.counter.number(m)]) and not is_paused(m) for m in minutes)
    assert sum((s.duration for s in stretches if s.counted), timedelta()) == counted * MINUTE
    assert all(is_paused(s.start.astimezone(UTC)) for s in stretches if s.reason is Reason.PAUSED)
