"""The same person only once: an approval that counts in a later stage too, where the policy says so."""

from approvals.engine import events as e
from approvals.engine.draft import Draft
from approvals.engine.state import Decision, RequestState, Task


def carry_over(draft: Draft, stage: str) -> tuple[str, ...]:
    """Count what was approved in other stages for the seats that a stage has just opened; whose it was.

    Only for a seat that is one person's alone: where others could take it, they are asked. What was approved in
    an earlier round was another form.
    """
    if not draft.state.policy.carries_over(stage):
        return ()
    found = []
    for task in draft.state.awaited(stage):
        if len(task.candidates) != 1 or draft.state.has_decided(stage, task.candidates[0].person):
            continue
        candidate = task.candidates[0]
        earlier = _approved(draft.state, stage, candidate.person)
        if earlier is not None:
            draft.emit(
                e.ApprovalCarriedOver,
                by_system=True,
                task=task.id,
                stage=stage,
                person=candidate.person,
                instead_of=candidate.instead_of,
                earlier=earlier.id,
            )
            found.append(candidate.person)
    return tuple(found)


def _approved(state: RequestState, stage: str, person: str) -> Task | None:
    """The person's latest approval of another stage in this round, by their own click."""
    approvals = [
        task
        for task in state.tasks.values()
        if task.stage != stage
        and task.round == state.round
        and task.decided_by == person
        and task.decision is Decision.APPROVE
        and not task.voice.advisory
        and task.carried_from is None
        and not task.superseded
    ]
    return max(approvals, key=lambda task: task.decided_at or task.opened_at, default=None)
