"""What people do on a request's page, with htmx and without."""

import uuid
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.engine.commands import Decide, Signal
from approvals.engine.state import Decision, Status
from approvals.inbox.models import Assignment
from approvals.requests.models import Command
from temporal_app import client
from temporal_app.client import Told
from tests.pages.office import HTMX, Office, text_of

KINDS = (
    "decide",
    "delegate",
    "declare_conflict",
    "invite",
    "claim",
    "release",
    "comment",
    "escalate",
    "withdraw",
)
SENT: dict[str, dict[str, Any]] = {
    "decide": {"task": "lead.1.1", "decision": "approve"},
    "delegate": {"task": "lead.1.1", "to": "cy"},
    "declare_conflict": {"task": "lead.1.1", "reason": "My cousin's."},
    "invite": {"task": "lead.1.1", "to": "cy", "place": "before"},
    "claim": {"task": "lead.1.1"},
    "release": {"task": "lead.1.1"},
    "comment": {"text": "Hello"},
    "escalate": {"stage": "lead"},
    "withdraw": {},
}


def test_who_clicks_with_the_page_open_waits_for_three_statements(office: Office) -> None:
    """Whose session it is, which request, and the command; the engine works while the rest is read."""
    row = office.submit()
    browser = office.client("bo")
    browser.get(f"/requests/{row.pk}/")
    before: list[int] = []

    def statements() -> int:
        of_the_test = ("SAVEPOINT", "RELEASE")  # which is a transaction itself
        return sum(not query["sql"].startswith(of_the_test) for query in asked.captured_queries)

    def signal_and_ask(request: str, _: Signal) -> Told:
        before.append(statements())
        return Told(lambda: None, lambda: office.engine.state(request))

    sent = {"command": str(uuid.uuid4()), **SENT["decide"]}
    with CaptureQueriesContext(connection) as asked, patch.object(client, "signal_and_ask", signal_and_ask):
        answered = browser.post(f"/requests/{row.pk}/decide/", sent, **HTMX)

    assert answered.status_code == 200
    assert before == [3]
    assert statements() == 5


@pytest.mark.parametrize("kind", [*KINDS, "resubmit"])
def test_it_rejects_get(office: Office, kind: str) -> None:
    row = office.submit()
    before = office.state(row)
    response = office.client("ana").get(f"/requests/{row.pk}/{kind}/")
    assert response.status_code == (302 if kind == "resubmit" else 405)
    assert office.state(row) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("who", "status"), [("out", 404), ("max", 403), ("aud", 403), ("", 302)])
def test_nobody_else_can_do_anything(office: Office, kind: str, who: str, status: int) -> None:
    row = office.submit()
    before = office.state(row), Command.objects.count()
    response = office.post(row, kind, who, **SENT[kind])
    assert response.status_code == status
    assert (office.state(row), Command.objects.count()) == before


def test_a_part_of_a_page_does_not_send_a_stranger_to_sign_in(office: Office) -> None:
    row = office.submit()
    assert office.post(row, "comment", "", htmx=True, text="x").status_code == 401


def test_only_the_requester_withdraws(office: Office) -> None:
    row = office.submit()
    response = office.post(row, "withdraw", "bo")
    assert response.status_code == 403
    assert "Only the person who made the request" in text_of(response)


@pytest.mark.parametrize(
    ("who", "sent", "code"),
    [
        ("ana", {"task": "lead.1.1", "decision": "approve"}, "not_assigned"),
        ("bo", {"task": "lead.1.9", "decision": "approve"}, "unknown_task"),
    ],
)
def test_what_the_rules_refuse_is_answered_with_a_sentence(
    office: Office, who: str, sent: dict[str, Any], code: str
) -> None:
    row = office.submit()
    response = office.post(row, "decide", who, **sent)
    assert response.status_code == 422
    assert response.context["said"].code == code
    assert response.context["said"].sentence in response.content.decode().replace("&#x27;", "'")
    assert office.state(row).status is Status.OPEN


