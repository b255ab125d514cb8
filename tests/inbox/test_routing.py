"""Open tasks go to whoever stands in when an absence begins, and back when it ends."""

import uuid
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from approvals.engine.commands import Claim
from approvals.engine.state import Candidate
from approvals.inbox import routing
from approvals.inbox.models import Assignment, Rerouted
from approvals.people.models import Absence, Cover
from approvals.policies.models import Policy, PolicyVersion
from approvals.policies.services import engine_policy
from approvals.requests import services
from approvals.requests.models import Request
from temporal_app import client
from tests.pages.office import BODY, Office, text_of

pytestmark = pytest.mark.django_db


def leaves(
    office: Office, who: str, substitute: str | None = None, *, first: int = 0, last: int = 3
) -> Absence:
    today = timezone.localdate(timezone=ZoneInfo(office.people[who].time_zone))
    return Absence.objects.create(
        person=office.people[who],
        first_day=today + timedelta(days=first),
        last_day=today + timedelta(days=last),
        substitute=office.people[substitute] if substitute else None,
    )


def waits_for(row: Request) -> list[str]:
    return sorted(Assignment.objects.filter(task__request=row).values_list("person__username", flat=True))


def comes_back(office: Office) -> Request:
    """A request whose tasks go back when somebody is back; Bo decides it."""
    stage: dict[str, Any] = {
        "id": "lead", "title": "Team lead", "participants": [{"manager": 1}], "when_back": "return",
    }  # fmt: skip
    office.version = PolicyVersion.objects.create(
        policy=Policy.objects.create(key="back", title="Back"),
        number=1,
        body={**BODY, "key": "back", "stages": [stage]},
        digest=uuid.uuid4().hex,
    )
    engine_policy(office.version)
    return office.submit()


def test_an_absence_that_is_entered_moves_what_is_open(office: Office) -> None:
    row = office.submit()
    leaves(office, "bo", "cy")
    assert routing.reroute_due() == 1
    assert waits_for(row) == ["cy"]
    (cy,) = office.state(row).tasks["lead.1.1"].candidates
    assert (cy.instead_of, cy.stands_in) == ("bo", True)
    assert cy.why.startswith("Bo Berg is the manager of Ana Alves. Bo Berg is away until ")
    assert cy.why.endswith("and Cy Cole stands in.")
    assert routing.reroute_due() == 0
    assert len(office.engine.received) == 2


def test_it_is_told_on_the_page_and_decided_on_behalf(office: Office) -> None:
    row = office.submit()
    leaves(office, "bo", "cy")
    routing.reroute_due()
    page = text_of(office.client("cy").get(f"/requests/{row.pk}/"))
    assert (
        "and Cy Cole stands in. The task in “Team lead” waits for Cy Cole on behalf of Bo Berg now." in page
    )
    assert "You decide on behalf of Bo Berg." in page
    assert "<strong>Away</strong>" in page
    office.approve(row, "cy", "lead.1.1")
    assert "approved in “Team lead” on behalf of Bo Berg." in text_of(
        office.client("ana").get(f"/requests/{row.pk}/")
    )


@pytest.mark.parametrize(("first", "last"), [(1, 3), (-3, -1)])
def test_an_absence_moves_nothing_before_and_after(office: Office, first: int, last: int) -> None:
    office.submit()
    leaves(office, "bo", "cy", first=first, last=last)
    assert routing.reroute_due() == 0


def test_the_substitute_is_the_one_for_the_policy(office: Office) -> None:
    row = office.submit()
    Cover.objects.create(absence=leaves(office, "bo", "cy"), policy="order", substitute=office.people["di"])
    routing.reroute_due()
    assert waits_for(row) == ["di"]


@pytest.mark.parametrize("substitute", [None, "ana"])
def test_what_nobody_can_take_stays_and_is_looked_at_once(office: Office, substitute: str | None) -> None:
    row = office.submit()
    leaves(office, "bo", substitute)
    assert [routing.reroute_due(), routing.reroute_due()] == [1, 0]
    assert waits_for(row) == ["bo"]


def test_a_substitute_who_leaves_too_passes_it_on(office: Office) -> None:
    row = office.submit()
    leaves(office, "bo", "cy")
    routing.reroute_due()
    leaves(office, "cy", "di")
    routing.reroute_due()
    assert waits_for(row) == ["di"]
    assert Assignment.objects.get(task__request=row).instead_of == office.people["bo"]


