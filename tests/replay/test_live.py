"""Replaying through the running application: the same rows, real people, and what keeps it from running."""

from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from approvals.demo.people import make_people
from approvals.demo.seeding import publish_library
from approvals.inbox.models import Task
from approvals.people.models import Person
from approvals.policies import services as policies
from approvals.policies.models import Policy
from approvals.replay import live
from approvals.replay.endings import Ended
from approvals.replay.errors import ReplayError
from approvals.replay.live import LiveReplay, spread
from approvals.replay.log import Case, read_cases
from approvals.replay.mapping import Columns, Mapping, load_mapping
from approvals.replay.shipped import MAPS, load_policy
from approvals.requests.models import Request
from temporal_app import client
from tests.engine_in_process import EngineInProcess, engine

__all__ = ["engine"]

pytestmark = pytest.mark.django_db(transaction=True)

LOG = """\
case,time,activity,role,resource,amount
d1,2017-03-06T09:00:00Z,Declaration SUBMITTED by EMPLOYEE,EMPLOYEE,X,26.85
d1,2017-03-06T10:00:00Z,Declaration REJECTED by ADMINISTRATION,ADMINISTRATION,X,26.85
d1,2017-03-06T11:00:00Z,Declaration REJECTED by EMPLOYEE,EMPLOYEE,X,26.85
d1,2017-03-06T12:00:00Z,Declaration SUBMITTED by EMPLOYEE,EMPLOYEE,X,26.85
d1,2017-03-06T13:00:00Z,Declaration APPROVED by ADMINISTRATION,ADMINISTRATION,X,26.85
d1,2017-03-06T14:00:00Z,Declaration APPROVED by BUDGET OWNER,BUDGET OWNER,X,26.85
d1,2017-03-06T15:00:00Z,Declaration FINAL_APPROVED by SUPERVISOR,SUPERVISOR,X,26.85
d1,2017-03-06T16:00:00Z,Payment Handled,UNDEFINED,SYSTEM,26.85
d1,2017-03-06T17:00:00Z,Declaration REJECTED by SUPERVISOR,SUPERVISOR,X,26.85
d2,2017-03-06T09:00:00Z,Declaration SUBMITTED by EMPLOYEE,EMPLOYEE,X,5
d2,2017-03-06T10:00:00Z,Declaration REJECTED by SUPERVISOR,SUPERVISOR,X,5
d2,2017-03-06T11:00:00Z,Declaration REJECTED by EMPLOYEE,EMPLOYEE,X,5
d3,2017-03-06T09:00:00Z,Declaration SAVED by EMPLOYEE,EMPLOYEE,X,5
d3,2017-03-06T10:00:00Z,Payment Handled,UNDEFINED,SYSTEM,5
"""


@pytest.fixture
def university() -> None:
    """The demo's people and policies, without its requests."""
    make_people(date(2026, 3, 2))
    publish_library()


@pytest.fixture
def running(engine: EngineInProcess, university: None, monkeypatch: pytest.MonkeyPatch) -> EngineInProcess:
    """The application, with an engine in this process, a worker, and one case at a time."""
    monkeypatch.setattr(client, "workers", lambda: 1)
    monkeypatch.setattr(live, "AT_ONCE", 1)
    return engine


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three declarations."""
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


@pytest.fixture
def mapping() -> Mapping:
    """The shipped mapping of declarations."""
    return load_mapping(MAPS / "bpi2020-domestic-declarations.yaml")


def replay(*arguments: str) -> str:
    """What it prints."""
    printed = StringIO()
    call_command("replay_log", *arguments, stdout=printed, stderr=StringIO())
    return printed.getvalue()


def one(replaying: LiveReplay, case: Case) -> Ended:
    """How one case ends."""
    (ended,) = replaying.run([case])
    return ended


def test_cases_run_as_requests_of_the_application(running: EngineInProcess, log: Path) -> None:
    told = replay(str(log), "--temporal", "9", "--at-least", "60")
    assert "through the running application\n3 cases, 14 rows, 3 variants" in told
    assert "1  paid in history; “Payment Handled” came though it was never submitted (d3)" in told
    paid, withdrawn = Request.objects.order_by("number")
    assert (paid.title, paid.outcome, paid.round, paid.requester.handle) == (
        "d1, 26.85 EUR",
        "approved",
        2,
        "ana.lima",
    )
    assert (withdrawn.title, withdrawn.outcome) == ("d2, 5.00 EUR", "withdrawn")
    decided = Task.objects.filter(request=paid, decision="approve").order_by("closed_at", "id")
    assert [task.stage for task in decided] == ["administration", "budget-owner", "supervisor", "payment"]
    assert decided[2].owner is not None
    assert decided[2].owner.handle == "pieter.jansen"


def test_a_step_after_the_end_is_answered_and_counted(
    running: EngineInProcess, log: Path, mapping: Mapping
) -> None:
    cases = read_cases(log, Columns())
    ended = one(LiveReplay(load_policy(None, mapping), mapping), cases[0])
    assert ended.as_history
    assert [str(step) for step in ended.refused] == [
        "“Declaration REJECTED by SUPERVISOR” came after it was approved"
    ]


def test_a_form_that_the_policy_refuses_is_a_refused_step(
    running: EngineInProcess, log: Path, mapping: Mapping
) -> None:
    form = mapping.form | {
        "first_check": mapping.form["first_check"].model_copy(update={"otherwise": "The porter"})
    }
    odd = mapping.model_copy(update={"form": form})
    ended = one(LiveReplay(load_policy(None, mapping), odd), read_cases(log, Columns())[1])
    assert (ended.end, ended.refused[0].code) == ("draft", "invalid_form")


def test_a_step_that_is_not_answered_in_time_is_told(
    running: EngineInProcess, log: Path, mapping: Mapping
) -> None:
    running.away = True
    replaying = LiveReplay(load_policy(None, mapping), mapping, patience=0.0)
    with pytest.raises(ReplayError, match="Case d1: “Declaration SUBMITTED by EMPLOYEE” was sent and not"):
        list(replaying.run(read_cases(log, Columns())))


def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "workers", lambda: 0)


def _another_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    current = policies.engine_policy(policies.current("expense-declaration"))
    policies.publish(current.model_copy(update={"max_rounds": 3}))


def _no_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    Policy.objects.update(retired_at="2026-01-01T00:00:00Z")


def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    Person.objects.filter(username="ana.lima").update(is_active=False)


def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise client.EngineAway("Connection refused.")

    monkeypatch.setattr(client, "workers", away)


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (_no_worker, "No worker is running"),
        (_another_policy, "The running application's “Expense declaration” (version 2) is another one."),
        (_no_policy, "The running application has no policy “Expense declaration”. Publish it first"),
        (_nobody, 'Nobody with an active account is called "ana.lima".'),
        (_no_engine, "Temporal does not answer: Connection refused."),
    ],
)
def test_what_keeps_it_from_running_is_said(
    running: EngineInProcess,
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Callable[[pytest.MonkeyPatch], None],
    sentence: str,
) -> None:
    trouble(monkeypatch)
    with pytest.raises(CommandError) as failed:
        replay(str(log), "--temporal", "1")
    assert failed.value.returncode == 2
    assert sentence in str(failed.value)
    assert not Request.objects.exists()


def test_cases_are_spread_over_the_variants(log: Path) -> None:
    cases = read_cases(log, Columns())
    twice = [*cases, Case("d4", cases[2].rows)]
    assert [case.id for case in spread(twice, 3)] == ["d3", "d1", "d2"]
    assert [case.id for case in spread(twice, 9)] == ["d3", "d1", "d2", "d4"]
