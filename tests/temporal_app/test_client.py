"""Django's functions against a real server, a real worker and a real database."""

import asyncio
import uuid
from collections.abc import Iterator

import pytest
from pytest_django import Settings
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from approvals.engine import commands as c
from approvals.engine import new_request
from approvals.engine.policy import Policy
from approvals.engine.state import RequestState
from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from approvals.requests import delivery, services
from approvals.requests.models import Command, Request
from config.local.temporal import TEMPORAL
from temporal_app import client
from temporal_app.connection import connection
from temporal_app.messages import ApprovalInput, SearchAttribute, workflow_id
from tests.requests.leave import FORM, LEAVE, approval, new_id, remark, submit_leave, withdrawal
from tests.temporal_app.working import until, working

People = dict[str, Person]


@pytest.fixture(autouse=True)
def own_queue(temporal_address: str, settings: Settings) -> Iterator[None]:
    """A task queue and a client for each test."""
    settings.TEMPORAL_TASK_QUEUE = f"test-{uuid.uuid4()}"
    client.forget()
    yield
    client.forget()


def submission() -> ApprovalInput:
    """What starts a request of ana's that PostgreSQL knows nothing of."""
    state = new_request(new_id(), Policy.model_validate(LEAVE), 1, "ana")
    submit = c.Submit(id=new_id(), actor="ana", title="Leave", form=FORM)
    return ApprovalInput(state=state, commands=(submit,))


def recorded(row: Request, revision: int) -> bool:
    row.refresh_from_db()
    return row.revision >= revision


def opened(row: Request, task: str) -> RequestState | None:
    state = client.state(str(row.pk)).state
    return state if task in state.tasks else None


@pytest.mark.django_db(transaction=True)
def test_a_request_from_its_submission_to_its_outcome(people: People, leave: PolicyVersion) -> None:
    with working():
        row = submit_leave(people["ana"], leave)
        until(lambda: opened(row, "boss.1.1"))
        services.send(people["bo"], row, approval("bo"))
        until(lambda: opened(row, "chief.1.1"))
        answer = services.update(
            people["ada"],
            row,
            c.Reassign(id=new_id(), actor="ada", task="chief.1.1", to="bo", reason="Cy left."),
        )
        assert answer.ok
        command = approval("bo", "chief.1.1")
        services.send(people["bo"], row, command)
        shown = services.show(row)
        until(lambda: recorded(row, shown.state.revision))

    assert shown.live
    assert shown.state.outcome == row.outcome == "approved"
    receipt = shown.state.receipt(command.id)
    assert receipt is not None
    assert receipt.ok
    assert services.show(row).events == shown.events
    assert set(Command.objects.values_list("code", flat=True)) == {"ok"}


@pytest.mark.django_db(transaction=True)
def test_with_all_workers_gone_a_decision_is_taken_and_the_record_shown(
    people: People, leave: PolicyVersion
) -> None:
    with working():
        row = submit_leave(people["ana"], leave)
        state = until(lambda: opened(row, "boss.1.1"))
        until(lambda: recorded(row, state.revision))

    sent = services.send(people["bo"], row, approval("bo"))
    assert sent.delivered
    shown = services.show(row)
    assert not shown.live
    assert shown.as_of == row.updated_at
    assert services.unanswered(row, people["bo"]) == (sent.command,)
    with pytest.raises(client.EngineAway):
        client.update(str(row.pk), c.Pause(id=new_id(), actor="ada", reason="Wait."))

    client.forget()
    with working():
        until(lambda: recorded(row, state.revision + 1))
    sent.command.refresh_from_db()
    assert sent.command.code == "ok"


@pytest.mark.django_db(transaction=True)
def test_a_late_command_gets_a_receipt(people: People, leave: PolicyVersion) -> None:
    with working():
        row = submit_leave(people["ana"], leave)
        services.send(people["ana"], row, withdrawal())
        until(lambda: has_ended(row))
    late = services.send(people["bo"], row, approval("bo"))

    assert late.receipt is not None
    assert late.receipt.code == "request_closed"
    assert not delivery.deliver_due()


