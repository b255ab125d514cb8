"""What a new version changes, in words; and who may publish it."""

from typing import Any

import pytest
from django.test import Client

from approvals.engine.policy import Policy
from approvals.people.models import Group, Membership, Person
from approvals.policies import services
from approvals.policies.difference import Difference, differences
from tests.pages.office import text_of

pytestmark = pytest.mark.django_db

BODY: dict[str, Any] = {
    "key": "trip",
    "title": "Trip",
    "owner": {"group": "board"},
    "form": [{"id": "where", "label": "Where", "type": "text"}],
    "stages": [
        {"id": "lead", "title": "Team lead", "participants": [{"manager": 1}]},
        {"id": "board", "title": "Board", "participants": [{"group": "board"}]},
    ],
}
LEAD, BOARD = BODY["stages"]
FILE = """\
key: {key}
title: {title}
owner: {{group: board}}
form: [{{id: where, label: Where, type: text}}]
stages:
- {{id: lead, title: Team lead, participants: [{{manager: 1}}]}}
- {{id: board, title: Board, participants: [{{group: board}}]}}
"""


def told(**changes: Any) -> list[Difference]:
    return differences(Policy.model_validate(BODY), Policy.model_validate({**BODY, **changes}))


def test_nothing_differs() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("changes", "what", "before", "after"),
    [
        ({"title": "Journey"}, "The policy’s title", "Trip", "Journey"),
        ({"max_rounds": 3}, "The policy’s max rounds", "10", "3"),
        ({"amend": True}, "The policy’s amend", "no", "yes"),
        ({"owner": {"group": "desk"}}, "The owner", "one of board", "one of desk"),
        ({"form": []}, "The field “Where”", "a line of text", ""),
        (
            {"form": [{**BODY["form"][0], "required": False}]},
            "The field “Where”",
            "a line of text",
            "a line of text (optional)",
        ),
        (
            {"form": [{**BODY["form"][0], "max_length": 40}]},
            "The field “Where”",
            "max length 200",
            "max length 40",
        ),
        ({"stages": [LEAD]}, "The stage “Board”", "After Team lead: One of board", ""),
        ({"stages": [LEAD, {**BOARD, "title": "Council"}]}, "The stage “Board”", "“Board”", "“Council”"),
        (
            {"stages": [LEAD, {**BOARD, "when": "round > 1"}]},
            "“Board”, when it is needed",
            "always",
            "round > 1",
        ),
        (
            {"stages": [LEAD, {**BOARD, "participants": [{"user": "eve"}]}]},
            "“Board”, who is asked",
            "One of board",
            "Eve",
        ),
        ({"stages": [LEAD, {**BOARD, "after": []}]}, "“Board”, its place", "After Team lead", "At once"),
        (
            {"stages": [LEAD, {**BOARD, "veto": False}]},
            "“Board”, veto",
            "yes",
            "no",
        ),
    ],
)
def test_each_difference_is_told(changes: dict[str, Any], what: str, before: str, after: str) -> None:
    Person.objects.create_user("eve", first_name="Eve")
    assert Difference(what, before, after) in told(**changes)


def test_every_change_of_a_policy_is_told_somehow() -> None:
    new = {"id": "new", "title": "New", "participants": [{"user": "eve"}]}
    several: tuple[dict[str, Any], ...] = (
        {"description": "Go."},
        {"separation_of_duties": {"no_subordinates": True}},
        {"comment_required": []},
        {"stages": [LEAD, {**BOARD, "allow": []}]},
        {"stages": [LEAD, {**BOARD, "on_reject": "return"}]},
        {"stages": [*BODY["stages"], new]},
    )
    for changes in several:
        assert told(**changes), changes


# ---- on the page ---------------------------------------------------------------------------------


@pytest.fixture
def people() -> None:
    """Ada administers; Bea is of the board, which owns the policy; Ana is anybody."""
    board = Group.objects.create(slug="board", name="The board")
    for handle in ("ada", "bea", "ana"):
        Person.objects.create_user(handle, first_name=handle.title(), is_admin=handle == "ada")
    Membership.objects.create(group=board, person=Person.objects.get(username="bea"))
    services.publish(Policy.model_validate(BODY))


def send(who: str, do: str = "check", key: str = "trip", title: str = "Journey", origin: str = "trip") -> Any:
    client = Client()
    client.force_login(Person.objects.get(username=who))
    return client.post(
        f"/policies/publish/?from={origin}", {"source": FILE.format(key=key, title=title), "do": do}
    )


def test_checking_tells_what_changes(people: None) -> None:
    text = text_of(send("ada"))
    assert "What changes from version 1" in text
    assert "<strong>The policy’s title</strong> <ins>Journey</ins> instead of <del>Trip</del>" in text
    assert "Nothing differs." in text_of(send("ada", title="Trip"))
    assert "What changes" not in text_of(send("ada", key="other"))


def test_an_owner_publishes_the_next_version_of_their_own_policy(people: None) -> None:
    assert send("bea").status_code == 200
    assert services.current("trip").number == 1
    client = Client()
    client.force_login(Person.objects.get(username="bea"))
    assert client.get("/policies/publish/?from=trip").status_code == 200
    assert client.get("/policies/publish/").status_code == 403


def test_an_owner_publishes_no_other_policy(people: None) -> None:
    response = send("bea", do="publish", key="other")
    assert response.status_code == 422
    assert "You own “trip”: keep its key, or ask an administrator." in text_of(response)
    assert "key: other" in text_of(response)


@pytest.mark.parametrize(("who", "origin"), [("ana", "trip"), ("bea", ""), ("bea", "other")])
def test_others_publish_nothing(people: None, who: str, origin: str) -> None:
    assert send(who, do="publish", origin=origin).status_code == 403
