"""Bringing recorded commands to the engine, at once or when it is back."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from pydantic import TypeAdapter

from approvals.engine.commands import AnyCommand, Signal, Submit
from approvals.engine.state import RequestState
from approvals.requests.models import Command, Request
from temporal_app import client
from temporal_app.messages import ApprovalInput, StateView

logger = logging.getLogger(__name__)

COMMAND: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(seconds=15)
"""Short, because what keeps a command waiting is nearly always an engine that is away, and people wait."""
CLAIM = timedelta(seconds=30)
"""How long a courier has for a command that it claimed, before another may try."""


@dataclass(frozen=True)
class Delivery:
    """What became of handing over a command: ``settled`` as :func:`deliver` says it. ``state`` waits for the state
    that the command leads to, where the engine has it.
    """

    settled: bool
    state: Callable[[], StateView] | None = None


def begin(command: Command, signal: Signal) -> Callable[[], Delivery]:
    """Begin to :func:`deliver` a click's command, for somebody who waits to see what it comes to, and do something
    else meanwhile; what comes back waits until it is settled.
    """
    told = client.signal_and_ask(str(command.request_id), signal)

    def settle() -> Delivery:
        try:
            told.taken()
        except client.NotRunning:
            return Delivery(deliver(command))  # which knows why that may be
        except client.EngineAway as away:
            _keep_for_later(command, away)
            return Delivery(settled=False)
        return Delivery(settled=True, state=told.state)

    return settle


def deliver(command: Command) -> bool:
    """Hand a recorded command to the engine.

    That the engine has it is not written down here, which would cost every click a commit: its answer says so
    soon (``approvals.requests.projection``), and until then :func:`deliver_due` may send it once more.

    Returns:
        whether it is settled: the engine has it, or the request is over and the receipt says so. Otherwise
        it stays in the table, and :func:`deliver_due` tries again.
    """
    try:
        _send(command)
    except client.NotRunning:
        _answer_ended(command)
        return True
    except client.EngineAway as away:
        _keep_for_later(command, away)
        return False
    return True


def deliver_due(limit: int = 50) -> int:
    """Send the commands whose turn has come, oldest first; the number that were tried.

    Any number of couriers can do this side by side: each claims its commands for a while. A command that is
    sent twice is recognised by its id.
    """
    now = timezone.now()
    with transaction.atomic():
        due = list(
            Command.objects.select_for_update(skip_locked=True)
            .filter(Q(next_attempt_at__lte=now), sent_at__isnull=True, answered_at__isnull=True)
            .order_by("created_at")[:limit]
        )
        Command.objects.filter(pk__in=[command.pk for command in due]).update(next_attempt_at=now + CLAIM)
    for command in due:
        try:
            if deliver(command):
                Command.objects.filter(pk=command.pk, sent_at__isnull=True).update(sent_at=timezone.now())
        except Exception:  # one command that cannot be sent must not keep the others
            logger.exception("command cannot be sent", extra={"command": str(command.pk)})
    return len(due)


def _keep_for_later(command: Command, away: client.EngineAway) -> None:
    logger.warning("command kept for later", extra={"command": str(command.pk), "why": str(away)})
    wait = min(FIRST_RETRY * 2 ** min(command.attempts, 10), LONGEST_RETRY)
    Command.objects.filter(pk=command.pk).update(
        attempts=F("attempts") + 1, next_attempt_at=timezone.now() + wait
    )


def _send(row: Command) -> None:
    command = COMMAND.validate_python(row.body)
    if isinstance(command, Submit):
        _start(row, command)
    elif isinstance(command, Signal):
        _signal(row, command)
    else:
        raise TypeError(f"A command of the kind {command.kind} is not delivered.")


def _start(row: Command, command: Submit) -> None:
    state = RequestState.model_validate(
        Request.objects.values_list("state", flat=True).get(pk=row.request_id)
    )
    if state.revision == 0:
        client.start(ApprovalInput(state=state, commands=(command,)))


def _signal(row: Command, command: Signal) -> None:
    try:
        client.signal(str(row.request_id), command)
    except client.NotRunning:
        # The engine may have been away when the request was submitted, and this came back first.
        waiting = Command.objects.filter(
            request_id=row.request_id, kind="submit", sent_at__isnull=True
        ).first()
        if waiting is None or not deliver(waiting):
            raise
        client.signal(str(row.request_id), command)


def _answer_ended(command: Command) -> None:
    """The workflow has ended: what the request came to is in its row."""
    row = Request.objects.get(pk=command.request_id)
    code, message = "unknown_request", "This request is not known to the engine. Tell an administrator."
    if row.outcome:
        code = "request_closed"
        message = f"This request was {row.outcome} before your command arrived; nothing was changed."
    now = timezone.now()
    command.sent_at, command.code, command.message, command.answered_at = now, code, message, now
    Command.objects.filter(pk=command.pk, answered_at__isnull=True).update(
        sent_at=now, code=code, message=message, answered_at=now
    )