def has_ended(row: Request) -> bool:
    """Whether the request's workflow is over."""

    async def look(found: Client) -> bool:
        workflow = await found.get_workflow_handle(workflow_id(str(row.pk))).describe()
        return workflow.status is not WorkflowExecutionStatus.RUNNING

    return connection.call(look)


def test_what_was_never_started_does_not_run() -> None:
    with pytest.raises(client.NotRunning):
        client.signal(new_id(), remark("ana"))
    with pytest.raises(client.NotRunning):
        client.state(new_id())
    with pytest.raises(client.NotRunning):
        client.update(new_id(), c.Pause(id=new_id(), actor="ada", reason="Wait."))


def test_starting_again_changes_nothing(settings: Settings) -> None:
    start = submission()
    client.start(start)
    client.start(start)


@pytest.mark.django_db(transaction=True)
def test_starting_again_after_the_end_changes_nothing(people: People, leave: PolicyVersion) -> None:
    with working():
        row = submit_leave(people["ana"], leave)
        start = ApprovalInput(state=client.state(str(row.pk)).state)
        services.send(people["ana"], row, withdrawal())
        until(lambda: has_ended(row))
        client.start(start)
        with pytest.raises(client.NotRunning):
            client.signal(str(row.pk), remark("ana"))


@pytest.mark.django_db(transaction=True)
def test_an_update_that_the_rules_refuse_comes_back_as_a_receipt(
    people: People, leave: PolicyVersion
) -> None:
    with working():
        row = submit_leave(people["ana"], leave)
        until(lambda: opened(row, "boss.1.1"))
        receipt = client.update(str(row.pk), c.Resume(id=new_id(), actor="ada"))

    assert (receipt.code, receipt.message) == ("not_paused", "This request is not on hold.")


def test_without_a_worker_nobody_is_waited_for_twice() -> None:
    start = submission()
    client.start(start)
    with pytest.raises(client.EngineAway):
        client.state(start.state.request)
    with pytest.raises(client.EngineAway, match="a moment ago"):
        client.state(start.state.request)
    client.signal(start.state.request, remark("ana"))


def test_workers_are_counted(settings: Settings) -> None:
    assert client.workers() == 0
    with working():
        assert until(client.workers) == 1


def test_an_unknown_namespace_is_no_answer_about_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nowhere")

    with pytest.raises(client.EngineAway):
        client.signal(new_id(), remark("ana"))


@pytest.mark.django_db(transaction=True)
def test_requests_can_be_found_by_policy_and_status(people: People, leave: PolicyVersion) -> None:
    with working():
        row = submit_leave(people["ana"], leave)
        before = found_by(str(row.pk))
        services.send(people["ana"], row, withdrawal())
        until(lambda: has_ended(row))
        after = found_by(str(row.pk))

    assert before == {"PlacetPolicy": "leave", "PlacetStatus": "new"}
    assert after == {"PlacetPolicy": "leave", "PlacetStatus": "withdrawn"}


def found_by(request: str) -> dict[str, str | None]:
    """The search attributes of a request's workflow."""

    async def look(found: Client) -> dict[str, str | None]:
        known = (await found.get_workflow_handle(workflow_id(request)).describe()).typed_search_attributes
        return {name.value: known.get(SearchAttributeKey.for_keyword(name)) for name in SearchAttribute}

    return connection.call(look)


async def test_a_server_without_our_search_attributes_is_good_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter, dev_server_existing_path=TEMPORAL
    ) as server:
        monkeypatch.setenv("TEMPORAL_ADDRESS", server.client.service_client.config.target_host)
        start = submission()
        await asyncio.to_thread(client.start, start)
        await asyncio.to_thread(client.signal, start.state.request, remark("ana"))
