"""The mail receiver: LMTP on loopback, behind the mail server of the house (RFC 2033).

It answers for one recipient a transaction, so that each delivery has an answer of its own: 2xx when the
message is settled, whatever it came to, 4xx when it should be delivered again, 5xx when it never will be taken.
"""

import asyncio
import logging
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import AnyStr

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections

from approvals.mail import inbound
from approvals.mail.authentication import NameServersAway

logger = logging.getLogger(__name__)

MAX_MESSAGE = 1_000_000
"""Bytes of a message, its attachments included."""
THREADS = 4
STOP_SECONDS = 10
"""How long messages that are being taken may need when the receiver stops."""

NOT_NOW = "451 4.3.0 The application is away for the moment; deliver this again later"
TOO_LARGE = f"552 5.3.4 The message is larger than {MAX_MESSAGE:,} bytes; send it without attachments"


class Receiver:
    """Takes messages off the wire and hands each to :func:`inbound.receive` on a thread."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="inbound")
        self._sessions: set[Conversation] = set()
        self._busy: set[asyncio.Future[str]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port, which is chosen where 0 was asked for."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Conversation(self, self._sessions), host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more, finish what is being taken, and hang up."""
        if self._server:
            self._server.close()
        if self._busy:
            await asyncio.wait(self._busy, timeout=STOP_SECONDS)
        await asyncio.sleep(0)  # lets the answers to those be written
        for session in list(self._sessions):
            session.hang_up()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name for it
        self, server: LMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient, of our domain."""
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time; send the message again for the others"
        if address.rpartition("@")[2].lower() != settings.MAIL_DOMAIN.lower():
            return f"550 5.1.2 Mail is taken for {settings.MAIL_DOMAIN} only"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name for it
        self, server: LMTP, session: Session, envelope: Envelope
    ) -> str:
        """A whole message."""
        raw = bytes(envelope.original_content or b"")
        sender, recipient = envelope.mail_from or "", envelope.rcpt_tos[0]
        return await self._on_thread(lambda: _take(raw, sender, recipient))

    async def refuse_oversize(self, envelope: Envelope) -> None:
        """Note a message that was refused for its size."""
        sender, recipient = envelope.mail_from or "", next(iter(envelope.rcpt_tos), "")
        await self._on_thread(lambda: _note_oversize(sender, recipient))

    async def handle_exception(self, error: Exception) -> str:
        """What went wrong is ours to mend, so the message must not be lost for it."""
        logger.error("message not taken", exc_info=error)
        return NOT_NOW

    async def _on_thread(self, work: Callable[[], str]) -> str:
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        self._busy.add(future)
        future.add_done_callback(self._busy.discard)
        return await future


class Conversation(LMTP):
    """One connection. It differs from its parent in what it says of a message that is too large."""

    line_length_limit = 100_000  # some servers pass long lines on; there is no reason to refuse them

    def __init__(self, receiver: Receiver, sessions: set["Conversation"]) -> None:
        super().__init__(
            receiver,
            data_size_limit=MAX_MESSAGE,
            enable_SMTPUTF8=True,
            hostname=settings.MAIL_DOMAIN,
            ident="Placet",
            loop=asyncio.get_running_loop(),
        )
        self._receiver = receiver
        self._sessions = sessions

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the connection, to end it when the receiver stops."""
        self._sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it."""
        self._sessions.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        """Say goodbye and close."""
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.write(b"421 4.3.2 The receiver is stopping\r\n")
            self.transport.close()

    async def push(self, status: AnyStr) -> None:
        """Answer; a refusal for size names the limit."""
        if status[:3] not in ("552", b"552"):
            await super().push(status)
            return
        if self.envelope:
            await self._receiver.refuse_oversize(self.envelope)
        await super().push(TOO_LARGE)


async def serve(host: str, port: int) -> None:
    """Receive mail until SIGTERM or SIGINT comes; then finish what is being taken and return."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    receiver = Receiver()
    chosen = await receiver.start(host, port)
    logger.info("receiving mail", extra={"host": host, "port": chosen})
    await stop.wait()
    await receiver.stop()
    logger.info("mail receiver stopped")


def _take(raw: bytes, sender: str, recipient: str) -> str:
    close_old_connections()
    try:
        result = inbound.receive(raw, sender, recipient)
    except (DatabaseError, InterfaceError, NameServersAway) as away:
        logger.warning("message not taken now", extra={"why": str(away)})
        return NOT_NOW
    finally:
        close_old_connections()
    logger.info("message taken", extra={"code": result.code, "inbound": result.row.pk})
    return f"250 2.0.0 {result.code}"


def _note_oversize(sender: str, recipient: str) -> str:
    close_old_connections()
    try:
        inbound.log_oversize(sender, recipient, MAX_MESSAGE)
    except (DatabaseError, InterfaceError):
        logger.warning("message too large", extra={"envelope_from": sender})
    finally:
        close_old_connections()
    return TOO_LARGE
