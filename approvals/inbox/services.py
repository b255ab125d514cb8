"""Keeping the inbox rows in step with a request's state."""

from collections.abc import Iterable

from approvals import rows
from approvals.engine.state import RequestState, StageState, Task
from approvals.inbox import models
from approvals.people.services import ids_by_handle
from approvals.policies.counting import marks
from approvals.requests.models import Request


def project(row: Request, before: RequestState, state: RequestState) -> None:
    """Write the tasks that differ between two states of a request, and who can decide them now."""
    changed = [task for task in state.tasks.values() if _shape(before, task.id) != _shape(state, task.id)]
    if not changed:
        return
    ids = ids_by_handle({person for task in changed for person in _handles(task)})
    tasks = [_row(row, state, task, ids) for task in changed]
    written = rows.insert(models.Task, tasks, on_conflict=_UPDATE, returning=["key", "id"])
    keys: dict[str, int] = dict(written)
    if keys.keys() & before.tasks.keys():
        models.Assignment.objects.filter(task__in=list(keys.values())).delete()
    rows.insert(
        models.Assignment,
        [
            {
                "task_id": keys[task.id],
                "person_id": ids[person],
                "instead_of_id": ids.get(candidate.instead_of or "") if candidate else None,
                "priority": shown["priority"],
                "due_at": shown["due_at"],
                "comes_back": bool(candidate and candidate.stands_in)
                and state.policy.stage(task.stage).when_back == "return",
            }
            for task, shown in zip(changed, tasks, strict=True)
            if task.status == "open" and not task.waits_for
            for person in task.people
            if person in ids
            for candidate in [task.candidate(person)]
        ],
    )


_CHANGE = ("status", "decision", "owner_id", "priority", "due_at", "closed_at", "label")
_UPDATE = "(request_id, key) DO UPDATE SET " + ", ".join(f"{name} = EXCLUDED.{name}" for name in _CHANGE)


def _shape(state: RequestState, task: str) -> object:
    """Everything of a task that its rows show, its stage's deadline and priority included."""
    if task not in state.tasks:
        return None
    stage = state.stages.get(state.tasks[task].stage)
    clock = stage.clock if stage else None
    return state.tasks[task], stage.priority if stage else 0, clock.deadline if clock else None


def _row(row: Request, state: RequestState, task: Task, ids: dict[str, int]) -> rows.Row:
    # A later version of the policy may have no such stage; its tasks are in the record all the same.
    stage = state.stages.get(task.stage) or StageState(id=task.stage)
    closed_at = task.decided_at if task.status == "decided" else state.closed_at or stage.closed_at
    return {
        "request_id": row.pk,
        "key": task.id,
        "stage": task.stage,
        "stage_title": state.stage_title(task.stage),
        "label": task.label,
        "marks": ", ".join(marks(task.voice)),
        "round": task.round,
        "status": task.status,
        "decision": task.decision or "",
        "owner_id": ids.get(task.owner or ""),
        "priority": stage.priority,
        "opened_at": task.opened_at,
        "due_at": stage.clock.deadline if stage.clock else None,
        "closed_at": None if task.status == "open" else closed_at,
    }


def _handles(task: Task) -> Iterable[str]:
    for candidate in task.candidates:
        yield candidate.person
        if candidate.instead_of:
            yield candidate.instead_of
    if task.owner:
        yield task.owner
