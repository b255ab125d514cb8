"""The pages on which requests are moved to another version."""

import re
import uuid
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from approvals.engine.state import Status
from approvals.mail.models import Notification
from approvals.migration import services
from approvals.policies.models import PolicyVersion
from approvals.requests.models import Request
from tests.console.desk import TRIP, Desk
from tests.pages.office import text_of

CHECK, SIGN = TRIP["stages"]


def version(desk: Desk, *stages: dict[str, Any], number: int = 2, **changes: Any) -> PolicyVersion:
    """Another version of the trip's policy."""
    body = {**TRIP, "stages": list(stages), **changes}
    return PolicyVersion.objects.create(
        policy=desk.trip.policy, number=number, body=body, digest=uuid.uuid4().hex
    )


@pytest.fixture
def second(desk: Desk) -> PolicyVersion:
    """Version 2 has Di check instead of Cy, and lets Ona look in between."""
    look = {"id": "look", "title": "Look", "participants": [{"user": "out"}]}
    check = {**CHECK, "participants": [{"user": "bo"}, {"user": "di"}]}
    return version(desk, check, look, SIGN)


def page(desk: Desk, who: str = "max", **query: Any) -> Any:
    return desk.office.client(who).get("/policies/trip/migration/", query)


def confirm(desk: Desk, *rows: Request, who: str = "max", **sent: Any) -> Any:
    data = {"to": 2, "item": [str(row.pk) for row in rows], **sent}
    return desk.office.client(who).post("/policies/trip/migration/confirm/", data)


def do(desk: Desk, *rows: Request, who: str = "max", **sent: Any) -> Any:
    data = {
        "to": 2,
        "items": " ".join(str(row.pk) for row in rows),
        "command": str(uuid.uuid4()),
        "reason": "New law.",
        **sent,
    }
    return desk.office.client(who).post("/policies/trip/migration/do/", data)


def followed(desk: Desk, row: Request) -> tuple[int, int]:
    """The version that the engine follows, and the one that the row has."""
    row.refresh_from_db()
    return desk.state(row).policy_version, row.policy_version.number


# ---- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "status"), [("max", 200), ("ana", 403), ("aud", 403), ("", 302)])
def test_only_administrators_and_owners_see_it(
    desk: Desk, second: PolicyVersion, who: str, status: int
) -> None:
    row = desk.submit()
    assert page(desk, who).status_code == status
    assert confirm(desk, row, who=who).status_code == status
    assert do(desk, row, who=who).status_code == status
    assert followed(desk, row) == ((2, 2) if who == "max" else (1, 1))


def test_an_owner_who_is_no_administrator_moves_requests(desk: Desk) -> None:
    row = desk.submit()
    version(desk, CHECK, SIGN, owner={"group": "finance"})
    assert page(desk, "cy").status_code == 200
    assert "1 of 1 moved" in text_of(do(desk, row, who="cy"))


@pytest.mark.parametrize("path", ["confirm", "do"])
def test_what_changes_something_is_no_link(desk: Desk, second: PolicyVersion, path: str) -> None:
    assert desk.office.client("max").get(f"/policies/trip/migration/{path}/").status_code == 405


@pytest.mark.parametrize("address", ["/policies/none/migration/", "/policies/trip/migration/?to=9"])
def test_a_version_that_is_not_there_is_not_found(desk: Desk, address: str) -> None:
    assert desk.office.client("max").get(address).status_code == 404


# ---- what each would become ----------------------------------------------------------------------


def test_it_says_beforehand_what_a_request_would_become(desk: Desk, second: PolicyVersion) -> None:
    row = desk.submit()
    text = text_of(page(desk))
    assert "“Check” begins anew (who is asked): Bo Berg and Di Dahl are asked" in text
    assert "“Look” is new, when its turn comes." in text
    assert "“Sign” will differ when its turn comes: its place." in text
    assert "New</span> Di Dahl" in text
    assert "No more</span> Cy Cole" in text
    assert f"#{row.number}" in text


def test_nothing_is_changed_by_looking(desk: Desk, second: PolicyVersion) -> None:
    row = desk.submit()
    before = desk.state(row)
    page(desk)
    confirm(desk, row)
    assert desk.state(row) == before


def test_the_preview_is_what_then_happens(desk: Desk, second: PolicyVersion) -> None:
    row = desk.submit()
    plan = services.Plan(desk.office.people["max"], second)
    row.refresh_from_db()
    (one,) = services.previews(plan, [row], timezone.now())
    do(desk, row)
    after = desk.state(row)
    for stage in one.stages:
        asked = {who for task in after.open_tasks(stage.change.stage) for who in task.people}
        assert asked == set(stage.asked)
        assert stage.status == after.stages[stage.change.stage].status


def test_dropping_what_is_left_approves_and_says_so(desk: Desk) -> None:
    row = desk.submit()
    desk.office.approve(row, "bo", "check.1.1")
    desk.office.approve(row, "cy", "check.1.2")
    version(desk, CHECK)
    assert "the request is approved at once" in text_of(page(desk))
    assert "1 of them would end at once" in text_of(confirm(desk, row))
    do(desk, row)
    assert desk.state(row).outcome == "approved"


