"""A calendar file: what is understood, and what is refused with which words."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from approvals.calendars.definition import (
    CalendarDefinition,
    json_schema,
    load_definition,
    parse_definition,
    window_minutes,
)
from approvals.calendars.errors import InvalidCalendar
from approvals.calendars.services import LIBRARY

FULL = """
name: amsterdam-office
zone: Europe/Amsterdam
week:                      # or `always: true` instead of week
  mon: ["09:00-12:30", "13:30-17:00"]
  fri: ["09:00-16:00"]
  sat: ["22:00-06:00"]     # a window whose end is not after its start runs into the next day
holidays:
  country: NL
  subdivision: null
  add: [2026-12-24]
  drop: [2026-05-05]
"""


def written(folder: Path, content: str, name: str = "office.yaml") -> Path:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return file


def refusal(body: dict[str, Any]) -> str:
    with pytest.raises(InvalidCalendar) as caught:
        parse_definition(body)
    assert caught.value.code == "invalid_calendar"
    return caught.value.message


def office(**changes: Any) -> dict[str, Any]:
    return {"name": "office", "zone": "UTC", "week": {"mon": ["09:00-17:00"]}} | changes


def test_a_yaml_file_is_understood(tmp_path: Path) -> None:
    definition = load_definition(written(tmp_path, FULL))
    assert definition.name == "amsterdam-office"
    assert definition.week is not None
    assert definition.week.mon == ("09:00-12:30", "13:30-17:00")
    assert definition.holidays.country == "NL"
    assert definition.holidays.add == (date(2026, 12, 24),)


def test_json_and_yaml_are_the_same(tmp_path: Path) -> None:
    definition = load_definition(written(tmp_path, FULL))
    again = load_definition(written(tmp_path, json.dumps(definition.body()), "office.json"))
    assert again == definition


def test_a_file_without_a_name_takes_its_own(tmp_path: Path) -> None:
    assert load_definition(written(tmp_path, "zone: UTC\nalways: true\n")).name == "office"


def test_norway_is_a_country(tmp_path: Path) -> None:
    file = written(tmp_path, "zone: Europe/Oslo\nalways: true\nholidays: {country: NO}\n")
    assert load_definition(file).holidays.country == "NO"


@pytest.mark.parametrize(
    ("window", "minutes"),
    [
        ("09:00-17:00", (540, 1020)),
        ("9:00-17:00", (540, 1020)),
        ("22:00-06:00", (1320, 1800)),
        ("00:00-24:00", (0, 1440)),
        ("00:00-00:00", (0, 1440)),
        ("10:00-24:00", (600, 1440)),
    ],
)
def test_windows(window: str, minutes: tuple[int, int]) -> None:
    assert window_minutes(window) == minutes


@pytest.mark.parametrize(
    "window", ["9-17", "09:00", "24:00-06:00", "09:60-10:00", "09:00-25:00", "09:00-17:00 ", ""]
)
def test_what_is_no_window_is_refused(window: str) -> None:
    assert f'week.mon.0: "{window}" is not a window: write it as 09:00-17:00' in refusal(
        office(week={"mon": [window]})
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"week": None}, 'give a "week", or "always: true"'),
        ({"always": True}, 'either a "week" or "always: true", not both'),
        ({"week": {}}, "no open time"),
        ({"week": {"mon": []}}, "no open time"),
        ({"week": None, "always": False}, 'always: write "always: true" or leave it out'),
        ({"week": {"monday": ["09:00-17:00"]}}, "week.monday: this is not known here; known are mon, tue"),
        ({"hours": {}}, "hours: this is not known here; known are name, zone"),
        ({"zone": "Europe/Amsterdm"}, "Did you mean Europe/Amsterdam"),
        ({"zone": "../../etc/passwd"}, "is not a time zone"),
        ({"zone": "right/UTC"}, "is not a time zone"),
        ({"zone": "localtime"}, "is not a time zone"),
        ({"zone": 5}, "zone: input should be a valid string"),
        ({"name": ""}, "name: string should have at least 1 character"),
        ({"name": "x" * 81}, "name: string should have at most 80 characters"),
        ({"holidays": {"country": "XX"}}, 'No holidays are known for the country "XX"'),
        ({"holidays": {"country": "nl"}}, "Did you mean NL"),
        ({"holidays": {"subdivision": "BY"}}, "needs the country"),
        ({"holidays": {"country": "DE", "subdivision": "Bavaria"}}, "use one of BB, BE"),
        ({"holidays": {"country": "VA", "subdivision": "X"}}, "it has none, leave it out"),
        ({"holidays": {"add": ["2026-02-30"]}}, "holidays.add.0: input should be a valid date"),
        ({"holidays": {"add": ["1960-01-01"]}}, "from 1970 to 2099"),
        ({"holidays": {"add": ["2026-01-02"], "drop": ["2026-01-02"]}}, "both added and dropped"),
        ({"holidays": {"add": "2026-01-02"}}, "holidays.add: input should be a valid array"),
    ],
)
def test_a_calendar_that_cannot_be_used_is_refused_with_the_reason(
    changes: dict[str, Any], words: str
) -> None:
    body = {key: value for key, value in office(**changes).items() if value is not None}
    assert words in refusal(body)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(InvalidCalendar) as caught:
        parse_definition({"zone": "Mars/Olympus", "week": {"mon": ["9-17"]}})
    assert [problem.path for problem in caught.value.problems] == ["name", "zone", "week.mon.0"]


def test_values_that_are_not_json_are_refused() -> None:
    assert "object is not JSON" in refusal(office(week=object()))


def test_dates_may_be_dates() -> None:
    definition = parse_definition(office(holidays={"add": [date(2026, 12, 24)]}))
    assert definition.holidays.add == (date(2026, 12, 24),)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("zone: [", "Line 1, column 8"),
        ("zone: UTC\nzone: UTC\nalways: true", 'Line 2, column 1: the key "zone" stands twice'),
        ("week: {1: []}", "a key must be text"),
        ("- a", "holds no calendar"),
        ("", "holds no calendar"),
        ("name: " + "x" * 64_000, "larger than 64 kB"),
        ("a: !!python/object:os.system {}", "could not determine a constructor"),
        ("\x07", "special characters are not allowed"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_place(
    tmp_path: Path, content: str, words: str
) -> None:
    with pytest.raises(InvalidCalendar) as caught:
        load_definition(written(tmp_path, content))
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "Expecting property name"), ('{"zone": "UTC", "zone": "UTC"}', 'key "zone" stands twice')],
)
def test_a_json_file_is_read_as_strictly(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(InvalidCalendar) as caught:
        load_definition(written(tmp_path, content, "office.json"))
    assert words in caught.value.message


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "office.yaml"
    file.write_bytes(b"name: \xff")
    with pytest.raises(InvalidCalendar, match="not UTF-8"):
        load_definition(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidCalendar, match="No such file"):
        load_definition(tmp_path / "nowhere.yaml")


def test_a_definition_never_changes() -> None:
    definition = parse_definition(office())
    with pytest.raises(ValueError, match="frozen"):
        definition.zone = "UTC"  # type: ignore[misc]


@pytest.mark.parametrize("file", sorted(LIBRARY.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_library_is_sound(file: Path) -> None:
    definition = load_definition(file)
    assert definition.name == file.stem
    assert parse_definition(definition.body()) == definition


def test_the_published_schema_is_that_of_the_models() -> None:
    published = json.loads((LIBRARY / "calendar.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema()
    assert published["properties"].keys() == CalendarDefinition.model_fields.keys()
