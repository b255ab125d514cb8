"""A request as it went, read from its record: what everybody said and when, to be asked again under a draft."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.model import Form
from approvals.engine.policy import Policy
from approvals.engine.state import SYSTEM, Decision, Outcome
from approvals.engine.work import Seat, StagePlan
from approvals.replay.measures import Measured, measure
from approvals.replay.measures import Seat as Sat


@dataclass(frozen=True, slots=True)
class Said:
    """A decision that somebody took: on what, how long after they could, and what."""

    person: str
    stage: str
    round: int
    decision: Decision
    comment: str
    opened_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """What the requester submitted; ``asked_at`` is when changes were asked for, None for the first round."""

    title: str
    form: Form
    at: datetime
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Something else that somebody did: on a task so long after it was opened, or at its own instant."""

    at: datetime
    command: c.Command
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What was found out when a stage's turn came; without its seats, which ``Past.seats`` has."""

    at: datetime
    plan: StagePlan


@dataclass(slots=True)
class Past:
    """A request that ended.

    Args:
        id: the request's, or the case's of a log.
        name: how people know it.
        policy: the version that it followed.
        seats: whom each stage asked when it was opened, by stage and round.
        openings: what was found out when each stage's turn came, by stage and round.
        acts: what was done to the request as a whole, in order.
        migrated: it changed over to another version on its way.
        task_acts: what was done to a task, by its id.
    """

    id: str
    name: str
    policy: Policy
    requester: str
    rounds: list[Round] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    seats: dict[tuple[str, int], tuple[Seat, ...]] = field(default_factory=dict)
    openings: dict[tuple[str, int], Opening] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    task_acts: dict[str, list[Act]] = field(default_factory=lambda: defaultdict(list))
    migrated: bool = False
    measured: Measured = field(default_factory=Measured)

    def voice(self, person: str, stage: str, round: int) -> Said | None:
        """What the person said: in this stage and round, where they were asked there; else in another round of
        the stage, or else in another stage."""
        theirs = [said for said in self.said if said.person == person]
        if self.silent(person, stage, round):
            theirs = [said for said in theirs if (said.stage, said.round) == (stage, round)]
        return min(
            theirs,
            key=lambda said: (said.stage != stage, abs(said.round - round), said.at),
            default=None,
        )

    def silent(self, person: str, stage: str, round: int) -> list[Sat]:
        """The tasks of a stage that waited for the person in a round, and that somebody else decided or nobody."""
        return [
            seat
            for seat in self.measured.seats.values()
            if (seat.stage, seat.round) == (stage, round)
            and person in seat.asked
            and seat.decided_by != person
        ]


def read_past(
    id: str, name: str, policy: Policy, requester: str, events: Sequence[e.AnyEvent]
) -> Past | None:
    """A request as its events tell it; None where it has not ended."""
    past = Past(id, name, policy, requester, measured=measure(events))
    if past.measured.outcome is None:
        return None
    said = e.TaskDecided | e.ConflictDeclared
    reader = _Reader(past, {event.command for event in events if isinstance(event, said)})
    for event in events:
        reader.read(event)
    for seat in past.measured.seats.values():
        if seat.decided_by and seat.decision and seat.ended_at:
            past.said.append(
                Said(
                    seat.decided_by,
                    seat.stage,
                    seat.round,
                    seat.decision,
                    seat.comment,
                    seat.opened_at,
                    seat.ended_at,
                )
            )
    past.said.sort(key=lambda said: said.at)
    return past


