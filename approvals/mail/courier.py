"""Sending what waits to be sent. Any number of couriers can do this side by side."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from approvals.engine.state import RequestState, StageStatus, Status
from approvals.mail import answers, rendering, tokens
from approvals.mail.failures import is_permanent, lost_connection
from approvals.mail.kinds import URGENCY, Kind
from approvals.mail.models import Answer, Notification, Outgoing, ReplyToken
from approvals.people.remembering import as_of_now
from approvals.requests.models import Request

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""How long a courier has for the messages it claimed, before another may try."""
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=4)
GIVE_UP = timedelta(days=3)
"""How long a message is tried before it has failed."""

Row = TypeVar("Row", Notification, Answer)
_NEEDED: dict[type[Outgoing], tuple[str, ...]] = {
    Notification: ("person",),  # its request is read when it is written, as it is then
    Answer: ("inbound__request", "inbound__person", "inbound__token__request"),
}
"""What is read with a message, to write it."""


class Obsolete(Exception):
    """What a message would say is over."""


@dataclass(frozen=True)
class Composed:
    """A message ready to go, and the reply token that only it bears."""

    message: EmailMultiAlternatives
    token: ReplyToken | None


class _Readings:
    """The request that was read last: several messages in a row are about the same.

    A request is read when a message is written, as it is then, but not again while its revision is the same.
    """

    def __init__(self) -> None:
        self._last: Request | None = None

    def of(self, row: Notification) -> RequestState:
        """The state of a message's request, whose row the message then has."""
        if self._last is None or self._last.pk != row.request_id or self._has_gone_on(self._last):
            self._last = row.request
        row.request = self._last
        return self._last.known_state

    def _has_gone_on(self, request: Request) -> bool:
        return Request.objects.values_list("revision", flat=True).get(pk=request.pk) != request.revision


def send_due(limit: int = 20) -> int:
    """Send the notifications, and the answers to replies, whose turn has come; the number that were handled.

    A message goes out at least once. Were a courier killed between sending it and writing that down, it would
    be sent again with the same Message-ID.
    """
    answers.answer_refusals()
    due: list[Outgoing] = [*_claim(Notification, limit), *_claim(Answer, limit)]
    if not due:
        return 0
    connection = get_connection()
    try:
        connection.open()
        with as_of_now():
            readings = _Readings()
            for number, row in enumerate(due):
                if not _send(row, readings, connection):
                    _release(due[number + 1 :])
                    break
    except OSError as error:  # smtplib's errors too: nobody answers at EMAIL_URL
        logger.warning("mail server away", extra={"why": str(error)})
        for row in due:
            _retry(row, error)
    finally:
        connection.close()
    return len(due)


def _claim(model: type[Row], limit: int) -> list[Row]:
    now = timezone.now()
    with transaction.atomic():
        rows = list(
            model._default_manager.select_for_update(skip_locked=True, of=("self",))
            .select_related(*_NEEDED[model])
            .filter(status="waiting", next_attempt_at__lte=now)
            .order_by("next_attempt_at")[:limit]
        )
        ids = [row.pk for row in rows]
        model._default_manager.filter(pk__in=ids).update(next_attempt_at=now + LEASE)
    return rows


def _release(rows: Sequence[Outgoing]) -> None:
    """Give claimed messages back that were not tried."""
    for row in rows:
        _save(row, next_attempt_at=timezone.now() + FIRST_RETRY)


def _send(row: Outgoing, readings: _Readings, connection: BaseEmailBackend) -> bool:
    """Send one message and settle it; False where there is nobody to send the next one through."""
    composed = None
    try:
        composed = _compose(row, readings)
        connection.send_messages([composed.message])
    except Obsolete as why:
        _save(row, status="obsolete", error=str(why))
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one message must not hold up the others
        if composed and composed.token:
            composed.token.delete()
        _fail(row, error)
        return not lost_connection(error)
    else:
        _save(row, status="sent", sent_at=timezone.now(), attempts=row.attempts + 1, error="")
    return True


