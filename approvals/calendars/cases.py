"""Single calculations told as text, and what they come to: the command line's side of business time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from approvals.calendars.business_time import elapsed, end
from approvals.calendars.definition import load_definition, parse_definition
from approvals.calendars.errors import CalendarError
from approvals.calendars.explanation import Stretch, explain
from approvals.calendars.instants import parse_instant
from approvals.calendars.lengths import format_duration, parse_length
from approvals.calendars.opening_hours import BusinessCalendar, compile_calendar

Calculation = Literal["end", "elapsed"]
TOLD: Mapping[Calculation, tuple[str, str]] = {"end": ("start", "length"), "elapsed": ("start", "end")}
"""What each calculation is told, beside its calendar."""


class BadCase(CalendarError):
    """A line of a batch that asks for no calculation (code ``bad_case``)."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_case", message)


@dataclass(frozen=True, slots=True)
class Result:
    """What a calculation came to: the text to print, and why where that was asked."""

    text: str
    why: tuple[Stretch, ...] | None = None

    def why_as_json(self) -> list[dict[str, Any]]:
        """The stretches, for a program."""
        return [
            {
                "start": stretch.start.isoformat(),
                "end": stretch.end.isoformat(),
                "duration": format_duration(stretch.duration),
                "counted": stretch.counted,
                "reason": str(stretch.reason),
            }
            | ({"note": stretch.note} if stretch.note else {})
            for stretch in self.why or ()
        ]

    def why_as_text(self) -> Iterator[str]:
        """The stretches, a line each, for a person."""
        for stretch in self.why or ():
            note = f" ({stretch.note})" if stretch.note else ""
            yield (
                f"{'counted' if stretch.counted else 'not counted':<11}  {stretch.start.isoformat()}  "
                f"{stretch.end.isoformat()}  {format_duration(stretch.duration):<10}  {stretch.reason}{note}"
            )


def find_end(calendar: BusinessCalendar, start: str, length: str, *, why: bool = False) -> Result:
    """The instant at which a length ends, ISO 8601 in the calendar's zone."""
    begin = parse_instant(start, calendar.zone)
    reached = end(calendar, begin, parse_length(length))
    return Result(reached.isoformat(), _why(calendar, begin, reached) if why else None)


def find_elapsed(calendar: BusinessCalendar, start: str, until: str, *, why: bool = False) -> Result:
    """The business time between two moments, ISO 8601 in hours, minutes and seconds."""
    begin, stop = parse_instant(start, calendar.zone), parse_instant(until, calendar.zone)
    spent = elapsed(calendar, begin, stop)
    return Result(format_duration(spent), _why(calendar, begin, stop) if why else None)


def open_file(path: str) -> BusinessCalendar:
    """The calendar in a file, made ready for calculation."""
    return compile_calendar(load_definition(Path(path)))


def answer(
    line: str, *, calculation: Calculation, calendar: BusinessCalendar | None, why: bool
) -> tuple[dict[str, Any], bool]:
    """Do the case on one line of a batch: what to write for it, and whether it could be done.

    A case is a JSON object with ``start`` and ``length`` (when does it end?) or ``end`` (how much
    business time is it?), and, where the batch has no calendar for all, ``calendar``: a path or
    the calendar itself. Other keys are handed through, so that a program knows its case again.
    """
    case: dict[str, Any] = {}
    try:
        case = _read(line)
        chosen = _calendar(case, calendar)
        start, other = (_text(case, key) for key in TOLD[calculation])
        find = find_end if calculation == "end" else find_elapsed
        result = find(chosen, start, other, why=why)
    except CalendarError as error:
        return case | {"error": {"code": error.code, "message": error.message}}, False
    return case | {calculation: result.text} | ({"explanation": result.why_as_json()} if why else {}), True


def _why(calendar: BusinessCalendar, start: datetime, until: datetime) -> tuple[Stretch, ...]:
    return explain(calendar, start, until)


def _read(line: str) -> dict[str, Any]:
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadCase(f"This line is not JSON: {error}.") from error
    if not isinstance(case, dict):
        raise BadCase('A case is a JSON object, such as {"start": "2026-03-06T16:00", "length": "PT2H"}.')
    return case


def _calendar(case: Mapping[str, Any], common: BusinessCalendar | None) -> BusinessCalendar:
    own = case.get("calendar")
    if isinstance(own, str):
        return _opened(own)
    if isinstance(own, dict):
        return compile_calendar(parse_definition({"name": "unnamed", **own}))
    if own is None and common is not None:
        return common
    raise BadCase(
        'The case has no calendar: give "calendar", a path or the calendar itself, or one for all cases.'
    )


def _text(case: Mapping[str, Any], key: str) -> str:
    value = case.get(key)
    if isinstance(value, str):
        return value
    raise BadCase(f'The case needs "{key}", as text.')


_opened = cache(open_file)
