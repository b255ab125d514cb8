"""`manage.py policy prove`."""

import json
from pathlib import Path

import pytest

from approvals.policies import services
from approvals.policies.models import PolicyVersion
from tests.policies.cast import group, person
from tests.policies.test_command import run

pytestmark = pytest.mark.django_db

FILE = """\
key: test
title: Test
owner: {user: owner}
form:
  - id: amount
    label: Amount
    type: money
stages:
  - id: check
    title: Check
    participants: [{group: desk}]
  - id: board
    title: Board
    when: form.amount > 5000 * EUR
    participants: [{group: board}]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a policy whose board has nobody in it, and the people for the rest."""
    person("owner")
    person("ada", is_admin=True)
    group("desk", person("bo"), person("cara"))
    group("board")
    path = tmp_path / "test.yaml"
    path.write_text(FILE)
    return path


def test_a_counter_example_is_told_and_fails(file: Path) -> None:
    status, out, err = run("prove", file)
    assert status == 3
    assert out == (
        "Test: 1 stage cannot always be decided by those whom the policy asks.\n"
        "\n"
        "“Board” falls to the policy’s owner. It happens when anybody asks and “Amount” is 5,000.01 EUR. "
        "Nobody was found for “Board”: The group Board has no active members.\n"
        "\n"
        "Tried: 12 of 12 combinations of requester, form values and round, which is exhaustive. "
        "Requesters: 4 people in 3 classes.\n"
    )
    assert err == "There is a path that too few people can decide."


def test_a_policy_that_holds(file: Path) -> None:
    file.write_text(FILE.replace("group: board", "group: desk"))
    status, out, err = run("prove", file)
    assert (status, err) == (0, "")
    assert out.startswith("Test: Every path has enough people who may decide.\n")


def test_a_sample_is_no_proof(file: Path) -> None:
    file.write_text(FILE.replace("group: board", "group: desk"))
    status, out, err = run("prove", file, "--combinations", 3)
    assert (status, err) == (4, "Not everything was tried.")
    assert out.startswith("Test: No counter-example was found in what was tried.\n")
    assert "Tried: 3 of 12 combinations of requester, form values and round, which is a sample." in out


def test_as_json(file: Path) -> None:
    status, out, _ = run("prove", file, "--json")
    told = json.loads(out)
    assert status == 3
    assert (told["holds"], told["policy"], told["today"]) == (False, "test", [])
    assert told["coverage"]["exhaustive"] is True
    (found,) = told["findings"]
    assert (found["stage"], found["kind"], found["form"]) == ("board", "owner", {"amount": 500001})
    assert found["text"].startswith("“Board” falls to the policy’s owner.")


def test_a_published_policy_by_its_key(file: Path) -> None:
    services.publish(services.parse(FILE))
    assert run("prove", "test")[0] == 3
    assert run("prove", "nothing") == (2, "", "There is no policy “nothing” that can be requested.")


def test_a_file_with_faults_is_told_as_by_check(file: Path) -> None:
    file.write_text(FILE.replace("amount >", "amuont >"))
    status, _, err = run("prove", file)
    assert status == 1
    assert "stages[1].when" in err
    assert run("prove", file.parent / "missing.yaml")[0] == 2


def test_progress_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("approvals.policies.management.proving.EVERY", 0.0)
    _, _, err = run("prove", file)
    assert "1 of 12 combinations\n" in err
    assert "12 of 12 combinations\n" in err


def test_publishing_with_a_counter_example_needs_a_word(file: Path) -> None:
    status, out, err = run("publish", file)
    assert (status, out) == (3, "")
    assert "“Board” falls to the policy’s owner." in err
    assert err.endswith("nobody has accepted that yet. Mend it, or publish it with --despite.")
    assert not PolicyVersion.objects.exists()
    status, out, err = run("publish", file, "--despite", "--by", "ada")
    assert (status, out) == (0, "test v1 is published.\n")
    kept = PolicyVersion.objects.get().proof_kept
    assert kept.accepted_by is not None
    assert kept.accepted_by.handle == "ada"
    file.write_text(FILE.replace("title: Test", "title: Toast"))
    assert run("publish", file)[:2] == (0, "test v2 is published.\n")
