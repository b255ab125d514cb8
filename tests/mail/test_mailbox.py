"""The demo's mailbox: it shows what was sent, and its replies go the way of all replies."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.test import Client
from pytest_django.fixtures import Settings as SettingsWrapper

from approvals.mail import courier
from approvals.mail.models import InboundMessage, MailboxMessage
from approvals.mail.receiver import Receiver
from approvals.people.models import Person
from temporal_app import client as engine
from tests.mail.desk import Desk

BACKEND = "approvals.mail.backends.MailboxBackend"
LIST = "/dev/mailbox/"


@pytest.fixture(autouse=True)
def _mailbox(settings: SettingsWrapper) -> None:
    settings.EMAIL_BACKEND = BACKEND


@pytest.fixture
def reader(client: Client, desk: Desk) -> Client:
    """Ana, signed in, with one message to Bo in the mailbox."""
    courier.send_due()
    client.force_login(desk.people["ana"], backend="approvals.people.signing_in.PasswordBackend")
    return client


@pytest.fixture
def message(reader: Client) -> MailboxMessage:
    return MailboxMessage.objects.get()


def test_mail_is_kept_with_its_reader(desk: Desk) -> None:
    courier.send_due()
    message = MailboxMessage.objects.get()
    assert (message.person, message.to) == (desk.people["bo"], "bo@example.org")
    assert message.reply_to.startswith("reply+")
    assert "Your decision is needed" in message.text
    assert "Your decision is needed" in message.html


def test_a_message_without_html_and_to_a_stranger_is_kept_too(db: None) -> None:
    sent = EmailMessage("Hello", "Text.", to=["a@elsewhere.example", "b@elsewhere.example"])
    assert get_connection().send_messages([sent]) == 1
    rows = MailboxMessage.objects.order_by("to")
    assert [(row.to, row.person, row.html, row.reply_to) for row in rows] == [
        ("a@elsewhere.example", None, "", ""),
        ("b@elsewhere.example", None, "", ""),
    ]


def test_the_list_shows_what_was_sent(reader: Client) -> None:
    page = reader.get(LIST).content.decode()
    assert "Please decide: Ten days" in page
    assert "Bo Berg" in page


@pytest.mark.parametrize(
    ("search", "found"),
    [("berg", True), ("bo@exam", True), ("bo", True), ("ten bo", True), ("cole", False), ("%", False)],
)
def test_the_list_is_searched_by_person_and_subject(reader: Client, search: str, found: bool) -> None:
    page = reader.get(LIST, {"q": search}).content.decode()
    assert ("Please decide: Ten days" in page) is found
    assert ("No message found" in page) is not found


def test_an_empty_mailbox_says_so(client: Client, desk: Desk) -> None:
    client.force_login(desk.people["ana"], backend="approvals.people.signing_in.PasswordBackend")
    assert "No mail yet" in client.get(LIST).content.decode()


def test_the_list_takes_few_queries(
    reader: Client, message: MailboxMessage, django_assert_max_num_queries: object
) -> None:
    MailboxMessage.objects.bulk_create(
        MailboxMessage(
            person=message.person, to=message.to, sender="x", subject=str(n), message_id="", text=""
        )
        for n in range(30)
    )
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        page = reader.get(LIST).content.decode()
    assert "1–25 of 31" in page


def test_a_message_is_shown_with_its_html_in_a_sandbox(reader: Client, message: MailboxMessage) -> None:
    answer = reader.get(f"{LIST}{message.pk}/")
    page = answer.content.decode()
    assert f'src="/dev/mailbox/{message.pk}/html/"' in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "Reply as Bo Berg" in page
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_html_may_run_and_load_nothing(reader: Client, message: MailboxMessage) -> None:
    answer = reader.get(f"{LIST}{message.pk}/html/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_blank">' in answer.content.decode()


def test_looking_changes_nothing(reader: Client, message: MailboxMessage, desk: Desk) -> None:
    for address in (LIST, f"{LIST}{message.pk}/", f"{LIST}{message.pk}/html/"):
        assert reader.get(address).status_code == 200
    assert reader.get(f"{LIST}{message.pk}/reply/", {"text": "approve"}).status_code == 405
    assert (desk.outcome, InboundMessage.objects.count()) == (None, 0)


def test_strangers_are_sent_to_sign_in(client: Client, desk: Desk) -> None:
    answer = client.get(LIST)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/sign-in/?next={LIST}")


@pytest.mark.parametrize(("name", "value"), [("DEMO", False), ("MAILBOX", False)])
def test_elsewhere_than_in_the_demo_it_does_not_exist(
    reader: Client, message: MailboxMessage, settings: SettingsWrapper, name: str, value: bool
) -> None:
    setattr(settings, name, value)
    for address in (LIST, f"{LIST}{message.pk}/", f"{LIST}{message.pk}/html/"):
        assert reader.get(address).status_code == 404
    assert reader.post(f"{LIST}{message.pk}/reply/", {"text": "approve"}).status_code == 404


def test_a_message_that_is_not_there(reader: Client, message: MailboxMessage) -> None:
    assert reader.get(f"{LIST}{message.pk + 1}/").status_code == 404


def test_an_empty_reply_is_refused(reader: Client, message: MailboxMessage) -> None:
    answer = reader.post(f"{LIST}{message.pk}/reply/", {"text": " "})
    assert answer.status_code == 422
    assert "Write something first." in answer.content.decode()


def test_a_message_without_a_reply_address_takes_none(reader: Client, message: MailboxMessage) -> None:
    MailboxMessage.objects.update(reply_to="")
    assert "Reply as" not in reader.get(f"{LIST}{message.pk}/").content.decode()
    assert reader.post(f"{LIST}{message.pk}/reply/", {"text": "approve"}).status_code == 404


def test_with_the_receiver_away_nothing_is_lost(
    reader: Client, message: MailboxMessage, settings: SettingsWrapper
) -> None:
    settings.LMTP_PORT = 1
    answer = reader.post(f"{LIST}{message.pk}/reply/", {"text": "approve\nFine."})
    assert answer.status_code == 422
    assert "The mail receiver does not answer" in answer.content.decode()
    assert "approve\nFine.</textarea>" in answer.content.decode()


@pytest.fixture
def receiver(settings: SettingsWrapper) -> Iterator[None]:
    """A receiver in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    made = Receiver()
    settings.LMTP_PORT = asyncio.run_coroutine_threadsafe(made.start("127.0.0.1", 0), loop).result()
    settings.LMTP_HOST = "127.0.0.1"
    yield
    asyncio.run_coroutine_threadsafe(made.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("receiver")
def test_a_reply_from_the_mailbox_decides(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(engine, "signal", desk.signal)
    courier.send_due()
    client.force_login(
        Person.objects.get(username="ana"), backend="approvals.people.signing_in.PasswordBackend"
    )
    message = MailboxMessage.objects.get()
    answer = client.post(f"{LIST}{message.pk}/reply/", {"text": "approve\n\nFine."}, follow=True)
    assert "Your reply was delivered." in answer.content.decode()
    assert (desk.outcome, desk.task().comment) == ("approved", "Fine.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("receiver")
def test_a_reply_that_decides_nothing_says_why(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(engine, "signal", desk.signal)
    courier.send_due()
    client.force_login(
        Person.objects.get(username="ana"), backend="approvals.people.signing_in.PasswordBackend"
    )
    message = MailboxMessage.objects.get()
    answer = client.post(f"{LIST}{message.pk}/reply/", {"text": "approve it later"}, follow=True)
    assert "was kept as a comment and decided nothing" in answer.content.decode()
    assert desk.outcome is None
    MailboxMessage.objects.update(reply_to=f"reply+{'0' * 40}@elsewhere.example")
    answer = client.post(f"{LIST}{message.pk}/reply/", {"text": "approve"})
    assert "The mail receiver answered: 550" in answer.content.decode()


def test_alternatives_that_are_no_html_are_passed_over(db: None) -> None:
    sent = EmailMultiAlternatives("Hello", "Text.", to=["a@elsewhere.example"])
    sent.attach_alternative("x", "text/calendar")
    get_connection().send_messages([sent])
    assert MailboxMessage.objects.get().html == ""