def test_a_decision_leads_back_to_the_page_which_shows_it(office: Office) -> None:
    row = office.submit()
    response = office.post(row, "decide", "bo", task="lead.1.1", decision="approve", comment="Fine by me.")
    assert response.headers["Location"] == f"/requests/{row.pk}/"
    page = text_of(office.client("bo").get(response.headers["Location"]))
    assert "You approved." in page
    assert "Fine by me." in page
    assert "Your decision" not in page


def test_with_htmx_the_answer_comes_in_place_with_the_state_after_it(office: Office) -> None:
    row = office.submit()
    response = office.post(row, "decide", "bo", htmx=True, task="lead.1.1", decision="approve")
    assert response.status_code == 200
    words = text_of(response)
    assert "<html" not in words
    assert "You approved." in words
    for part in (
        "live",
        "head",
        "answer",
        "progress",
        "content",
        "actions",
        "tasks",
        "history",
        "comment",
        "more",
    ):
        assert f'id="request-{part}"' in words
    assert words.count('hx-swap-oob="true"') == 10
    assert response.context["page"].state.stages["lead"].status == "approved"


def test_the_state_after_it_is_shown_though_the_record_is_behind(office: Office) -> None:
    row = office.submit()
    office.engine.unrecorded = True
    response = office.post(row, "decide", "bo", htmx=True, task="lead.1.1", decision="approve", comment="Yes")
    assert "You approved." in text_of(response)
    assert "<strong>Bo Berg</strong> approved in “Team lead”." in text_of(response)
    assert response.context["page"].pending == ()


@pytest.mark.parametrize("htmx", [True, False])
def test_a_comment_that_is_needed_and_missing_keeps_everything(office: Office, htmx: bool) -> None:
    row = office.submit()
    before = len(office.engine.received)
    response = office.post(row, "decide", "bo", htmx=htmx, task="lead.1.1", decision="reject", comment="  ")
    assert response.status_code == 422
    assert "Say why, in a sentence" in text_of(response)
    assert len(office.engine.received) == before


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("kind", "who", "name"),
    [
        ("comment", "ana", "text"),
        ("decide", "bo", "comment"),
        ("delegate", "bo", "comment"),
        ("withdraw", "ana", "reason"),
        ("escalate", "ana", "reason"),
    ],
)
def test_a_text_over_the_limit_is_refused_with_the_limit_and_kept(
    office: Office, kind: str, who: str, name: str, htmx: bool
) -> None:
    row = office.submit()
    before = len(office.engine.received)
    text = "ä" * 10_001
    response = office.post(row, kind, who, htmx=htmx, **{**SENT[kind], name: text})
    assert response.status_code == 422
    assert "This has 20,002 bytes; at most 20,000 can be sent." in text_of(response)
    assert text in response.content.decode()
    assert len(office.engine.received) == before


def test_a_text_at_the_limit_is_taken(office: Office) -> None:
    row = office.submit()
    assert office.post(row, "comment", "ana", text="ä" * 10_000).status_code == 302


@pytest.mark.parametrize("text", ["", "   ", "a\0b"])
def test_an_empty_or_broken_comment_is_refused(office: Office, text: str) -> None:
    row = office.submit()
    assert office.post(row, "comment", "ana", text=text).status_code == 422


def test_what_was_written_is_kept_when_the_rules_refuse_it(office: Office) -> None:
    row = office.submit()
    office.approve(row, "bo", "lead.1.1")
    office.approve(row, "cy", "finance.1.1")
    response = office.post(
        row, "decide", "di", task="finance.1.1", decision="reject", comment="Long considered."
    )
    assert response.status_code == 422
    assert "Cy Cole approved on" in text_of(response)
    assert "the first decision stands" in text_of(response)


