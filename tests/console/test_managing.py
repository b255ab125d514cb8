"""One request in an administrator's hands."""

import uuid
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from approvals.console.management import Possible
from approvals.engine.state import Outcome, Receipt, StageStatus, Status
from approvals.requests.models import Command
from temporal_app import client
from tests.console.desk import Desk, command_in
from tests.pages.office import text_of

ACTIONS: dict[str, dict[str, Any]] = {
    "reassign": {"target": "check.1.1", "to": "Di Dahl (di)"},
    "remove_approver": {"target": "check.1.1"},
    "add_approver": {"target": "check", "person": "di@example.org"},
    "look_up_anew": {"target": "check"},
    "extend_deadline": {"target": "check", "by": "1wd"},
    "skip_stage": {"target": "check"},
    "pause": {},
    "override": {"outcome": "rejected"},
}


def said(response: Any) -> str:
    """The sentence on the page that the answer leads to."""
    assert response.status_code == 302, text_of(response)
    return text_of(response.client.get(response["Location"]))


def test_reassigning(desk: Desk) -> None:
    row = desk.submit()
    words = said(desk.act(row, "reassign", **ACTIONS["reassign"]))
    assert desk.waits_for(row)["check.1.1"] == ("di",)
    assert "The task was reassigned to Di Dahl." in words
    assert "Max Admin reassigned it: Bo is ill." in words


def test_removing(desk: Desk) -> None:
    row = desk.submit()
    assert "The approver was removed." in said(desk.act(row, "remove_approver", "check.1.1"))
    assert set(desk.waits_for(row)) == {"check.1.2"}


def test_adding(desk: Desk) -> None:
    row = desk.submit()
    assert "Di Dahl was added." in said(desk.act(row, "add_approver", **ACTIONS["add_approver"]))
    assert ("di",) in desk.waits_for(row).values()


def test_extending(desk: Desk) -> None:
    row = desk.submit()
    before = desk.state(row).stages["check"].clock
    assert "The deadline is being moved." in said(
        desk.act(row, "extend_deadline", **ACTIONS["extend_deadline"])
    )
    after = desk.state(row).stages["check"].clock
    assert before is not None
    assert after is not None
    assert before.deadline is not None
    assert after.deadline is not None
    assert after.deadline > before.deadline


def test_skipping(desk: Desk) -> None:
    row = desk.submit()
    assert "The stage was skipped." in said(desk.act(row, "skip_stage", "check"))
    assert desk.state(row).stages["check"].status is StageStatus.SKIPPED
    assert desk.state(row).stages["sign"].status is StageStatus.OPEN


def test_pausing_and_resuming(desk: Desk) -> None:
    row = desk.submit()
    words = said(desk.act(row, "pause"))
    assert "This request is on hold: its clocks stand still" in words
    assert 'action="/console/requests/' + str(row.pk) + '/pause/"' not in words
    assert "The request goes on." in said(desk.act(row, "resume"))
    assert not desk.state(row).paused


def test_overriding(desk: Desk) -> None:
    row = desk.submit()
    words = said(desk.act(row, "override", outcome="approved"))
    assert desk.state(row).outcome is Outcome.APPROVED
    assert "This request is closed" in words
    assert '<form method="post" action="/console/' not in words


def test_the_reason_stands_in_the_record(desk: Desk) -> None:
    row = desk.submit()
    desk.act(row, "skip_stage", "check", reason="The auditors asked for it.")
    assert "The auditors asked for it." in text_of(desk.office.client("ana").get(f"/requests/{row.pk}/"))


@pytest.mark.parametrize("kind", ACTIONS)
def test_a_repeated_click_gets_the_first_answer(desk: Desk, kind: str) -> None:
    row, command = desk.submit(), str(uuid.uuid4())
    first = desk.act(row, kind, **ACTIONS[kind], command=command)
    before = desk.state(row)
    again = desk.act(row, kind, **ACTIONS[kind], command=command)
    assert (first.status_code, again.status_code) == (302, 302)
    assert desk.state(row) == before


@pytest.mark.parametrize("kind", ACTIONS)
def test_each_wants_a_reason(desk: Desk, kind: str) -> None:
    row = desk.submit()
    before = desk.state(row), Command.objects.count()
    response = desk.act(row, kind, **{**ACTIONS[kind], "reason": "  "})
    assert response.status_code == 422
    assert "Say why, in a sentence: it stands in the record." in text_of(response)
    assert (desk.state(row), Command.objects.count()) == before


