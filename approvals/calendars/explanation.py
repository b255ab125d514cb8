"""Why a clock stands where it does: every stretch of a span, counted or not, and the reason."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from approvals.calendars.business_time import open_spans
from approvals.calendars.errors import EndBeforeStart
from approvals.calendars.opening_hours import BusinessCalendar, Span, merge
from approvals.calendars.zones import DAY, EPOCH_DAY, from_instant, to_instant


class Reason(StrEnum):
    """Why a stretch counts (``open``) or does not."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of a span, from ``start`` up to ``end`` in the calendar's zone."""

    start: datetime
    end: datetime
    reason: Reason
    note: str = ""
    """The holiday's name."""

    @property
    def counted(self) -> bool:
        """Whether it is business time of a running clock."""
        return self.reason is Reason.OPEN

    @property
    def duration(self) -> timedelta:
        """The actual time from start to end."""
        return timedelta(microseconds=to_instant(self.end) - to_instant(self.start))


@dataclass(frozen=True, slots=True)
class _Piece:
    first: int
    last: int
    reason: Reason
    note: str = ""


def explain(
    calendar: BusinessCalendar,
    start: datetime,
    end: datetime,
    paused: Iterable[tuple[datetime, datetime]] = (),
) -> tuple[Stretch, ...]:
    """Every stretch from ``start`` to ``end``, in order and without gaps.

    The counted ones add up to ``elapsed``, less what was paused. A paused stretch is paused whatever
    the hours; a holiday is a holiday from midnight to midnight.

    Args:
        calendar: whose hours count.
        start: from here.
        end: to here.
        paused: stretches in which the clock stood still, in any order; they may reach beyond the span.

    Raises:
        EndBeforeStart: the span, or a pause, ends before it starts.
        OutsideYears, InvalidInstant: as ``elapsed``.
    """
    first, last = _span(start, end)
    pauses = merge([_span(*pause) for pause in paused])
    pieces = _with_pauses(_pieces(calendar, first, last), pauses)
    return tuple(
        Stretch(
            from_instant(piece.first, calendar.zone),
            from_instant(piece.last, calendar.zone),
            piece.reason,
            piece.note,
        )
        for piece in _joined(pieces)
    )


def _span(start: datetime, end: datetime) -> Span:
    first, last = to_instant(start), to_instant(end)
    if last < first:
        raise EndBeforeStart(f"The end, {end.isoformat()}, lies before the start, {start.isoformat()}.")
    return first, last


def _pieces(calendar: BusinessCalendar, first: int, last: int) -> Iterator[_Piece]:
    at = first
    for a, b in open_spans(calendar, first, last):
        yield from _shut(calendar, at, a)
        yield _Piece(a, b, Reason.OPEN)
        at = b
    yield from _shut(calendar, at, last)


def _shut(calendar: BusinessCalendar, first: int, last: int) -> Iterator[_Piece]:
    """The stretches without open time between two instants, by local day where there are holidays."""
    at = first
    for day in range(_around(first) - 1, _around(last) + 2):
        if day not in calendar.holidays.days:
            continue
        a, b = max(at, calendar.midnight(day)), min(last, calendar.midnight(day + 1))
        if a >= b:
            continue
        if at < a:
            yield _Piece(at, a, Reason.CLOSED)
        yield _Piece(a, b, Reason.HOLIDAY, calendar.holidays.names[date.fromordinal(day)])
        at = b
    if at < last:
        yield _Piece(at, last, Reason.CLOSED)


def _around(instant: int) -> int:
    """The day of an instant in UTC: at most one off the local one."""
    return instant // DAY + EPOCH_DAY


def _with_pauses(pieces: Iterable[_Piece], pauses: list[Span]) -> Iterator[_Piece]:
    """The pieces, with what lies in a pause marked as paused. Both are in order, so one pass will do."""
    waiting = iter(pauses)
    pause = next(waiting, None)
    for piece in pieces:
        at = piece.first
        while pause and pause[0] < piece.last:
            a, b = max(pause[0], at), min(pause[1], piece.last)
            if at < a:
                yield _Piece(at, a, piece.reason, piece.note)
            if a < b:
                yield _Piece(a, b, Reason.PAUSED)
            at = max(at, b)
            if pause[1] > piece.last:
                break
            pause = next(waiting, None)
        if at < piece.last:
            yield _Piece(at, piece.last, piece.reason, piece.note)


def _joined(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    held: _Piece | None = None
    for piece in pieces:
        if held and (held.reason, held.note) == (piece.reason, piece.note):
            held = _Piece(held.first, piece.last, held.reason, held.note)
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held
