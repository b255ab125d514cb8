"""The clock of a replayed stage: its deadline alone. Reminders and the ladder were no part of what happened."""

from datetime import UTC, datetime
from functools import lru_cache

from approvals.calendars.business_time import elapsed, end
from approvals.calendars.errors import CalendarError
from approvals.calendars.ladder import Run, reckon
from approvals.calendars.lengths import parse_length
from approvals.calendars.opening_hours import BusinessCalendar
from approvals.engine.policy import Sla
from approvals.engine.state import Alarm, Clock
from approvals.engine.work import ClockReading
from approvals.replay.calendars import CalendarFiles

BREACH = "breach"


def breach_clock(
    calendars: CalendarFiles, sla: Sla, before: Clock | None, now: datetime
) -> ClockReading | None:
    """A clock that starts or goes on at ``now`` (aware) and does nothing but note when it runs out.

    None where there is no such calendar, or where the target ends after its last year.
    """
    calendar = calendars.find(sla.calendar)
    if calendar is None:
        return None
    try:
        if before is None:
            return _first(calendar, sla, now)
        runs: list[Run] = [(run.start, run.stop) for run in before.runs]
        if not before.running:
            runs.append((now, None))
        reckoning = reckon(calendar, _length(sla.target), runs, target_seconds=before.target, now=now)
    except CalendarError:
        return None
    return _reading(sla, calendar, reckoning.target_seconds, reckoning.elapsed_seconds, reckoning.deadline)


def _first(calendar: BusinessCalendar, sla: Sla, now: datetime) -> ClockReading:
    """As `reckon` would have it: a clock that starts is due when its target ends."""
    due = end(calendar, now, _length(sla.target)).astimezone(UTC)
    return _reading(sla, calendar, round(elapsed(calendar, now, due).total_seconds()), 0, due)


def _reading(
    sla: Sla, calendar: BusinessCalendar, target: int, spent: int, due: datetime | None
) -> ClockReading:
    return ClockReading(
        calendar=sla.calendar,
        calendar_version=1,
        zone=str(calendar.zone),
        target=target,
        elapsed=spent,
        deadline=due,
        alarms=(Alarm(id=BREACH, kind="breach", offset=target, at=due),),
    )


_length = lru_cache(maxsize=100)(parse_length)