@pytest.mark.parametrize(
    ("kind", "sent", "sentence", "kept"),
    [
        ("reassign", {"target": "check.1.1", "to": ""}, "Write to whom.", "Bo is ill."),
        ("reassign", {"target": "check.1.1", "to": "zzz"}, "Nobody here is called “zzz”", 'value="zzz"'),
        ("reassign", {"target": "check.1.1", "to": "o"}, "“o” could be", "Bo is ill."),
        ("add_approver", {"target": "check", "person": "a\0zz"}, "Nobody here is called", "Bo is ill."),
        ("extend_deadline", {"target": "check", "by": "9wd"}, "9wd is not one of the available", "Bo is ill."),
        ("override", {"outcome": "maybe"}, "maybe is not one of the available", "Bo is ill."),
        ("pause", {"reason": "x" * 2_001}, "at most 2000 characters (it has 2001)", "xxx"),
        ("pause", {"reason": "a\0b"}, "Null characters are not allowed", "<form"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_written_is_kept(
    desk: Desk, kind: str, sent: dict[str, str], sentence: str, kept: str
) -> None:
    row = desk.submit()
    before = desk.state(row)
    response = desk.act(row, kind, **sent)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert kept in text_of(response)
    assert '<details class="act" name="act" open>' in text_of(response)
    assert desk.state(row) == before


@pytest.mark.parametrize(
    ("kind", "sent", "sentence"),
    [
        (
            "reassign",
            {"target": "check.1.1", "to": "ana"},
            "Nobody decides their own request. Choose somebody",
        ),
        ("reassign", {"target": "check.1.1", "to": "bo"}, "The task is Bo Berg&#x27;s already."),
        ("reassign", {"target": "check.1.7", "to": "di"}, "This request has no such task."),
        ("reassign", {"target": "\0" * 300, "to": "di"}, "This request has no such task."),
        ("add_approver", {"target": "check", "person": "bo"}, "Bo Berg is asked in this stage already."),
        ("add_approver", {"target": "sign", "person": "di"}, "This stage is not waiting for a decision."),
        ("add_approver", {"target": "nowhere", "person": "di"}, "This request has no such stage."),
        ("skip_stage", {"target": "sign"}, "Only a stage that is being decided can be skipped."),
        ("resume", {}, "This request is not on hold."),
    ],
)
def test_each_refusal_is_a_sentence(desk: Desk, kind: str, sent: dict[str, str], sentence: str) -> None:
    row = desk.submit()
    before = desk.waits_for(row)
    response = desk.act(row, kind, **sent)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert desk.waits_for(row) == before


def test_the_only_seat_stays(desk: Desk) -> None:
    row = desk.submit()
    desk.act(row, "remove_approver", "check.1.1")
    words = text_of(desk.get(f"requests/{row.pk}/"))
    assert "Remove: This is the stage&#x27;s only seat." in words
    assert "/remove_approver/" not in words
    response = desk.act(row, "remove_approver", "check.1.2")
    assert response.status_code == 422
    assert "This is the stage&#x27;s only seat. Reassign it, or skip the stage." in text_of(response)


def test_on_hold_nothing_is_skipped_or_removed(desk: Desk) -> None:
    row = desk.submit()
    desk.act(row, "pause")
    words = text_of(desk.get(f"requests/{row.pk}/"))
    assert "/skip_stage/" not in words
    assert "/remove_approver/" not in words
    for kind in ("skip_stage", "remove_approver", "pause"):
        response = desk.act(row, kind, **ACTIONS[kind])
        assert response.status_code == 422
        assert "This request is on hold" in text_of(response)


def test_a_stage_that_was_decided_meanwhile(desk: Desk) -> None:
    row = desk.submit()
    desk.office.approve(row, "bo", "check.1.1")
    response = desk.act(row, "reassign", "check.1.1", to="di")
    assert response.status_code == 422
    assert "Reassign: This task is not waiting for a decision any more." in text_of(response)


def test_somebody_who_has_decided_is_not_asked_again(desk: Desk) -> None:
    row = desk.submit()
    desk.office.approve(row, "bo", "check.1.1")
    response = desk.act(row, "reassign", "check.1.2", to="bo")
    assert "Bo Berg has decided in this stage already. Choose somebody else." in text_of(response)


def test_nobody_manages_who_decides_their_own_request(desk: Desk) -> None:
    row = desk.submit("max")
    words = text_of(desk.get(f"requests/{row.pk}/"))
    assert "You made this request" in words
    offered = {kind for kind in ACTIONS if f'/{kind}/"' in words}
    assert offered == {"extend_deadline", "look_up_anew", "pause"}
    for kind in set(ACTIONS) - offered:
        response = desk.act(row, kind, **ACTIONS[kind])
        assert response.status_code == 422
        assert "Nobody decides their own request. Ask another administrator." in text_of(response)


def test_a_closed_request(desk: Desk) -> None:
    row = desk.submit()
    desk.act(row, "override", outcome="rejected")
    response = desk.act(row, "pause")
    assert response.status_code == 422
    assert "This request was rejected; nothing can be changed." in text_of(response)


def test_a_returned_request(desk: Desk) -> None:
    row = desk.office.submit()
    desk.office.post(row, "decide", "bo", task="lead.1.1", decision="request_changes", comment="Cheaper")
    assert desk.state(row).status is Status.RETURNED
    words = text_of(desk.get(f"requests/{row.pk}/"))
    assert "No stage waits for a decision now: the request is with its requester." in words
    assert "/override/" in words


def test_an_administrator_no_more(desk: Desk) -> None:
    row = desk.submit()
    sentence = "Only an administrator can do this."
    refusal = Receipt(command="c", code="not_admin", message=sentence, at=timezone.now(), revision=0)
    with patch.object(client, "update", return_value=refusal):
        response = desk.act(row, "pause")
    assert response.status_code == 422
    assert sentence in text_of(response)


def test_the_id_of_somebody_elses_command(desk: Desk) -> None:
    row = desk.submit()
    taken = Command.objects.filter(actor=desk.office.people["ana"]).latest("created_at")
    response = desk.act(row, "pause", command=str(taken.pk))
    assert response.status_code == 422
    assert "This was sent with an id that is in use." in text_of(response)
    assert not desk.state(row).paused


def test_a_damaged_id_is_replaced(desk: Desk) -> None:
    row = desk.submit()
    assert desk.act(row, "pause", command="not-an-id").status_code == 302
    assert desk.state(row).paused


def test_a_refused_form_comes_back_with_a_new_id(desk: Desk) -> None:
    row, command = desk.submit(), str(uuid.uuid4())
    response = desk.act(row, "reassign", "check.1.1", to="ana", command=command)
    fresh = command_in(response, "reassign")
    assert fresh != command
    assert desk.act(row, "reassign", "check.1.1", to="di", command=fresh).status_code == 302


def test_while_the_engine_is_away(desk: Desk) -> None:
    row, command = desk.submit(), str(uuid.uuid4())
    desk.office.engine.away = True
    words = text_of(desk.get(f"requests/{row.pk}/"))
    assert "The engine does not answer; this is as of" in words
    assert 'action="/console/' not in words
    response = desk.act(row, "extend_deadline", "check", by="2wd", command=command)
    assert response.status_code == 503
    words = text_of(response)
    assert "The engine did not answer in time. Look at the request before you try again" in words
    assert 'value="2wd" selected' in words
    assert command_in(response, "extend_deadline") == command
    desk.office.engine.away = False
    assert desk.act(row, "extend_deadline", "check", by="2wd", command=command).status_code == 302
    assert desk.act(row, "extend_deadline", "check", by="2wd", command=command).status_code == 302
    clock = desk.state(row).stages["check"].clock
    assert clock is not None
    assert clock.target == (8 + 48) * 3600


def test_the_way_to_the_workflow(desk: Desk, settings: Any) -> None:
    row = desk.submit()
    assert "/workflows/" not in text_of(desk.get(f"requests/{row.pk}/"))
    settings.TEMPORAL_UI_URL = "http://temporal.example/"
    assert f'href="http://temporal.example/namespaces/default/workflows/request-{row.pk}"' in text_of(
        desk.get(f"requests/{row.pk}/")
    )


def test_everything_that_is_offered_is_possible(desk: Desk) -> None:
    row = desk.submit()
    managed = Possible(desk.state(row), "max", datetime.now(UTC)).managed()
    assert {form.kind for form in managed.all_actions if not form.obstacle} == set(ACTIONS)
    assert len(managed.all_actions) == 2 * 2 + 4 + 2


def test_the_number_of_queries(desk: Desk, django_assert_max_num_queries: Any) -> None:
    row = desk.submit()
    desk.get()
    with django_assert_max_num_queries(6):
        desk.get(f"requests/{row.pk}/")


def test_the_way_from_the_request_to_its_console(desk: Desk) -> None:
    row = desk.submit()
    way = f'href="/console/requests/{row.pk}/"'
    page = f"/requests/{row.pk}/"
    assert way in text_of(desk.office.client("max").get(page))
    assert all(way not in text_of(desk.office.client(who).get(page)) for who in ("ana", "bo", "aud"))
    desk.act(row, "override", outcome="rejected")
    assert way not in text_of(desk.office.client("max").get(page))
