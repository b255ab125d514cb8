"""`manage.py calendar`: results on standard output, sentences on standard error, honest statuses."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from approvals.calendars.definition import json_schema

OFFICE = """
zone: Europe/Amsterdam
week: {mon: ["09:00-17:00"], tue: ["09:00-17:00"], wed: ["09:00-17:00"], thu: ["09:00-17:00"], fri: ["09:00-17:00"]}
holidays: {add: [2026-03-10]}
"""


@pytest.fixture
def office(tmp_path: Path) -> str:
    file = tmp_path / "office.yaml"
    file.write_text(OFFICE, encoding="utf-8")
    return str(file)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("calendar", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return caught.value


def cases(folder: Path, *lines: Any) -> str:
    file = folder / "cases.jsonl"
    file.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8"
    )
    return str(file)


@pytest.mark.parametrize(
    ("start", "length", "ends"),
    [
        ("2026-03-06T16:00", "PT2H", "2026-03-09T10:00:00+01:00"),
        ("2026-03-06T15:00Z", "PT2H", "2026-03-09T10:00:00+01:00"),
        ("2026-03-06T16:00:00.5", "PT1H", "2026-03-09T09:00:00.500000+01:00"),
        ("2026-03-06T16:00", "2wd", "2026-03-11T16:00:00+01:00"),
        ("2026-03-27T16:00", "PT2H", "2026-03-30T10:00:00+02:00"),
        ("2026-03-07", "PT0S", "2026-03-07T00:00:00+01:00"),
    ],
)
def test_end_prints_the_instant_in_the_calendars_zone(
    office: str, start: str, length: str, ends: str
) -> None:
    assert run("end", office, start, length) == f"{ends}\n"


@pytest.mark.parametrize(
    ("start", "end", "duration"),
    [
        ("2026-03-03T14:00", "2026-03-04T09:00", "PT3H"),
        ("2026-03-03T14:00-05:00", "2026-03-04T09:30:15", "PT30M15S"),
        ("2026-03-07", "2026-03-08", "PT0S"),
        ("2026-03-02", "2026-03-16", "PT72H"),
    ],
)
def test_elapsed_prints_hours_minutes_and_seconds(office: str, start: str, end: str, duration: str) -> None:
    assert run("elapsed", office, start, end) == f"{duration}\n"


def test_explain_adds_every_interval_and_why(office: str) -> None:
    assert run("end", office, "2026-03-09T16:00", "PT2H", "--explain").splitlines() == [
        "2026-03-11T10:00:00+01:00",
        "counted      2026-03-09T16:00:00+01:00  2026-03-09T17:00:00+01:00  PT1H        open",
        "not counted  2026-03-09T17:00:00+01:00  2026-03-10T00:00:00+01:00  PT7H        closed",
        "not counted  2026-03-10T00:00:00+01:00  2026-03-11T00:00:00+01:00  PT24H       holiday"
        " (closed by this calendar)",
        "not counted  2026-03-11T00:00:00+01:00  2026-03-11T09:00:00+01:00  PT9H        closed",
        "counted      2026-03-11T09:00:00+01:00  2026-03-11T10:00:00+01:00  PT1H        open",
        "in all       counted PT2H, not counted PT40H",
    ]  # fmt: skip


def test_a_batch_does_a_case_a_line(office: str, tmp_path: Path) -> None:
    file = cases(
        tmp_path,
        {"id": 7, "start": "2026-03-06T16:00", "length": "PT2H"},
        "",
        {"start": "2026-03-06T16:00", "length": "1wd"},
    )
    written = [json.loads(line) for line in run("end", office, "--batch", file).splitlines()]
    assert written == [
        {"id": 7, "start": "2026-03-06T16:00", "length": "PT2H", "end": "2026-03-09T10:00:00+01:00"},
        {"start": "2026-03-06T16:00", "length": "1wd", "end": "2026-03-09T16:00:00+01:00"},
    ]


def test_a_case_may_bring_its_own_calendar(office: str, tmp_path: Path) -> None:
    span = {"start": "2026-03-06T16:00", "end": "2026-03-07T16:00"}
    always = {"zone": "UTC", "always": True}
    file = cases(tmp_path, span | {"calendar": office}, span | {"calendar": always})
    written = [json.loads(line) for line in run("elapsed", "--batch", file).splitlines()]
    assert [case["elapsed"] for case in written] == ["PT1H", "PT24H"]


def test_a_batch_explains_in_json(office: str, tmp_path: Path) -> None:
    file = cases(tmp_path, {"start": "2026-03-09T16:30", "end": "2026-03-10T12:00"})
    (written,) = (
        json.loads(line) for line in run("elapsed", office, "--batch", file, "--explain").splitlines()
    )
    assert written["explanation"] == [
        {"start": "2026-03-09T16:30:00+01:00", "end": "2026-03-09T17:00:00+01:00", "duration": "PT30M",
         "counted": True, "reason": "open"},
        {"start": "2026-03-09T17:00:00+01:00", "end": "2026-03-10T00:00:00+01:00", "duration": "PT7H",
         "counted": False, "reason": "closed"},
        {"start": "2026-03-10T00:00:00+01:00", "end": "2026-03-10T12:00:00+01:00", "duration": "PT12H",
         "counted": False, "reason": "holiday", "note": "closed by this calendar"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("{", "bad_case", "not JSON"),
        ("[1]", "bad_case", "JSON object"),
        ({"start": "2026-03-06"}, "bad_case", '"length"'),
        ({"start": 5, "length": "PT1H"}, "bad_case", '"start"'),
        ({"start": "soon", "length": "PT1H"}, "invalid_instant", '"soon" is not a date and time'),
        ({"start": "2026-03-06", "length": "P1M"}, "invalid_length", "weeks, months or years"),
        ({"start": "2026-03-06", "length": "P99999D"}, "beyond_horizon", "2099"),
        ({"start": "1900-03-06", "length": "PT1H"}, "outside_years", "1970 to 2099"),
        (
            {"start": "2026-03-06", "length": "PT1H", "calendar": "nowhere.yaml"},
            "invalid_calendar",
            "No such file",
        ),
        (
            {"start": "2026-03-06", "length": "PT1H", "calendar": {"zone": "UTC"}},
            "invalid_calendar",
            "no hours",
        ),
        ({"start": "2026-03-06", "length": "PT1H", "calendar": 5}, "bad_case", "no calendar"),
    ],
)
def test_a_bad_line_gets_an_error_and_the_others_their_answer(
    office: str, tmp_path: Path, line: Any, code: str, words: str
) -> None:
    good = {"start": "2026-03-06T16:00", "length": "PT2H"}
    out = io.StringIO()
    with pytest.raises(CommandError, match=r"1 of 2 cases could not be done\.") as caught:
        call_command("calendar", "end", office, "--batch", cases(tmp_path, line, good), stdout=out)
    assert caught.value.returncode == 1
    bad, done = (json.loads(written) for written in out.getvalue().splitlines())
    assert bad["error"]["code"] == code
    assert words in bad["error"]["message"]
    assert done["end"] == "2026-03-09T10:00:00+01:00"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("end", "FILE", "yesterday", "PT1H"), '"yesterday" is not a date and time'),
        (("end", "FILE", "2026-03-06", "5 hours"), '"5 hours" is not a length'),
        (("end", "FILE", "2026-03-06"), "give LENGTH"),
        (("elapsed",), "give CALENDAR_FILE, START, END"),
        (("elapsed", "FILE", "2026-03-06", "2026-03-05"), "lies before the start"),
        (("elapsed", "FILE", "0001-01-01T00:00+14:00", "2026-03-05"), "not a date and time"),
        (("end", "nowhere.yaml", "2026-03-06", "PT1H"), "No such file"),
        (("end", "FILE", "2026-03-06", "--batch", "cases"), "leave START out"),
        (("end", "FILE", "--batch", "nowhere.jsonl"), "No such file"),
        (("check", "nowhere.yaml"), "No such file"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(office: str, arguments: tuple[str, ...], words: str) -> None:
    error = refused(*(office if argument == "FILE" else argument for argument in arguments))
    assert error.returncode == 2
    assert words in str(error)


def test_a_case_without_any_calendar_is_refused(tmp_path: Path) -> None:
    error = refused("end", "--batch", cases(tmp_path, {"start": "2026-03-06", "length": "PT1H"}))
    assert error.returncode == 1


def test_check_says_that_a_file_is_sound_and_what_is_known_of_its_holidays(tmp_path: Path) -> None:
    file = tmp_path / "delhi.yaml"
    file.write_text("zone: Asia/Kolkata\nalways: true\nholidays: {country: IN}\n", encoding="utf-8")
    sound, days, known, caution = run("check", str(file)).splitlines()
    assert sound == "delhi: a sound calendar in Asia/Kolkata."
    assert days.endswith("days are holidays.")
    assert known == "Holidays of IN are known from 1970 to 2099."
    assert caution == "Requested Holidays are available only from 2001 to 2035."


def test_schema_prints_the_json_schema() -> None:
    assert json.loads(run("schema")) == json_schema()


def test_from_a_shell_cases_may_come_by_a_pipe(office: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "calendar", "end", office, "--batch", "-"],
        input='{"start": "2026-03-06T16:00", "length": "PT2H"}\nnonsense\n',
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[0])["end"] == "2026-03-09T10:00:00+01:00"
    assert done.stderr.splitlines()[-1] == "CommandError: 1 of 2 cases could not be done."
