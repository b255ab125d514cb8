"""Many cases on several cores come to what they come to on one."""

import os

import pytest

from approvals.replay import parallel
from approvals.replay.errors import ReplayError
from approvals.replay.kinds import Kind, read_kinds
from approvals.replay.parallel import Work, run_cases
from tests.replay.conftest import Files


@pytest.fixture
def several_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cores, on which three cases are many."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda of: {0, 1}, raising=False)
    monkeypatch.setattr(parallel, "WORTHWHILE", 1)
    monkeypatch.setattr(parallel, "AT_ONCE", 2)


def told(files: Files) -> tuple[Kind, Work]:
    kind = read_kinds(files.log, [files.policy], [files.map])[0]
    return kind, Work(kind.policy, kind.mapping, (), kind.until)


def test_in_order_and_the_same(holidays: Files, request: pytest.FixtureRequest) -> None:
    kind, work = told(holidays)
    alone = list(run_cases(work, kind.cases))
    request.getfixturevalue("several_cores")
    assert list(run_cases(work, kind.cases)) == alone
    assert [ended.case for ended in alone] == ["h1", "h2", "h3"]


def test_what_is_wrong_in_a_case_is_said(holidays: Files, several_cores: None) -> None:
    holidays.change(holidays.log, "Employee,ed,1\nh3", "Employee,ed,few\nh3")
    kind, work = told(holidays)
    with pytest.raises(ReplayError, match='How many days\\?: "few" is no number'):
        list(run_cases(work, kind.cases))