def test_why_a_request_cannot_be_moved_stands_beside_it(desk: Desk) -> None:
    row, own = desk.submit(), desk.submit("max")
    version(desk, CHECK, SIGN, form=[{"id": "where", "label": "Where", "type": "text"}])
    text = text_of(page(desk))
    assert "The form does not fit version 2: Where is needed." in text
    assert "Nobody decides their own request" in text
    assert "None of these can be moved" in text_of(confirm(desk, row, own))


def test_lists_are_narrowed(desk: Desk, second: PolicyVersion) -> None:
    row, paused = desk.submit(), desk.submit("di")
    desk.act(paused, "pause")
    assert f"#{row.number}<" not in text_of(page(desk, state="paused"))
    assert f"#{paused.number}<" in text_of(page(desk, state="paused"))
    assert f"#{paused.number}<" not in text_of(page(desk, q=f"#{row.number}"))
    assert "Nothing matches" in text_of(page(desk, q="no such title"))
    assert "Nothing matches" in text_of(page(desk, follows=7))
    assert "Nothing to move" in text_of(page(desk, to=1))


# ---- moving -------------------------------------------------------------------------------------


def test_those_that_were_chosen_are_moved_and_no_others(desk: Desk, second: PolicyVersion) -> None:
    chosen, other = desk.submit(), desk.submit("di")
    text = text_of(confirm(desk, chosen))
    assert "Move 1 request to version 2?" in text
    done = text_of(do(desk, chosen))
    assert "1 of 1 moved." in done
    assert followed(desk, chosen) == (2, 2)
    assert followed(desk, other) == (1, 1)


def test_all_that_match_are_moved(desk: Desk, second: PolicyVersion) -> None:
    rows = [desk.submit() for _ in range(3)]
    shown = confirm(desk, all="1")
    items = re.search(r'name="items" value="([^"]+)"', shown.content.decode())
    assert items is not None
    assert set(items[1].split()) == {str(row.pk) for row in rows}


def test_somebody_has_to_be_chosen(desk: Desk, second: PolicyVersion) -> None:
    desk.submit()
    response = confirm(desk)
    assert response.status_code == 422
    assert "Choose at least one request." in text_of(response)


def test_without_a_reason_nothing_is_moved_and_nothing_is_lost(desk: Desk, second: PolicyVersion) -> None:
    row = desk.submit()
    response = do(desk, row, reason=" ")
    assert response.status_code == 422
    assert "Say why, in a sentence" in text_of(response)
    assert str(row.pk) in text_of(response)
    assert followed(desk, row) == (1, 1)


def test_a_long_migration_goes_on_where_it_was(desk: Desk, second: PolicyVersion) -> None:
    rows = [desk.submit() for _ in range(3)]
    command = str(uuid.uuid4())
    move = services.move
    with patch.object(services, "move", lambda plan, rows: move(plan, rows, -1.0)):
        first = text_of(do(desk, *rows, command=command))
    assert "1 of 3 moved, 2 left." in first
    assert 'value="1" max="3"' in first
    last = text_of(do(desk, *rows, command=command))
    assert "3 of 3 moved." in last
    assert [followed(desk, row) for row in rows] == [(2, 2)] * 3
    assert len([c for c in desk.office.engine.received if c.__class__.__name__ == "Migrate"]) == 3


def test_while_the_engine_is_away_nothing_is_tried_twice(desk: Desk, second: PolicyVersion) -> None:
    rows = [desk.submit() for _ in range(2)]
    desk.office.engine.away = True
    text = text_of(do(desk, *rows))
    assert "The engine does not answer" in text
    assert "hx-trigger" not in text
    assert "0 of 2 moved, 2 left." in text


def test_a_refusal_stops_none_of_the_others(desk: Desk, second: PolicyVersion) -> None:
    own, row = desk.submit("max"), desk.submit()
    text = text_of(do(desk, own, row))
    assert "1 of 2 moved, 1 refused." in text
    assert "Nobody decides their own request." in text
    assert desk.state(own).status is Status.OPEN


def test_what_is_no_id_is_passed_over(desk: Desk, second: PolicyVersion) -> None:
    row = desk.submit()
    assert "1 of 1 moved" in text_of(do(desk, row, items=f"x {row.pk} {uuid.uuid4()}"))


def test_those_whom_it_concerns_are_told(desk: Desk, second: PolicyVersion) -> None:
    row = desk.submit()
    Notification.objects.all().delete()
    do(desk, row)
    told = Notification.objects.values_list("person__username", "kind")
    assert set(told) == {("ana", "migrated"), ("cy", "migrated"), ("bo", "task"), ("di", "task")}


def test_it_stands_in_the_timeline(desk: Desk, second: PolicyVersion) -> None:
    row = desk.submit()
    do(desk, row)
    text = text_of(desk.office.client("ana").get(f"/requests/{row.pk}/"))
    assert "moved the request from version 1 of its policy to version 2." in text
    assert "New law." in text


def test_a_request_whose_stage_was_dropped_can_still_be_shown(desk: Desk) -> None:
    row = desk.submit()
    desk.office.approve(row, "bo", "check.1.1")
    version(desk, SIGN)
    do(desk, row)
    for who in ("ana", "bo", "cy", "max"):
        text = text_of(desk.office.client(who).get(f"/requests/{row.pk}/"))
        assert "“Check”" in text
    assert desk.get(f"requests/{row.pk}/").status_code == 200
