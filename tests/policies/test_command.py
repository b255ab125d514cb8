"""`manage.py policy`."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from approvals.policies import services
from approvals.policies.models import PolicyVersion
from tests.policies.cast import person
from tests.policies.test_reading import GOOD

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a good policy."""
    path = tmp_path / "test.yaml"
    path.write_text(GOOD)
    return path


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit status, output and errors; the message of a failure is the last line of the errors."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("policy", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as error:
        return error.returncode, out.getvalue(), f"{err.getvalue()}{error}"
    return 0, out.getvalue(), err.getvalue()


def test_the_schema_is_json() -> None:
    status, out, _ = run("schema")
    assert status == 0
    assert json.loads(out) == services.json_schema()


def test_a_good_policy_is_told_so(file: Path) -> None:
    person("owner")
    assert run("check", file) == (0, f"{file}: Test is a valid policy.\n", "")


def test_a_warning_is_told_and_does_not_fail(file: Path) -> None:
    status, _, err = run("check", file)
    assert status == 0
    assert err == f'{file}:3:15: warning: owner.user: Nobody with an active account is called "owner".\n'


def test_an_error_has_its_line_and_fails(file: Path) -> None:
    person("owner")
    file.write_text(GOOD.replace("amount >", "amuont >").replace("manager: 1", "group: none"))
    status, out, err = run("check", file)
    assert (status, out) == (1, "")
    lines = err.splitlines()
    assert lines[0].startswith(
        f"{file}:11:11: error: stages[0].when: Line 1, column 5 of the condition: The form has"
    )
    assert lines[1].startswith(f"{file}:12:28: warning: stages[0].participants[0].group: There is no group")
    assert lines[2] == f"{file}: 1 error."


def test_what_is_no_policy_fails(file: Path) -> None:
    file.write_text("key: [")
    status, _, err = run("check", file)
    assert status == 1
    assert err.startswith(f"{file}:1:7: error: ")


@pytest.mark.parametrize("action", ["check", "publish"])
def test_a_file_that_cannot_be_read_is_another_matter(tmp_path: Path, action: str) -> None:
    missing = tmp_path / "none.yaml"
    assert run(action, missing) == (2, "", f"{missing}: No such file or directory.")
    (tmp_path / "latin.yaml").write_bytes(b"title: caf\xe9")
    assert run(action, tmp_path / "latin.yaml")[0] == 2


def test_a_policy_is_published(file: Path) -> None:
    person("owner")
    status, out, _ = run("publish", file, "--by", "owner", "--despite")
    assert (status, out) == (0, "test v1 is published.\n")
    assert run("publish", file)[:2] == (0, "test v1 is published.\n")
    version = PolicyVersion.objects.get()
    assert version.published_by is not None
    assert version.published_by.handle == "owner"


def test_a_policy_with_errors_is_not_published(file: Path) -> None:
    file.write_text(GOOD.replace("5 * EUR", "5.0"))
    assert run("publish", file)[0] == 1
    assert not PolicyVersion.objects.exists()


def test_nobody_unknown_publishes(file: Path) -> None:
    status, _, err = run("publish", file, "--by", "nobody")
    assert status == 2
    assert err.endswith('Nobody with an active account is called "nobody".')
    assert not PolicyVersion.objects.exists()


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    assert run("check", "-")[1] == "-: Test is a valid policy.\n"


def test_without_a_database_the_rest_is_checked(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("approvals.policies.checking.check_world", away)
    status, out, err = run("check", file)
    assert (status, out) == (0, f"{file}: Test is a valid policy.\n")
    assert "people and calendars were not checked" in err
    assert run("publish", file) == (2, "", "The database does not answer.")
