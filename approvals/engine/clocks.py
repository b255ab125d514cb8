"""What time does: reminders, breaches, and the escalation ladder. An alarm fires once."""

from datetime import datetime

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.draft import Draft
from approvals.engine.errors import Refused
from approvals.engine.flow import close, close_stage, eligible, open_task, reject_stage, skip_stage
from approvals.engine.policy import Level
from approvals.engine.routing import give_back, next_return
from approvals.engine.state import Alarm, Candidate, Outcome, RequestState, StageState, StageStatus, Status
from approvals.engine.text import must_fit
from approvals.engine.work import Seat, clock_work_id

LADDER_ENDS = frozenset({"approve", "reject", "expire", "move_on"})
MAX_LAST_RESORT_CALLS = 1
LADDER = "The escalation ladder."
ESCALATION = "Escalation"
"""The label of a seat that the ladder opened."""


def wake_at(state: RequestState) -> datetime | None:
    """When time alone will change something next."""
    due, back = _next_due(state), next_return(state)
    return min((at for at in (due and due[1].at, back and back[0]) if at), default=None)


def tick(draft: Draft, command: c.Tick) -> None:
    """Carry out everything that is due, in the order in which it fell due."""
    while (at := wake_at(draft.state)) is not None and at <= draft.now:
        back = next_return(draft.state)
        if back is not None and back[0] == at:
            give_back(draft, back[1])
        elif due := _next_due(draft.state):
            _fire(draft, *due)


def clock_prepared(draft: Draft, command: c.ClockPrepared) -> None:
    """Put newly computed instants in place; an answer to an older question changes nothing."""
    state = draft.state
    stage = next((s for s in state.stages.values() if clock_work_id(state, s) == command.work), None)
    if (
        stage
        and stage.clock
        and stage.status is StageStatus.OPEN
        and stage.clock.running
        and stage.clock.stale
    ):
        draft.emit(e.ClockComputed, stage=stage.id, reading=command.reading)


def escalate(draft: Draft, command: c.Escalate) -> None:
    """Somebody who is waiting, or who is asked, pulls the ladder's next step forward.

    It never decides: a step that would is passed over, and after the last step the policy's owner is asked.
    """
    _, stage = draft.stage(command.stage)
    asked = {person for task in draft.state.open_tasks(stage.id) for person in task.people}
    if command.actor != draft.state.requester and command.actor not in asked:
        raise Refused("not_involved", "Only the requester and those who are asked can escalate.")
    draft.must_run()
    must_fit(command.reason)
    if stage.status is not StageStatus.OPEN:
        raise Refused("stage_closed", "This stage is not waiting for a decision.")
    step = _next_step(draft.state, stage)
    if step is not None:
        _climb(draft, stage.id, step, command.reason)
    elif not _ask_last_resort(draft, stage.id, "asked", command.reason):
        raise Refused("already_escalated", "Everybody on the escalation ladder has been told already.")
    draft.emit(e.CommandAccepted, message="The request was escalated.")


def _next_due(state: RequestState) -> tuple[str, Alarm] | None:
    """The alarm that fell or falls due first. At one instant a breach comes first: what the ladder does next
    may end the stage, and the breach must stand in the record all the same."""
    if state.status is not Status.OPEN or state.paused:
        return None
    due = [
        (alarm.at, alarm.kind != "breach", order, rank, stage.id, alarm)
        for order, stage in enumerate(state.stages.values())
        if stage.status is StageStatus.OPEN and stage.clock and stage.clock.running and not stage.clock.stale
        for rank, alarm in enumerate(stage.clock.alarms)
        if alarm.at is not None and alarm.id not in stage.clock.fired
    ]
    if not due:
        return None
    first = min(due, key=lambda entry: entry[:4])
    return first[4], first[5]


def _fire(draft: Draft, stage: str, alarm: Alarm) -> None:
    match alarm.kind:
        case "breach":
            draft.emit(e.DeadlineBreached, stage=stage, alarm=alarm.id, due=alarm.at)
        case "reminder":
            draft.emit(
                e.ReminderSent, stage=stage, alarm=alarm.id, due=alarm.at, people=_asked(draft.state, stage)
            )
        case "level":
            _climb(draft, stage, alarm, "")


def _asked(state: RequestState, stage: str) -> tuple[str, ...]:
    having_turn = [task for task in state.awaited(stage) if not task.waits_for]
    return tuple(dict.fromkeys(person for task in having_turn for person in task.people))


