"""The decide form asks who decides a later stage, with and without JavaScript."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from approvals.engine.policy import Policy
from approvals.engine.work import Chosen
from approvals.people.models import Person
from approvals.policies.description import describe
from approvals.policies.preparation import prepare_stage
from approvals.policies.preview import preview
from approvals.policies.services import engine_policy, publish
from approvals.requests.models import Request
from tests.engine_in_process import EngineInProcess
from tests.pages.office import text_of
from tests.policies.cast import NOW, work
from tests.requests.leave import FORM, LEAVE, submit_leave

pytestmark = pytest.mark.django_db
People = dict[str, Person]
STAGES = [
    {"id": "boss", "title": "Boss", "participants": [{"user": "bo"}]},
    {"id": "chief", "title": "Chief", "participants": [{"chosen_in": "boss"}]},
]


@pytest.fixture
def row(engine: EngineInProcess, people: People) -> Request:
    """A request that waits for Bo, who chooses the next one."""
    return submit_leave(people["ana"], publish(Policy.model_validate({**LEAVE, "stages": STAGES})))


@pytest.fixture
def bo(people: People) -> Client:
    client = Client()
    client.force_login(people["bo"])
    return client


def decided(bo: Client, row: Request, **sent: str) -> tuple[int, str]:
    given = {"command": str(uuid.uuid4()), "task": "boss.1.1", "decision": "approve", "comment": "", **sent}
    answer = bo.post(f"/requests/{row.pk}/decide/", given)
    return answer.status_code, "" if answer.status_code == 302 else text_of(answer)


def test_the_page_asks_for_a_person_and_that_person_is_asked(
    row: Request, bo: Client, engine: EngineInProcess
) -> None:
    assert "Who decides “Chief”" in text_of(bo.get(f"/requests/{row.pk}/"))
    assert decided(bo, row, **{"choice-chief": "Cy (cy)"})[0] == 302
    (task,) = engine.states[str(row.pk)].open_tasks()
    assert task.people == ("cy",)
    assert task.candidates[0].why == "Bo, who approved “Boss”, chose Cy."
    assert "and chose Cy for “Chief”" in text_of(bo.get(f"/requests/{row.pk}/"))


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("", "Choose who decides “Chief”: the policy leaves it to you."),
        ("nobody at all", "Nobody here is called “nobody at all”."),
        ("ana", "Nobody decides their own request."),
    ],
)
def test_a_choice_that_is_missing_or_cannot_be_is_refused_and_kept(
    row: Request, bo: Client, choice: str, said: str
) -> None:
    status, page = decided(bo, row, **{"choice-chief": choice})
    assert status == 422
    assert said in page
    row.refresh_from_db()
    assert row.tasks.filter(status="open", key="boss.1.1").exists()


def test_a_rejection_asks_for_none(row: Request, bo: Client) -> None:
    assert decided(bo, row, decision="reject", comment="No.")[0] == 302


@pytest.mark.usefixtures("row")
def test_who_was_chosen_and_has_left_is_a_case_for_the_owner() -> None:
    chosen = (Chosen(stage="boss", by="bo", person="gone"),)
    asked = work({"participants": [{"chosen_in": "boss"}]}).model_copy(update={"chosen": chosen})
    plan = prepare_stage(asked, NOW)
    assert plan.seats == ()
    assert plan.reason.endswith("“gone”, whom Bo chose, has no active account.")


def test_the_preview_foresees_it(row: Request, people: People) -> None:
    shown = preview(row.policy_version, people["ana"], FORM, timezone.now())
    (seat,) = shown.stages[1].seats
    assert [seat.names[one.person] for one in seat.candidates] == ["Whoever is chosen for “Chief”"]
    assert describe(engine_policy(row.policy_version))[1].who == (
        "The person whom those who approve “Boss” choose",
    )
