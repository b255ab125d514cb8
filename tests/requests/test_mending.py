"""What was stuck goes on by itself once people or groups change, and each change is sent once."""

from collections.abc import Callable

import pytest
from django.test import Client

from approvals.engine.commands import LookUp
from approvals.engine.policy import Policy
from approvals.people import remembering
from approvals.people.models import Group, Membership, Person
from approvals.policies.services import publish
from approvals.requests import services
from approvals.requests.mending import LOOK_AGAIN, Mender
from approvals.requests.models import Request
from temporal_app import client
from tests.engine_in_process import EngineInProcess
from tests.requests.leave import LEAVE, approval, submit_leave

pytestmark = pytest.mark.django_db
People = dict[str, Person]
Waits = Callable[[], list[str]]


@pytest.fixture
def desk(people: People) -> Group:
    """A group that has nobody in it."""
    return Group.objects.create(slug="desk", name="Desk")


@pytest.fixture
def row(engine: EngineInProcess, people: People, desk: Group) -> Request:
    """A request of Ana's that the desk should decide."""
    stages = [{"id": "desk", "title": "Desk", "participants": [{"group": "desk"}]}]
    return submit_leave(people["ana"], publish(Policy.model_validate({**LEAVE, "stages": stages})))


@pytest.fixture
def waits(row: Request) -> Waits:
    """Who has its open tasks."""

    def waits() -> list[str]:
        tasks = Request.objects.get(pk=row.pk).tasks.filter(status="open")
        return sorted(tasks.values_list("assignments__person__username", flat=True))

    return waits


def lookups(engine: EngineInProcess) -> int:
    return sum(isinstance(command, LookUp) for command in engine.received)


def test_an_empty_group_that_is_filled_gets_its_task(
    row: Request, desk: Group, people: People, waits: Waits, engine: EngineInProcess
) -> None:
    mender = Mender(lambda: 0.0)
    assert waits() == ["ada"]
    assert mender.look_up_due() == 0
    Membership.objects.create(group=desk, person=people["cy"])
    assert mender.look_up_due() == 1
    assert waits() == ["cy"]
    row.refresh_from_db()
    assert not row.stuck
    assert mender.look_up_due() == 0
    services.send(people["cy"], row, approval("cy", "desk.1.2"))
    row.refresh_from_db()
    assert row.outcome == "approved"


def test_who_is_deactivated_is_found_with_their_open_tasks(
    request_row: Request, people: People, engine: EngineInProcess
) -> None:
    mender = Mender(lambda: 0.0)
    assert mender.look_up_due() == 0
    people["bo"].is_active = False
    people["bo"].save()
    assert mender.look_up_due() == 1
    state = engine.states[str(request_row.pk)]
    assert [task.people for task in state.open_tasks()] == [("ada",)]
    assert state.stages["boss"].reason == "Nobody was found for “bo”: “bo” has no active account."
    request_row.refresh_from_db()
    assert request_row.stuck
    Person.objects.filter(username="bo").update(is_active=True)
    assert mender.look_up_due() == 1
    assert [task.people for task in engine.states[str(request_row.pk)].open_tasks()] == [("bo",)]


def test_each_change_is_sent_once_however_many_couriers_there_are(
    row: Request, desk: Group, people: People, engine: EngineInProcess
) -> None:
    Membership.objects.create(group=desk, person=people["cy"])
    engine.unrecorded = True
    assert [Mender().look_up_due() for _ in range(3)] == [1, 1, 1]
    sent = {command.id for command in engine.received if isinstance(command, LookUp)}
    assert len(sent) == 1
    assert engine.states[str(row.pk)].stages["desk"].lookups == 1


def test_what_was_recorded_too_late_for_a_look_is_found_by_the_next(
    row: Request, desk: Group, people: People, engine: EngineInProcess, waits: Waits
) -> None:
    now = 100.0
    mender = Mender(lambda: now)
    Request.objects.filter(pk=row.pk).update(stuck=False)
    Membership.objects.create(group=desk, person=people["cy"])
    assert mender.look_up_due() == 0
    Request.objects.filter(pk=row.pk).update(stuck=True)
    assert mender.look_up_due() == 0
    now += LOOK_AGAIN
    assert mender.look_up_due() == 1
    assert waits() == ["cy"]


def test_an_engine_that_is_away_is_asked_again(
    row: Request, desk: Group, people: People, engine: EngineInProcess
) -> None:
    mender = Mender(lambda: 0.0)
    mender.look_up_due()
    Membership.objects.create(group=desk, person=people["cy"])
    engine.away = True
    with pytest.raises(client.EngineAway):
        mender.look_up_due()
    engine.away = False
    assert mender.look_up_due() == 1


def test_a_request_that_has_ended_meanwhile_is_left_alone(
    row: Request, desk: Group, people: People, engine: EngineInProcess
) -> None:
    Membership.objects.create(group=desk, person=people["cy"])
    engine.states.clear()
    assert Mender().look_up_due() == 1
    assert lookups(engine) == 0


def test_every_change_that_matters_raises_the_revision_and_others_do_not(people: People) -> None:
    first = remembering.revision()
    people["bo"].time_zone = "Europe/Amsterdam"
    people["bo"].save()
    assert remembering.revision() == first
    people["bo"].manager = people["cy"]
    people["bo"].save()
    assert remembering.revision() == first + 1
    desk = Group.objects.create(slug="desk", name="Desk")
    Membership.objects.create(group=desk, person=people["bo"])
    assert remembering.revision() == first + 3


def test_the_owner_can_ask_for_it_on_the_page(
    row: Request, desk: Group, people: People, waits: Waits
) -> None:
    visit = Client()
    visit.force_login(people["ada"])
    page = visit.get(f"/requests/{row.pk}/").content.decode()
    assert "Look up anew who decides Desk" in page
    assert "The group Desk has no active members." in page
    Membership.objects.create(group=desk, person=people["cy"])
    sent = {"command": "6a1c1a2e-64a5-4a2e-9e57-0d0c3a3f3a11", "stage": "desk"}
    assert visit.post(f"/requests/{row.pk}/look_up/", sent).status_code == 302
    assert waits() == ["cy"]
    assert "Look up anew" not in visit.get(f"/requests/{row.pk}/").content.decode()


def test_the_requester_cannot(row: Request, people: People) -> None:
    visit = Client()
    visit.force_login(people["ana"])
    assert "Look up anew" not in visit.get(f"/requests/{row.pk}/").content.decode()
    sent = {"command": "6a1c1a2e-64a5-4a2e-9e57-0d0c3a3f3a11", "stage": "desk"}
    answer = visit.post(f"/requests/{row.pk}/look_up/", sent)
    assert answer.status_code == 422
    assert "Only the policy" in answer.content.decode()


def test_an_administrator_can_in_the_console(row: Request, desk: Group, people: People, waits: Waits) -> None:
    visit = Client()
    visit.force_login(people["ada"])
    Membership.objects.create(group=desk, person=people["cy"])
    address = f"/console/requests/{row.pk}/look_up_anew/"
    assert visit.post(address, {"target": "desk", "reason": ""}).status_code == 422
    assert visit.post(address, {"target": "desk", "reason": "The desk is staffed."}).status_code == 302
    assert waits() == ["cy"]
