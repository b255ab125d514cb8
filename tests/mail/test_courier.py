"""Sending: what goes out, once, and what happens when it cannot."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPAuthenticationError, SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import ClassVar
from unittest.mock import patch

import pytest
from anymail.exceptions import (  # type: ignore[import-untyped]
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
)
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings as SettingsWrapper

from approvals.engine import commands as c
from approvals.mail import courier, tokens
from approvals.mail.failures import is_permanent
from approvals.mail.models import Notification, ReplyToken
from tests.engine.scene import policy
from tests.mail.desk import Desk, send_everything, sla


def row() -> Notification:
    """The only notification."""
    return Notification.objects.get()


class Broken(BaseEmailBackend):
    """A mail server that fails as a test says."""

    errors: ClassVar[list[Exception | None]] = []
    tried: ClassVar[int] = 0
    away: ClassVar[bool] = False

    def open(self) -> bool:
        """Connect."""
        if Broken.away:
            raise ConnectionRefusedError("nobody there")
        return True

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Fail with the next error."""
        Broken.tried += 1
        error = Broken.errors.pop(0) if Broken.errors else None
        if error:
            raise error
        return len(email_messages)


@pytest.fixture
def broken(settings: SettingsWrapper) -> type[Broken]:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    Broken.errors, Broken.tried, Broken.away = [], 0, False
    return Broken


def test_a_notification_is_sent_once(desk: Desk) -> None:
    assert courier.send_due() == 1
    assert courier.send_due() == 0
    assert [message.to for message in mail.outbox] == [["bo@example.org"]]
    assert row().status == "sent"
    assert row().sent_at is not None


def test_messages_of_a_request_are_one_thread_and_written_by_a_program(
    desk: Desk, settings: SettingsWrapper
) -> None:
    settings.MAIL_DOMAIN = "placet.example.org"
    desk.request_changes("bo")
    desk.record()
    Notification.objects.filter(kind="task").update(status="obsolete")
    send_everything()
    [message] = mail.outbox
    raw = message.message()
    thread = f"<request-{desk.row.pk}@placet.example.org>"
    assert raw["References"] == raw["In-Reply-To"] == thread
    assert str(desk.row.pk) in raw["Message-ID"]
    assert raw["Auto-Submitted"] == "auto-generated"


def test_the_reply_address_is_the_readers_own(desk: Desk) -> None:
    send_everything()
    [address] = mail.outbox[0].reply_to
    token = tokens.find(tokens.token_in(address) or "")
    assert token is not None
    assert (token.person, token.request, token.task, token.round) == (
        desk.people["bo"],
        desk.row,
        "s1.1.1",
        1,
    )
    assert tokens.token_in(address) not in ReplyToken.objects.values_list("digest", flat=True)


def test_a_task_that_was_decided_meanwhile_is_not_mailed(desk: Desk) -> None:
    desk.approve("bo")
    desk.record()
    send_everything()
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]
    assert Notification.objects.get(kind="task").status == "obsolete"


def test_a_task_that_somebody_else_claimed_is_not_mailed(desk: Desk) -> None:
    desk.admin(c.Reassign, task="s1.1.1", to="cy")
    desk.record()
    send_everything()
    assert [message.to for message in mail.outbox] == [["cy@example.org"]]


def test_who_left_meanwhile_gets_nothing(desk: Desk) -> None:
    desk.people["bo"].is_active = False
    desk.people["bo"].save()
    send_everything()
    assert (mail.outbox, row().status) == ([], "obsolete")


def test_a_requester_is_not_asked_for_changes_that_were_made(desk: Desk) -> None:
    desk.request_changes("bo")
    desk.resubmit()
    desk.record()
    send_everything()
    assert Notification.objects.get(kind="changes").status == "obsolete"


def test_a_breach_that_was_mended_is_not_told_to_the_requester(db: None) -> None:
    desk = Desk(policy({"asks": ["bo"], "sla": sla()}))
    desk.wait(10)
    desk.record()
    Notification.objects.exclude(kind="breach", person=desk.people["ana"]).delete()
    desk.approve("bo")
    desk.record()
    send_everything()
    assert Notification.objects.get(kind="breach").status == "obsolete"


def test_what_the_ladder_decided_is_told_though_the_stage_is_over(db: None) -> None:
    desk = Desk(policy({"asks": ["bo"], "sla": sla(levels=[{"at": "80%", "do": "approve"}])}))
    desk.wait(8)
    desk.record()
    send_everything()
    assert sorted(message.to[0] for message in mail.outbox) == ["ana@example.org", "bo@example.org"]


