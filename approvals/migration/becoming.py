"""What a request would become under another version: the engine and the people say it, and nothing is changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from approvals.calendars.errors import CalendarError
from approvals.engine import Refused, evolve, handle, pending_work, receive
from approvals.engine.commands import ClockPrepared, Command, Migrate, StagePrepared
from approvals.engine.events import PolicyMigrated
from approvals.engine.state import RequestState, StageStatus
from approvals.engine.versions import StageChange
from approvals.engine.work import StageWork, Work
from approvals.policies.lookups import Glimpses
from approvals.policies.participants import Asking
from approvals.policies.preparation import prepare_clock, prepare_stage
from approvals.requests.models import Request

MAX_QUESTIONS = 200
"""Of a request to the world; far more than the stages of a policy."""


@dataclass(frozen=True, slots=True)
class StageBecomes:
    """A stage before and after: who is asked then, by handle, and by when. ``status`` is where it is then."""

    change: StageChange
    status: StageStatus | None
    asked: tuple[str, ...]
    reason: str
    due_before: datetime | None
    due_after: datetime | None


@dataclass(frozen=True, slots=True)
class Becoming:
    """What would become of a request.

    Args:
        code, message: why it cannot be moved; empty where it can.
        gains, loses: who would be asked and is not now, and the other way round, by handle.
        left_out: labels of filled-in fields that the version has no more.
        outcome: how it would end at once; empty where it would go on.
    """

    row: Request
    previous: int
    version: int
    code: str = ""
    message: str = ""
    stages: tuple[StageBecomes, ...] = ()
    gains: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    outcome: str = ""

    @property
    def possible(self) -> bool:
        """Whether it can be moved."""
        return not self.code

    @property
    def handles(self) -> set[str]:
        """Everybody whom it names."""
        return {*self.gains, *self.loses, *(who for stage in self.stages for who in stage.asked)}


def foresee(row: Request, command: Migrate, now: datetime, *, with_world: bool = True) -> Becoming:
    """What would become of a request at ``now`` (aware).

    Args:
        with_world: whether to find out who would be asked, which takes queries; without, only the rules speak.
    """
    state = row.known_state
    try:
        events = handle(state, command, now)
    except Refused as refused:
        return Becoming(row, state.policy_version, command.version, refused.code, refused.message)
    after = state
    for event in events:
        after = evolve(after, event)
    if with_world:
        after = _answered(after, now)
    migrated = next(event for event in events if isinstance(event, PolicyMigrated))
    before, then = _asked(state), _asked(after)
    labels = {field.id: field.label for field in state.policy.form}
    return Becoming(
        row=row,
        previous=state.policy_version,
        version=command.version,
        stages=tuple(_stage(change, state, after) for change in migrated.changes),
        gains=tuple(who for who in then if who not in before),
        loses=tuple(who for who in before if who not in then),
        left_out=tuple(labels.get(id, id) for id in migrated.left_out),
        outcome=after.outcome or "",
    )


def _answered(state: RequestState, now: datetime) -> RequestState:
    """The state after everything that the engine then asks of the world."""
    for number in range(MAX_QUESTIONS):
        work = pending_work(state)
        if not work:
            break
        try:
            state, _, _ = receive(state, _answer(work[0], now, str(number)), now)
        except CalendarError:
            break
    return state


def _answer(work: Work, now: datetime, id: str) -> Command:
    if isinstance(work, StageWork):
        asking = Asking(work.requester, work.form, work.fields, work.owner, work.policy)
        asking.lookups = Glimpses()
        return StagePrepared(id=id, work=work.id, plan=prepare_stage(work, now, asking))
    return ClockPrepared(id=id, work=work.id, computed_for=now, reading=prepare_clock(work, now))


def _stage(change: StageChange, before: RequestState, after: RequestState) -> StageBecomes:
    old, new = before.stages.get(change.stage), after.stages.get(change.stage)
    return StageBecomes(
        change=change,
        status=new.status if new else None,
        asked=_people(after, change.stage),
        reason=new.reason if new else "",
        due_before=old.clock.deadline if old and old.clock else None,
        due_after=new.clock.deadline if new and new.clock else None,
    )


def _people(state: RequestState, stage: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(who for task in state.open_tasks(stage) for who in task.people))


def _asked(state: RequestState) -> tuple[str, ...]:
    return tuple(dict.fromkeys(who for task in state.open_tasks() for who in task.people))


def everybody(found: Iterable[Becoming]) -> set[str]:
    """Everybody whom previews name, by handle."""
    return {handle for one in found for handle in one.handles}
