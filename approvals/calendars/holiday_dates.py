"""Which local days are holidays, by name.

Public holidays come from the ``holidays`` library; its knowledge changes with its releases, so a
saved version of a calendar keeps the dates it was published with.
"""

import difflib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import metadata
from typing import NamedTuple, Protocol

import holidays

from approvals.calendars.years import YEARS

LIBRARY_VERSION = metadata.version("holidays")
ADDED = "closed by this calendar"


class Rule(Protocol):
    """What a calendar says of its holidays."""

    @property
    def country(self) -> str | None: ...
    @property
    def subdivision(self) -> str | None: ...
    @property
    def add(self) -> tuple[date, ...]: ...
    @property
    def drop(self) -> tuple[date, ...]: ...


@dataclass(frozen=True, slots=True)
class HolidayDates:
    """Every holiday of a calendar in the years that are kept, and its name."""

    names: Mapping[date, str]
    days: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", frozenset(day.toordinal() for day in self.names))

    def as_json(self) -> dict[str, dict[str, str]]:
        """By year and ISO date, in order: ``{"2026": {"2026-01-01": "New Year's Day"}}``."""
        years: dict[str, dict[str, str]] = {}
        for day in sorted(self.names):
            years.setdefault(str(day.year), {})[day.isoformat()] = self.names[day]
        return years

    @classmethod
    def from_json(cls, years: Mapping[str, Mapping[str, str]]) -> "HolidayDates":
        """The dates that :meth:`as_json` wrote."""
        return cls({date.fromisoformat(day): name for year in years.values() for day, name in year.items()})


class _Found(NamedTuple):
    names: Mapping[date, str]
    cautions: tuple[str, ...]
    """What the library itself says that it does not know."""


def resolve_holidays(rule: Rule) -> HolidayDates:
    """The dates that a rule comes to with the library in use."""
    names = dict(_public_holidays(rule.country, rule.subdivision).names) if rule.country else {}
    names |= {day: ADDED for day in rule.add if day not in names}
    for day in rule.drop:
        names.pop(day, None)
    return HolidayDates(names)


def check_place(country: str | None, subdivision: str | None) -> None:
    """Raise ValueError, with what to write instead, unless the library knows the place."""
    if country is None:
        if subdivision is not None:
            raise ValueError("A subdivision needs the country it is part of.")
        return
    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        like = difflib.get_close_matches(country.upper(), known, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(like)}?" if like else ""
        raise ValueError(
            f'No holidays are known for the country "{country}": use its ISO 3166 code (NL).{hint}'
        )
    if subdivision is not None and subdivision not in known[country]:
        listed = f"use one of {', '.join(known[country])}" if known[country] else "it has none, leave it out"
        raise ValueError(f'No holidays are known for the subdivision "{subdivision}" of {country}: {listed}.')


def what_is_known(country: str, subdivision: str | None) -> tuple[str, ...]:
    """Sentences on how far the library knows a country's public holidays; in other years it closes no day."""
    place = holidays.country_holidays(country)
    first, last = max(place.start_year, YEARS[0]), min(place.end_year, YEARS[-1])
    found = _public_holidays(country, subdivision)
    return (f"Holidays of {country} are known from {first} to {last}.", *found.cautions)


@cache
def _public_holidays(country: str, subdivision: str | None) -> _Found:
    """Names in English where the library has them, else in the country's language."""
    with warnings.catch_warnings(record=True) as cautions:
        warnings.simplefilter("always")
        found = holidays.country_holidays(country, subdiv=subdivision, years=YEARS, language="en_US")
    names = {day: name for day, name in found.items() if day.year in YEARS}
    return _Found(names, tuple(dict.fromkeys(str(caution.message) for caution in cautions)))
