"""Entering who decides in somebody's place: substitutes for single policies, and standing delegations."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from approvals.people.models import Absence, Cover, Delegation, Person
from approvals.policies import models as policies
from tests.pages.office import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people() -> dict[str, Person]:
    """Ana, Bo and Cy, an administrator and an auditor; and two policies."""
    for key in ("expense", "release"):
        policies.Policy.objects.create(key=key, title=key.title())
    return {
        handle: Person.objects.create_user(
            handle, first_name=handle.title(), is_admin=handle == "ada", is_auditor=handle == "aud"
        )
        for handle in ("ana", "bo", "cy", "ada", "aud")
    }


@pytest.fixture
def absence(people: dict[str, Person]) -> Absence:
    today = timezone.localdate()
    return Absence.objects.create(
        person=people["ana"], first_day=today, last_day=today + timedelta(days=5), substitute=people["bo"]
    )


def visit(handle: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(username=handle))
    return client


def delegate(who: str = "ana", **changes: object) -> Any:
    given = {"delegate": "bo", "limit": "", "currency": "EUR", "last_day": "", "note": "", **changes}
    return visit(who).post("/people/ana/delegations/", given)


# ---- a substitute for some policies ------------------------------------------------------------------


def test_a_policy_gets_a_substitute_of_its_own(absence: Absence) -> None:
    sent = {"policies": ["expense", "release"], "substitute": "cy"}
    answer = visit("ana").post(f"/people/ana/absences/{absence.pk}/covers/", sent)
    assert answer.status_code == 302
    assert list(Cover.objects.values_list("policy", "substitute__username")) == [
        ("expense", "cy"), ("release", "cy"),
    ]  # fmt: skip
    page = text_of(visit("ana").get("/people/ana/"))
    assert "Cy stands in for Expense" in page
    visit("ana").post(f"/people/ana/absences/{absence.pk}/covers/", {**sent, "substitute": "bo"})
    assert set(Cover.objects.values_list("substitute__username", flat=True)) == {"bo"}


def test_it_can_be_taken_back(absence: Absence, people: dict[str, Person]) -> None:
    cover = Cover.objects.create(absence=absence, policy="expense", substitute=people["cy"])
    assert visit("bo").post(f"/people/ana/covers/{cover.pk}/remove/").status_code == 403
    assert visit("bo").post(f"/people/bo/covers/{cover.pk}/remove/").status_code == 404
    assert visit("ana").get(f"/people/ana/covers/{cover.pk}/remove/").status_code == 405
    assert visit("ana").post(f"/people/ana/covers/{cover.pk}/remove/").status_code == 302
    assert not Cover.objects.exists()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"substitute": "cy"}, "Choose at least one policy."),
        ({"policies": ["gone"], "substitute": "cy"}, "There is no such policy any more."),
        ({"policies": ["expense"]}, "Write who stands in."),
        ({"policies": ["expense"], "substitute": "ana"}, "Nobody can stand in for themselves."),
        ({"policies": ["expense"], "substitute": "nobody"}, "Nobody here is called"),
    ],
)
def test_what_makes_no_sense_is_refused(absence: Absence, sent: dict[str, Any], sentence: str) -> None:
    answer = visit("ana").post(f"/people/ana/absences/{absence.pk}/covers/", sent)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Cover.objects.exists()


def test_only_the_person_and_administrators_plan(absence: Absence) -> None:
    sent = {"policies": ["expense"], "substitute": "cy"}
    path = f"/people/ana/absences/{absence.pk}/covers/"
    assert [visit(who).post(path, sent).status_code for who in ("bo", "aud", "ada")] == [403, 403, 302]


# ---- a standing delegation ----------------------------------------------------------------------------


def test_somebody_delegates_within_limits() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    answer = delegate(policies=["expense"], limit="1,500", currency="eur", last_day=tomorrow.isoformat())
    assert answer.status_code == 302
    made = Delegation.objects.get()
    assert (made.person.handle, made.delegate.handle, made.created_by.handle) == ("ana", "bo", "ana")
    assert (made.policies, made.limit, made.currency, made.last_day) == (
        ["expense"],
        150_000,
        "EUR",
        tomorrow,
    )
    page = text_of(visit("ana").get("/people/ana/"))
    assert f"Ana to Bo, only Expense, up to 1,500.00 EUR, until {tomorrow:%-d %B %Y}" in page
    assert "Ana to Bo" in text_of(visit("bo").get("/people/bo/")), "the delegate knows"
    assert "Ana to Bo" in text_of(visit("aud").get("/people/ana/")), "auditors read everything"
    assert "Ana to Bo" not in text_of(visit("cy").get("/people/ana/"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"delegate": ""}, "Write to whom."),
        ({"delegate": "ana"}, "Choose somebody else"),
        ({"limit": "much"}, "is not an amount"),
        ({"limit": "0"}, "The amount is more than nothing."),
        ({"limit": "5", "currency": "euro"}, "at most 3 characters"),
        ({"limit": "5", "currency": ""}, "three letters, such as EUR"),
        ({"last_day": "2020-01-01"}, "This day is over."),
        ({"last_day": "soon"}, "Enter a day, such as"),
        ({"policies": ["gone"]}, "There is no such policy any more."),
    ],
)
def test_a_delegation_that_makes_no_sense_is_refused(changes: dict[str, Any], sentence: str) -> None:
    answer = delegate(**changes)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Delegation.objects.exists()


def test_there_is_an_end_to_how_many_stand(people: dict[str, Person]) -> None:
    Delegation.objects.bulk_create(
        Delegation(person=people["ana"], delegate=people["bo"], created_by=people["ana"]) for _ in range(50)
    )
    answer = delegate()
    assert answer.status_code == 422
    assert "50 delegations stand already. End one first." in text_of(answer)


@pytest.mark.parametrize(("who", "status"), [("ana", 302), ("ada", 302), ("bo", 403), ("aud", 403)])
def test_who_delegates_and_who_ends(people: dict[str, Person], who: str, status: int) -> None:
    assert delegate(who).status_code == status
    standing = Delegation.objects.create(
        person=people["ana"], delegate=people["bo"], created_by=people["ana"]
    )
    path = f"/people/ana/delegations/{standing.pk}/end/"
    assert visit(who).get(path).status_code == 405
    assert visit(who).post(path).status_code == status
    standing.refresh_from_db()
    assert (standing.ended_at is not None) == (status == 302)


def test_an_end_is_kept_and_happens_once(people: dict[str, Person]) -> None:
    delegate()
    standing = Delegation.objects.get()
    visit("ana").post(f"/people/ana/delegations/{standing.pk}/end/")
    again = visit("ada").post(f"/people/ana/delegations/{standing.pk}/end/", follow=True)
    assert "had ended already" in text_of(again)
    standing.refresh_from_db()
    assert standing.ended_by == people["ana"]
    assert "Ended by Ana" in text_of(visit("ana").get("/people/ana/"))


# ---- what administrators see ------------------------------------------------------------------------------


def test_administrators_see_all_that_stands_and_all_there_was(people: dict[str, Person]) -> None:
    for who, to in (("ana", "bo"), ("bo", "cy")):
        Delegation.objects.create(
            person=people[who], delegate=people[to], created_by=people["ada"],
            ended_at=timezone.now() if who == "bo" else None, ended_by=people["bo"] if who == "bo" else None,
        )  # fmt: skip
    ada = visit("ada")
    assert len(ada.get("/console/delegations/").context["delegations"]) == 1
    assert len(ada.get("/console/delegations/?ever=1").context["delegations"]) == 2
    assert len(ada.get("/console/delegations/?ever=1&person=cy").context["delegations"]) == 1
    assert "Ended by Bo" in text_of(ada.get("/console/delegations/?ever=1"))
    assert visit("ana").get("/console/delegations/").status_code == 403
