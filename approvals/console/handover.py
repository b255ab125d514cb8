"""Passing on everything that waits for somebody who leaves."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from approvals.console import actions
from approvals.engine.commands import Reassign
from approvals.engine.state import Receipt, RequestState, Task
from approvals.people.models import Person
from approvals.requests.models import Request

AT_ONCE = 100
"""Tasks that one click hands over: each is answered by its workflow before the page comes back."""


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
class Handed:
    """What became of one task."""

    item: Item
    receipt: Receipt


def items(leaver: Person, successor: Person | None) -> list[Item]:
    """Every open task that the leaver could decide, now or once somebody else releases it; oldest deadline first."""
    rows = (
        Request.objects.filter(closed_at__isnull=True, state__involved__contains=[leaver.handle])
        .select_related("requester", "policy_version__policy")
        .order_by("due_at", "created_at")
    )
    return [item for row in rows for item in _of(row, leaver, successor)]


def _of(row: Request, leaver: Person, successor: Person | None) -> Iterator[Item]:
    state = RequestState.model_validate(row.state)
    for task in state.open_tasks():
        if task.candidate(leaver.handle) is None:
            continue
        others = tuple(c.person for c in task.candidates if c.person != leaver.handle)
        problem = _problem(state, task, successor) if successor else ""
        yield Item(row, task, state.policy.stage(task.stage).title, others, problem)


def _problem(state: RequestState, task: Task, successor: Person) -> str:
    if successor.handle == state.requester:
        return f"{successor.name} made this request, and nobody decides their own."
    return ""


def hand_over(
    admin: Person, chosen: Sequence[Item], leaver: Person, successor: Person, reason: str
) -> list[Handed]:
    """Reassign the chosen tasks one by one, up to :data:`AT_ONCE`.

    Each stands for itself, so a refusal stops none of the others. Without an answer from the engine the
    rest are left alone.
    """
    done: list[Handed] = []
    for item in chosen[:AT_ONCE]:
        receipt = actions.give(admin, item.row, _command(admin, item, leaver, successor, reason))
        done.append(Handed(item, receipt))
        if receipt.code == actions.ENGINE_AWAY:
            break
    return done


def _command(admin: Person, item: Item, leaver: Person, successor: Person, reason: str) -> Reassign:
    return Reassign(
        id=str(uuid.uuid4()),
        actor=admin.handle,
        task=item.task.id,
        to=successor.handle,
        of=leaver.handle,
        reason=reason,
    )
