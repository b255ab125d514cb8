"""A small world for the engine's questions: who is whose manager, who is in which group, and a clock that
never closes, so that business seconds are seconds.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from approvals.engine.commands import ClockPrepared, StagePrepared
from approvals.engine.policy import Participant, Sla
from approvals.engine.rules import Ruling
from approvals.engine.state import Alarm, Candidate, Clock
from approvals.engine.voice import Voice
from approvals.engine.work import ClockReading, Seat, StagePlan, StageWork, Work

HOUR = 3600


@dataclass
class World:
    """What the questions are answered from. A condition is ``true`` unless it is written ``false``."""

    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    managers: dict[str, str] = field(default_factory=dict)
    away: dict[str, str] = field(default_factory=dict)
    grades: dict[str, int] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def answer(self, work: Work, now: datetime, id: str) -> StagePrepared | ClockPrepared:
        """The command that the shell would hand back."""
        if isinstance(work, StageWork):
            return StagePrepared(id=id, work=work.id, plan=self.plan(work, now))
        reading = self.reading(work.sla, work.clock, work.asked, now)
        return ClockPrepared(id=id, work=work.id, computed_for=now, reading=reading)

    def plan(self, work: StageWork, now: datetime) -> StagePlan:
        if work.stage.when == "false":
            return StagePlan(applies=False, reason="It is not needed.")
        for whole, rules in ((True, work.rules), (False, work.stage.rules)):
            for rule in rules:
                if rule.when == "true":
                    return StagePlan(ruling=Ruling(rule=rule.name, do=rule.do, whole=whole, reason="So."))
        asked = zip(work.stage.participants, work.stage.voices, strict=True)
        seats = tuple(seat for who, voice in asked for seat in self._seats(who, voice, work))
        people = tuple(candidate.person for seat in seats for candidate in seat.candidates)
        sla = work.stage.sla
        return StagePlan(
            seats=seats,
            last_resort=self._candidates(self._people(work.owner, work)),
            clock=self.reading(sla, work.clock, people, now) if sla else None,
            subordinates=self.below(work.requester) if work.no_subordinates else None,
            gone=tuple(person for person in work.asked if person in self.gone),
        )

    def below(self, person: str) -> tuple[str, ...]:
        """Who reports to somebody, directly or through others."""
        found = {person}
        for _ in self.managers:
            found |= {report for report, boss in self.managers.items() if boss in found}
        return tuple(sorted(found - {person}))

    def reading(self, sla: Sla, clock: Clock | None, asked: tuple[str, ...], now: datetime) -> ClockReading:
        """The clock as it stands at ``now``, running."""
        target = clock.target if clock else seconds(sla.target)
        target += sum(seconds(by) for by in (clock.extensions if clock else ()))
        elapsed = (
            int(sum((((run.stop or now) - run.start).total_seconds() for run in clock.runs), 0.0))
            if clock
            else 0
        )
        alarms = [Alarm(id="breach", kind="breach", offset=target, at=None)]
        for index, reminder in enumerate(sla.reminders):
            for number, offset in enumerate(offsets(reminder.at, reminder.times, target)):
                alarms.append(
                    Alarm(
                        id=f"reminder-{index}.{number}", kind="reminder", index=index, offset=offset, at=None
                    )
                )
        for index, level in enumerate(sla.levels):
            people = [person for who in level.to for person in self._people(who, None)]
            people += [boss for person in asked if level.up and (boss := self.boss(person, level.up))]
            for number, offset in enumerate(offsets(level.at, level.times, target)):
                alarms.append(
                    Alarm(
                        id=f"level-{index}.{number}",
                        kind="level",
                        index=index,
                        offset=offset,
                        at=None,
                        people=self._candidates(tuple(dict.fromkeys(people))),
                    )
                )
        return ClockReading(
            calendar=sla.calendar,
            calendar_version=1,
            zone="UTC",
            target=target,
            elapsed=elapsed,
            deadline=now + timedelta(seconds=target - elapsed),
            alarms=tuple(
                alarm.model_copy(update={"at": now + timedelta(seconds=alarm.offset - elapsed)})
                for alarm in sorted(alarms, key=lambda alarm: alarm.offset)
            ),
        )

    def boss(self, person: str, up: int) -> str | None:
        """The n-th manager."""
        at: str | None = person
        for _ in range(up):
            at = self.managers.get(at) if at else None
        return at

    def _seats(self, who: Participant, voice: Voice, work: StageWork) -> list[Seat]:
        people = self._people(who, work)
        if who.each:
            return [Seat(candidates=self._candidates((person,)), voice=voice) for person in people]
        candidates = self._candidates(people)
        return [Seat(candidates=candidates, voice=voice, pick=who.pick is not None)] if people else []

    def _candidates(self, people: tuple[str, ...]) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(person=self.away[person], instead_of=person)
            if person in self.away
            else Candidate(person=person)
            for person in people
        )

    def _people(self, who: Participant, work: StageWork | None) -> tuple[str, ...]:
        return tuple(person for person in self._named(who, work) if person not in self.gone)

    def _named(self, who: Participant, work: StageWork | None) -> tuple[str, ...]:
        if who.user:
            return (who.user,)
        if who.group or who.role:
            return self.groups.get(who.group or who.role or "", ())
        if work and who.field:
            named = work.form.get(who.field)
            return (str(named),) if named else ()
        if work and who.manager:
            boss = self.boss(work.requester, who.manager)
            return (boss,) if boss else ()
        if work and who.chosen_in:
            return tuple(one.person for one in work.chosen if one.stage == who.chosen_in)
        if work and who.up_to:
            return self._up_to(work.requester, who)
        return self._people(work.owner, work) if work and who.owner else ()

    def _up_to(self, requester: str, who: Participant) -> tuple[str, ...]:
        """The managers on the way to the first whose grade is enough; the limit of an amount is not kept here."""
        way: list[str] = []
        at = self.managers.get(requester)
        while at and at not in way and who.up_to and who.up_to.grade:
            way.append(at)
            if self.grades.get(at, 0) >= who.up_to.grade:
                return tuple(way) if who.each else (at,)
            at = self.managers.get(at)
        return ()


def seconds(length: str) -> int:
    """A length in a world that never closes: a working day is 24 hours."""
    if length.endswith("wd"):
        return int(length[:-2]) * 24 * HOUR
    units = {"D": 24 * HOUR, "H": HOUR, "M": 60, "S": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([DHMS])", length))


def offsets(at: str, times: int, target: int) -> list[int]:
    """Where a reminder or a level stands on the clock."""
    if at.endswith("%"):
        return [target * int(at[:-1]) // 100]
    length, _, word = at.partition(" ")
    if word == "before":
        return [max(0, target - seconds(length))]
    return [target + number * seconds(length) for number in range(1, times + 1)]
