"""``manage.py policy migrate``."""

import io
import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from tests.console.desk import Desk
from tests.migration.test_pages import CHECK, SIGN, followed, version


@pytest.fixture
def second(desk: Desk) -> PolicyVersion:
    """Version 2 has Di check alone."""
    return version(desk, {**CHECK, "participants": [{"user": "di"}]}, SIGN)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("policy", "migrate", "trip", *arguments, stdout=out)
    return out.getvalue()


def run_json(*arguments: str) -> Any:
    return json.loads(run("--json", *arguments))


def test_a_dry_run_says_what_each_would_become_and_changes_nothing(desk: Desk, second: PolicyVersion) -> None:
    row = desk.submit()
    said = run("--to", "2", "--dry-run")
    assert f"#{row.number} Trip, version 1 to 2" in said
    assert "“Check” begins anew (who is asked): Di Dahl is asked" in said
    assert "Asked then: Di Dahl." in said
    assert "Asked no more: Bo Berg and Cy Cole." in said
    assert followed(desk, row) == (1, 1)


def test_it_moves_all(desk: Desk, second: PolicyVersion) -> None:
    rows = [desk.submit(), desk.submit("di")]
    assert "2 of 2 moved." in run("--to", "2", "--reason", "New law.")
    assert [followed(desk, row) for row in rows] == [(2, 2), (2, 2)]
    assert "Every open request of trip follows version 2." in run("--to", "2")


@pytest.mark.parametrize("named", ["id", "number", "#number"])
def test_it_moves_only_some(desk: Desk, second: PolicyVersion, named: str) -> None:
    row, other = desk.submit(), desk.submit("di")
    text = {"id": str(row.pk), "number": str(row.number), "#number": f"#{row.number}"}[named]
    run("--only", text)
    assert followed(desk, row) == (2, 2)
    assert followed(desk, other) == (1, 1)


def test_a_program_reads_json(desk: Desk, second: PolicyVersion) -> None:
    row = desk.submit()
    foreseen = run_json("--dry-run")
    assert (foreseen["policy"], foreseen["to"], foreseen["dry_run"]) == ("trip", 2, True)
    (one,) = foreseen["requests"]
    assert (one["id"], one["from"], one["possible"], one["moved"]) == (str(row.pk), 1, True, False)
    assert [(stage["stage"], stage["becomes"]) for stage in one["stages"]] == [
        ("check", "again"),
        ("sign", "waits"),
    ]
    assert one["stages"][0]["asked"] == ["di"]
    assert (one["gains"], one["loses"]) == (["di"], ["bo", "cy"])
    (done,) = run_json()["requests"]
    assert (done["code"], done["moved"]) == ("ok", True)


def test_what_cannot_be_moved_ends_it_with_1(desk: Desk, second: PolicyVersion) -> None:
    desk.submit("max")
    with pytest.raises(CommandError, match="1 of 1 cannot be moved") as stopped:
        run("--dry-run")
    assert stopped.value.returncode == 1


def test_an_engine_that_is_away_ends_it_with_1(desk: Desk, second: PolicyVersion) -> None:
    desk.submit()
    desk.office.engine.away = True
    with pytest.raises(CommandError, match="1 of 1 were not moved") as stopped:
        run()
    assert stopped.value.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "9"), 'There is no version 9 of policy "trip".'),
        (("--only", "#999"), 'No open request of this policy that follows another version is called "#999".'),
        (("--by", "ana"), '"ana" is no administrator and no owner'),
        (("--by", "nobody"), '"nobody" is no administrator and no owner'),
    ],
)
def test_what_is_not_there_ends_it_with_2(
    desk: Desk, second: PolicyVersion, arguments: tuple[str, ...], said: str
) -> None:
    desk.submit()
    with pytest.raises(CommandError, match=re.escape(said)) as stopped:
        run(*arguments)
    assert stopped.value.returncode == 2


def test_of_several_administrators_one_is_named(desk: Desk, second: PolicyVersion) -> None:
    row = desk.submit()
    Person.objects.filter(username="di").update(is_admin=True)
    with pytest.raises(CommandError, match="--by HANDLE"):
        run()
    assert "1 of 1 moved." in run("--by", "di")
    assert followed(desk, row) == (2, 2)
