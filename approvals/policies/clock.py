"""A stage's clock at one instant: its deadline, its alarms, and whom each of them concerns."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, cast

from approvals.calendars import services as calendars
from approvals.calendars.errors import CalendarError
from approvals.calendars.ladder import Alarm as Ring
from approvals.calendars.ladder import Reckoning, Run, reckon, seconds_of
from approvals.calendars.lengths import Share, parse_length, parse_moment
from approvals.calendars.models import CalendarVersion
from approvals.calendars.opening_hours import BusinessCalendar
from approvals.engine.policy import Level, Reminder, Sla
from approvals.engine.state import Alarm, Candidate, Clock
from approvals.engine.work import ClockReading
from approvals.policies import seats
from approvals.policies.participants import Asking, Meant, managers_of

BREACH = "breach"
_Kind = Literal["breach", "reminder", "level"]
_RANK = {"breach": 0, "reminder": 1, "level": 2}


def start_clock(sla: Sla, asking: Asking, asked: tuple[str, ...], now: datetime) -> ClockReading:
    """A clock that starts now, with the calendar's current version.

    Raises:
        CalendarError: there is no such calendar, or the target ends after its last year.
    """
    version = calendars.current(sla.calendar)
    calendar = calendars.business_calendar(version)
    reckoning = reckon(calendar, parse_length(sla.target), [(now, None)], _rings(sla), now=now)
    return _reading(version, sla, reckoning, _people(sla, asking, asked, now))


def go_on(sla: Sla, clock: Clock, asking: Asking, asked: tuple[str, ...], now: datetime) -> ClockReading:
    """A clock that ran before: the same version of its calendar, its target with the extensions added.

    A clock that stands still starts to run again now.

    Raises:
        CalendarError: the calendar's version is gone, or the target ends after its last year.
    """
    version = calendars.get(clock.calendar, clock.calendar_version)
    calendar = calendars.business_calendar(version)
    runs: list[Run] = [(run.start, run.stop) for run in clock.runs]
    # The hosts' clocks may differ by a little: time never runs backwards here.
    now = max([now, *(moment for run in runs for moment in run if moment)])
    if not clock.running:
        runs.append((now, None))
    target = _extended(calendar, sla, clock, runs)
    reckoning = reckon(calendar, parse_length(sla.target), runs, _rings(sla), target_seconds=target, now=now)
    return _reading(version, sla, reckoning, _people(sla, asking, asked, now))


def _extended(calendar: BusinessCalendar, sla: Sla, clock: Clock, runs: Sequence[Run]) -> int:
    """The target with the clock's extensions. Working days are added to where the deadline is without them.

    An extension beyond the calendar's last year is left out: no deadline would be left to compute.
    """
    target = clock.target
    for extension in clock.extensions:
        try:
            due = reckon(calendar, parse_length(sla.target), runs, target_seconds=target).deadline
            longer = target + seconds_of(calendar, parse_length(extension), due or runs[-1][0])
            reckon(calendar, parse_length(sla.target), runs, target_seconds=longer)
        except CalendarError:
            continue
        target = longer
    return target


def _rings(sla: Sla) -> list[Ring]:
    reminders = [_ring("reminder", index, rule) for index, rule in enumerate(sla.reminders)]
    levels = [_ring("level", index, rule) for index, rule in enumerate(sla.levels)]
    return [Ring(BREACH, Share(Decimal(100))), *reminders, *levels]


def _ring(kind: str, index: int, rule: Reminder | Level) -> Ring:
    return Ring(f"{kind}-{index}", parse_moment(rule.at), rule.times)


def _people(
    sla: Sla, asking: Asking, asked: tuple[str, ...], now: datetime
) -> dict[int, tuple[Candidate, ...]]:
    """Whom each level of the ladder concerns, by its index."""
    meant: dict[int, list[Meant]] = {}
    for index, level in enumerate(sla.levels):
        meant[index] = seats.wanted(asking, level.to)
        if level.up:
            meant[index].append(Meant("", managers_of(asked, level.up)))
    away = seats.absences(asking, [one for level in meant.values() for one in level], now)
    return {
        index: tuple(
            candidate
            for candidate in seats.candidates(
                (named for one in level for named in one.people), away, asking.never
            )
            if candidate.person != asking.requester
        )
        for index, level in meant.items()
    }


def _reading(
    version: CalendarVersion, sla: Sla, reckoning: Reckoning, people: dict[int, tuple[Candidate, ...]]
) -> ClockReading:
    alarms = []
    for ring in reckoning.alarms:
        kind, _, number = ring.key.partition("-")
        index = int(number or 0)
        rules: Sequence[Reminder | Level] = sla.reminders if kind == "reminder" else sla.levels
        repeated = kind != BREACH and rules[index].times > 1 and rules[index].at.endswith(" after")
        alarms.append(
            Alarm(
                id=f"{ring.key}.{ring.occurrence}" if repeated else ring.key,
                kind=cast(_Kind, kind),
                index=index,
                offset=ring.offset_seconds,
                at=ring.at,
                people=people.get(index, ()) if kind == "level" else (),
            )
        )
    return ClockReading(
        calendar=version.calendar.key,
        calendar_version=version.number,
        zone=version.zone,
        target=reckoning.target_seconds,
        elapsed=reckoning.elapsed_seconds,
        deadline=reckoning.deadline,
        alarms=tuple(sorted(alarms, key=lambda alarm: (alarm.offset, _RANK[alarm.kind], alarm.index))),
    )
