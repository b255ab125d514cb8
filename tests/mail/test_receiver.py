"""The receiver: real LMTP over a loopback socket."""

import asyncio
import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import TypeVar

import pytest
from django.conf import settings
from django.db import OperationalError

from approvals.mail import inbound
from approvals.mail.authentication import NameServersAway
from approvals.mail.models import InboundMessage
from approvals.mail.receiver import MAX_MESSAGE, Receiver
from temporal_app import client
from tests.mail.desk import Desk
from tests.mail.post import letter

#: The receiver writes on threads of its own, so it sees only what is committed.
stored = pytest.mark.django_db(transaction=True)
T = TypeVar("T")
TO = f"reply+{'0' * 40}@{settings.MAIL_DOMAIN}"


def speaking(talk: Callable[[smtplib.LMTP], T]) -> T:
    """Start a receiver, let somebody talk to it, and stop it."""

    async def run() -> T:
        receiver = Receiver()
        port = await receiver.start("127.0.0.1", 0)

        def call() -> T:
            with smtplib.LMTP("127.0.0.1", port, timeout=20) as peer:
                peer.ehlo_or_helo_if_needed()
                return talk(peer)

        try:
            return await asyncio.to_thread(call)
        finally:
            await receiver.stop()

    return asyncio.run(run())


def deliver(raw: bytes, to: str = TO, sender: str = "bo@example.org") -> tuple[int, str]:
    """Deliver one message; the answer."""

    def talk(peer: smtplib.LMTP) -> tuple[int, str]:
        assert peer.mail(sender)[0] == 250
        assert peer.rcpt(to)[0] == 250
        code, words = peer.data(raw)
        return code, words.decode()

    return speaking(talk)


@stored
def test_a_reply_goes_all_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(client, "signal", desk.signal)
    assert deliver(letter("approve\n\nFine."), desk.address("bo")) == (250, "2.0.0 accepted")
    assert (desk.outcome, desk.task().comment) == ("approved", "Fine.")


@stored
def test_lines_that_begin_with_a_dot_and_long_ones_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(client, "signal", desk.signal)
    raw = b"From: bo@example.org\r\nMessage-ID: <1@x>\r\n\r\n.approve it\r\n" + b"x" * 5000 + b"\r\n"
    assert deliver(raw, desk.address("bo"))[0] == 250
    assert desk.events[-2].text.startswith(".approve it\n")  # type: ignore[attr-defined]


@stored
def test_a_bounce_is_taken_and_noted() -> None:
    assert deliver(letter("failed"), f"placet@{settings.MAIL_DOMAIN}", "") == (250, "2.0.0 bounce")
    assert InboundMessage.objects.get().code == "bounce"


@stored
def test_an_unknown_token_is_taken_and_noted() -> None:
    assert deliver(letter()) == (250, "2.0.0 unknown_token")


def test_mail_for_others_is_refused() -> None:
    code, words = speaking(lambda peer: (peer.mail("bo@example.org"), peer.rcpt("x@elsewhere.example"))[1])
    assert code == 550
    assert settings.MAIL_DOMAIN.encode() in words


def test_one_recipient_at_a_time() -> None:
    def talk(peer: smtplib.LMTP) -> tuple[int, int]:
        peer.mail("bo@example.org")
        return peer.rcpt(TO)[0], peer.rcpt(f"other@{settings.MAIL_DOMAIN}")[0]

    assert speaking(talk) == (250, 452)


@stored
def test_a_message_that_announces_its_size_is_refused_with_the_limit() -> None:
    code, words = speaking(lambda peer: peer.mail("bo@example.org", [f"SIZE={MAX_MESSAGE + 1}"]))
    assert code == 552
    assert b"1,000,000 bytes" in words
    assert InboundMessage.objects.get().code == "too_large"


@stored
def test_a_message_that_grows_too_large_is_refused_with_the_limit() -> None:
    code, words = deliver(letter() + b"x\r\n" * (MAX_MESSAGE // 3))
    assert code == 552
    assert "1,000,000 bytes" in words
    row = InboundMessage.objects.get()
    assert (row.code, row.envelope_from, row.envelope_to) == ("too_large", "bo@example.org", TO)


@pytest.mark.parametrize(
    "error", [OperationalError("database away"), NameServersAway("timeout"), RuntimeError("a bug")]
)
def test_what_cannot_be_settled_now_is_delivered_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(inbound, "receive", fail)
    code, words = deliver(letter())
    assert code == 451
    assert "deliver this again later" in words


def test_a_note_that_cannot_be_written_does_not_change_the_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("database away")

    monkeypatch.setattr(inbound, "log_oversize", fail)
    assert speaking(lambda peer: peer.mail("bo@example.org", [f"SIZE={MAX_MESSAGE + 1}"]))[0] == 552


async def test_stopping_finishes_what_is_being_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    taking, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(*_: object) -> inbound.Result:
        loop.call_soon_threadsafe(taking.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()
        return inbound.Result("accepted", "", InboundMessage())

    monkeypatch.setattr(inbound, "receive", slow)
    receiver = Receiver()
    port = await receiver.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    raw = letter().replace(b"\n", b"\r\n")
    lines = [b"LHLO x", b"MAIL FROM:<bo@example.org>", f"RCPT TO:<{TO}>".encode(), b"DATA", raw + b"\r\n."]
    writer.write(b"".join(line + b"\r\n" for line in lines))
    await taking.wait()
    stopping = asyncio.create_task(receiver.stop())
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    said = (await reader.read()).decode()
    assert "250 2.0.0 accepted" in said
    assert said.rstrip().endswith("421 4.3.2 The receiver is stopping")
    writer.close()
    with pytest.raises(OSError):  # noqa: PT011  # refused, in the words of the platform
        await asyncio.open_connection("127.0.0.1", port)


@pytest.mark.servers
def test_the_command_serves_and_stops_when_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "carry_mail"],
        env={**os.environ, "PLACET_LMTP_PORT": str(port), "PLACET_DEMO": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "receiving mail" in line:
            break
    with smtplib.LMTP("127.0.0.1", port, timeout=20) as peer:
        assert peer.noop()[0] == 250
    process.send_signal(signal.SIGTERM)
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=20) == 0
    assert "mail receiver stopped" in said
