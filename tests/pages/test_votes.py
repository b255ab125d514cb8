"""What the pages say of how a seat counts: to those who are asked, and to everybody who follows the request."""

import uuid
from typing import Any

import pytest

from approvals.policies.models import PolicyVersion
from approvals.requests.models import Request
from tests.pages.office import BODY, TYPED, Office, text_of

BOARD = {
    "id": "board",
    "title": "Board",
    "participants": [
        {"user": "bo", "chair": True, "weight": 2},
        {"user": "cy", "veto": True},
        {"user": "di"},
        {"user": "out", "advisory": True},
    ],
    "quorum": "majority",
    "veto": False,
    "allow": ["request_changes"],
}


@pytest.fixture
def vote(office: Office) -> Request:
    """A request that Bo chairs with two votes, in which Cy has a veto, and on which Ona advises."""
    office.version = PolicyVersion.objects.create(
        policy=office.version.policy, number=2, body={**BODY, "stages": [BOARD]}, digest=uuid.uuid4().hex
    )
    return office.submit()


def page(office: Office, row: Request, who: str = "ana") -> str:
    return text_of(office.client(who).get(f"/requests/{row.pk}/"))


def seats(office: Office, row: Request) -> dict[str, tuple[str, ...]]:
    shown: Any = office.client("ana").get(f"/requests/{row.pk}/").context["page"]
    return {seat.asked[0].who.handle: seat.marks for seat in shown.tasks}


def test_every_seat_says_how_it_counts(office: Office, vote: Request) -> None:
    assert seats(office, vote) == {
        "bo": ("chair", "2 votes"),
        "cy": ("veto",),
        "di": (),
        "out": ("advisory",),
    }
    shown = page(office, vote)
    assert "2 votes</span>" in shown
    assert "0 of 3 votes. It takes more than half of 4 votes; the chair breaks a tie." in shown


def test_the_inbox_says_it_too(office: Office, vote: Request) -> None:
    for who, marks in (("bo", "chair, 2 votes"), ("cy", "veto"), ("out", "advisory")):
        assert f"{marks}</span>" in text_of(office.client(who).get("/inbox/"))


def test_an_adviser_is_asked_for_advice_and_not_for_changes(office: Office, vote: Request) -> None:
    shown = page(office, vote, "out")
    assert "<h2>Your advice" in shown
    assert "nobody waits for it" in shown
    assert 'value="request_changes"' not in shown
    assert 'value="request_changes"' in page(office, vote, "di")


def test_advice_is_shown_as_advice(office: Office, vote: Request) -> None:
    office.post(vote, "decide", "out", task="board.1.4", decision="reject", comment="Too dear.")
    shown = page(office, vote)
    assert "advised to reject in “Board”" in shown
    assert "Advised to reject</span>" in shown
    assert "Ona Outsider was asked for advice in “Board”." in shown
    assert "0 of 3 votes" in shown


def test_an_adviser_who_asks_for_changes_is_told_what_they_can_do(office: Office, vote: Request) -> None:
    answer = office.post(vote, "decide", "out", task="board.1.4", decision="request_changes", comment="More.")
    assert answer.status_code == 422
    assert "You are asked for advice: approve, reject or comment." in text_of(answer)


def test_the_preview_shows_how_each_counts(office: Office, vote: Request) -> None:
    shown = text_of(office.client("ana").post("/requests/new/order/", {**TYPED, "step": "check"}))
    assert "It takes more than half of 4 votes; the chair breaks a tie" in shown
    for mark in ("chair", "2 votes", "veto", "advisory"):
        assert f"{mark}</span>" in shown
