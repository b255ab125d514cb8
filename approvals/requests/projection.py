"""Writes what happened to PostgreSQL: the record, the request's row, the inbox and the mails to send."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from approvals.audit import services as audit
from approvals.engine import evolve
from approvals.engine.events import AnyEvent, CommandAccepted, CommandRefused, PolicyMigrated
from approvals.engine.state import RequestState, StageStatus, Status
from approvals.inbox import services as inbox
from approvals.mail import planning
from approvals.people.remembering import as_of_now
from approvals.policies import services as policies
from approvals.requests.models import Command, Request


class Gap(Exception):
    """Events arrived whose predecessors are not here yet."""


def record(request_id: str, events: Sequence[AnyEvent]) -> int:
    """Apply events to a request's rows, in one transaction; those that were applied before are passed over.

    Returns:
        the revision that PostgreSQL now has.

    Raises:
        Request.DoesNotExist: no such request was ever submitted here.
        Gap: an event before these is missing; nothing was written.
    """
    with transaction.atomic(), as_of_now():
        row = Request.objects.select_for_update(of=("self",)).get(pk=uuid.UUID(request_id))
        fresh = [event for event in events if event.revision > row.revision]
        if not fresh:
            return row.revision
        if fresh[0].revision != row.revision + 1:
            raise Gap(f"Request {request_id} is at revision {row.revision}; {fresh[0].revision} came.")
        before = RequestState.model_validate(row.state)
        state = before
        for event in fresh:
            state = evolve(state, event)
        audit.append(row.pk, fresh)
        _update_row(row, state, fresh)
        inbox.project(row, before, state)
        planning.plan(row.pk, before, state, fresh)
        _answer_commands(fresh)
        return row.revision


def _update_row(row: Request, state: RequestState, events: Sequence[AnyEvent]) -> None:
    fill(row, state)
    row.updated_at = events[-1].at
    if any(isinstance(event, PolicyMigrated) for event in events):
        row.policy_version = policies.version(state.policy.key, state.policy_version) or row.policy_version
    row.save()


def fill(row: Request, state: RequestState) -> None:
    """Set the columns that a request is found by from its state; nothing is saved."""
    # A request that ended in the middle keeps its stages as they were; none of them waits any more.
    alive = state.status is not Status.CLOSED
    opened = [stage for stage in state.stages.values() if alive and stage.status is StageStatus.OPEN]
    deadlines = [stage.clock.deadline for stage in opened if stage.clock and stage.clock.deadline]
    money = next((field for field in state.policy.form if field.type == "money"), None)
    amount = state.form.get(money.id) if money else None
    row.state = state.model_dump(mode="json")
    row.revision = state.revision
    row.title = state.title[:200]
    row.status = state.status
    row.outcome = state.outcome or ""
    row.paused = state.paused
    row.stuck = any(not state.awaited(stage.id) or stage.reason for stage in opened)
    row.looked_up_in = min((stage.known for stage in opened), default=0)
    row.round = state.round
    row.stages = " · ".join(state.policy.stage(stage.id).title for stage in opened)[:500]
    row.amount = amount if isinstance(amount, int) else None
    row.currency = money.currency if money else ""
    row.due_at = min(deadlines, default=None)
    row.closed_at = state.closed_at


def _answer_commands(events: Sequence[AnyEvent]) -> None:
    now = timezone.now()
    for event in events:
        if isinstance(event, CommandAccepted | CommandRefused) and event.command and _is_uuid(event.command):
            code = "ok" if isinstance(event, CommandAccepted) else event.code
            Command.objects.filter(pk=uuid.UUID(event.command)).update(
                code=code, message=event.message, answered_at=now, sent_at=Coalesce("sent_at", now)
            )


def _is_uuid(text: str) -> bool:
    """Whether a command can be one of ours; signals sent around the application may bear other ids."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
