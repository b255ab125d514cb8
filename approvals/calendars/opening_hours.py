"""A calendar's open time as instants, in tables by year.

An instant is open if it lies in a window of the week and its local day is no holiday. Windows are
local wall time turned into instants: a time that does not exist moves forward by the gap, an
ambiguous one is its first occurrence. A local day that a zone skipped altogether (Apia,
2011-12-30) has no windows. Overlapping and touching windows are one interval.

Tables are built once for each year that is asked for: by plain arithmetic for the days between two
changes of the zone's offset, by the zone's rules for the days at a change.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from approvals.calendars.definition import CalendarDefinition, window_minutes
from approvals.calendars.errors import OutsideYears
from approvals.calendars.holiday_dates import HolidayDates, resolve_holidays
from approvals.calendars.years import FIRST_YEAR, LAST_YEAR, SPAN, YEARS
from approvals.calendars.zones import (
    DAY,
    EPOCH_DAY,
    SECOND,
    find_zone,
    from_instant,
    instant_of_wall_time,
    offset_at_midnight,
)

Span = tuple[int, int]
"""From an instant up to, not including, another."""

_BLOCK = 4
"""Days. No zone changes its offset and back again within so few (a test looks at all of them)."""

_DAYS_KEPT = 4_000
"""Days whose windows a calendar remembers as instants: ten years."""


class YearTable(NamedTuple):
    """The open intervals of a local year, in order, and the open time before each of them."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int

    def open_until(self, instant: int) -> int:
        """Open microseconds from the start of the year to an instant in it."""
        last = bisect_right(self.starts, instant) - 1
        if last < 0:
            return 0
        return self.before[last] + min(instant, self.ends[last]) - self.starts[last]


