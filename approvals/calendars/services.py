"""Publish calendars, and find them for a calculation."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from approvals.calendars.definition import CalendarDefinition, load_definition, parse_definition
from approvals.calendars.errors import InvalidCalendar, Problem, UnknownCalendar
from approvals.calendars.holiday_dates import LIBRARY_VERSION, HolidayDates, resolve_holidays
from approvals.calendars.models import Calendar, CalendarVersion
from approvals.calendars.opening_hours import BusinessCalendar
from approvals.calendars.zones import zone_rules_version

LIBRARY = Path(__file__).parent / "library"
_MADE: dict[str, BusinessCalendar] = {}
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,59}")


def publish(body: Mapping[str, Any] | CalendarDefinition, by: str) -> CalendarVersion:
    """Publish a calendar's next version; the current one is returned where nothing would differ.

    The key is the name in lower case with hyphens. A version differs if its definition does, or if
    the same definition comes to other holidays with the library in use today.

    Args:
        body: the content of a calendar file.
        by: the handle of who publishes; empty for the program itself.

    Raises:
        InvalidCalendar: it is no calendar, or its name gives no key.
    """
    definition = body if isinstance(body, CalendarDefinition) else parse_definition(body)
    key = key_of(definition.name)
    content = definition.body()
    holidays = resolve_holidays(definition.holidays).as_json()
    digest = _digest(content, holidays)
    with transaction.atomic():
        Calendar.objects.get_or_create(key=key, defaults={"name": definition.name})
        calendar = Calendar.objects.select_for_update().get(key=key)
        latest = calendar.versions.order_by("-number").first()
        if latest is not None and latest.digest == digest:
            return latest
        if calendar.name != definition.name:
            calendar.name = definition.name
            calendar.save(update_fields=["name"])
        return CalendarVersion.objects.create(
            calendar=calendar,
            number=latest.number + 1 if latest else 1,
            body=content,
            holidays=holidays,
            digest=digest,
            zone=definition.zone,
            tzdata_version=zone_rules_version(definition.zone),
            holidays_version=LIBRARY_VERSION,
            published_by=by,
        )


def load_library(by: str = "") -> list[CalendarVersion]:
    """Publish every calendar file of the library whose content changed; returns the current versions."""
    return [publish(load_definition(path), by) for path in sorted(LIBRARY.glob("*.yaml"))]


def current(key: str) -> CalendarVersion:
    """The newest version of a calendar.

    Raises:
        UnknownCalendar: none has been published under that key.
    """
    version = _versions().filter(calendar__key=key).order_by("-number").first()
    if version is None:
        raise UnknownCalendar(f'There is no calendar "{key}": publish it, or name another.{_known()}')
    return version


def get(key: str, number: int) -> CalendarVersion:
    """That version of a calendar.

    Raises:
        UnknownCalendar: there is none.
    """
    version = _versions().filter(calendar__key=key, number=number).first()
    if version is None:
        raise UnknownCalendar(f'There is no version {number} of a calendar "{key}".')
    return version


def versions_of(key: str) -> list[CalendarVersion]:
    """Every version of a calendar, the newest first; none where there is no such calendar."""
    return list(_versions().filter(calendar__key=key).order_by("-number"))


def newest() -> list[CalendarVersion]:
    """The newest version of every calendar, by the calendars' names."""
    versions = _versions().order_by("calendar__name", "calendar_id", "-number")
    return list(versions.distinct("calendar__name", "calendar_id"))


def business_calendar(version: CalendarVersion) -> BusinessCalendar:
    """A version made ready for calculation, with the holidays it was published with.

    What is made is kept for the next caller: versions do not change.
    """
    made = _MADE.get(version.digest)
    if made is None:
        definition = parse_definition(version.body, saved=True)
        made = _MADE[version.digest] = BusinessCalendar(definition, HolidayDates.from_json(version.holidays))
    return made


def key_of(name: str) -> str:
    """The key under which a calendar of that name is published.

    Raises:
        InvalidCalendar: the name has no letter to begin a key with, or is too long.
    """
    key = slugify(name)
    if not _KEY.fullmatch(key):
        problem = Problem("name", f'"{name}" gives no key: begin it with a letter, of at most 60 signs.')
        raise InvalidCalendar((problem,))
    return key


def _versions() -> QuerySet[CalendarVersion]:
    """Without the holidays, which are large: they are fetched where a version is first made ready."""
    return CalendarVersion.objects.select_related("calendar").defer("holidays")


def _known() -> str:
    keys = list(Calendar.objects.order_by("key").values_list("key", flat=True)[:10])
    return f" There are: {', '.join(keys)}." if keys else ""


def _digest(body: Mapping[str, Any], holidays: Mapping[str, Any]) -> str:
    canonical = json.dumps([body, holidays], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
