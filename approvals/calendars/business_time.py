"""Business time: what of a span is open, how much that is, and when a length of it ends.

Pure: a calendar and moments in, moments and lengths out. Moments are aware datetimes of any zone;
those that come back carry the calendar's.

``end`` and ``elapsed`` are inverse: ``elapsed(c, s, end(c, s, n)) == n``. ``end`` gives the first
moment at which the length is reached: Friday 17:00 + 8 h on 9 to 17 ends on Monday at 17:00, not
on Tuesday at 9:00.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from approvals.calendars.errors import BeyondHorizon, EndBeforeStart, InvalidLength
from approvals.calendars.lengths import Length, WorkingDays, format_length
from approvals.calendars.opening_hours import BusinessCalendar, Span
from approvals.calendars.working_days import working_days_end
from approvals.calendars.years import LAST_YEAR
from approvals.calendars.zones import from_instant, to_instant

_MICROSECOND = timedelta(microseconds=1)


def elapsed(calendar: BusinessCalendar, start: datetime, end: datetime) -> timedelta:
    """The business time between two moments.

    Raises:
        EndBeforeStart: ``end`` lies before ``start``.
        OutsideYears: a moment lies outside the years of a calendar.
        InvalidInstant: a datetime has no time zone.
    """
    first, last = _bounds(start, end)
    return timedelta(microseconds=elapsed_between(calendar, first, last))


def elapsed_between(calendar: BusinessCalendar, first: int, last: int) -> int:
    """The business microseconds between two instants, ``first`` not after ``last``."""
    first_year, last_year = calendar.year_of(first), calendar.year_of(last)
    whole_years = sum(calendar.total(year) for year in range(first_year, last_year))
    return (
        whole_years
        + calendar.table(last_year).open_until(last)
        - calendar.table(first_year).open_until(first)
    )


def end(calendar: BusinessCalendar, start: datetime, length: Length) -> datetime:
    """The first moment at which a length of business time from ``start`` is reached.

    Nothing (``PT0S``, ``0wd``) ends where it starts. For working days see ``working_days``.

    Raises:
        BeyondHorizon: it does not end within the years of a calendar.
        InvalidLength: the length is negative.
        OutsideYears: ``start`` lies outside the years of a calendar.
        InvalidInstant: ``start`` has no time zone.
    """
    first = to_instant(start)
    if isinstance(length, WorkingDays):
        return from_instant(working_days_end(calendar, first, length), calendar.zone)
    if length < timedelta():
        raise InvalidLength("A length of business time cannot be negative.")
    reached = _reach(calendar, first, length // _MICROSECOND)
    if reached is None:
        raise BeyondHorizon(
            f"{format_length(length)} of business time from {start.isoformat()} ends after {LAST_YEAR}, "
            f"the last year of a calendar: choose a shorter length."
        )
    return from_instant(reached, calendar.zone)


def intervals(
    calendar: BusinessCalendar, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The open intervals between two moments, cut at both, in order; none touches the next.

    Raises:
        EndBeforeStart, OutsideYears, InvalidInstant: as :func:`elapsed`, at the first interval.
    """
    first, last = _bounds(start, end)
    for a, b in open_spans(calendar, first, last):
        yield from_instant(a, calendar.zone), from_instant(b, calendar.zone)


def open_spans(calendar: BusinessCalendar, first: int, last: int) -> Iterator[Span]:
    """The open spans between two instants, cut at both."""
    first_year, last_year = calendar.year_of(first), calendar.year_of(last)
    if first == last:
        return
    held: Span | None = None  # may go on in the next year
    for year in range(first_year, last_year + 1):
        starts, ends = calendar.table(year)[:2]
        for index in range(bisect_right(ends, first), bisect_left(starts, last)):
            span = max(starts[index], first), min(ends[index], last)
            if held and held[1] == span[0]:
                held = held[0], span[1]
                continue
            if held:
                yield held
            held = span
    if held:
        yield held


def _bounds(start: datetime, end: datetime) -> Span:
    first, last = to_instant(start), to_instant(end)
    if last < first:
        raise EndBeforeStart(f"The end, {end.isoformat()}, lies before the start, {start.isoformat()}.")
    return first, last


def _reach(calendar: BusinessCalendar, first: int, length: int) -> int | None:
    """The first instant at which so much business time has passed; None after the last kept year."""
    year = calendar.year_of(first)
    if length == 0:
        return first
    length += calendar.table(year).open_until(first)
    while length > (total := calendar.total(year)):
        length -= total
        year += 1
        if year > LAST_YEAR:
            return None
    table = calendar.table(year)
    index = bisect_left(table.before, length) - 1
    return table.starts[index] + length - table.before[index]
