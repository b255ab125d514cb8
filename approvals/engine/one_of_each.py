"""One approval from each participant of a stage: nobody is asked where they are not needed, or needed elsewhere."""

from approvals.engine import events as e
from approvals.engine.draft import Draft
from approvals.engine.matching import reserved
from approvals.engine.policy import Quorum
from approvals.engine.state import Decision, Task


def ask_where_needed(draft: Draft, stage: str) -> None:
    """Close the seats of participants who have approved, and keep those for another who alone can take it.

    So whoever decides first, each participant can still be satisfied by a person of its own, if that was
    possible at all.
    """
    if draft.state.policy.stage(stage).quorum is not Quorum.ONE_OF_EACH:
        return
    _close_satisfied(draft, stage)
    seats = [task for task in draft.state.awaited(stage) if task.voice.of is not None]
    wanted: dict[int | None, frozenset[str]] = {}
    for task in seats:
        wanted[task.voice.of] = wanted.get(task.voice.of, frozenset()) | set(task.people)
    kept = reserved(wanted)
    for task in seats:
        _leave_to_others(draft, task, wanted[task.voice.of] - kept[task.voice.of])


def _close_satisfied(draft: Draft, stage: str) -> None:
    approved = {
        task.voice.of
        for task in draft.state.stage_tasks(stage)
        if task.decision is Decision.APPROVE and task.voice.of is not None
    }
    for task in draft.state.awaited(stage):
        if task.voice.of in approved:
            draft.emit(e.TaskCancelled, by_system=True, task=task.id, reason="satisfied")


def _leave_to_others(draft: Draft, task: Task, needed_elsewhere: frozenset[str]) -> None:
    others = tuple(one for one in task.candidates if one.person not in needed_elsewhere)
    if others == task.candidates:
        return
    if not others:
        draft.emit(e.TaskCancelled, by_system=True, task=task.id, reason="needed_elsewhere")
        return
    removed = tuple(one.person for one in task.candidates if one.person in needed_elsewhere)
    draft.emit(
        e.TaskReassigned,
        by_system=True,
        task=task.id,
        candidates=others,
        removed=removed,
        reason="Nobody else can take another seat of this stage.",
        cause="needed_elsewhere",
    )