class BusinessCalendar:
    """A calendar made ready for calculation.

    Tables are added to as years are asked for and never change, so a calendar may be shared by threads.

    Args:
        definition: the hours and the zone.
        holidays: the days that are closed; by default what the definition's rule comes to today.
    """

    def __init__(self, definition: CalendarDefinition, holidays: HolidayDates | None = None) -> None:
        self.definition = definition
        self.zone = find_zone(definition.zone)
        self.holidays = resolve_holidays(definition.holidays) if holidays is None else holidays
        self._windows = _week_windows(definition)
        self._pattern = [
            merge([*_clip(self._windows[day], 0, DAY), *_clip(self._windows[day - 1], DAY, 2 * DAY, -DAY)])
            for day in range(7)
        ]
        self._tables: dict[int, YearTable] = {}
        self._totals: dict[int, int] = {}
        self._days: dict[int, tuple[Span, ...]] = {}

    @property
    def name(self) -> str:
        """What the calendar is called."""
        return self.definition.name

    @cached_property
    def year_starts(self) -> list[int]:
        """The instants at which the kept years start, and at which the last one ends."""
        return [self.midnight(date(year, 1, 1).toordinal()) for year in (*YEARS, LAST_YEAR + 1)]

    def year_of(self, instant: int) -> int:
        """The local year of an instant.

        Raises:
            OutsideYears: the calendar is not kept for it.
        """
        index = bisect_right(self.year_starts, instant) - 1
        if instant == self.year_starts[-1]:  # the end of the last day is still part of it
            return LAST_YEAR
        if not 0 <= index < len(YEARS):
            raise OutsideYears(
                f"{from_instant(instant, self.zone).isoformat()} lies outside the years of a calendar, {SPAN}."
            )
        return FIRST_YEAR + index

    def table(self, year: int) -> YearTable:
        """The open intervals of a kept year."""
        table = self._tables.get(year)
        if table is None:
            table = self._tables[year] = self._build(year)
        return table

    def total(self, year: int) -> int:
        """The open microseconds of a kept year: from its table if there is one, else from the week alone.

        A year in the middle of a long span needs no table: it is so many Mondays, Tuesdays …, less the
        holidays, with the days at a change of offset counted by themselves.
        """
        if (table := self._tables.get(year)) is not None:
            return table.total
        if (total := self._totals.get(year)) is not None:
            return total
        total = self._totals[year] = self._count(year)
        return total

    def midnight(self, day: int) -> int:
        """The instant at which a local day (its ordinal) starts."""
        return instant_of_wall_time(self.zone, day, 0)

    def is_working_day(self, day: int) -> bool:
        """Whether a local day has windows of its own and is no holiday."""
        return day not in self.holidays.days and bool(self._instants(day))

    def windows_of(self, day: int) -> list[Span]:
        """The open intervals of the windows that start on a day, less what reaches into a holiday."""
        closed = [other for other in (day, day + 1, day + 2) if other in self.holidays.days]
        spans = merge(self._instants(day))
        for holiday in closed:
            first, last = self.midnight(holiday), self.midnight(holiday + 1)
            spans = [part for a, b in spans for part in ((a, min(b, first)), (max(a, last), b))]
            spans = [(a, b) for a, b in spans if a < b]
        return spans

    def wall_time(self, day: int, since_midnight: int) -> int:
        """The instant of a local time of a day, so many microseconds after midnight."""
        return instant_of_wall_time(self.zone, day, since_midnight)

    def _build(self, year: int) -> YearTable:
        first, last = _days_of(year)
        changes, offsets = self._offsets(first, last)
        starts: list[int] = []
        ends: list[int] = []
        for day in range(first, last):
            if day in self.holidays.days:
                continue
            if day in changes:
                spans = self._exact(day)
            else:
                base = (day - EPOCH_DAY) * DAY - offsets[day - first]
                spans = [(base + a, base + b) for a, b in self._pattern[_weekday(day)]]
            for start, end in spans:
                if ends and start <= ends[-1]:
                    ends[-1] = end
                else:
                    starts.append(start)
                    ends.append(end)
        before, total = [], 0
        for start, end in zip(starts, ends, strict=True):
            before.append(total)
            total += end - start
        return YearTable(starts, ends, before, total)

    def _count(self, year: int) -> int:
        first, last = _days_of(year)
        changes, _ = self._offsets(first, last)
        a_day = [sum(end - start for start, end in spans) for spans in self._pattern]
        weeks, rest = divmod(last - first, 7)
        total = weeks * sum(a_day) + sum(a_day[_weekday(first + extra)] for extra in range(rest))
        apart = changes | self.holidays.days
        for day in apart.intersection(range(first, last)):
            total -= a_day[_weekday(day)]
            if day not in self.holidays.days:
                total += sum(end - start for start, end in self._exact(day))
        return total

    def _offsets(self, first: int, last: int) -> tuple[set[int], list[int]]:
        """The days that a change of offset touches, and the offset at the start of each day.

        A change is felt on its own day and on the next two: a window of the day may be moved past
        midnight, and a window that starts on it may run into the next.
        """
        changes: set[int] = set()
        offsets: list[int] = []
        lead = first - _BLOCK
        at_start = offset_at_midnight(self.zone, lead)
        for block in range(lead, last, _BLOCK):
            at_end = offset_at_midnight(self.zone, block + _BLOCK)
            if at_start == at_end:
                offsets += [at_start] * _BLOCK
            else:
                each = [offset_at_midnight(self.zone, day) for day in range(block, block + _BLOCK + 1)]
                for day, (here, there) in enumerate(pairwise(each), block):
                    if here != there:
                        changes.update((day, day + 1, day + 2))
                offsets += each[:-1]
            at_start = at_end
        return changes, offsets[_BLOCK:]

    def _exact(self, day: int) -> list[Span]:
        """The open intervals within a local day, by the zone's rules."""
        first, last = self.midnight(day), self.midnight(day + 1)
        spans = [span for other in (day - 2, day - 1, day) for span in self._instants(other)]
        return merge(_clip(spans, first, last))

    def _instants(self, day: int) -> tuple[Span, ...]:
        """The windows that start on a local day, as instants, holidays or not.

        Kept, because clocks that start about the same time walk over the same days.
        """
        spans = self._days.get(day)
        if spans is None:
            if len(self._days) >= _DAYS_KEPT:
                self._days.clear()
            spans = self._days[day] = self._work_out(day)
        return spans

    def _work_out(self, day: int) -> tuple[Span, ...]:
        windows = self._windows[_weekday(day)]
        if not windows or not self._exists(day):
            return ()
        spans = [(self.wall_time(day, a), self.wall_time(day, b)) for a, b in windows]
        return tuple((a, b) for a, b in spans if a < b)

    def _exists(self, day: int) -> bool:
        return self.midnight(day) < self.midnight(day + 1)


@lru_cache(maxsize=256)
def compile_calendar(definition: CalendarDefinition) -> BusinessCalendar:
    """A definition made ready for calculation, with the holidays that its rule comes to today."""
    return BusinessCalendar(definition)


def merge(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, with those that overlap or touch made one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _week_windows(definition: CalendarDefinition) -> list[list[Span]]:
    """For each weekday its windows in microseconds from midnight; an end may lie in the next day."""
    week = definition.week
    if week is None:
        return [[(0, DAY)]] * 7
    minute = 60 * SECOND
    spans = [[window_minutes(text) for text in week.of(day)] for day in range(7)]
    return [[(a * minute, b * minute) for a, b in windows] for windows in spans]


def _clip(spans: list[Span], first: int, last: int, move: int = 0) -> list[Span]:
    """What of the spans lies between two bounds, moved by so much."""
    cut = [(max(a, first), min(b, last)) for a, b in spans]
    return [(a + move, b + move) for a, b in cut if a < b]


def _days_of(year: int) -> Span:
    """The ordinals of a year's first day and of the next year's."""
    return date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()


def _weekday(day: int) -> int:
    """Monday is 0."""
    return (day + 6) % 7
