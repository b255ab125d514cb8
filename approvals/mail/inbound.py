"""Replies: from a delivered message to a command, or to the reason why it changed nothing."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from approvals.engine import Refused
from approvals.engine.commands import MAX_TEXT, Comment, Decide, DeclareConflict, Escalate, Signal
from approvals.engine.state import Decision, RequestState, StageStatus
from approvals.mail import answers, authentication, tokens
from approvals.mail.links import request_url
from approvals.mail.models import InboundMessage, ReplyToken
from approvals.mail.reading import Incoming, read
from approvals.mail.reply_text import Reply, Word, understand
from approvals.requests import services as requests

_COMMANDS = uuid.UUID("6f0f6c0e-6a47-5d0e-9a7b-52f2f0a1c3de")
"""The name space of the command ids that are made of messages."""

_DECISIONS = {
    Word.APPROVE: Decision.APPROVE,
    Word.REJECT: Decision.REJECT,
    Word.CHANGES: Decision.REQUEST_CHANGES,
    Word.ABSTAIN: Decision.ABSTAIN,
}


@dataclass(frozen=True)
class Result:
    """What a message came to: ``accepted`` or ``unclear`` where a command was sent, else why nothing changed."""

    code: str
    message: str
    row: InboundMessage


class _Unfit(Exception):
    """A message that changes nothing. ``answer``: whether its sender is told."""

    def __init__(self, code: str, message: str, *, answer: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.answer = answer


def receive(
    raw: bytes, envelope_from: str, envelope_to: str, lookup: authentication.Lookup | None = None
) -> Result:
    """Take one message for one recipient; a message that was taken before changes nothing.

    Args:
        raw: the message as it was delivered.
        envelope_from: the envelope's sender; empty or ``<>`` for a bounce.
        envelope_to: the recipient, whose address bears the token.
        lookup: finds DNS records, where it is not the network that is to be asked.

    Raises:
        NameServersAway, django.db.OperationalError: not now; the same message may be delivered again.
    """
    incoming = read(raw, envelope_from)
    row = _row(incoming, envelope_from, envelope_to)
    known = InboundMessage.objects.filter(fingerprint=row.fingerprint).first()
    if known:
        return _repeated(known)
    answer = False
    try:
        token = _admit(row, raw, incoming, lookup)
        _act(row, token, incoming)
    except _Unfit as unfit:
        row.code, row.detail, answer = unfit.code, unfit.message, unfit.answer
    except Refused as refusal:
        row.code, row.detail, answer = refusal.code, refusal.message, True
    return _log(row, answer=answer)


def log_oversize(envelope_from: str, envelope_to: str, limit: int) -> None:
    """Keep a note of a message that was refused for its size before it was read."""
    now = datetime.now(UTC).isoformat()
    InboundMessage.objects.create(
        fingerprint=_digest(now, envelope_from, envelope_to),
        envelope_from=envelope_from[:320],
        envelope_to=envelope_to[:320],
        code="too_large",
        detail=f"At most {limit:,} bytes are taken.",
    )


def _row(incoming: Incoming, envelope_from: str, envelope_to: str) -> InboundMessage:
    return InboundMessage(
        fingerprint=_digest(incoming.message_id, envelope_to.lower()),
        envelope_from=envelope_from[:320],
        envelope_to=envelope_to[:320],
        sender=incoming.sender,
        subject=incoming.subject,
        message_id=incoming.message_id,
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _repeated(known: InboundMessage) -> Result:
    known.repeats += 1
    known.save(update_fields=["repeats"])
    return Result("repeated", "This message was taken before.", known)


def _log(row: InboundMessage, *, answer: bool) -> Result:
    """Write the row, and what is mailed back, unless the same message came in twice at once."""
    with transaction.atomic():
        kept, new = InboundMessage.objects.get_or_create(fingerprint=row.fingerprint, defaults=_values(row))
        if new and answer:
            answers.answer(kept, kept.code, kept.detail)
    return Result(kept.code, kept.detail, kept) if new else _repeated(kept)


def _values(row: InboundMessage) -> dict[str, object]:
    return {
        field.name: getattr(row, field.name)
        for field in InboundMessage._meta.concrete_fields
        if field.name not in ("id", "fingerprint", "received_at")
    }


def _admit(
    row: InboundMessage, raw: bytes, incoming: Incoming, lookup: authentication.Lookup | None
) -> ReplyToken:
    """The token that lets the message in; the row learns of the person only once the sender is known."""
    if incoming.machine:
        raise _Unfit(incoming.machine, "No person wrote this.")
    text = tokens.token_in(row.envelope_to)
    if text is None:
        raise _Unfit("no_token", "The address bears no token.")
    token = tokens.find(text)
    if token is None:
        raise _Unfit("unknown_token", "The address bears a token that was never given out.")
    row.token, row.request = token, token.request
    if not incoming.sender:
        raise _Unfit("no_sender", "The message does not have exactly one sender.")
    _check_sender(raw, incoming.sender, token, lookup)
    row.person = token.person
    _check_validity(token)
    return token


def _check_sender(raw: bytes, sender: str, token: ReplyToken, lookup: authentication.Lookup | None) -> None:
    domain = sender.rpartition("@")[2]
    if settings.MAIL_REQUIRE_AUTH and not authentication.authentic(raw, domain, lookup):
        raise _Unfit("unauthenticated", f"No valid DKIM signature speaks for {domain}.")
    if sender != token.person.email.lower():
        raise _Unfit(
            "foreign_sender",
            "This address takes replies only from the mail address that it was sent to. "
            "Reply from that address, or use the application.",
            answer=tokens.is_alive(token),
        )
    if not token.person.is_active:
        raise _Unfit("inactive_person", "The person has left.")


def _check_validity(token: ReplyToken) -> None:
    where = f"Open the request instead: {request_url(token.request_id)}"
    if token.revoked_at is not None:
        raise _Unfit("revoked_token", f"This address takes no more replies. {where}", answer=True)
    if token.expires_at <= timezone.now():
        raise _Unfit("expired_token", f"This address has expired. {where}", answer=True)


def _act(row: InboundMessage, token: ReplyToken, incoming: Incoming) -> None:
    """Send the command that the reply comes to."""
    reply = understand(incoming.text)
    command = _command(_command_id(row), token, reply)
    sent = requests.send(token.person, token.request, command, channel="mail")
    row.command = sent.command
    row.awaits_receipt = True
    row.code, row.detail = "accepted", f"Sent as {sent.command.kind}."
    if reply.almost:
        row.code = "unclear"
        row.detail = (
            f"Your message began with “{reply.almost}”, but more stood on that line, so it was kept as a comment "
            f"and decided nothing. To decide, write “{reply.almost}” alone on the first line, and what you want "
            "to say below."
        )


def _command_id(row: InboundMessage) -> str:
    """The same for every delivery of one message to one address."""
    return str(uuid.uuid5(_COMMANDS, row.fingerprint))


def _command(id: str, token: ReplyToken, reply: Reply) -> Signal:
    actor = token.person.handle
    size = len(reply.text.encode())
    if size > MAX_TEXT:
        raise Refused("text_too_long", f"Your text has {size:,} bytes; at most {MAX_TEXT:,} are allowed.")
    if reply.word is Word.ESCALATE:
        return Escalate(id=id, actor=actor, stage=_stage(token), reason=reply.text)
    if reply.word is not None:
        if not token.task:
            raise Refused(
                "no_task",
                "The message you replied to asked for no decision. Open the request to see whether one waits "
                f"for you: {request_url(token.request_id)}",
            )
        if reply.word is Word.CONFLICT:
            return DeclareConflict(id=id, actor=actor, task=token.task, reason=reply.text)
        decision = _DECISIONS[reply.word]
        return Decide(id=id, actor=actor, task=token.task, decision=decision, comment=reply.text)
    if not reply.text:
        raise Refused("empty", "No text of your own was found in your message. Write above the quoted text.")
    return Comment(id=id, actor=actor, text=reply.text)


def _stage(token: ReplyToken) -> str:
    """Where to escalate: the stage that the message was about, else the open one that is due first."""
    state = RequestState.model_validate(token.request.state)
    if token.task in state.tasks:
        return state.tasks[token.task].stage
    opened = [stage for stage in state.stages.values() if stage.status is StageStatus.OPEN]
    if not opened:
        raise Refused("stage_closed", "Nobody is asked at the moment, so there is nobody to escalate to.")
    never = datetime.max.replace(tzinfo=UTC)
    return min(opened, key=lambda stage: (stage.clock and stage.clock.deadline) or never).id
