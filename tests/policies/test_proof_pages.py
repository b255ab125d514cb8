"""A policy's proof on its page, and when it is published."""

from typing import Any

import pytest

from approvals.people.models import Group, Membership, Person
from approvals.policies import models, services
from approvals.policies.proof_courier import ProofCourier
from tests.pages.office import text_of
from tests.policies.test_pages import FILE, numbers, people, trip, visit

__all__ = ["people", "trip"]

pytestmark = pytest.mark.django_db


def send(source: str, do: str = "publish", **more: str) -> Any:
    return visit("ada").post("/policies/publish/", {"source": source, "do": do, **more})


@pytest.fixture
def proven(trip: models.PolicyVersion) -> models.PolicyVersion:
    """The policy, proven: nobody has a manager, and nobody is on the board."""
    assert ProofCourier().prove_due() == 1
    return trip


# ---- on the page ---------------------------------------------------------------------------------


def test_a_counter_example_stands_on_the_page(proven: models.PolicyVersion) -> None:
    words = text_of(visit("ana").get("/policies/trip/"))
    assert "Does not hold" in words
    assert "<strong>“Board” falls to the policy’s owner.</strong>" in words
    assert "“Cost” is 5,000.01 EUR" in words
    assert "The group The board has no active members." in words
    assert 'href="/people/ada/"' in words
    assert "which is exhaustive" in words
    assert "Accept it as it is" not in words
    assert "Proof fails" in text_of(visit("ana").get("/policies/"))


def test_a_policy_that_nobody_has_proven_yet(trip: models.PolicyVersion) -> None:
    assert 'id="proof"' not in text_of(visit("ana").get("/policies/trip/"))
    models.PolicyProof.objects.create(version=trip, stale_since=trip.published_at)
    assert "It is being proven whether" in text_of(visit("ana").get("/policies/trip/"))


def test_an_old_proof_says_so(proven: models.PolicyVersion) -> None:
    models.PolicyProof.objects.update(stale_since=proven.published_at)
    assert "People have changed since this was proven." in text_of(visit("ana").get("/policies/trip/"))


@pytest.mark.parametrize(("who", "status"), [("ana", 403), ("aud", 403), ("ada", 302), ("", 302)])
def test_only_administrators_accept(proven: models.PolicyVersion, who: str, status: int) -> None:
    page = visit("ada").get("/policies/trip/")
    response = visit(who).post("/policies/trip/proof/accept/", {"despite": page.context["despite"]})
    assert response.status_code == status
    row = models.PolicyProof.objects.get()
    assert (row.accepted_at is not None) == (who == "ada")


def test_accepting(proven: models.PolicyVersion) -> None:
    client = visit("ada")
    assert client.get("/policies/trip/proof/accept/").status_code == 405
    assert client.post("/policies/nothing/proof/accept/").status_code == 404
    assert client.post("/policies/trip/proof/accept/", {"despite": "old"}).status_code == 302
    assert "The proof has been made anew meanwhile." in text_of(client.get("/policies/trip/"))
    client.post("/policies/trip/proof/accept/", {"despite": client.get("/policies/trip/").context["despite"]})
    words = text_of(client.get("/policies/trip/"))
    assert "What was found was accepted by Ada" in words
    assert "Accept it as it is" not in words
    assert "Proof fails" not in text_of(client.get("/policies/"))


# ---- publishing ----------------------------------------------------------------------------------


def test_checking_shows_the_proof(trip: models.PolicyVersion) -> None:
    response = send(FILE, "check")
    words = text_of(response)
    assert "“Board” falls to the policy’s owner." in words
    assert "Publish it although too few people can decide some paths" in words


def test_a_failing_proof_must_be_accepted(trip: models.PolicyVersion) -> None:
    changed = FILE.replace("Team lead", "Boss")
    response = send(changed)
    assert response.status_code == 422
    assert "Mend it, or say that it may be published as it is." in text_of(response)
    assert send(changed, despite="something else").status_code == 422
    assert numbers() == [1]
    assert send(changed, despite=response.context["despite"]).status_code == 302
    assert numbers() == [1, 2]
    row = models.PolicyProof.objects.get()
    assert row.accepted_by is not None
    assert (row.version.number, row.accepted_by.handle, row.failing_since) == (2, "ada", None)


def test_what_was_accepted_once_is_not_asked_again(trip: models.PolicyVersion) -> None:
    changed = FILE.replace("Team lead", "Boss")
    send(changed, despite=send(changed).context["despite"])
    assert send(changed.replace("Boss", "Chief")).status_code == 302
    assert numbers() == [1, 2, 3]


def test_other_counter_examples_than_were_shown_are_shown_first(trip: models.PolicyVersion) -> None:
    changed = FILE.replace("Team lead", "Boss")
    shown = send(changed).context["despite"]
    Membership.objects.bulk_create(
        Membership(group=Group.objects.get(slug="board"), person=who) for who in Person.objects.all()
    )
    assert send(changed, despite=shown).status_code == 422
    assert numbers() == [1]


def test_a_policy_that_holds_is_just_published(people: dict[str, Person]) -> None:
    people["ana"].manager = people["aud"]
    people["ana"].save()
    Membership.objects.create(group=Group.objects.get(slug="board"), person=people["ana"])
    Membership.objects.create(group=Group.objects.get(slug="board"), person=people["aud"])
    simple = FILE[: FILE.index("- id: lead")] + (
        "- id: board\n  title: Board\n  participants: [{group: board}]\n"
    )
    assert "Every path has enough people who may decide." in text_of(send(simple, "check"))
    assert send(simple).status_code == 302
    assert services.current("trip").proof_kept.failing_since is None
