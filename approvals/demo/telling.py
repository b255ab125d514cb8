"""Telling a course: the engine itself, with simulated time and the real people, conditions and calendars."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from approvals.demo.courses import Beat, Course, Pace
from approvals.demo.forms import Writer
from approvals.demo.hours import last_working_moment, next_working_moment
from approvals.demo.story import read_story
from approvals.engine import commands as c
from approvals.engine import new_request
from approvals.engine.events import AnyEvent
from approvals.engine.state import Decision, RequestState, Status, Task
from approvals.engine.work import ClockReading, ClockWork, StagePlan, StageWork
from approvals.people.models import Person
from approvals.policies import preparation
from approvals.policies import services as policies
from approvals.policies.models import PolicyVersion
from approvals.policies.participants import Asking
from approvals.replay.simulation import Simulation

ADMIN = "femke.deboer"
AT_ANY_HOUR = frozenset({"production-release"})
HURRIES = 8
"""How often people may be taken to have been twice as quick."""
_DECISIONS = {"approve", "reject", "request_changes"}


class PresentWorld:
    """Answers as the running application does, at whatever time it is asked about.

    People stay as they are while the demo is told, so each requester is looked up once.
    """

    def __init__(self) -> None:
        self._requesters: dict[str, Asking] = {}
        self._round: tuple[str, int] | None = None
        self._asking: Asking | None = None

    def prepare_stage(self, work: StageWork, now: datetime) -> StagePlan:
        """What a stage needs to start at ``now``."""
        if self._asking is None or self._round != (work.request, work.round):
            self._round = (work.request, work.round)
            self._asking = Asking(work.requester, work.form, work.fields, work.owner)
            known = self._requesters.setdefault(work.requester, self._asking)
            self._asking.profile, self._asking.line = known.profile, known.line
        return preparation.prepare_stage(work, now, self._asking)

    def prepare_clock(self, work: ClockWork, now: datetime) -> ClockReading:
        """A running clock, computed anew at ``now``."""
        return preparation.prepare_clock(work, now)


@dataclass(frozen=True, slots=True)
class Told:
    """A request as it stands at the end of its story, with all that happened."""

    id: uuid.UUID
    version: PolicyVersion
    requester: Person
    submitted_at: datetime
    state: RequestState
    events: Sequence[AnyEvent]


class Teller:
    """Turns courses into requests. The same chance gives the same requests."""

    def __init__(self, chance: random.Random, now: datetime, versions: Sequence[PolicyVersion]) -> None:
        self._chance = chance
        self._now = now
        self._versions = {version.policy.key: version for version in versions}
        self._people = {person.handle: person for person in Person.objects.filter(is_active=True)}
        self._writer = Writer(chance)
        self._pace = Pace(chance)
        self._world = PresentWorld()

    def tell(self, id: uuid.UUID, course: Course) -> Told:
        """A request, up to now."""
        version = self._versions[course.policy]
        policy = policies.engine_policy(version)
        at = (self._now - timedelta(hours=course.hours_ago)).replace(microsecond=0)
        if course.policy not in AT_ANY_HOUR:
            at = last_working_moment(at, self._chance)
        form = self._writer.form(course, at.date())
        requester = self._people[self._writer.requester(course.policy, form)]
        simulation = Simulation(new_request(str(id), policy, version.number, requester.handle), self._world)
        title = policies.request_title(policy, requester, form)
        command = c.Submit(id=_command_id(id, 0), actor=requester.handle, title=title, form=form)
        simulation.give(command, at)
        self._perform(simulation, course, at, id, requester)
        simulation.pass_time(self._now)
        return Told(id, version, requester, at, simulation.state, simulation.events)

    def _perform(
        self, simulation: Simulation, course: Course, at: datetime, id: uuid.UUID, requester: Person
    ) -> None:
        for number, (beat, moment) in enumerate(self._moments(course, at), 1):
            if moment > self._now:
                return
            simulation.pass_time(moment)
            command = self._command(simulation.state, beat, _command_id(id, number), requester)
            if command is not None:
                simulation.give(command, moment)

    def _moments(self, course: Course, at: datetime) -> list[tuple[Beat, datetime]]:
        """When each beat comes, up to where the request waits.

        Where it is to wait for somebody now, everybody before was quick enough to let it.
        """
        acts = list(takewhile(lambda beat: beat.act != "wait", course.beats))
        waits = len(acts) < len(course.beats)
        seconds = [self._pace.hours(beat) * 3600 + self._chance.randint(20, 400) for beat in acts]
        moments = self._at_work(course, at, seconds)
        for _ in range(HURRIES):
            if not waits or not moments or moments[-1] <= self._now:
                break
            seconds = [length / 2 for length in seconds]
            moments = self._at_work(course, at, seconds)
        return list(zip(acts, moments, strict=True))

    def _at_work(self, course: Course, at: datetime, seconds: Sequence[float]) -> list[datetime]:
        moments = []
        for length in seconds:
            at += timedelta(seconds=int(length))
            if course.policy not in AT_ANY_HOUR:
                at = next_working_moment(at, self._chance)
            moments.append(at)
        return moments

    def _command(self, state: RequestState, beat: Beat, id: str, requester: Person) -> c.Command | None:
        """What a beat comes to where the request is; None where there is nothing to do any more."""
        if state.status is Status.CLOSED:
            return None
        if beat.stage:
            return self._in_stage(state, beat, id)
        who = requester.handle
        match beat.act:
            case "comment":
                return c.Comment(id=id, actor=who, text=self._words("comment"))
            case "withdraw":
                return c.Withdraw(id=id, actor=who, reason=self._words("withdraw"))
            case "pause" if not state.paused:
                return c.Pause(id=id, actor=ADMIN, reason=self._words("pause"))
            case "resume" if state.paused:
                return c.Resume(id=id, actor=ADMIN, reason=self._words("resume"))
            case "resubmit" if state.status is Status.RETURNED:
                return self._resubmission(state, id, requester)
            case _:
                return None

    def _resubmission(self, state: RequestState, id: str, requester: Person) -> c.Command:
        form = self._writer.correct(state.form)
        return c.Resubmit(
            id=id,
            actor=requester.handle,
            round=state.round,
            title=policies.request_title(state.policy, requester, form),
            form=form,
            comment=self._words("resubmit"),
        )

    def _in_stage(self, state: RequestState, beat: Beat, id: str) -> c.Command | None:
        tasks = state.open_tasks(beat.stage)
        if state.status is not Status.OPEN or state.paused or not tasks:
            return None
        if beat.act == "escalate":
            words = self._words("escalate")
            return c.Escalate(id=id, actor=state.requester, stage=beat.stage, reason=words)
        if beat.act == "extend":
            words = self._words("extend")
            return c.ExtendDeadline(id=id, actor=ADMIN, stage=beat.stage, by="2wd", reason=words)
        task = self._chance.choice(tasks)
        return self._with_task(state, beat, id, task, self._chance.choice(task.people))

    def _with_task(self, state: RequestState, beat: Beat, id: str, task: Task, actor: str) -> c.Command:
        if beat.act in _DECISIONS:
            words = self._words(beat.act, beat.stage)
            return c.Decide(id=id, actor=actor, task=task.id, decision=Decision(beat.act), comment=words)
        if beat.act == "claim":
            return c.Claim(id=id, actor=actor, task=task.id)
        other = self._colleague(state, task, actor)
        if beat.act == "delegate":
            return c.Delegate(id=id, actor=actor, task=task.id, to=other, comment=self._words("delegate"))
        return c.Reassign(id=id, actor=ADMIN, task=task.id, to=other, reason=self._words("reassign"))

    def _colleague(self, state: RequestState, task: Task, actor: str) -> str:
        """Somebody near the actor in rank and unit, who does not have the task and did not ask."""
        taken = {state.requester, actor, *task.people}
        here = self._people[actor]
        others = [person for person in self._people.values() if person.handle not in taken]
        near = [person for person in others if person.unit == here.unit and person.grade >= 4]
        return self._chance.choice(sorted(person.handle for person in near or others))

    def _words(self, act: str, stage: str = "") -> str:
        said = read_story("words")[act]
        return str(self._chance.choice(said if isinstance(said, list) else said.get(stage) or said["any"]))


def _command_id(request: uuid.UUID, number: int) -> str:
    return str(uuid.uuid5(request, str(number)))
