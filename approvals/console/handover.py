"""Passing on everything that waits for somebody who leaves."""

import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from approvals.console import actions
from approvals.engine import Refused, handle
from approvals.engine.commands import Reassign
from approvals.engine.state import Receipt, RequestState, Task
from approvals.inbox.models import Task as TaskRow
from approvals.people.models import Person
from approvals.requests.models import Request

AT_ONCE = 100
"""Tasks that one click hands over: each is answered by its workflow before the page comes back."""
ORDER = ("due_at", "created_at")
LONGEST = 10.0
"""Seconds after which no further task is begun: what is left waits for the next click."""


@dataclass(frozen=True)
class Handover:
    """Who gives what of whom to whom, and why.

    Args:
        admin: who does it.
        leaver: whose tasks.
        successor: who gets them.
        reason: for the record of every task.
        command: names this handover; each of its tasks has an id made of it, so that a repeat does nothing twice.
    """

    admin: Person
    leaver: Person
    successor: Person
    reason: str = "Handed over"
    command: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True)
class Item:
    """An open task of the leaver's. ``problem`` says why it cannot go to the successor."""

    row: Request
    task: Task
    stage_title: str
    others: tuple[str, ...]
    problem: str = ""

    @property
    def key(self) -> str:
        """Names the task among all requests."""
        return f"{self.row.pk}:{self.task.id}"


@dataclass(frozen=True)
class Preview:
    """What would be handed over, up to :data:`AT_ONCE` tasks; what cannot be; whether there is more."""

    items: tuple[Item, ...]
    problems: tuple[Item, ...]
    more: bool


@dataclass(frozen=True)
class Handed:
    """What became of one task; no receipt where it was not tried."""

    item: Item
    receipt: Receipt | None


def preview(plan: Handover, now: datetime) -> Preview:
    """Every open task that the leaver could decide, now or once somebody else releases it; oldest deadline first.

    The rules themselves say beforehand which of them the successor cannot take.
    """
    found: list[Item] = []
    problems: list[Item] = []
    ids = list(_ids(plan.leaver))
    for start in range(0, len(ids), AT_ONCE):
        rows = _rows(ids[start : start + AT_ONCE])
        for item in (item for row in rows for item in _items(row, plan, now)):
            (problems if item.problem else found).append(item)
        if len(found) > AT_ONCE:
            break
    return Preview(tuple(found[:AT_ONCE]), tuple(problems), more=len(found) > AT_ONCE)


def _ids(leaver: Person) -> QuerySet[Request, uuid.UUID]:
    mine = TaskRow.objects.filter(status="open", assignments__person=leaver)
    # A task that somebody else has claimed is assigned to that person alone, until it is released.
    claimed = TaskRow.objects.filter(
        status="open", owner__isnull=False, request__state__involved__contains=[leaver.handle]
    ).exclude(owner=leaver)
    return (
        Request.objects.filter(Q(pk__in=mine.values("request")) | Q(pk__in=claimed.values("request")))
        .filter(closed_at__isnull=True)
        .order_by(*ORDER)
        .values_list("pk", flat=True)
    )


def _rows(ids: Iterable[uuid.UUID]) -> QuerySet[Request]:
    return (
        Request.objects.filter(pk__in=ids)
        .select_related("requester", "policy_version__policy")
        .defer("policy_version__body")
        .order_by(*ORDER)
    )


def _items(row: Request, plan: Handover, now: datetime) -> Iterator[Item]:
    state = RequestState.model_validate(row.state)
    for task in state.open_tasks():
        if task.candidate(plan.leaver.handle) is not None:
            yield _item(row, state, task, plan, _problem(state, _command(plan, row, task.id), now))


def _item(row: Request, state: RequestState, task: Task, plan: Handover, problem: str = "") -> Item:
    others = tuple(one.person for one in task.candidates if one.person != plan.leaver.handle)
    return Item(row, task, state.policy.stage(task.stage).title, others, problem)


def _problem(state: RequestState, command: Reassign, now: datetime) -> str:
    try:
        handle(state, command, now)
    except Refused as refused:
        return actions.in_names(refused.message, command)
    return ""


def chosen(plan: Handover, keys: Iterable[str]) -> list[Item]:
    """The tasks of these keys, in their order; a key that names none is passed over.

    Whether each can still be handed over is for its workflow to say.
    """
    pairs = [pair for key in keys if (pair := _pair(key))]
    rows = _rows({id for id, _ in pairs})
    known = {row.pk: (row, RequestState.model_validate(row.state)) for row in rows}
    return [
        _item(*known[id], known[id][1].tasks[task], plan)
        for id, task in dict.fromkeys(pairs)
        if id in known and task in known[id][1].tasks
    ]


def _pair(key: str) -> tuple[uuid.UUID, str] | None:
    request, _, task = key.partition(":")
    try:
        return uuid.UUID(request), task
    except ValueError:
        return None


def hand_over(plan: Handover, items: Sequence[Item]) -> list[Handed]:
    """Reassign these tasks one by one, up to :data:`AT_ONCE` and for :data:`LONGEST` at most.

    Each stands for itself, so a refusal stops none of the others. When the engine does not answer, the
    rest are left alone.
    """
    done: list[Handed] = []
    until = time.monotonic() + LONGEST
    for item in items:
        last = done[-1].receipt if done else None
        stopped = done and (last is None or last.code == actions.ENGINE_AWAY or time.monotonic() > until)
        if stopped or len(done) >= AT_ONCE:
            done.append(Handed(item, None))
            continue
        command = _command(plan, item.row, item.task.id)
        done.append(Handed(item, actions.give(plan.admin, item.row, command)))
    return done


def _command(plan: Handover, row: Request, task: str) -> Reassign:
    return Reassign(
        id=str(uuid.uuid5(plan.command, f"{row.pk}:{task}")),
        actor=plan.admin.handle,
        task=task,
        to=plan.successor.handle,
        of=plan.leaver.handle,
        reason=plan.reason,
    )
