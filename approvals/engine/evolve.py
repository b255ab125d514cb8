"""What each event makes of the state. Nothing here decides anything, and nothing here can fail."""

from collections.abc import Callable
from datetime import datetime
from functools import singledispatch
from typing import Any

from approvals.engine import events as e
from approvals.engine.loans import lent, still_lent
from approvals.engine.rounds import next_round
from approvals.engine.state import (
    Candidate,
    Clock,
    Decision,
    Invitation,
    Receipt,
    RequestState,
    Run,
    StageStatus,
    Status,
    Task,
)
from approvals.engine.versions import under_version
from approvals.engine.work import ClockReading

RECEIPTS_KEPT = 100
_MOVED = frozenset({"absence", "return", "delegation_ended"})
"""Causes that change whose managers the ladder means."""


def evolve(state: RequestState, event: e.Event) -> RequestState:
    """The state after the event.

    Raises:
        ValueError: the event is not the next one of this request.
    """
    if event.revision != state.revision + 1:
        raise ValueError(
            f"Event {event.revision} does not follow revision {state.revision} of {state.request}."
        )
    known: dict[str, Any] = {"revision": event.revision}
    if event.actor and not isinstance(event, e.CommandRefused):
        known["involved"] = state.involved | {event.actor}
    return _apply(event, state.model_copy(update=known))


def task_id(stage: str, round: int, seat: int) -> str:
    """Names a seat: the stage, the round, and its number from 1."""
    return f"{stage}.{round}.{seat}"


@singledispatch
def _apply(event: e.Event, state: RequestState) -> RequestState:
    return state


@_apply.register
def _(event: e.RequestSubmitted, state: RequestState) -> RequestState:
    return _with(state, title=event.title, form=event.form, status=Status.OPEN, submitted_at=event.at)


@_apply.register(e.RequestResubmitted)
@_apply.register(e.RequestAmended)
def _(event: e.RequestResubmitted | e.RequestAmended, state: RequestState) -> RequestState:
    stages = next_round(state, event.kept, lambda clock: _paused(clock, event.at))
    return _with(
        state, title=event.title, form=event.form, round=event.round, status=Status.OPEN, stages=stages
    )


@_apply.register
def _(event: e.StageSentBack, state: RequestState) -> RequestState:
    stages = next_round(state, event.kept, lambda clock: _paused(clock, event.at))
    return _with(state, round=event.round, stages=stages)


@_apply.register
def _(event: e.RuleApplied, state: RequestState) -> RequestState:
    return _stage(state, event.stage, rule=event.rule)


@_apply.register
def _(event: e.StagePreparing, state: RequestState) -> RequestState:
    return _stage(state, event.stage, status=StageStatus.PREPARING)


@_apply.register
def _(event: e.StageSkipped, state: RequestState) -> RequestState:
    return _close_stage(state, event.stage, StageStatus.SKIPPED, event.at, event.reason)


@_apply.register
def _(event: e.StageOpened, state: RequestState) -> RequestState:
    clock = _started(state.stages[event.stage].clock, event.clock, event.at)
    if clock and state.paused:
        clock = _paused(clock, event.at)
    return _stage(
        state,
        event.stage,
        status=StageStatus.OPEN,
        opened_at=event.at,
        reason=event.reason,
        last_resort=event.last_resort,
        clock=clock,
        left_out=event.left_out,
        known=event.known,
    )


@_apply.register
def _(event: e.LookupStarted, state: RequestState) -> RequestState:
    return _stage(state, event.stage, looking=True, lookups=state.stages[event.stage].lookups + 1)


@_apply.register
def _(event: e.StageLookedUp, state: RequestState) -> RequestState:
    clock = state.stages[event.stage].clock
    if clock is None:
        clock = _started(None, event.clock, event.at)
        if clock and state.paused:
            clock = _paused(clock, event.at)
    elif clock.running:  # whose managers the ladder means may have changed
        clock = clock.model_copy(update={"stale": True, "number": clock.number + 1})
    return _stage(
        state,
        event.stage,
        looking=False,
        reason=event.reason,
        last_resort=event.last_resort,
        clock=clock,
        left_out=event.left_out,
        known=event.known,
    )


@_apply.register
def _(event: e.SubordinatesFound, state: RequestState) -> RequestState:
    return _with(state, subordinates=frozenset(event.people))


@_apply.register
def _(event: e.StageStuck, state: RequestState) -> RequestState:
    state = _with(state, involved=state.involved.union(candidate.person for candidate in event.people))
    return _stage(state, event.stage, reason=event.reason)


@_apply.register
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
        state = _task(state, event.invited_for, waits_for=waits_for)
    state = _stage(state, event.stage, seats=state.stages[event.stage].seats + 1)
    involved = state.involved.union(candidate.person for candidate in event.candidates)
    return _with(state, tasks={**state.tasks, task.id: task}, involved=involved)