class _Reader:
    """Turns what was done, other than decisions, into commands that can be given again."""

    def __init__(self, past: Past, deciding: set[str | None]) -> None:
        self._past = past
        self._deciding = deciding
        self._round = 1
        self._returned_at: datetime | None = None

    def read(self, event: e.AnyEvent) -> None:
        """Take one event in."""
        match event:
            case e.RequestSubmitted():
                self._past.rounds.append(Round(event.title, event.form, event.at))
            case e.RequestResubmitted():
                self._round = event.round
                self._past.rounds.append(Round(event.title, event.form, event.at, self._returned_at))
            case e.RequestAmended():
                self._amended(event)
            case e.StageSentBack():
                self._round = event.round
            case e.ChangesRequested():
                self._returned_at = event.at
            case e.TaskOpened() if event.actor == SYSTEM and not event.reason:
                key = (event.stage, self._round)
                seat = Seat(candidates=event.candidates, label=event.label, voice=event.voice)
                self._past.seats[key] = (*self._past.seats.get(key, ()), seat)
            case e.TaskDelegated() | e.TaskReassigned() | e.TaskCancelled() | e.ConflictDeclared():
                self._task_act(event)
            case e.PolicyMigrated():
                self._past.migrated = True
            case e.StageOpened() | e.StageSkipped() if event.actor == SYSTEM:
                self._opening(event)
            case _:
                self._act(event)

    def _amended(self, event: e.RequestAmended) -> None:
        self._round = event.round
        self._past.rounds.append(Round(event.title, event.form, event.at))
        command = c.Amend(
            id=f"past-{event.revision}",
            actor=event.actor,
            round=event.round - 1,
            title=event.title,
            form=event.form,
        )
        self._past.acts.append(Act(event.at, command))

    def _opening(self, event: e.StageOpened | e.StageSkipped) -> None:
        key = (event.stage, self._round)
        if isinstance(event, e.StageSkipped):
            plan = StagePlan(applies=False, reason=event.reason)
        else:
            known = StagePlan.model_fields.keys() & type(event).model_fields.keys()
            plan = StagePlan.model_construct(**{name: getattr(event, name) for name in known})
        self._past.openings.setdefault(key, Opening(event.at, plan))

    def _act(self, event: e.AnyEvent) -> None:
        make = _ACTS.get(type(event))
        if event.actor == SYSTEM or make is None:
            return
        command = make(event, f"past-{event.revision}", event.command in self._deciding)
        if command is not None:
            self._past.acts.append(Act(event.at, command))

    def _task_act(
        self, event: e.TaskDelegated | e.TaskReassigned | e.TaskCancelled | e.ConflictDeclared
    ) -> None:
        if event.actor == SYSTEM:
            return
        id, opened_at = f"past-{event.revision}", self._past.measured.seats[event.task].opened_at
        command: c.Command | None = None
        match event:
            case e.TaskDelegated():
                command = c.Delegate(id=id, actor=event.actor, task=event.task, to=event.to)
            case e.ConflictDeclared():
                command = c.DeclareConflict(id=id, actor=event.actor, task=event.task, reason=event.reason)
            case e.TaskReassigned() if len(event.candidates) == 1 and event.command not in self._deciding:
                to = event.candidates[0].person
                command = c.Reassign(
                    id=id, actor=event.actor, task=event.task, to=to, reason=event.reason or "-"
                )
            case e.TaskCancelled(reason="removed"):
                command = c.RemoveApprover(id=id, actor=event.actor, task=event.task, reason="-")
            case _:
                pass
        if command is not None:
            self._past.task_acts[event.task].append(Act(event.at, command, opened_at))


_Make = Callable[[e.AnyEvent, str, bool], c.Command | None]


def _closed(event: e.AnyEvent, id: str, decided: bool) -> c.Command | None:
    """A request that its requester took back, or that an administrator ended."""
    if not isinstance(event, e.RequestClosed) or decided:
        return None
    if event.outcome is Outcome.WITHDRAWN:
        return c.Withdraw(id=id, actor=event.actor, reason=event.reason)
    if event.outcome in (Outcome.APPROVED, Outcome.REJECTED):
        outcome = "approved" if event.outcome is Outcome.APPROVED else "rejected"
        return c.Override(id=id, actor=event.actor, outcome=outcome, reason=event.reason or "-")
    return None


def _added(event: e.AnyEvent, id: str, decided: bool) -> c.Command | None:
    if not isinstance(event, e.TaskOpened) or decided:
        return None
    person = event.candidates[0].person
    return c.AddApprover(id=id, actor=event.actor, stage=event.stage, person=person, reason="-")


def _skipped(event: e.AnyEvent, id: str, decided: bool) -> c.Command | None:
    if not isinstance(event, e.StageSkipped) or decided:
        return None
    return c.SkipStage(id=id, actor=event.actor, stage=event.stage, reason=event.reason or "-")


def _extended(event: e.AnyEvent, id: str, decided: bool) -> c.Command | None:
    if not isinstance(event, e.DeadlineExtended):
        return None
    return c.ExtendDeadline(id=id, actor=event.actor, stage=event.stage, by=event.by, reason="-")


def _escalated(event: e.AnyEvent, id: str, decided: bool) -> c.Command | None:
    return c.Escalate(id=id, actor=event.actor, stage=event.stage) if isinstance(event, e.Escalated) else None


_ACTS: dict[type[e.Event], _Make] = {
    e.RequestClosed: _closed,
    e.TaskOpened: _added,
    e.StageSkipped: _skipped,
    e.DeadlineExtended: _extended,
    e.Escalated: _escalated,
    e.RequestPaused: lambda event, id, decided: c.Pause(id=id, actor=event.actor, reason="-"),
    e.RequestResumed: lambda event, id, decided: c.Resume(id=id, actor=event.actor, reason="-"),
}


def people_of(pasts: Iterable[Past]) -> set[str]:
    """Everybody who is named in these requests."""
    found: set[str] = set()
    for past in pasts:
        found.add(past.requester)
        for seat in past.measured.seats.values():
            found.update(seat.asked)
    return found
