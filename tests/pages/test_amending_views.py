"""Changing a request while it is being decided, and what its reviewers see of it."""

import uuid
from typing import Any

import pytest

from approvals.policies.models import PolicyVersion
from approvals.requests.models import Request
from tests.pages.office import BODY, HTMX, TYPED, Office, text_of


@pytest.fixture
def office(office: Office) -> Office:
    """The office, whose policy lets requests be changed; the team lead looks at the amount alone."""
    lead, finance, legal = BODY["stages"]
    body = {**BODY, "amend": True, "stages": [{**lead, "watches": ["amount"]}, finance, legal]}
    office.version = PolicyVersion.objects.create(
        policy=office.version.policy, number=2, body=body, digest=uuid.uuid4().hex
    )
    return office


def url(row: Request) -> str:
    return f"/requests/{row.pk}/amend/"


def send(
    office: Office,
    row: Request,
    who: str = "ana",
    *,
    htmx: bool = False,
    typed: dict[str, str] | None = None,
    **sent: Any,
) -> Any:
    data = {"command": str(uuid.uuid4()), "step": "submit", "round": "1", **TYPED, **(typed or {}), **sent}
    return office.client(who).post(url(row), data, **(HTMX if htmx else {}))


def page(office: Office, row: Request, who: str) -> str:
    return text_of(office.client(who).get(f"/requests/{row.pk}/"))


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 200), ("bo", 403), ("out", 404), ("aud", 403), ("max", 403), ("", 302)]
)
def test_only_the_requester_changes_a_request(office: Office, who: str, status: int) -> None:
    row = office.submit(pieces=1)
    assert office.client(who).get(url(row)).status_code == status
    assert send(office, row, who).status_code == (422 if status == 200 else status)
    assert office.state(row).round == 1


def test_the_page_offers_it_to_the_requester_alone(office: Office) -> None:
    row = office.submit(pieces=1)
    assert url(row) in page(office, row, "ana")
    assert url(row) not in page(office, row, "bo")


def test_a_change_begins_the_next_round_and_says_who_is_asked_again(office: Office) -> None:
    row = office.submit(pieces=1)
    office.approve(row, "bo", "lead.1.1")
    response = send(office, row, typed={"field-amount": "20.00"}, comment="One more.")
    assert response.headers["Location"] == f"/requests/{row.pk}/"
    assert office.state(row).form["amount"] == 2000
    shown = page(office, row, "ana")
    assert "Your request was changed." in shown
    assert "changed Amount of the request. Round 2 begins." in shown
    assert "One more." in shown
    assert "“Team lead” is asked again, because Amount changed." in shown


def test_a_reviewer_sees_what_changed_since_they_approved(office: Office) -> None:
    row = office.submit(pieces=1)
    office.approve(row, "bo", "lead.1.1")
    assert "Changed since you" not in page(office, row, "bo")
    send(office, row, typed={"field-amount": "20.00"})
    shown = page(office, row, "bo")
    assert "Changed since you approved" in shown
    assert "<del>12.50 EUR</del>" in shown
    assert "<ins>20.00 EUR</ins>" in shown
    assert "Changed since you" not in page(office, row, "cy")


def test_an_approval_that_the_change_does_not_matter_to_is_kept(office: Office) -> None:
    row = office.submit(pieces=1)
    office.approve(row, "bo", "lead.1.1")
    send(office, row, typed={"field-item": "Stairs"})
    shown = page(office, row, "ana")
    assert "“Team lead” is not asked again." in shown
    assert "It depends on “Amount”, and nothing of that changed." in shown
    assert "“Finance” is asked again, because Item changed." in shown
    assert "<del>Ladder</del>" in page(office, row, "bo")


def test_the_form_says_beforehand_who_is_asked_again(office: Office) -> None:
    row = office.submit(pieces=1)
    office.approve(row, "bo", "lead.1.1")
    assert "Nothing differs from what you asked for." in text_of(office.client("ana").get(url(row)))
    kept = text_of(send(office, row, htmx=True, step="check", typed={"field-item": "Stairs"}))
    assert "Approved before, and not asked again." in kept
    again = text_of(send(office, row, htmx=True, step="check", typed={"field-amount": "20"}))
    assert "Approved before" not in again
    assert "Bo Berg" in again
    assert office.state(row).round == 1


def test_a_refusal_keeps_what_was_typed(office: Office) -> None:
    row = office.submit(pieces=1)
    response = send(office, row, round="7", typed={"field-item": "Stairs"})
    assert response.status_code == 422
    assert "The request is in round 1 now." in text_of(response)
    assert 'value="Stairs"' in text_of(response)


def test_a_closed_request_has_nothing_to_change(office: Office) -> None:
    row = office.submit(pieces=1)
    assert office.post(row, "withdraw", "ana").status_code == 302
    assert office.client("ana").get(url(row)).status_code == 302
    assert send(office, row, typed={"field-amount": "20"}).status_code == 422


def test_the_policy_page_says_it_in_words(office: Office) -> None:
    shown = text_of(office.client("ana").get("/policies/order/"))
    assert "Once approved, it is asked again only if “Amount” changes." in shown
    assert "The requester can change a request while it is being decided." in shown