@_apply.register
def _(event: e.TaskClaimed, state: RequestState) -> RequestState:
    return _task(state, event.task, owner=event.actor)


@_apply.register
def _(event: e.TaskReleased, state: RequestState) -> RequestState:
    return _task(state, event.task, owner=None)


@_apply.register
def _(event: e.TaskDelegated, state: RequestState) -> RequestState:
    task = state.tasks[event.task]
    # Somebody who could take the seat anyway holds it in their own right.
    stand_in = task.candidate(event.to) or Candidate(
        person=event.to, instead_of=event.actor, why=f"{event.actor} delegated it."
    )
    others = tuple(c for c in task.candidates if c.person not in (event.actor, event.to))
    state = _task(
        state,
        event.task,
        candidates=(*others, stand_in),
        owner=event.to,
        placed=True,
        loans=lent(task, event),
    )
    return _stale_clock(_with(state, involved=state.involved | {event.to}), task.stage)


@_apply.register
def _(event: e.ApproverNamed, state: RequestState) -> RequestState:
    named = Invitation(person=event.to, by=event.actor, comment=event.comment)
    return _task(state, event.task, followed_by=(*state.tasks[event.task].followed_by, named))


@_apply.register
def _(event: e.TurnCame, state: RequestState) -> RequestState:
    return _task(state, event.task, waits_for=())


@_apply.register
def _(event: e.ConflictDeclared, state: RequestState) -> RequestState:
    return _with(state, conflicts=state.conflicts | {event.actor})


@_apply.register
def _(event: e.TaskReassigned, state: RequestState) -> RequestState:
    task = state.tasks[event.task]
    # A claim stands when others are taken away; it ends when somebody is asked who could not act beside it.
    people = {candidate.person for candidate in event.candidates}
    nobody_new = people <= {candidate.person for candidate in task.candidates}
    owner = task.owner if nobody_new and task.owner in people else None
    by_hand = not event.cause and not nobody_new
    placed = event.cause not in ("looked_up", "delegation_ended") and (task.placed or by_hand)
    state = _task(
        state,
        event.task,
        candidates=event.candidates,
        owner=owner,
        placed=placed,
        loans=still_lent(task, event),
    )
    state = _with(state, involved=state.involved | people)
    # The ladder's own step must not move the ladder's other steps.
    return _stale_clock(state, task.stage) if event.actor or event.cause in _MOVED else state