def test_a_repeated_click_is_one_decision_and_gets_the_same_answer(office: Office) -> None:
    row = office.submit()
    command = str(uuid.uuid4())
    for _ in range(2):
        response = office.post(row, "decide", "bo", command=command, task="lead.1.1", decision="approve")
        assert response.status_code == 302
    decided = [one for one in office.engine.received if isinstance(one, Decide)]
    assert len(decided) == 1
    assert decided[0].decision is Decision.APPROVE


@pytest.mark.parametrize("command", ["", "x", "1234"])
def test_a_damaged_command_id_is_refused(office: Office, command: str) -> None:
    row = office.submit()
    response = office.post(row, "decide", "bo", command=command, task="lead.1.1", decision="approve")
    assert response.status_code == 422
    assert office.state(row).tasks["lead.1.1"].status == "open"


@pytest.mark.parametrize("decision", ["", "perhaps"])
def test_only_the_decisions_there_are_can_be_sent(office: Office, decision: str) -> None:
    row = office.submit()
    response = office.post(row, "decide", "bo", task="lead.1.1", decision=decision, comment="Hm")
    assert response.status_code == 422
    assert "Hm</textarea>" in text_of(response)


@pytest.mark.parametrize("to", ["cy", "Cy Cole (cy)", "cy cole", "CY@example.org"])
def test_a_task_is_delegated_to_whoever_is_named(office: Office, to: str) -> None:
    row = office.submit()
    response = office.post(row, "delegate", "bo", task="lead.1.1", to=to, comment="You know it better.")
    assert response.status_code == 302
    assert office.state(row).tasks["lead.1.1"].owner == "cy"
    page = text_of(office.client("bo").get(f"/requests/{row.pk}/"))
    assert "You delegated the task to Cy Cole." in page
    assert "Bo Berg delegated it." in text_of(office.client("cy").get(f"/requests/{row.pk}/"))


@pytest.mark.parametrize(
    ("to", "fault"),
    [("nobody-here", "Nobody here is called"), ("d", "could be"), ("", "Write to whom."), ("ana", "own request")],
)  # fmt: skip
def test_a_delegation_to_nobody_in_particular_is_refused_and_kept(
    office: Office, to: str, fault: str
) -> None:
    row = office.submit()
    response = office.post(row, "delegate", "bo", task="lead.1.1", to=to, comment="Kept")
    assert response.status_code == 422
    assert fault in text_of(response)
    assert "Kept</textarea>" in text_of(response)
    assert office.state(row).tasks["lead.1.1"].owner is None


def test_claim_and_release(office: Office) -> None:
    row = office.submit()
    office.approve(row, "bo", "lead.1.1")
    assert "The task is yours." in text_of(office.post(row, "claim", "cy", htmx=True, task="finance.1.1"))
    late = office.post(row, "claim", "di", htmx=True, task="finance.1.1")
    assert "Cy Cole is working on this task and can release it." in text_of(late)
    assert office.post(row, "release", "cy", htmx=True, task="finance.1.1").status_code == 200
    assert office.state(row).tasks["finance.1.1"].owner is None


def test_a_click_while_the_engine_is_away_is_recorded_and_says_so(office: Office) -> None:
    row = office.submit()
    office.engine.away = True
    response = office.post(row, "decide", "bo", htmx=True, task="lead.1.1", decision="approve")
    assert response.status_code == 200
    words = text_of(response)
    assert "Recorded. The engine is away" in words
    assert "Your decision of" in words
    assert Command.objects.filter(kind="decide", sent_at=None).count() == 1


def test_a_late_decision_hears_how_the_request_ended(office: Office) -> None:
    row = office.submit()
    office.post(row, "withdraw", "ana", reason="Not needed.")
    response = office.post(row, "decide", "bo", task="lead.1.1", decision="approve")
    assert response.status_code == 422
    assert "This request was withdrawn" in text_of(response)


def test_without_the_forgery_mark_nothing_is_taken(office: Office) -> None:
    from django.test import Client

    row = office.submit()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(office.people["bo"])
    response = browser.post(
        f"/requests/{row.pk}/decide/", {"task": "lead.1.1", "decision": "approve"}, **HTMX
    )
    assert response.status_code == 403
    assert "This form is too old to be sent" in text_of(response)
    assert office.state(row).tasks["lead.1.1"].status == "open"