def _asked_candidates(state: RequestState, stage: str) -> tuple[Candidate, ...]:
    asked = {
        candidate.person: candidate
        for task in state.awaited(stage)
        for candidate in task.candidates
        if candidate.person in task.people and not task.waits_for
    }
    return tuple(asked.values())


def _level(state: RequestState, stage: str, alarm: Alarm) -> Level:
    sla = state.policy.stage(stage).sla
    if sla is None:  # a clock has alarms only where the policy has a ladder
        raise ValueError(f'Stage "{stage}" has no ladder.')
    return sla.levels[alarm.index]


def _next_step(state: RequestState, stage: StageState, after: Alarm | None = None) -> Alarm | None:
    """The next step that has not been carried out and does not decide by itself."""
    if stage.clock is None:
        return None
    steps = [
        alarm for alarm in stage.clock.alarms if alarm.kind == "level" and alarm.id not in stage.clock.fired
    ]
    for step in sorted(steps, key=_height):
        later = after is None or (_height(step) > _height(after) and step.index != after.index)
        if later and _level(state, stage.id, step).do not in LADDER_ENDS:
            return step
    return None


def _height(step: Alarm) -> tuple[int, int]:
    """Where a step stands on the ladder: by its time, whatever the order in which the policy lists the levels."""
    return step.offset, step.index


def _climb(draft: Draft, stage: str, alarm: Alarm, reason: str) -> None:
    level = _level(draft.state, stage, alarm)
    people = alarm.people
    if level.do in ("add", "reassign"):
        people = eligible(draft, stage, people)
    elif level.do == "remind":
        people = _asked_candidates(draft.state, stage)
    lost = level.do in ("notify", "add", "reassign") and not people
    draft.emit(
        e.Escalated,
        stage=stage,
        alarm=alarm.id,
        level=alarm.index,
        due=alarm.at,
        did="fell_through" if lost else level.do,
        people=people,
        reason=reason,
    )
    if lost:
        _fall_through(draft, stage, alarm, reason)
    else:
        _carry_out(draft, stage, level, people)


def _fall_through(draft: Draft, stage: str, alarm: Alarm, reason: str) -> None:
    """Nobody was found for a step: the next one is carried out now, and after the last the owner is asked."""
    step = _next_step(draft.state, draft.state.stages[stage], after=alarm)
    if step is not None:
        _climb(draft, stage, step, reason)
    else:
        _ask_last_resort(draft, stage, alarm.id, reason)


def _carry_out(draft: Draft, stage: str, level: Level, people: tuple[Candidate, ...]) -> None:
    title = draft.state.policy.stage(stage).title
    match level.do:
        case "add":
            _hand_over(draft, stage, people, keep=True)
        case "reassign":
            _hand_over(draft, stage, people, keep=False)
        case "approve":
            close_stage(draft, stage, "approved", f"Nobody decided in time: the policy approves {title}.")
        case "reject":
            reject_stage(draft, stage, f"Nobody decided in time: the policy rejects {title}.")
        case "expire":
            close(draft, Outcome.EXPIRED, f"{title} was not decided in time.")
        case "move_on":
            skip_stage(draft, stage, "Nobody decided in time: the policy moves on.")
        case "remind" | "notify" | "raise_priority":
            pass  # the event itself says it all


def _hand_over(draft: Draft, stage: str, people: tuple[Candidate, ...], *, keep: bool) -> None:
    """Ask people for every open seat, beside or instead of its candidates; without an open seat, for a new one."""
    tasks = draft.state.awaited(stage)
    if not tasks:
        open_task(draft, stage, Seat(candidates=people, label=ESCALATION), LADDER, by_system=True)
    for task in tasks:
        known = task.candidates if keep else ()
        fresh = tuple(person for person in people if person.person not in {c.person for c in known})
        if fresh:
            candidates = (*known, *fresh)
            kept = {candidate.person for candidate in candidates}
            removed = tuple(c.person for c in task.candidates if c.person not in kept)
            draft.emit(
                e.TaskReassigned,
                by_system=True,
                task=task.id,
                candidates=candidates,
                removed=removed,
                reason=LADDER,
            )


def _ask_last_resort(draft: Draft, stage: str, alarm: str, reason: str) -> bool:
    where = draft.state.stages[stage]
    people = eligible(draft, stage, where.last_resort)
    if where.escalations >= MAX_LAST_RESORT_CALLS or not people:
        return False
    draft.emit(
        e.Escalated, stage=stage, alarm=f"last-resort-{alarm}", level=None, due=None, did="last_resort",
        people=people, reason=reason,
    )  # fmt: skip
    _hand_over(draft, stage, people, keep=True)
    return True
