"""Going on once what was wrong is mended: whom an open stage asks is looked up anew.

What was decided stands, and so does what somebody gave to somebody by hand, while that person is there.
Everything else goes to whom the policy means now.
"""

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import flow, separation
from approvals.engine.administration import reason_needed
from approvals.engine.clocks import ESCALATION
from approvals.engine.draft import Draft
from approvals.engine.errors import Refused
from approvals.engine.flow import eligible, open_task, settle, skip_stage
from approvals.engine.state import SYSTEM, Candidate, RequestState, StageStatus, Status, Task
from approvals.engine.work import Seat, StagePlan, lookup_work_id

LOOKED_UP = "It was looked up anew whom the policy asks."


def look_up(draft: Draft, command: c.LookUp) -> None:
    """The policy's owner has mended something, or people and groups have changed: look up anew whom to ask."""
    draft.must_be_alive()
    if command.actor == SYSTEM and not _can_be_looked_up(draft.state, command.stage):
        draft.emit(e.CommandAccepted, message="There is nothing to look up any more.")
        return
    _, stage = draft.stage(command.stage)
    if command.actor != SYSTEM and command.actor not in {one.person for one in stage.last_resort}:
        raise Refused(
            "not_owner", "Only the policy's owner and administrators can have it looked up anew whom to ask."
        )
    _begin(draft, command.stage, "")


def look_up_anew(draft: Draft, command: c.LookUpAnew) -> None:
    """The same by an administrator."""
    reason_needed(command)
    _begin(draft, command.stage, command.reason)


def _can_be_looked_up(state: RequestState, stage: str) -> bool:
    return (
        state.status is Status.OPEN
        and stage in state.stages
        and state.stages[stage].status is StageStatus.OPEN
    )


def _begin(draft: Draft, id: str, reason: str) -> None:
    _, stage = draft.stage(id)
    draft.must_be_alive()
    draft.must_not_be_returned()
    if stage.status is not StageStatus.OPEN:
        raise Refused("stage_closed", "This stage is not waiting for a decision.")
    if not stage.looking:
        draft.emit(e.LookupStarted, stage=id, reason=reason)
    draft.emit(e.CommandAccepted, message="It is being looked up anew whom to ask.")


def stage_prepared(draft: Draft, command: c.StagePrepared) -> None:
    """Take an answer about whom to ask: for a stage that starts, or for one that is looked up anew."""
    state = draft.state
    looked = [stage for stage in state.stages.values() if stage.looking]
    stage = next((s for s in looked if lookup_work_id(state, s) == command.work), None)
    if stage is None:
        flow.stage_prepared(draft, command)
    elif _can_be_looked_up(state, stage.id):
        _mend(draft, stage.id, command.plan)


def _mend(draft: Draft, stage: str, plan: StagePlan) -> None:
    where = draft.state.stages[stage]
    decided = any(task.decision and not task.voice.advisory for task in draft.state.stage_tasks(stage))
    if plan.subordinates is not None and frozenset(plan.subordinates) != draft.state.subordinates:
        draft.emit(e.SubordinatesFound, by_system=True, people=plan.subordinates)
    draft.emit(
        e.StageLookedUp,
        by_system=True,
        stage=stage,
        last_resort=plan.last_resort or where.last_resort,
        reason=plan.reason if plan.applies and plan.ruling is None else "",
        clock=plan.clock if where.clock is None else None,
        left_out=separation.left_out(draft.state, stage, plan),
        known=plan.known,
    )
    if plan.applies and plan.ruling is None:
        _Seating(draft, stage, plan).change()
        settle(draft, stage)
    elif not decided and plan.ruling is not None:
        flow.apply_rule(draft, stage, plan.ruling)
    elif not decided:
        skip_stage(draft, stage, plan.reason)


