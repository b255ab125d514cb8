"""A state with one part of it changed."""

from collections.abc import Callable
from datetime import datetime
from functools import singledispatch

from approvals.engine import events as e
from approvals.engine.evolving.runs import outdated, stopped
from approvals.engine.state import Clock, RequestState, StageStatus


@singledispatch
def apply(event: e.Event, state: RequestState) -> RequestState:
    """The state after the event, its revision aside. An event that only tells something leaves it as it was."""
    return state


def changed(state: RequestState, **changes: object) -> RequestState:
    """With other values of its own."""
    return state.model_copy(update=changes)


def with_stage(state: RequestState, stage: str, **changes: object) -> RequestState:
    """With other values of one stage."""
    return changed(state, stages={**state.stages, stage: state.stages[stage].model_copy(update=changes)})


def with_task(state: RequestState, task: str, **changes: object) -> RequestState:
    """With other values of one task."""
    return changed(state, tasks={**state.tasks, task: state.tasks[task].model_copy(update=changes)})


def with_closed_stage(
    state: RequestState, id: str, status: StageStatus, at: datetime, reason: str
) -> RequestState:
    """With a stage that is over, and whose clock stands."""
    clock = state.stages[id].clock
    return with_stage(
        state, id, status=status, closed_at=at, reason=reason, clock=clock and stopped(clock, at)
    )


def with_clocks(state: RequestState, change: Callable[[Clock], Clock]) -> RequestState:
    """With other clocks of the stages that are open."""
    stages = {
        id: stage.model_copy(update={"clock": change(stage.clock)})
        if stage.clock and stage.status is StageStatus.OPEN
        else stage
        for id, stage in state.stages.items()
    }
    return changed(state, stages=stages)


def with_stale_clock(state: RequestState, stage: str) -> RequestState:
    """With a stage's instants to be computed anew, where it has a clock."""
    clock = state.stages[stage].clock
    if clock is None:
        return state
    return with_stage(state, stage, clock=outdated(clock))