def _fail(row: Outgoing, error: Exception) -> None:
    expected = isinstance(error, OSError | ValueError)  # smtplib's errors are OSErrors
    why = {"mail": str(row), "why": repr(error)}
    logger.warning("mail not sent", extra=why, exc_info=None if expected else error)
    if is_permanent(error):
        _save(row, status="failed", attempts=row.attempts + 1, error=repr(error))
    else:
        _retry(row, error)


def _retry(row: Outgoing, error: Exception) -> None:
    now = timezone.now()
    wait = min(FIRST_RETRY * 2 ** min(row.attempts, 16), LONGEST_RETRY)
    over = now + wait - row.created_at > GIVE_UP
    _save(
        row,
        status="failed" if over else "waiting",
        attempts=row.attempts + 1,
        next_attempt_at=now + wait,
        error=repr(error),
    )


def _save(row: Outgoing, **values: str | int | datetime) -> None:
    type(row)._default_manager.filter(pk=row.pk, status="waiting").update(**values)


def _compose(row: Outgoing, readings: _Readings) -> Composed:
    if isinstance(row, Notification):
        return _compose_notification(row, readings.of(row))
    if isinstance(row, Answer):
        return _compose_answer(row)
    raise TypeError(f"{row} is no message that goes out.")


def _compose_notification(row: Notification, state: RequestState) -> Composed:
    _must_matter(row, state)
    token, reply_to = tokens.issue(row.person, row.request_id, row.task, state.round)
    letter = rendering.notification_letter(row, state, reply_to)
    thread = f"<request-{row.request_id}@{settings.MAIL_DOMAIN}>"
    headers = {
        "Message-ID": f"<notification-{row.pk}.{row.request_id}@{settings.MAIL_DOMAIN}>",
        "In-Reply-To": thread,
        "References": thread,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    return Composed(_message(letter, row.person.email, reply_to, headers), token)


def _compose_answer(row: Answer) -> Composed:
    inbound = row.inbound
    token, reply_to = None, ""
    old = inbound.token
    if old and inbound.person and not old.request.closed_at and tokens.is_alive(old):
        token, reply_to = tokens.issue(inbound.person, old.request_id, old.task, old.round)
    letter = rendering.answer_letter(row, reply_to)
    headers = {
        "Message-ID": f"<answer-{row.pk}@{settings.MAIL_DOMAIN}>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
    }
    if inbound.message_id.startswith("<") and inbound.message_id.endswith(">"):
        headers["In-Reply-To"] = headers["References"] = inbound.message_id
    return Composed(_message(letter, row.address, reply_to, headers), token)


def _message(
    letter: rendering.Letter, to: str, reply_to: str, headers: dict[str, str]
) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        letter.subject, letter.text, to=[to], reply_to=[reply_to] if reply_to else None, headers=headers
    )
    message.attach_alternative(letter.html, "text/html")
    return message


def _must_matter(row: Notification, state: RequestState) -> None:
    """Nobody is asked for what is over, and nobody is written to who has left."""
    if not row.person.is_active or not row.person.email:
        raise Obsolete("The person has left, or has no address.")
    kind, task = Kind(row.kind), state.tasks.get(row.task)
    if kind in URGENCY and row.task:
        if task is None or task.status != "open" or not task.may_decide(row.person.handle):
            raise Obsolete("The decision is no longer asked of this person.")
    elif _is_about_now(row):
        stage = state.stages.get(str(row.context.get("stage")))
        if stage is None or stage.status is not StageStatus.OPEN:
            raise Obsolete("The stage was decided meanwhile.")
    elif kind is Kind.CHANGES and state.status is not Status.RETURNED:
        raise Obsolete("The request was resubmitted or ended meanwhile.")


def _is_about_now(row: Notification) -> bool:
    """Whether it speaks of a stage that is being decided, not of what the ladder has done with it."""
    done = ("approve", "reject", "expire", "move_on", "moved")
    return row.kind in URGENCY and row.context.get("did") not in done
