"""What events make of a request as a whole."""

from approvals.engine import events as e
from approvals.engine.evolving.parts import apply, changed, with_clocks
from approvals.engine.evolving.runs import paused, resumed, stopped
from approvals.engine.rounds import next_round
from approvals.engine.state import Receipt, RequestState, StageStatus, Status
from approvals.engine.versions import under_version

RECEIPTS_KEPT = 100
"""Answers that the state remembers; that a command was answered it never forgets."""


@apply.register
def _(event: e.RequestSubmitted, state: RequestState) -> RequestState:
    return changed(state, title=event.title, form=event.form, status=Status.OPEN, submitted_at=event.at)


@apply.register(e.RequestResubmitted)
@apply.register(e.RequestAmended)
def _(event: e.RequestResubmitted | e.RequestAmended, state: RequestState) -> RequestState:
    stages = next_round(state, event.kept, lambda clock: paused(clock, event.at))
    return changed(
        state, title=event.title, form=event.form, round=event.round, status=Status.OPEN, stages=stages
    )


@apply.register
def _(event: e.StageSentBack, state: RequestState) -> RequestState:
    stages = next_round(state, event.kept, lambda clock: paused(clock, event.at))
    return changed(state, round=event.round, stages=stages)


@apply.register
def _(event: e.ChangesRequested, state: RequestState) -> RequestState:
    stages = {
        id: stage.model_copy(
            update={"status": StageStatus.RETURNED, "clock": stage.clock and paused(stage.clock, event.at)}
        )
        if stage.status in (StageStatus.OPEN, StageStatus.PREPARING)
        else stage
        for id, stage in state.stages.items()
    }
    return changed(state, status=Status.RETURNED, stages=stages)


@apply.register
def _(event: e.RequestPaused, state: RequestState) -> RequestState:
    return with_clocks(changed(state, paused=True), lambda clock: paused(clock, event.at))


@apply.register
def _(event: e.RequestResumed, state: RequestState) -> RequestState:
    return with_clocks(changed(state, paused=False), lambda clock: resumed(clock, event.at))


@apply.register
def _(event: e.PolicyMigrated, state: RequestState) -> RequestState:
    moved = under_version(state, event.changes, lambda clock: paused(clock, event.at))
    form = {id: value for id, value in state.form.items() if id not in event.left_out}
    return changed(state, policy=event.policy, policy_version=event.version, form=form, **moved)


@apply.register
def _(event: e.SubordinatesFound, state: RequestState) -> RequestState:
    return changed(state, subordinates=frozenset(event.people))


@apply.register
def _(event: e.ConflictDeclared, state: RequestState) -> RequestState:
    return changed(state, conflicts=state.conflicts | {event.actor})


@apply.register
def _(event: e.CommentAdded, state: RequestState) -> RequestState:
    return changed(state, comments=state.comments + 1)


@apply.register
def _(event: e.RequestClosed, state: RequestState) -> RequestState:
    state = with_clocks(state, lambda clock: stopped(clock, event.at))
    return changed(
        state,
        status=Status.CLOSED,
        outcome=event.outcome,
        outcome_reason=event.reason,
        closed_at=event.at,
        paused=False,
    )


@apply.register
def _(event: e.CommandAccepted, state: RequestState) -> RequestState:
    return _answered(state, event, "ok", event.message)


@apply.register
def _(event: e.CommandRefused, state: RequestState) -> RequestState:
    return _answered(state, event, event.code, event.message)


def _answered(state: RequestState, event: e.Event, code: str, message: str) -> RequestState:
    if event.command is None:
        return state
    receipt = Receipt(command=event.command, code=code, message=message, at=event.at, revision=event.revision)
    kept = (*state.receipts[-RECEIPTS_KEPT + 1 :], receipt)
    return changed(state, receipts=kept, seen=state.seen | {event.command})
