"""What events make of tasks."""

from approvals.engine import events as e
from approvals.engine.evolving.parts import apply, changed, with_stage, with_stale_clock, with_task
from approvals.engine.loans import lent, still_lent
from approvals.engine.state import Candidate, Decision, Invitation, RequestState, Task

_MOVED = frozenset({"absence", "return", "delegation_ended"})
"""Causes that change whose managers the ladder means."""


@apply.register
def _(event: e.TaskOpened, state: RequestState) -> RequestState:
    task = Task(
        id=event.task,
        stage=event.stage,
        round=state.round_of(event.stage),
        candidates=event.candidates,
        label=event.label,
        opened_at=event.at,
        added_by=event.actor or None,
        voice=event.voice,
        invited=event.invited,
    )
    if event.invited == "before" and event.invited_for:
        waits_for = (*state.tasks[event.invited_for].waits_for, task.id)
        state = with_task(state, event.invited_for, waits_for=waits_for)
    state = with_stage(state, event.stage, seats=state.stages[event.stage].seats + 1)
    involved = state.involved.union(candidate.person for candidate in event.candidates)
    return changed(state, tasks={**state.tasks, task.id: task}, involved=involved)


@apply.register
def _(event: e.TaskClaimed, state: RequestState) -> RequestState:
    return with_task(state, event.task, owner=event.actor)


@apply.register
def _(event: e.TaskReleased, state: RequestState) -> RequestState:
    return with_task(state, event.task, owner=None)


@apply.register
def _(event: e.TaskDelegated, state: RequestState) -> RequestState:
    task = state.tasks[event.task]
    # Somebody who could take the seat anyway holds it in their own right.
    stand_in = task.candidate(event.to) or Candidate(
        person=event.to, instead_of=event.actor, why=f"{event.actor} delegated it."
    )
    others = tuple(c for c in task.candidates if c.person not in (event.actor, event.to))
    state = with_task(
        state,
        event.task,
        candidates=(*others, stand_in),
        owner=event.to,
        placed=True,
        loans=lent(task, event),
    )
    return with_stale_clock(changed(state, involved=state.involved | {event.to}), task.stage)


@apply.register
def _(event: e.ApproverNamed, state: RequestState) -> RequestState:
    named = Invitation(person=event.to, by=event.actor, comment=event.comment)
    return with_task(state, event.task, followed_by=(*state.tasks[event.task].followed_by, named))


@apply.register
def _(event: e.TurnCame, state: RequestState) -> RequestState:
    return with_task(state, event.task, waits_for=())


@apply.register
def _(event: e.TaskReassigned, state: RequestState) -> RequestState:
    task = state.tasks[event.task]
    # A claim stands when others are taken away; it ends when somebody is asked who could not act beside it.
    people = {candidate.person for candidate in event.candidates}
    nobody_new = people <= {candidate.person for candidate in task.candidates}
    owner = task.owner if nobody_new and task.owner in people else None
    by_hand = not event.cause and not nobody_new
    placed = event.cause not in ("looked_up", "delegation_ended") and (task.placed or by_hand)
    state = with_task(
        state,
        event.task,
        candidates=event.candidates,
        owner=owner,
        placed=placed,
        loans=still_lent(task, event),
    )
    state = changed(state, involved=state.involved | people)
    # The ladder's own step must not move the ladder's other steps.
    return with_stale_clock(state, task.stage) if event.actor or event.cause in _MOVED else state


@apply.register
def _(event: e.TaskDecided, state: RequestState) -> RequestState:
    return with_task(
        state,
        event.task,
        status="decided",
        owner=event.actor,
        decision=event.decision,
        decided_by=event.actor,
        instead_of=event.instead_of,
        decided_at=event.at,
        comment=event.comment,
        choices=event.choices,
    )


@apply.register
def _(event: e.ApprovalCarriedOver, state: RequestState) -> RequestState:
    return with_task(
        state,
        event.task,
        status="decided",
        owner=event.person,
        decision=Decision.APPROVE,
        decided_by=event.person,
        instead_of=event.instead_of,
        decided_at=event.at,
        carried_from=event.earlier,
    )


@apply.register
def _(event: e.TaskCancelled, state: RequestState) -> RequestState:
    return with_task(state, event.task, status="cancelled")
