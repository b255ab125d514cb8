"""Taking a message apart: who wrote it, whether a person did, and what it says. Nothing here can fail."""

import hashlib
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from typing import cast

from approvals.mail.reply_text import clean, html_to_text

_AUTOMATIC_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-auto-response",
    "x-autorespond-to",
    "x-failed-recipients",
)
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "mailing-list")
_AUTOMATIC_SUBJECTS = (
    "automatic reply:",
    "auto:",
    "autoreply:",
    "out of office",
    "automatische antwort:",
    "abwesenheitsnotiz",
    "réponse automatique",
    "delivery status notification",
    "undelivered mail returned",
    "undeliverable:",
)


@dataclass(frozen=True)
class Incoming:
    """A message, taken apart. ``senders`` are the addresses in From, in small letters."""

    senders: tuple[str, ...]
    subject: str
    message_id: str
    machine: str
    text: str

    @property
    def sender(self) -> str:
        """The address in From; empty where there is none, or several."""
        return self.senders[0] if len(self.senders) == 1 else ""


def read(raw: bytes, envelope_from: str) -> Incoming:
    """Take a message apart, however broken it is.

    ``machine`` says that no person wrote it: ``bounce``, ``auto_reply`` or ``mailing_list``; else it is empty.
    A message nested too deeply to be read is a machine's too: ``unreadable``.
    """
    try:
        return _read(raw, envelope_from)
    except RecursionError:
        return Incoming((), "", _digest(raw), "unreadable", "")


def _read(raw: bytes, envelope_from: str) -> Incoming:
    # The lenient old policy: with the modern one a malformed header raises when it is read.
    message = message_from_bytes(raw, policy=policy.compat32)
    subject = header(message, "subject")
    return Incoming(
        senders=_addresses(message),
        subject=subject[:500],
        message_id=_message_id(message, raw),
        machine=_machine(message, envelope_from, subject),
        text=_text(message),
    )


def header(message: Message, name: str) -> str:
    """A header in plain words; empty where it is missing, and as it stands where it cannot be decoded."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        decoded = str(make_header(decode_header(str(value))))
    except (MessageError, LookupError, ValueError):
        decoded = str(value)
    return " ".join(clean(decoded).split())


def _addresses(message: Message) -> tuple[str, ...]:
    values = [str(value) for value in message.get_all("from", [])]
    found = [clean(address).strip().lower()[:320] for _, address in getaddresses(values)]
    return tuple(dict.fromkeys(address for address in found if "@" in address))


def _message_id(message: Message, raw: bytes) -> str:
    """What tells one message from another: its id, or a digest of what a second delivery cannot change."""
    id = header(message, "message-id")
    if id:
        return id[:500]
    body = raw.partition(b"\r\n\r\n")[2] or raw.partition(b"\n\n")[2]
    known = "\n".join(header(message, name) for name in ("from", "to", "date", "subject"))
    return _digest(known.encode() + body)


def _digest(content: bytes) -> str:
    return f"<{hashlib.sha256(content).hexdigest()}@without-message-id>"


def _machine(message: Message, envelope_from: str, subject: str) -> str:
    if envelope_from.strip() in ("", "<>") or message.get_content_type() == "multipart/report":
        return "bounce"
    automatic = header(message, "auto-submitted").lower().partition(";")[0].strip()
    precedence = header(message, "precedence").lower()
    if automatic not in ("", "no") or precedence in ("auto_reply", "junk"):
        return "auto_reply"
    if any(name in message for name in _AUTOMATIC_HEADERS) or subject.lower().startswith(_AUTOMATIC_SUBJECTS):
        return "auto_reply"
    if precedence in ("bulk", "list") or any(name in message for name in _LIST_HEADERS):
        return "mailing_list"
    return ""


def _text(part: Message) -> str:
    """What the message says: the first text in it, of alternatives the plain one.

    What is attached is not read, and least of all a message in the message: its words are not the sender's.
    """
    kind = part.get_content_type()
    if kind.startswith("message/") or part.get_content_disposition() == "attachment":
        return ""
    if part.is_multipart():
        inside = cast("list[Message]", part.get_payload())
        if kind == "multipart/alternative":
            inside = sorted(inside, key=lambda choice: choice.get_content_type() != "text/plain")
        return next((text for choice in inside if (text := _text(choice)).strip()), "")
    if kind == "text/plain":
        return clean(_decoded(part))
    return html_to_text(clean(_decoded(part))) if kind == "text/html" else ""


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    body = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset("utf-8")
    try:
        return body.decode(charset, "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")