def test_a_conflict_of_interest_is_declared_on_the_page(office: Office) -> None:
    row = office.submit()
    page = text_of(office.client("bo").get(f"/requests/{row.pk}/"))
    assert "I have a conflict of interest" in page
    office.post(row, "declare_conflict", "bo", task="lead.1.1", reason="It is my cousin's shop.")
    page = text_of(office.client("bo").get(f"/requests/{row.pk}/"))
    assert "Your conflict of interest is recorded; somebody else decides." in page
    assert "declared a conflict of interest in “Team lead”" in page
    assert "It is my cousin&#x27;s shop." in page
    assert "I have a conflict of interest" not in page
    assert office.state(row).tasks["lead.1.1"].people == ("max",)


def test_a_conflict_without_a_reason_keeps_the_form_open(office: Office) -> None:
    row = office.submit()
    response = office.post(row, "declare_conflict", "bo", task="lead.1.1", reason=" ")
    assert response.status_code == 422
    assert response.context["said"].code == "reason_required"
    assert "Say what the conflict is, in a sentence" in text_of(response)
    assert not office.state(row).conflicts


def test_a_refusal_that_speaks_of_somebody_says_the_name(office: Office) -> None:
    row = office.submit()
    office.post(row, "declare_conflict", "bo", task="lead.1.1", reason="My cousin's.")
    response = office.post(row, "delegate", "max", task="lead.1.1", to="bo")
    assert response.context["said"].code == "conflict_of_interest"
    assert response.context["said"].sentence == (
        "Bo Berg has declared a conflict of interest. Choose somebody else."
    )


def test_an_approver_is_added_before_oneself(office: Office) -> None:
    row = office.submit()
    page = text_of(office.client("bo").get(f"/requests/{row.pk}/"))
    assert "Add an approver" in page
    assert "before me" in page
    assert "beside me" not in page, "the policy does not allow that"
    office.post(row, "invite", "bo", task="lead.1.1", to="Cy Cole", place="before", comment="You know it.")
    page = text_of(office.client("bo").get(f"/requests/{row.pk}/"))
    assert "Cy Cole is asked now, and you after that." in page
    assert "Waiting for Cy Cole, who decides first." in page
    assert 'value="approve"' not in page
    assert "It waits for 1 more who was added." in page
    assert "must approve" not in page, "the quorum counts those whom the policy asks"
    assert "Waits for Cy Cole, who decides first." in text_of(
        office.client("ana").get(f"/requests/{row.pk}/")
    )
    assert not Assignment.objects.filter(person__username="bo"), "it is in no inbox before its turn"
    office.post(row, "decide", "cy", task="lead.1.2", decision="approve")
    assert 'value="approve"' in text_of(office.client("bo").get(f"/requests/{row.pk}/"))


@pytest.mark.parametrize(
    ("sent", "code", "sentence"),
    [
        ({"to": "nobody at all", "place": "before"}, "unknown_person", ""),
        ({"to": "", "place": "before"}, "required", "Write whom."),
        ({"to": "cy", "place": "above"}, "invalid_choice", "There is no such place."),
        (
            {"to": "cy", "place": "beside"},
            "not_allowed",
            "The policy does not let this stage&#x27;s reviewers",
        ),
        ({"to": "ana", "place": "after"}, "self_approval", "Nobody decides their own request."),
    ],
)
def test_an_approver_who_cannot_be_added(
    office: Office, sent: dict[str, Any], code: str, sentence: str
) -> None:
    row = office.submit()
    before = office.state(row).tasks
    response = office.post(row, "invite", "bo", task="lead.1.1", **sent)
    assert response.status_code == 422
    assert response.context["said"].code == code
    assert sentence in text_of(response)
    assert office.state(row).tasks == before