@_apply.register
def _(event: e.TaskDecided, state: RequestState) -> RequestState:
    return _task(
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


@_apply.register
def _(event: e.ApprovalCarriedOver, state: RequestState) -> RequestState:
    return _task(
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


@_apply.register
def _(event: e.TaskCancelled, state: RequestState) -> RequestState:
    return _task(state, event.task, status="cancelled")


@_apply.register
def _(event: e.StageDecided, state: RequestState) -> RequestState:
    return _close_stage(state, event.stage, StageStatus(event.result), event.at, event.reason)


@_apply.register
def _(event: e.ChangesRequested, state: RequestState) -> RequestState:
    stages = {
        id: stage.model_copy(
            update={"status": StageStatus.RETURNED, "clock": stage.clock and _paused(stage.clock, event.at)}
        )
        if stage.status in (StageStatus.OPEN, StageStatus.PREPARING)
        else stage
        for id, stage in state.stages.items()
    }
    return _with(state, status=Status.RETURNED, stages=stages)


@_apply.register
def _(event: e.ReminderSent, state: RequestState) -> RequestState:
    return _fired(state, event.stage, event.alarm)


@_apply.register
def _(event: e.DeadlineBreached, state: RequestState) -> RequestState:
    return _fired(state, event.stage, event.alarm, breached_at=event.due)


@_apply.register
def _(event: e.Escalated, state: RequestState) -> RequestState:
    stage = state.stages[event.stage]
    changes: dict[str, Any] = {}
    if event.did == "raise_priority":
        changes["priority"] = stage.priority + 1
    if event.level is None:
        changes["escalations"] = stage.escalations + 1
    state = _stage(state, event.stage, **changes)
    state = _with(state, involved=state.involved.union(candidate.person for candidate in event.people))
    return _fired(state, event.stage, event.alarm)


@_apply.register
def _(event: e.DeadlineExtended, state: RequestState) -> RequestState:
    clock = state.stages[event.stage].clock
    if clock is None:
        return state
    longer = clock.model_copy(update={"extensions": (*clock.extensions, event.by)})
    return _stale_clock(_stage(state, event.stage, clock=longer), event.stage)


@_apply.register
def _(event: e.ClockComputed, state: RequestState) -> RequestState:
    clock = state.stages[event.stage].clock
    if clock is None:
        return state
    return _stage(state, event.stage, clock=clock.model_copy(update=_reading(event.reading)))


@_apply.register
def _(event: e.RequestPaused, state: RequestState) -> RequestState:
    return _clocks(_with(state, paused=True), lambda clock: _paused(clock, event.at))


@_apply.register
def _(event: e.RequestResumed, state: RequestState) -> RequestState:
    return _clocks(_with(state, paused=False), lambda clock: _resumed(clock, event.at))


@_apply.register
def _(event: e.PolicyMigrated, state: RequestState) -> RequestState:
    moved = under_version(state, event.changes, lambda clock: _paused(clock, event.at))
    form = {id: value for id, value in state.form.items() if id not in event.left_out}
    return _with(state, policy=event.policy, policy_version=event.version, form=form, **moved)


@_apply.register
def _(event: e.CommentAdded, state: RequestState) -> RequestState:
    return _with(state, comments=state.comments + 1)


@_apply.register
def _(event: e.RequestClosed, state: RequestState) -> RequestState:
    state = _clocks(state, lambda clock: _stopped(clock, event.at))
    return _with(
        state,
        status=Status.CLOSED,
        outcome=event.outcome,
        outcome_reason=event.reason,
        closed_at=event.at,
        paused=False,
    )


@_apply.register
def _(event: e.CommandAccepted, state: RequestState) -> RequestState:
    return _answered(state, event, "ok", event.message)


@_apply.register
def _(event: e.CommandRefused, state: RequestState) -> RequestState:
    return _answered(state, event, event.code, event.message)


def _answered(state: RequestState, event: e.Event, code: str, message: str) -> RequestState:
    if event.command is None:
        return state
    receipt = Receipt(command=event.command, code=code, message=message, at=event.at, revision=event.revision)
    kept = (*state.receipts[-RECEIPTS_KEPT + 1 :], receipt)
    return _with(state, receipts=kept, seen=state.seen | {event.command})


def _with(state: RequestState, **changes: object) -> RequestState:
    return state.model_copy(update=changes)


def _stage(state: RequestState, stage: str, **changes: object) -> RequestState:
    return _with(state, stages={**state.stages, stage: state.stages[stage].model_copy(update=changes)})


def _task(state: RequestState, task: str, **changes: object) -> RequestState:
    return _with(state, tasks={**state.tasks, task: state.tasks[task].model_copy(update=changes)})


def _close_stage(
    state: RequestState, id: str, status: StageStatus, at: datetime, reason: str
) -> RequestState:
    clock = state.stages[id].clock
    return _stage(state, id, status=status, closed_at=at, reason=reason, clock=clock and _stopped(clock, at))


def _clocks(state: RequestState, change: Callable[[Clock], Clock]) -> RequestState:
    stages = {
        id: stage.model_copy(update={"clock": change(stage.clock)})
        if stage.clock and stage.status is StageStatus.OPEN
        else stage
        for id, stage in state.stages.items()
    }
    return _with(state, stages=stages)


def _reading(reading: ClockReading) -> dict[str, Any]:
    """A reading's values, each still a model of its own; it answers whatever made the clock stale."""
    values = {name: getattr(reading, name) for name in type(reading).model_fields}
    return {**values, "stale": False, "extensions": ()}


def _started(before: Clock | None, reading: ClockReading | None, at: datetime) -> Clock | None:
    if reading is None:
        return None
    runs = (*(before.runs if before else ()), Run(start=at))
    if before is None:
        return Clock.model_construct(runs=runs, **_reading(reading))
    return before.model_copy(update={"runs": runs, **_reading(reading)})


def _stopped(clock: Clock, at: datetime) -> Clock:
    """Time no longer counts; the instants stay, as a record of what was due."""
    if not clock.running:
        return clock
    return clock.model_copy(
        update={"runs": (*clock.runs[:-1], clock.runs[-1].model_copy(update={"stop": at}))}
    )


def _paused(clock: Clock, at: datetime) -> Clock:
    """Time does not count for now: while paused there is no deadline, only the runs so far."""
    alarms = tuple(alarm.model_copy(update={"at": None}) for alarm in clock.alarms)
    return _stopped(clock, at).model_copy(update={"deadline": None, "alarms": alarms})


def _resumed(clock: Clock, at: datetime) -> Clock:
    if clock.running:
        return clock
    return clock.model_copy(
        update={"runs": (*clock.runs, Run(start=at)), "stale": True, "number": clock.number + 1}
    )


def _stale_clock(state: RequestState, stage: str) -> RequestState:
    clock = state.stages[stage].clock
    if clock is None:
        return state
    return _stage(state, stage, clock=clock.model_copy(update={"stale": True, "number": clock.number + 1}))


def _fired(state: RequestState, stage: str, alarm: str, **changes: object) -> RequestState:
    clock = state.stages[stage].clock
    if clock is None:
        return state
    fired = clock.model_copy(update={"fired": clock.fired | {alarm}, **changes})
    return _stage(state, stage, clock=fired)
