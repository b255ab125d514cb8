"""A calendar file: the hours of a week, the holidays and the zone, as people write them.

::

    name: amsterdam-office
    zone: Europe/Amsterdam
    week:                      # or `always: true` instead of week
      mon: ["09:00-12:30", "13:30-17:00"]
      sat: ["22:00-06:00"]     # ends the next day, because its end is not after its start
    holidays:
      country: NL
      add: [2026-12-24]
      drop: [2026-05-05]

Whoever wants the hours as instants compiles a definition: see ``opening_hours``.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from approvals.calendars.errors import InvalidCalendar, Problem
from approvals.calendars.holiday_dates import check_place
from approvals.calendars.reading import MAX_BYTES, read_document
from approvals.calendars.years import SPAN, YEARS
from approvals.calendars.zones import find_zone

_WINDOW = re.compile(
    r"(?P<sh>[01]?\d|2[0-3]):(?P<sm>[0-5]\d) ?- ?(?:(?P<eh>[01]?\d|2[0-3]):(?P<em>[0-5]\d)|24:00)"
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def window_minutes(text: str) -> tuple[int, int]:
    """A window as minutes from midnight; an end that is not after the start lies in the next day.

    So ``22:00-06:00`` is (1320, 1800), and ``00:00-00:00`` is a whole day like ``00:00-24:00``.

    Raises:
        ValueError: the text is no window.
    """
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a window: write it as 09:00-17:00, from 00:00 to 24:00.')
    start = int(match["sh"]) * 60 + int(match["sm"])
    end = 1440 if match["eh"] is None else int(match["eh"]) * 60 + int(match["em"])
    return start, end if end > start else end + 1440


def _window(text: str) -> str:
    window_minutes(text)
    return text


def _kept_year(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError(f"{day} lies outside the years of a calendar, {SPAN}.")
    return day


Window = Annotated[
    str,
    AfterValidator(_window),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^{re.sub(r'[?]P<..>', '', _WINDOW.pattern)}$",
            "description": "Local wall time, 09:00-17:00; an end not after the start lies in the next day.",
            "examples": ["09:00-12:30", "22:00-06:00"],
        }
    ),
]
Windows = Annotated[tuple[Window, ...], Field(max_length=48)]
Holiday = Annotated[date, AfterValidator(_kept_year)]
Holidays = Annotated[tuple[Holiday, ...], Field(max_length=2_000)]


class _Part(BaseModel):
    """A frozen part of a calendar; unknown keys are an error, so that a misspelt day is not a closed one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Week(_Part):
    """The open windows of each day of the week; a day that is not named is closed."""

    mon: Windows = ()
    tue: Windows = ()
    wed: Windows = ()
    thu: Windows = ()
    fri: Windows = ()
    sat: Windows = ()
    sun: Windows = ()

    def of(self, weekday: int) -> tuple[str, ...]:
        """The windows of a day, Monday being 0."""
        windows: tuple[str, ...] = getattr(self, DAYS[weekday])
        return windows


class HolidayRule(_Part):
    """Which days are holidays. A holiday closes its local day, from midnight to midnight."""

    country: str | None = Field(
        default=None, description="Public holidays of this country (ISO 3166: NL).", examples=["NL"]
    )
    subdivision: str | None = Field(
        default=None, description="With those of this part of the country (ISO 3166-2: BW).", examples=["BW"]
    )
    add: Holidays = Field(default=(), description="Further days that are closed.")
    drop: Holidays = Field(default=(), description="Public holidays that are worked.")

    @model_validator(mode="after")
    def _is_sound(self, info: ValidationInfo) -> Self:
        if not info.context:  # a saved version has its dates, whatever places the library knows today
            check_place(self.country, self.subdivision)
        if both := set(self.add) & set(self.drop):
            raise ValueError(f"{min(both)} is both added and dropped: leave it in one of the two.")
        return self


class CalendarDefinition(_Part):
    """A business calendar as written by its owner."""

    name: str = Field(
        min_length=1, max_length=80, pattern=r"^\S(.*\S)?$", description="What people and policies call it."
    )
    zone: str = Field(description="IANA time zone of the windows.", examples=["Europe/Amsterdam"])
    week: Week | None = None
    always: Literal[True] | None = Field(default=None, description="Open day and night, instead of a week.")
    holidays: HolidayRule = HolidayRule()

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        find_zone(name)
        return name

    @model_validator(mode="after")
    def _has_open_time(self) -> Self:
        if self.week is None and self.always is None:
            raise ValueError('The calendar has no hours: give a "week", or "always: true".')
        if self.week is not None and self.always is not None:
            raise ValueError('Give either a "week" or "always: true", not both.')
        if self.week is not None and not any(self.week.of(day) for day in range(7)):
            raise ValueError("The calendar has no open time: give at least one day of the week a window.")
        return self

    def body(self) -> dict[str, Any]:
        """The definition as JSON, without what is left at its default."""
        return self.model_dump(mode="json", exclude_defaults=True)


def parse_definition(body: Mapping[str, Any], *, saved: bool = False) -> CalendarDefinition:
    """A definition from JSON-like content (dates as text or as dates).

    Args:
        body: the content of a calendar file.
        saved: it was checked when it was published; the holiday library need not know its country any more.

    Raises:
        InvalidCalendar: with every problem found, each with its path.
    """
    try:
        return CalendarDefinition.model_validate_json(json.dumps(body, default=_as_text), context=saved)
    except (TypeError, RecursionError) as error:
        raise InvalidCalendar((Problem("", f"This is no calendar: {error}."),)) from error
    except ValidationError as error:
        raise InvalidCalendar(tuple(map(_problem, error.errors(include_url=False)))) from error


def load_definition(path: Path) -> CalendarDefinition:
    """Read a calendar file, YAML or (``.json``) JSON. Without a ``name`` it takes that of the file.

    Raises:
        InvalidCalendar: the file cannot be read, or what stands in it is no calendar.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        problem = Problem(str(path), f"the file cannot be read ({error.strerror or error}).")
        raise InvalidCalendar((problem,)) from error
    body = read_document(content, json_only=path.suffix.lower() == ".json")
    return parse_definition({"name": path.stem, **body})


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a calendar file."""
    schema = CalendarDefinition.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _as_text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")


def _problem(error: ErrorDetails) -> Problem:
    path = ".".join(map(str, error["loc"]))
    match error["type"]:
        case "missing":
            message = "this is missing."
        case "extra_forbidden":
            message = f"this is not known here; known are {', '.join(_known_beside(error['loc']))}."
        case "value_error":
            message = error["msg"].removeprefix("Value error, ")
        case "literal_error" if path == "always":
            message = 'write "always: true" or leave it out.'
        case _:
            message = f"{error['msg'][:1].lower()}{error['msg'][1:]}."
    return Problem(path, message)


def _known_beside(place: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that may stand where an unknown one was found."""
    models: dict[str, type[BaseModel]] = {"week": Week, "holidays": HolidayRule}
    parent = models.get(str(place[0])) if len(place) > 1 else None
    return tuple((parent or CalendarDefinition).model_fields)
