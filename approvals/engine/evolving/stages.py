"""What events make of stages."""

from approvals.engine import events as e
from approvals.engine.evolving.parts import apply, changed, with_closed_stage, with_stage
from approvals.engine.evolving.runs import outdated, paused, started
from approvals.engine.state import Clock, RequestState, StageStatus


@apply.register
def _(event: e.RuleApplied, state: RequestState) -> RequestState:
    return with_stage(state, event.stage, rule=event.rule)


@apply.register
def _(event: e.StagePreparing, state: RequestState) -> RequestState:
    return with_stage(state, event.stage, status=StageStatus.PREPARING)


@apply.register
def _(event: e.StageSkipped, state: RequestState) -> RequestState:
    return with_closed_stage(state, event.stage, StageStatus.SKIPPED, event.at, event.reason)


@apply.register
def _(event: e.StageOpened, state: RequestState) -> RequestState:
    clock = _begun(state, state.stages[event.stage].clock, event)
    return with_stage(
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


@apply.register
def _(event: e.LookupStarted, state: RequestState) -> RequestState:
    return with_stage(state, event.stage, looking=True, lookups=state.stages[event.stage].lookups + 1)


@apply.register
def _(event: e.StageLookedUp, state: RequestState) -> RequestState:
    clock = state.stages[event.stage].clock
    if clock is None:
        clock = _begun(state, None, event)
    elif clock.running:  # whose managers the ladder means may have changed
        clock = outdated(clock)
    return with_stage(
        state,
        event.stage,
        looking=False,
        reason=event.reason,
        last_resort=event.last_resort,
        clock=clock,
        left_out=event.left_out,
        known=event.known,
    )


@apply.register
def _(event: e.StageStuck, state: RequestState) -> RequestState:
    state = changed(state, involved=state.involved.union(candidate.person for candidate in event.people))
    return with_stage(state, event.stage, reason=event.reason)


@apply.register
def _(event: e.StageDecided, state: RequestState) -> RequestState:
    return with_closed_stage(state, event.stage, StageStatus(event.result), event.at, event.reason)


def _begun(state: RequestState, clock: Clock | None, event: e.StageOpened | e.StageLookedUp) -> Clock | None:
    """The clock that an event starts; it stands still in a request on hold."""
    begun = started(clock, event.clock, event.at)
    return paused(begun, event.at) if begun and state.paused else begun