class _Seating:
    """From the seats that a stage has to those that the policy means now."""

    def __init__(self, draft: Draft, stage: str, plan: StagePlan) -> None:
        self.draft = draft
        self.stage = stage
        self.gone = frozenset(plan.gone)
        self.last_resort = plan.last_resort
        self.meant = list(plan.seats)
        self.seats = list(separation.seats(draft.state, stage, plan))
        self.tasks = list(draft.state.open_tasks(stage))

    def change(self) -> None:
        """Leave what is right, hand over what is not, and open what is missing."""
        over = self._leave_out_decided()
        chosen = [(seat, eligible(self.draft, self.stage, seat.candidates)) for seat in self.seats]
        self.seats = [seat.model_copy(update={"candidates": people}) for seat, people in chosen]
        self._keep_placed()
        self._match(same_people=True)
        self._match(same_people=False)
        fresh = self.seats[over:]
        opened = sum(open_task(self.draft, self.stage, seat, LOOKED_UP, by_system=True) for seat in fresh)
        for task in self.tasks:
            opened -= self._put_away(task, opened)

    def _leave_out_decided(self) -> int:
        """Take out the seats that were decided; how many decisions more there are than seats they are for."""
        over = 0
        for task in self.draft.state.stage_tasks(self.stage):
            if task.decision is None or task.added_by:
                continue
            whose = {task.decided_by, task.instead_of}
            theirs = [seat for seat in self.meant if whose & _people(seat.candidates)]
            seat = min(theirs, key=lambda seat: (not _alike(seat, task), len(seat.candidates)), default=None)
            if seat is None:
                over += 1
            else:
                self.meant.remove(seat)
                if seat in self.seats:
                    self.seats.remove(seat)
        return over

    def _keep_placed(self) -> None:
        """What somebody gave to somebody stays theirs, less those who have left; it fills the seat it is for."""
        for task in list(self.tasks):
            free = eligible(self.draft, self.stage, task.candidates)
            there = tuple(one for one in free if one.person not in self.gone)
            if not there or not (task.placed or task.added_by or task.label == ESCALATION):
                continue
            self.tasks.remove(task)
            self._hand_over(task, there)
            if not task.added_by:
                self._fill(task)

    def _fill(self, task: Task) -> None:
        seat = next((seat for seat in self.seats if _alike(seat, task)), None)
        if seat is not None:
            self.seats.remove(seat)

    def _match(self, *, same_people: bool) -> None:
        for task in list(self.tasks):
            for seat in self.seats:
                people_fit = not same_people or _fits(task, seat)
                if _alike(seat, task) and people_fit:
                    self.tasks.remove(task)
                    self.seats.remove(seat)
                    self._hand_over(task, _for(task, seat))
                    break

    def _hand_over(self, task: Task, candidates: tuple[Candidate, ...]) -> None:
        if _places(candidates) == _places(task.candidates):
            return
        kept = {one.person for one in candidates}
        renewed = not task.placed or _people(task.candidates) <= self.gone
        self.draft.emit(
            e.TaskReassigned,
            by_system=True,
            task=task.id,
            candidates=candidates,
            removed=tuple(one.person for one in task.candidates if one.person not in kept),
            reason=LOOKED_UP,
            cause="looked_up" if renewed else "",
        )

    def _put_away(self, task: Task, opened: int) -> int:
        """End a task that the policy has no seat for any more; 1 where a new one stands in its place.

        The owner keeps a task for as long as nobody else has taken it over. A seat that was added by hand for
        somebody who has left goes to the owner: it was wanted.
        """
        people = _people(task.candidates)
        if task.added_by and people <= self.gone:
            if owners := eligible(self.draft, self.stage, self.last_resort):
                self._hand_over(task, owners)
                return 0
        elif people & _people(self.last_resort) and not people <= self.gone and opened < 1:
            return 0
        self.draft.emit(e.TaskCancelled, by_system=True, task=task.id, reason="looked_up")
        return 1 if opened else 0


def _alike(seat: Seat, task: Task) -> bool:
    """Whether a task is of the kind that a seat is: named alike, and counted alike."""
    return (seat.label, seat.voice) == (task.label, task.voice)


def _fits(task: Task, seat: Seat) -> bool:
    """Whether a task is with those for whom a seat is: of those of whom one is picked, with any of them."""
    if seat.pick:
        return bool(task.candidates) and _people(task.candidates) <= _people(seat.candidates)
    return _people(seat.candidates) == _people(task.candidates)


def _for(task: Task, seat: Seat) -> tuple[Candidate, ...]:
    """Who has a task that is to be for a seat; whoever was picked for it keeps it."""
    if not seat.pick:
        return seat.candidates
    asked = tuple(one for one in seat.candidates if one.person in _people(task.candidates))
    return asked or seat.candidates[:1]


def _places(candidates: tuple[Candidate, ...]) -> frozenset[tuple[str, str | None]]:
    return frozenset((one.person, one.instead_of) for one in candidates)


def _people(candidates: tuple[Candidate, ...]) -> frozenset[str]:
    return frozenset(one.person for one in candidates)
