"""A world for the workflow's tests: activities that need no database.

Each participant is a user or a group, and has one seat. Calendars are always open, so business seconds are seconds.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from approvals.engine.events import AnyEvent
from approvals.engine.policy import Participant, Sla
from approvals.engine.state import Alarm, Candidate, Clock
from approvals.engine.work import ClockReading, Seat, StagePlan
from temporal_app.messages import Activity, Authorisation, ClockComputation, EventBatch, StagePreparation


class World:
    """What the activities find and keep. `recorded` is the record, without repeats.

    An activity in `outages` fails as in an outage, one in `hopeless` fails for good.
    """

    def __init__(self) -> None:
        self.admins = {"admin"}
        self.groups: dict[str, tuple[str, ...]] = {"desk": ("cy", "di")}
        self.recorded: list[AnyEvent] = []
        self.calls: list[Activity] = []
        self.outages: set[Activity] = set()
        self.hopeless: set[Activity] = set()

    @property
    def activities(self) -> list[Callable[..., Any]]:
        """For a worker."""
        return [self.prepare_stage, self.prepare_clock, self.record, self.authorise]

    @activity.defn(name=Activity.PREPARE_STAGE)
    async def prepare_stage(self, question: StagePreparation) -> StagePlan:
        """A seat for each user or group of the stage."""
        self._begin(Activity.PREPARE_STAGE)
        stage = question.work.stage
        seats = tuple(Seat(candidates=self._people(who)) for who in stage.participants)
        elapsed = elapsed_of(question.work.clock, question.now) if question.work.clock else 0
        clock = read_clock(stage.sla, question.now, elapsed, ()) if stage.sla else None
        return StagePlan(seats=seats, last_resort=people((question.work.owner,)), clock=clock)

    @activity.defn(name=Activity.PREPARE_CLOCK)
    async def prepare_clock(self, question: ClockComputation) -> ClockReading:
        """The clock as of now, its extensions added."""
        self._begin(Activity.PREPARE_CLOCK)
        work = question.work
        return read_clock(work.sla, question.now, elapsed_of(work.clock, question.now), work.clock.extensions)

    @activity.defn(name=Activity.RECORD)
    async def record(self, batch: EventBatch) -> int:
        """Keep what is new of a batch; a gap is an error, as it is in PostgreSQL."""
        self._begin(Activity.RECORD)
        fresh = [event for event in batch.events if event.revision > len(self.recorded)]
        assert not fresh or fresh[0].revision == len(self.recorded) + 1
        self.recorded += fresh
        return len(self.recorded)

    @activity.defn(name=Activity.AUTHORISE)
    async def authorise(self, question: Authorisation) -> bool:
        """Whether the actor is one of the administrators."""
        self._begin(Activity.AUTHORISE)
        return question.actor in self.admins

    def _people(self, who: Participant) -> tuple[Candidate, ...]:
        members = self.groups[who.group] if who.group else ()
        return people((who,)) + tuple(Candidate(person=member) for member in members)

    def _begin(self, name: Activity) -> None:
        self.calls.append(name)
        if name in self.outages:
            raise ConnectionError("the database is away")
        if name in self.hopeless:
            raise ApplicationError("no such calendar", type="cannot_prepare", non_retryable=True)


def people(participants: tuple[Participant, ...]) -> tuple[Candidate, ...]:
    """The users among the participants."""
    return tuple(Candidate(person=who.user, why="The policy names them.") for who in participants if who.user)


def seconds(length: str) -> int:
    """A length such as P1DT2H in seconds."""
    found = re.fullmatch(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", length)
    assert found, length
    days, hours, minutes, rest = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def elapsed_of(clock: Clock, now: datetime) -> int:
    """Seconds that a clock has run."""
    return int(sum(((run.stop or now) - run.start).total_seconds() for run in clock.runs))


def read_clock(sla: Sla, now: datetime, elapsed: int, extensions: tuple[str, ...]) -> ClockReading:
    """A clock that always runs, with all the alarms of its policy."""
    target = seconds(sla.target) + sum(map(seconds, extensions))
    alarms: list[tuple[str, int, int, tuple[Candidate, ...]]] = [("breach", 0, target, ())]
    alarms += [("reminder", i, _offset(r.at, target), ()) for i, r in enumerate(sla.reminders)]
    alarms += [
        ("level", i, _offset(level.at, target), people(level.to)) for i, level in enumerate(sla.levels)
    ]
    return ClockReading(
        calendar=sla.calendar,
        calendar_version=1,
        zone="UTC",
        target=target,
        elapsed=elapsed,
        deadline=now + timedelta(seconds=target - elapsed),
        alarms=tuple(
            Alarm.model_validate(
                {
                    "id": f"{kind}-{index}",
                    "kind": kind,
                    "index": index,
                    "offset": offset,
                    "at": now + timedelta(seconds=offset - elapsed),
                    "people": who,
                }
            )
            for kind, index, offset, who in sorted(alarms, key=lambda alarm: alarm[2])
        ),
    )


def _offset(at: str, target: int) -> int:
    if at.endswith("%"):
        return target * int(at[:-1]) // 100
    length, _, word = at.partition(" ")
    return target + (seconds(length) if word == "after" else -seconds(length))
