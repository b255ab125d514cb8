"""`manage.py replay_log`: what it prints, and how it exits."""

import gzip
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.replay.conftest import DOCUMENT, Files


def replay(*arguments: str) -> str:
    """What it prints."""
    printed = StringIO()
    call_command("replay_log", *arguments, stdout=printed, stderr=StringIO())
    return printed.getvalue()


def result(*arguments: str) -> Any:
    """What it prints as JSON."""
    return json.loads(replay(*arguments, "--json"))


def failure(*arguments: str) -> CommandError:
    """How it fails."""
    with pytest.raises(CommandError) as failed:
        replay(*arguments)
    return failed.value


def test_the_document_s_example_prints_what_the_document_says(holidays: Files) -> None:
    printed = replay(*holidays.arguments()).splitlines()
    told = DOCUMENT.read_text("utf-8")
    for line in printed[2:]:
        assert line in told
    assert printed[0] in told
    assert printed[1].startswith("3 cases, 12 rows, 3 variants in ")


def test_json_names_every_case_that_ended_otherwise(holidays: Files) -> None:
    holidays.change(holidays.map, '"* refuses": reject', '"* refuses": comment')
    told = result(*holidays.arguments(), "--at-least", "50")
    assert told["cases"] == 3
    assert told["as_history"] == 3  # the second "Ask for leave" is refused, and the end is the same
    assert told["refused_on_the_way"] == [
        {"reason": "“Ask for leave” came while it was being decided", "number": 1, "cases": ["h2"]},
        {"reason": "“Team lead agrees” came when this had been decided", "number": 1, "cases": ["h2"]},
    ]
    holidays.change(holidays.log, "Human resources agrees,Human resources,di,10", "Cancelled,Employee,cy,10")
    told = result(*holidays.arguments(), "--at-least", "50")
    assert [(other["cases"], other["reason"]) for other in told["otherwise"]] == [
        (["h2"], "granted in history; “Ask for leave” came while it was being decided")
    ]
    assert told["ends"][0] == {"name": "granted", "cases": 2, "as_history": 1}


def test_too_few_as_history_exits_with_1(holidays: Files) -> None:
    holidays.rows(
        "h1,2026-03-02T09:00:00Z,Ask for leave,Employee,ana,3", "h1,2026-03-03T08:00:00Z,Calendar updated,,,3"
    )
    failed = failure(*holidays.arguments())
    assert failed.returncode == 1
    assert str(failed) == "0.00 % ended as history did; at least 99.5 % were wanted."
    replay(*holidays.arguments(), "--at-least", "0")


def test_a_case_that_waits_says_for_what(holidays: Files) -> None:
    holidays.rows(
        "h1,2026-03-02T09:00:00Z,Ask for leave,Employee,ana,3", "h1,2026-03-03T08:00:00Z,Calendar updated,,,3"
    )
    told = result(*holidays.arguments(), "--at-least", "0")
    assert told["otherwise"][0]["reason"] == "granted in history; here it is open and waits: Team lead"


def test_a_gzipped_log_with_mixed_cases_is_the_same(holidays: Files) -> None:
    heading, *rows = holidays.log.read_bytes().splitlines(keepends=True)
    mixed = gzip.compress(b"".join([heading, *sorted(rows, key=lambda row: row[3:])]))
    holidays.log.write_bytes(mixed)
    assert result(*holidays.arguments())["as_history"] == 3


def test_limit_takes_the_first_cases(holidays: Files) -> None:
    assert result(*holidays.arguments(), "--limit", "2")["cases"] == 2
    with pytest.raises(CommandError, match="invalid positive number value"):
        replay(*holidays.arguments(), "--limit", "0")


def test_a_log_that_no_shipped_mapping_knows_asks_for_one(holidays: Files) -> None:
    failed = failure(str(holidays.log))
    assert failed.returncode == 2
    assert "No mapping that comes with Placet names the activities of holidays.csv." in str(failed)


def test_a_mapping_without_a_policy_asks_for_one(holidays: Files) -> None:
    failed = failure(str(holidays.log), "--map", str(holidays.map))
    assert (failed.returncode, str(failed)) == (
        2,
        "Give the policy to replay under with --policy: the mapping names none.",
    )


def test_a_policy_s_faults_are_told_with_their_line(holidays: Files) -> None:
    holidays.change(holidays.policy, "form.days >= 10", "form.dais >= 10")
    failed = failure(*holidays.arguments())
    assert failed.returncode == 2
    assert str(failed).startswith("holidays.yaml, line 13: stages[1].when: ")
    assert 'The form has no field "dais"' in str(failed)


def test_without_its_columns_a_log_is_refused(holidays: Files) -> None:
    holidays.change(holidays.log, "case,time,activity,role", "id,time,activity,role")
    assert str(failure(*holidays.arguments())).splitlines() == [
        'holidays.csv has no column "case" for the case.',
        "Its columns are: id, time, activity, role, resource, days. Name the right ones under columns:.",
    ]
    holidays.change(holidays.map, "requester:", "columns: {case: id}\nrequester:")
    assert result(*holidays.arguments())["cases"] == 3


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("h1,yesterday,Ask for leave,Employee,ana,3", 'line 2: "yesterday" is not a time in ISO 8601.'),
        (
            "h1,2026-03-02T09:00:00,Ask for leave,Employee,ana,3",
            'line 2: the time "2026-03-02T09:00:00" has no offset, such as +01:00 or Z.',
        ),
        (
            "h1,2026-03-02T09:00:00Z,Ask for leave",
            "line 2: it has more or fewer columns than the first line.",
        ),
        ("h1,2026-03-02T09:00:00Z,Ask for leave,Employee,ana,few", 'How many days?: "few" is no number.'),
    ],
)
def test_a_row_that_makes_no_sense_is_told_with_its_line(holidays: Files, row: str, sentence: str) -> None:
    holidays.rows(row)
    failed = failure(*holidays.arguments())
    assert (failed.returncode, sentence in str(failed)) == (2, True)


def test_an_empty_log_a_missing_file_and_what_is_no_text_are_refused(holidays: Files) -> None:
    holidays.rows()
    assert str(failure(*holidays.arguments())) == (
        "holidays.csv has no rows below its first line that name a case."
    )
    holidays.log.write_bytes(b"case,time\n\xff\xfe")
    assert "is not a CSV file in UTF-8" in str(failure(*holidays.arguments()))
    holidays.log.unlink()
    assert "holidays.csv cannot be read: No such file or directory." in str(failure(*holidays.arguments()))
