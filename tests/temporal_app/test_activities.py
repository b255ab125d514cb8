"""Activities can be tried again at any time: twice is once."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from approvals.audit.models import Event
from approvals.engine import new_request, pending_work, receive
from approvals.engine.commands import Submit
from approvals.engine.policy import Policy
from approvals.engine.state import RequestState
from approvals.engine.work import StageWork
from approvals.inbox.models import Assignment
from approvals.mail.models import Notification
from approvals.people.models import Person
from approvals.policies import preparation
from approvals.policies.models import PolicyVersion
from approvals.requests.models import Request
from temporal_app.activities import authorise, prepare_stage, record
from temporal_app.messages import Authorisation, EventBatch, StagePreparation
from tests.engine_in_process import EngineInProcess, engine_in_process
from tests.requests.leave import FORM, LEAVE, new_id, submit_leave

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
A = TypeVar("A")
R = TypeVar("R")


def twice(activity: Callable[[A], R], argument: A) -> tuple[R, R]:
    """What an activity answers when its first answer was lost."""
    environment = ActivityEnvironment()
    return environment.run(activity, argument), environment.run(activity, argument)


def stage_work(people: object) -> StageWork:
    """The preparation of the first stage of a request of ana's."""
    state = new_request("r", Policy.model_validate(LEAVE), 1, "ana")
    submit = Submit(id="s", actor="ana", title="Leave", form=FORM)
    (work,) = pending_work(receive(state, submit, NOW)[0])
    assert isinstance(work, StageWork)
    return work


def test_preparing_a_stage_finds_whom_to_ask(people: dict[str, Person]) -> None:
    first, again = twice(prepare_stage, StagePreparation(work=stage_work(people), now=NOW))

    assert first == again
    assert [candidate.person for seat in first.seats for candidate in seat.candidates] == ["bo"]


@pytest.mark.parametrize(
    "error", [ValueError("no such calendar"), Person.DoesNotExist("nobody"), KeyError("x")]
)
def test_what_no_repeat_mends_is_not_repeated(
    people: dict[str, Person], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(preparation, "prepare_stage", fail)
    with pytest.raises(ApplicationError) as failure:
        ActivityEnvironment().run(prepare_stage, StagePreparation(work=stage_work(people), now=NOW))

    assert failure.value.non_retryable
    assert str(error) in failure.value.message


def test_an_outage_is_tried_again(people: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError("the database is away")

    monkeypatch.setattr(preparation, "prepare_stage", fail)
    with pytest.raises(ConnectionError):
        ActivityEnvironment().run(prepare_stage, StagePreparation(work=stage_work(people), now=NOW))


def submitted(engine: EngineInProcess, ana: Person, leave: PolicyVersion) -> EventBatch:
    """A request that PostgreSQL knows nothing of yet but its row."""
    engine.unrecorded = True
    row = submit_leave(ana, leave)
    return EventBatch(request=str(row.pk), events=tuple(engine.unwritten[str(row.pk)]))


def test_recording_a_batch_twice_records_it_once(people: dict[str, Person], leave: PolicyVersion) -> None:
    with engine_in_process() as engine:
        batch = submitted(engine, people["ana"], leave)

    first, again = twice(record, batch)

    assert first == again == len(batch.events)
    assert Event.objects.count() == len(batch.events)
    assert Assignment.objects.count() == 1
    assert Notification.objects.filter(person=people["bo"]).count() == 1
    row = Request.objects.get()
    assert RequestState.model_validate(row.state).revision == row.revision == first


def test_only_administrators_are_authorised(people: dict[str, Person]) -> None:
    def may(actor: str) -> bool:
        first, again = twice(authorise, Authorisation(request=new_id(), actor=actor, kind="pause"))
        assert first == again
        return first

    assert may("ada")
    assert not may("bo")
    assert not may("nobody-here")
    assert not may("")


def test_a_policys_owner_moves_its_requests_and_nothing_else(
    people: dict[str, Person], leave: PolicyVersion
) -> None:
    with engine_in_process():
        row = submit_leave(people["ana"], leave)
    PolicyVersion.objects.create(
        policy=leave.policy, number=2, body={**LEAVE, "owner": {"user": "bo"}}, digest=new_id()
    )

    def may(actor: str, kind: str) -> bool:
        question = Authorisation(request=str(row.pk), actor=actor, kind=kind)
        allowed: bool = ActivityEnvironment().run(authorise, question)
        return allowed

    assert may("bo", "migrate")
    assert not may("bo", "override")
    assert not may("ana", "migrate")


def test_an_administrator_who_left_is_none(people: dict[str, Person]) -> None:
    Person.objects.filter(username="ada").update(is_active=False)

    assert not ActivityEnvironment().run(
        authorise, Authorisation(request=new_id(), actor="ada", kind="pause")
    )
