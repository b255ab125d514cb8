"""Who may not decide any more leaves the seats they have; a seat that nobody is left on finds somebody else."""

from approvals.engine import events as e
from approvals.engine.draft import Draft
from approvals.engine.flow import settle
from approvals.engine.quorum import met_without
from approvals.engine.separation import bar, eligible
from approvals.engine.state import Decision, LeftOut, Status, Task

_WHY = {
    "self_approval": "made the request",
    "subordinate": "reports to the requester",
    "four_eyes": "has decided another stage, and the policy wants other eyes here",
    "conflict_of_interest": "has a conflict of interest",
}


def reseat(draft: Draft) -> None:
    """Take everybody off the seats that a rule keeps them from since something happened.

    A seat goes to its other candidates. Without any it falls away where the quorum can be met without it; else
    the policy's owner hears of it and has it, and where the owner may not decide either it waits for an administrator.
    """
    suspects = _suspects(draft)
    if not suspects:
        return
    for open_now in draft.state.open_tasks():
        task = draft.state.tasks[open_now.id]
        if draft.state.status is not Status.OPEN or task.status != "open":
            continue
        asked = [candidate.person for candidate in task.candidates if candidate.person in suspects]
        barred = [one for who in asked if (one := bar(draft.state, task.stage, who)) is not None]
        if barred:
            _leave(draft, task, barred)


def _suspects(draft: Draft) -> set[str]:
    """Everybody whom a rule may keep from something: the others need not be looked at."""
    state, rules = draft.state, draft.state.policy.separation_of_duties
    deciders = (
        {task.decided_by for task in state.tasks.values() if task.decided_by} if rules.four_eyes else set()
    )
    led = state.subordinates if rules.no_subordinates else frozenset()
    return deciders | led | state.conflicts


def _leave(draft: Draft, task: Task, barred: list[LeftOut]) -> None:
    gone = {one.person for one in barred}
    others = tuple(candidate for candidate in task.candidates if candidate.person not in gone)
    why = f"Whoever was asked here {_WHY[barred[0].rule]}."
    if not others:
        if task.invited or _dispensable(draft, task):
            draft.emit(e.TaskCancelled, by_system=True, task=task.id, reason="barred")
            if not task.voice.advisory:
                settle(draft, task.stage)
            return
        stage = draft.state.stages[task.stage]
        others = eligible(draft.state, task.stage, stage.last_resort)
        why += (
            "" if others else " The policy's owner may not decide either; an administrator can reassign it."
        )
        draft.emit(e.StageStuck, by_system=True, stage=task.stage, reason=why, people=stage.last_resort)
    draft.emit(
        e.TaskReassigned,
        by_system=True,
        task=task.id,
        candidates=others,
        removed=tuple(candidate.person for candidate in task.candidates if candidate.person in gone),
        reason=why,
    )


def _dispensable(draft: Draft, task: Task) -> bool:
    """Whether the stage's other seats can still meet its quorum."""
    if task.voice.advisory:
        return True
    others = [
        other.voice
        for other in draft.state.stage_tasks(task.stage)
        if other.id != task.id
        and not other.invited
        and (other.decision is Decision.APPROVE or (other.status == "open" and other.candidates))
    ]
    return met_without(draft.state.policy.stage(task.stage), others, task.voice)
