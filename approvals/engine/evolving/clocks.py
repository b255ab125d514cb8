"""What reminders, escalations and new instants make of a stage's clock."""

from typing import Any

from approvals.engine import events as e
from approvals.engine.evolving.parts import apply, changed, with_stage, with_stale_clock
from approvals.engine.evolving.runs import values_of
from approvals.engine.state import RequestState


@apply.register
def _(event: e.ReminderSent, state: RequestState) -> RequestState:
    return _fired(state, event.stage, event.alarm)


@apply.register
def _(event: e.DeadlineBreached, state: RequestState) -> RequestState:
    return _fired(state, event.stage, event.alarm, breached_at=event.due)


@apply.register
def _(event: e.Escalated, state: RequestState) -> RequestState:
    stage = state.stages[event.stage]
    changes: dict[str, Any] = {}
    if event.did == "raise_priority":
        changes["priority"] = stage.priority + 1
    if event.level is None:
        changes["escalations"] = stage.escalations + 1
    state = with_stage(state, event.stage, **changes)
    state = changed(state, involved=state.involved.union(candidate.person for candidate in event.people))
    return _fired(state, event.stage, event.alarm)


@apply.register
def _(event: e.DeadlineExtended, state: RequestState) -> RequestState:
    clock = state.stages[event.stage].clock
    if clock is None:
        return state
    longer = clock.model_copy(update={"extensions": (*clock.extensions, event.by)})
    return with_stale_clock(with_stage(state, event.stage, clock=longer), event.stage)


@apply.register
def _(event: e.ClockComputed, state: RequestState) -> RequestState:
    clock = state.stages[event.stage].clock
    if clock is None:
        return state
    return with_stage(state, event.stage, clock=clock.model_copy(update=values_of(event.reading)))


def _fired(state: RequestState, stage: str, alarm: str, **changes: object) -> RequestState:
    clock = state.stages[stage].clock
    if clock is None:
        return state
    fired = clock.model_copy(update={"fired": clock.fired | {alarm}, **changes})
    return with_stage(state, stage, clock=fired)