def test_what_somebody_hands_to_who_is_away_stays_there(office: Office) -> None:
    row = office.submit()
    leaves(office, "bo", "cy")
    routing.reroute_due()
    office.post(row, "delegate", "cy", task="lead.1.1", to="bo")
    assert routing.reroute_due() == 0
    assert waits_for(row) == ["bo"]


def test_while_the_engine_is_away_nothing_is_forgotten(office: Office) -> None:
    row = office.submit()
    leaves(office, "bo", "cy")
    office.engine.away = True
    with pytest.raises(client.EngineAway):
        routing.reroute_due()
    assert not Rerouted.objects.exists()
    office.engine.away = False
    routing.reroute_due()
    assert waits_for(row) == ["cy"]


def test_by_default_it_stays_with_the_substitute(office: Office) -> None:
    row = office.submit()
    absence = leaves(office, "bo", "cy")
    routing.reroute_due()
    absence.delete()
    assert routing.reroute_due() == 0
    assert waits_for(row) == ["cy"]


def test_where_the_policy_says_so_it_comes_back(office: Office) -> None:
    row = comes_back(office)
    absence = leaves(office, "bo", "cy")
    routing.reroute_due()
    assert routing.reroute_due() == 0
    absence.delete()
    assert routing.reroute_due() == 1
    assert office.state(row).tasks["lead.1.1"].candidates == (
        Candidate(person="bo", why="Bo Berg is the manager of Ana Alves."),
    )
    page = text_of(office.client("bo").get(f"/requests/{row.pk}/"))
    assert "Bo Berg is back. The task in “Team lead” waits for Bo Berg again." in page


def test_what_was_asked_of_a_substitute_from_the_start_comes_back_too(office: Office) -> None:
    absence = leaves(office, "bo", "cy")
    row = comes_back(office)
    assert waits_for(row) == ["cy"]
    absence.delete()
    routing.reroute_due()
    assert waits_for(row) == ["bo"]


def test_what_the_substitute_has_claimed_does_not(office: Office) -> None:
    row = comes_back(office)
    absence = leaves(office, "bo", "cy")
    routing.reroute_due()
    services.send(office.people["cy"], row, Claim(id=str(uuid.uuid4()), actor="cy", task="lead.1.1"))
    absence.delete()
    assert routing.reroute_due() == 0


def test_a_request_that_ended_meanwhile_is_passed_over(office: Office) -> None:
    row = office.submit()
    leaves(office, "bo", "cy")
    office.engine.states.pop(str(row.pk))
    assert [routing.reroute_due(), routing.reroute_due()] == [1, 0]


# ---- the least loaded of a group ----------------------------------------------------------------------------


def picking(office: Office) -> None:
    """From now on a request asks one of finance: Cy or Di."""
    stage = {"id": "one", "title": "Finance", "participants": [{"group": "finance", "pick": "least_loaded"}]}
    office.version = PolicyVersion.objects.create(
        policy=Policy.objects.create(key="pick", title="Pick"),
        number=1,
        body={**BODY, "key": "pick", "stages": [stage]},
        digest=uuid.uuid4().hex,
    )
    engine_policy(office.version)


def test_the_seat_goes_to_whoever_has_the_fewest_open_tasks(office: Office) -> None:
    picking(office)
    rows = [office.submit() for _ in range(4)]
    assert [waits_for(row) for row in rows] == [["cy"], ["di"], ["cy"], ["di"]]
    office.approve(rows[3], "di", "one.1.1")
    assert waits_for(office.submit()) == ["di"]
    (cy,) = office.state(rows[2]).tasks["one.1.1"].candidates
    said = "Cy Cole had 1 open task; of those who could take it, whoever has the fewest is asked."
    assert cy.why == f"Cy Cole is in the group Finance. {said}"
    assert [step.kind for step in cy.steps] == ["lookup", "load"]
    assert "<strong>Least to do</strong>" in text_of(office.client("cy").get(f"/requests/{rows[2].pk}/"))


def test_who_is_away_has_nothing_to_take(office: Office) -> None:
    picking(office)
    leaves(office, "cy")
    assert [waits_for(office.submit()) for _ in range(2)] == [["di"], ["di"]]
    Absence.objects.all().delete()
    leaves(office, "cy", "bo")
    assert [waits_for(office.submit()) for _ in range(2)] == [["di"], ["di"]], "a substitute comes after them"


def test_the_policy_says_so_in_words(office: Office) -> None:
    picking(office)
    page = text_of(office.client("ana").get("/policies/pick/"))
    assert "The one of Finance with the fewest open tasks" in page
    assert (
        "The task of somebody away goes to their substitute; when they are back it stays with the substitute."
        in page
    )
