"""Lengths of business time, and moments on a clock, as people write them.

- ``PT16H``, ``PT1H30M``, ``P1DT2H``: an ISO 8601 duration counts business time. A day in it is 24
  hours of business time (ISO 8601's day as a length), not a working day: ``P1DT2H`` is 26 business hours.
  Weeks, months and years are refused: nobody could say how much business time they are.
- ``2wd``: working days. One ends at the same local time the next working day.
- ``50%``, ``PT4H before``, ``PT8H after``: moments, told from a target.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from approvals.calendars.errors import InvalidLength

MAX_WORKING_DAYS = 9_999

_NUMBER = r"\d{1,9}(?:[.,]\d{1,6})?"
_ISO = re.compile(
    rf"P(?=[T\d])(?:(?P<days>{_NUMBER})D)?"
    rf"(?:T(?=\d)(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?(?:(?P<seconds>{_NUMBER})S)?)?"
)
_VAGUE = re.compile(r"P(?=.*[YW]|[^T]*M)[\dYMWDTHS.,]+")
_WORKING_DAYS = re.compile(r"(\d{1,4})wd")
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)%")
_HOW = "write business time as PT16H or PT1H30M, or working days as 2wd"


@dataclass(frozen=True, slots=True, order=True)
class WorkingDays:
    """A length in whole working days."""

    days: int


Length = timedelta | WorkingDays
"""A length of business time, or of working days."""


@dataclass(frozen=True, slots=True)
class Share:
    """When that many per cent of the target have elapsed."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class Before:
    """That much business time before the target is reached."""

    by: timedelta


@dataclass(frozen=True, slots=True)
class After:
    """That much business time after the target was reached."""

    by: timedelta


Moment = Share | Before | After


def parse_length(text: str) -> Length:
    """Read a length.

    Raises:
        InvalidLength: with what to write instead.
    """
    if match := _WORKING_DAYS.fullmatch(text):
        return WorkingDays(int(match[1]))
    return _duration(text)


def parse_moment(text: str) -> Moment:
    """Read a moment on a clock: ``50%``, ``PT4H before`` or ``PT8H after``.

    Raises:
        InvalidLength: with what to write instead.
    """
    if match := _SHARE.fullmatch(text):
        return Share(Decimal(match[1]))
    length, _, side = text.partition(" ")
    if side == "before":
        return Before(_duration(length))
    if side == "after":
        return After(_duration(length))
    raise InvalidLength(
        f'"{text}" is not a moment: write a share of the target (50%), "PT4H before" or "PT8H after".'
    )


def format_duration(length: timedelta) -> str:
    """A duration as ISO 8601 in hours, minutes and seconds: ``PT39H``, ``PT1H30M``, ``PT0S``."""
    seconds, micros = divmod(length // timedelta(microseconds=1), 1_000_000)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    fraction = f".{micros:06d}".rstrip("0") if micros else ""
    parts = [
        f"{hours}H" if hours else "",
        f"{minutes}M" if minutes else "",
        f"{seconds}{fraction}S" if seconds or fraction else "",
    ]
    return "PT" + ("".join(parts) or "0S")


def format_length(length: Length) -> str:
    """A length as it would be written: ``PT16H`` or ``2wd``."""
    return f"{length.days}wd" if isinstance(length, WorkingDays) else format_duration(length)


def _duration(text: str) -> timedelta:
    match = _ISO.fullmatch(text)
    if match is None:
        raise InvalidLength(_why_not(text))
    given = {unit: number.replace(",", ".") for unit, number in match.groupdict().items() if number}
    if any("." in number for number in list(given.values())[:-1]):
        raise InvalidLength(f'"{text}": only the smallest unit may have a fraction; {_HOW}.')
    try:
        return sum((_part(unit, number) for unit, number in given.items()), timedelta())
    except OverflowError:
        raise InvalidLength(f'"{text}" is longer than any calendar; {_HOW}.') from None


def _part(unit: str, number: str) -> timedelta:
    micros = Decimal(number) * (timedelta(**{unit: 1}) // timedelta(microseconds=1))
    return timedelta(microseconds=round(micros))


def _why_not(text: str) -> str:
    if _VAGUE.fullmatch(text):
        return (
            f'"{text}" counts weeks, months or years, which are no fixed length of business time; '
            f"{_HOW} (10wd for two weeks of five working days)."
        )
    return f'"{text}" is not a length: {_HOW}.'
