"""Replies: what reaches the engine, what does not, and who is told."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django.fixtures import Settings as SettingsWrapper

from approvals.engine import commands as c
from approvals.mail import answers, courier, inbound, tokens
from approvals.mail.models import Answer, InboundMessage, Notification, ReplyToken
from approvals.requests.models import Command
from temporal_app import client
from tests.mail.desk import Desk
from tests.mail.post import letter


@pytest.fixture(autouse=True)
def _no_notifications(desk: Desk) -> None:
    Notification.objects.all().delete()


def reply(desk: Desk, raw: bytes, to: str | None = None, sender: str = "bo@example.org") -> str:
    """Deliver a message; the code of what became of it."""
    return inbound.receive(raw, sender, to or desk.address("bo")).code


def answered() -> list[tuple[list[str], str]]:
    """Who was mailed what, answers to replies only."""
    Notification.objects.all().delete()
    courier.send_due()
    return [(message.to, str(message.body)) for message in mail.outbox]


def test_a_reply_decides(desk: Desk) -> None:
    assert reply(desk, letter("approve\n\nFine.\n")) == "accepted"
    assert desk.outcome == "approved"
    assert desk.task().comment == "Fine."
    command = Command.objects.get()
    assert (command.channel, command.code, command.actor) == ("mail", "ok", desk.people["bo"])
    row = InboundMessage.objects.get()
    assert (row.code, row.command, row.person, row.request) == (
        "accepted",
        command,
        desk.people["bo"],
        desk.row,
    )
    assert answered() == []


def test_a_reply_rejects_with_its_reason(desk: Desk) -> None:
    reply(desk, letter("REJECT\nToo long.\n"))
    assert (desk.outcome, desk.task().comment) == ("rejected", "Too long.")


def test_a_reply_escalates(desk: Desk) -> None:
    reply(desk, letter("escalate\n\nI cannot judge this.\n"))
    assert desk.waits_for()["s1.1.1"] == ("bo", "olga")


def test_a_reply_declares_a_conflict_of_interest(desk: Desk) -> None:
    reply(desk, letter("Conflict of interest\n\nIt is my cousin's shop.\n"))
    assert desk.state.conflicts == {"bo"}
    assert desk.waits_for()["s1.1.1"] == ("olga",)


def test_the_requester_escalates_what_is_due_first(desk: Desk) -> None:
    raw = letter("escalate", sender="ana@example.org")
    assert reply(desk, raw, desk.address("ana", ""), "ana@example.org") == "accepted"
    assert desk.waits_for()["s1.1.1"] == ("bo", "olga")


def test_with_nobody_asked_there_is_nothing_to_escalate(desk: Desk) -> None:
    desk.request_changes("bo")
    desk.record()
    raw = letter("escalate", sender="ana@example.org")
    assert reply(desk, raw, desk.address("ana", ""), "ana@example.org") == "stage_closed"


def test_a_reply_asks_for_changes(desk: Desk) -> None:
    reply(desk, letter("changes\nWhich week?"))
    assert desk.state.status == "returned"


def test_any_other_text_is_a_comment(desk: Desk) -> None:
    reply(desk, letter("Which week do you mean?\n\nOn Mon, 2 Mar 2026, Placet wrote:\n> approve\n"))
    [event] = [event for event in desk.events if event.actor == "bo" and hasattr(event, "text")]
    assert event.text == "Which week do you mean?"
    assert desk.outcome is None


def test_a_line_with_more_than_the_word_decides_nothing_and_its_author_is_told(desk: Desk) -> None:
    assert reply(desk, letter("approve once the dates are right")) == "unclear"
    assert (desk.outcome, desk.state.comments) == (None, 1)
    [(to, body)] = answered()
    assert to == ["bo@example.org"]
    assert "Your message was kept as a comment." in body
    assert "write “approve” alone on the first line" in body


def test_a_message_that_is_delivered_again_changes_nothing(desk: Desk) -> None:
    raw, to = letter("A question."), desk.address("bo")
    assert reply(desk, raw, to) == "accepted"
    assert reply(desk, b"Received: by another way\r\n" + raw, to) == "repeated"
    assert desk.state.comments == 1
    assert (Command.objects.count(), InboundMessage.objects.get().repeats) == (1, 1)


def test_a_delivery_that_broke_off_before_its_note_is_recognised_by_the_command(desk: Desk) -> None:
    raw, to = letter("A question."), desk.address("bo")
    reply(desk, raw, to)
    InboundMessage.objects.all().delete()
    assert reply(desk, raw, to) == "accepted"
    assert (Command.objects.count(), desk.state.comments) == (1, 1)


def test_without_a_message_id_it_is_still_recognised(desk: Desk) -> None:
    raw, to = letter("A question.", Message_ID=""), desk.address("bo")
    assert (reply(desk, raw, to), reply(desk, raw, to)) == ("accepted", "repeated")


def test_the_same_text_in_another_message_is_another_comment(desk: Desk) -> None:
    to = desk.address("bo")
    reply(desk, letter("A question."), to)
    reply(desk, letter("A question."), to)
    assert desk.state.comments == 2


def test_an_address_in_capitals_works(desk: Desk) -> None:
    local, _, domain = desk.address("bo").partition("@")
    raw = letter("approve", sender="BO@Example.ORG")
    assert reply(desk, raw, f"{local.upper()}@{domain}", "BO@Example.ORG") == "accepted"


@pytest.mark.parametrize("sender", ["eve@evil.example", '"bo@example.org" <eve@evil.example>'])
def test_a_foreign_sender_changes_nothing_and_learns_nothing(desk: Desk, sender: str) -> None:
    assert reply(desk, letter("approve", sender=sender)) == "foreign_sender"
    assert (desk.outcome, Command.objects.count()) == (None, 0)
    [(to, body)] = answered()
    assert to == ["eve@evil.example"]
    assert "Ten days" not in body
    assert "bo@" not in body


def test_two_senders_are_nobody(desk: Desk) -> None:
    raw = letter("approve", sender="bo@example.org, eve@evil.example")
    assert reply(desk, raw) == "no_sender"
    assert answered() == []


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (f"reply+{'0' * 40}@localhost", "unknown_token"),
        ("reply+short@localhost", "no_token"),
        ("placet@localhost", "no_token"),
    ],
)
def test_an_unknown_address_changes_nothing_and_is_not_answered(desk: Desk, to: str, code: str) -> None:
    assert reply(desk, letter("approve"), to) == code
    assert InboundMessage.objects.get().code == code
    assert answered() == []


def test_a_revoked_address_points_to_the_page(desk: Desk) -> None:
    to = desk.address("bo")
    tokens.revoke_all(desk.people["bo"])
    assert reply(desk, letter("approve"), to) == "revoked_token"
    [(_, body)] = answered()
    assert f"/requests/{desk.row.pk}/" in body
    assert "answer this message" not in body


def test_an_expired_address_points_to_the_page(desk: Desk) -> None:
    to = desk.address("bo")
    ReplyToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert reply(desk, letter("approve"), to) == "expired_token"
    assert len(answered()) == 1


def test_a_foreign_sender_at_a_dead_address_is_not_answered(desk: Desk) -> None:
    to = desk.address("bo")
    tokens.revoke_all(desk.people["bo"])
    assert reply(desk, letter("approve", sender="eve@evil.example"), to) == "foreign_sender"
    assert answered() == []


def test_who_has_left_decides_nothing(desk: Desk) -> None:
    to = desk.address("bo")
    desk.people["bo"].is_active = False
    desk.people["bo"].save()
    assert reply(desk, letter("approve"), to) == "inactive_person"
    assert answered() == []


@pytest.mark.parametrize(
    ("headers", "sender", "code"),
    [
        ({}, "<>", "bounce"),
        ({"Auto_Submitted": "auto-replied"}, "bo@example.org", "auto_reply"),
        ({"Precedence": "bulk"}, "bo@example.org", "mailing_list"),
    ],
)
def test_machines_change_nothing_and_are_not_answered(
    desk: Desk, headers: dict[str, str], sender: str, code: str
) -> None:
    assert reply(desk, letter("approve", **headers), sender=sender) == code
    assert desk.outcome is None
    assert InboundMessage.objects.get().code == code
    assert answered() == []


def test_a_reply_without_own_text_is_answered(desk: Desk) -> None:
    assert reply(desk, letter("\n\nOn Mon, 2 Mar 2026, Placet wrote:\n> approve\n")) == "empty"
    assert "Write above the quoted text" in answered()[0][1]


def test_a_comment_beyond_its_limit_is_refused_with_the_limit(desk: Desk) -> None:
    assert reply(desk, letter("word " * 5000)) == "text_too_long"
    assert desk.state.comments == 0
    assert "at most 20,000 are allowed" in answered()[0][1]


def test_a_message_that_asked_for_nothing_takes_no_decision(desk: Desk) -> None:
    assert reply(desk, letter("approve"), desk.address("bo", "")) == "no_task"
    assert desk.outcome is None
    assert len(answered()) == 1


def test_a_refusal_by_the_engine_is_mailed_back_and_can_be_answered(desk: Desk) -> None:
    desk.admin(c.Reassign, task="s1.1.1", to="cy")
    desk.record()
    assert reply(desk, letter("approve")) == "accepted"
    [(to, body)] = answered()
    assert to == ["bo@example.org"]
    assert "Your message changed nothing." in body
    assert "This task is not assigned to you." in body
    assert f"#{desk.row.number} Ten days" in body
    assert "answer this message to try again" in body
    assert tokens.token_in(mail.outbox[0].reply_to[0]) is not None
    assert mail.outbox[0].message()["Auto-Submitted"] == "auto-replied"
    assert mail.outbox[0].message()["In-Reply-To"] == InboundMessage.objects.get().message_id


def test_a_late_decision_is_told_who_decided(desk: Desk) -> None:
    to = desk.address("bo")
    reply(desk, letter("approve"), to)
    reply(desk, letter("reject\nNo."), to)
    assert desk.outcome == "approved"
    body = answered()[0][1]
    assert "bo approved on 2 March 2026" in body
    assert "try again" not in body
    assert mail.outbox[0].reply_to == []
    assert mail.outbox[0].subject == "Re: Please decide"


def test_after_the_end_the_answer_says_so_though_the_workflow_is_gone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.approve("bo")
    desk.record()

    def ended(request: str, command: c.Command) -> None:
        raise client.NotRunning("gone")

    monkeypatch.setattr(client, "signal", ended)
    reply(desk, letter("reject\nNo."))
    assert "This request was approved before your command arrived" in answered()[0][1]


def test_while_the_engine_is_away_the_reply_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(request: str, command: c.Command) -> None:
        raise client.EngineAway("nobody there")

    monkeypatch.setattr(client, "signal", away)
    assert reply(desk, letter("approve")) == "accepted"
    assert Command.objects.get().sent_at is None
    assert InboundMessage.objects.get().awaits_receipt
    assert answered() == []


def test_a_receipt_is_looked_at_once(desk: Desk) -> None:
    reply(desk, letter("approve"))
    assert (answers.answer_refusals(), answers.answer_refusals()) == (1, 0)


def test_answers_to_one_address_have_a_limit(desk: Desk) -> None:
    to = desk.address("bo")
    for _ in range(answers.PER_HOUR + 3):
        reply(desk, letter("\n"), to)
    assert InboundMessage.objects.filter(code="empty").count() == answers.PER_HOUR + 3
    assert Answer.objects.count() == answers.PER_HOUR


def test_only_the_digest_of_a_token_is_kept(desk: Desk, settings: SettingsWrapper) -> None:
    settings.MAIL_DOMAIN = "placet.example.org"
    token = tokens.token_in(desk.address("bo"))
    assert token is not None
    assert len(token) * 4 == 160
    row = ReplyToken.objects.get()
    assert token not in str(vars(row))
    assert row.expires_at > timezone.now() + timedelta(days=89)