def test_a_passing_failure_is_tried_again_later(desk: Desk, broken: type[Broken]) -> None:
    broken.errors = [SMTPDataError(451, b"greylisted")]
    before = timezone.now()
    courier.send_due()
    found = row()
    assert (found.status, found.attempts) == ("waiting", 1)
    assert found.next_attempt_at >= before + courier.FIRST_RETRY
    assert "greylisted" in found.error
    assert ReplyToken.objects.count() == 0
    Notification.objects.update(next_attempt_at=before)
    courier.send_due()
    assert (row().status, row().attempts) == ("sent", 2)


def test_the_waits_grow_and_have_a_limit(desk: Desk, broken: type[Broken]) -> None:
    Notification.objects.update(attempts=30)
    broken.errors = [SMTPDataError(451, b"still")]
    courier.send_due()
    wait = row().next_attempt_at - timezone.now()
    assert courier.LONGEST_RETRY - timedelta(minutes=1) < wait <= courier.LONGEST_RETRY


def test_a_permanent_failure_is_the_end(desk: Desk, broken: type[Broken]) -> None:
    broken.errors = [SMTPRecipientsRefused({"bo@example.org": (550, b"no such user")})]
    courier.send_due()
    assert (row().status, row().attempts) == ("failed", 1)
    assert "no such user" in row().error


def test_after_three_days_it_has_failed(desk: Desk, broken: type[Broken]) -> None:
    Notification.objects.update(created_at=timezone.now() - courier.GIVE_UP)
    broken.errors = [SMTPDataError(451, b"still")]
    courier.send_due()
    assert row().status == "failed"


def test_with_nobody_at_the_other_end_nothing_is_lost(desk: Desk, broken: type[Broken]) -> None:
    broken.away = True
    assert courier.send_due() == 1
    assert (row().status, row().attempts, broken.tried) == ("waiting", 1, 0)


def test_messages_about_one_request_are_written_from_it_as_it_is_by_then(db: None) -> None:
    desk = Desk(policy({"asks": ["bo", "cy", "max"]}))

    class Meddling(BaseEmailBackend):
        """Cy decides while the first message goes out."""

        def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
            if Notification.objects.filter(status="sent").count() == 0:
                desk.approve("cy", "s1.1.2")
                desk.record()
            return len(email_messages)

    with patch("approvals.mail.courier.get_connection", Meddling):
        courier.send_due()

    came_to = Notification.objects.filter(kind="task").values_list("person__username", "status")
    assert dict(came_to) == {"bo": "sent", "cy": "obsolete", "max": "sent"}


def test_messages_about_one_request_read_it_once(
    db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Desk(policy({"asks": ["bo", "cy", "max"]}))

    with django_assert_max_num_queries(100) as asked:
        courier.send_due()

    begins = 'SELECT "requests_request"."id", '
    read = [one["sql"] for one in asked.captured_queries if one["sql"].startswith(begins)]
    assert len(mail.outbox) == 3
    assert len(read) == 1


def test_a_connection_that_breaks_leaves_the_rest_for_later(broken: type[Broken], db: None) -> None:
    Desk(policy({"asks": ["bo", "cy", "max"]}))
    broken.errors = [None, SMTPServerDisconnected("gone")]
    assert courier.send_due() == 3
    assert broken.tried == 2
    tried = Notification.objects.order_by("id").values_list("status", "attempts")
    assert list(tried) == [("sent", 1), ("waiting", 1), ("waiting", 0)]


def test_one_message_that_cannot_be_written_does_not_hold_up_the_others(db: None) -> None:
    desk = Desk(policy({"asks": ["bo", "cy"]}))
    desk.people["bo"].email = "bo@example.org\nBcc: all@example.org"
    desk.people["bo"].save()
    courier.send_due()
    assert [message.to for message in mail.outbox] == [["cy@example.org"]]
    assert Notification.objects.get(person=desk.people["bo"]).status == "failed"


@pytest.mark.django_db(transaction=True)
def test_two_couriers_send_a_message_once() -> None:
    Desk()
    ready = threading.Barrier(2)

    def run() -> None:
        try:
            ready.wait()
            courier.send_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail.outbox) == 1


def test_a_message_that_another_courier_has_claimed_is_left_alone(desk: Desk) -> None:
    Notification.objects.update(next_attempt_at=timezone.now() + courier.LEASE)
    assert courier.send_due() == 0
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (SMTPRecipientsRefused({"a": (550, b"no")}), True),
        (SMTPRecipientsRefused({"a": (450, b"later")}), False),
        (SMTPDataError(554, b"spam"), True),
        (SMTPAuthenticationError(535, b"password"), False),
        (SMTPServerDisconnected("gone"), False),
        (TimeoutError(), False),
        (ValueError("bad header"), True),
        (AnymailRecipientsRefused(), True),
        (AnymailInvalidAddress(), True),
        (AnymailAPIError(), False),
        (RuntimeError("a bug"), False),
    ],
)
def test_which_failures_are_for_good(error: Exception, permanent: bool) -> None:
    assert is_permanent(error) is permanent
