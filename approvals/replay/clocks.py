"""The clock of a replayed stage: its deadline alone. Reminders and the ladder were no part of what happened."""

from datetime import datetime
from decimal import Decimal

from approvals.calendars.errors import CalendarError
from approvals.calendars.ladder import Alarm as Ring
from approvals.calendars.ladder import Run, reckon
from approvals.calendars.lengths import Share, parse_length
from approvals.engine.policy import Sla
from approvals.engine.state import Alarm, Clock
from approvals.engine.work import ClockReading
from approvals.replay.calendars import CalendarFiles

BREACH = "breach"
_RINGS = (Ring(BREACH, Share(Decimal(100))),)


def breach_clock(
    calendars: CalendarFiles, sla: Sla, before: Clock | None, now: datetime
) -> ClockReading | None:
    """A clock that starts or goes on at ``now`` (aware) and does nothing but note when it runs out.

    None where there is no such calendar, or where the target ends after its last year.
    """
    calendar = calendars.find(sla.calendar)
    if calendar is None:
        return None
    runs: list[Run] = [(run.start, run.stop) for run in before.runs] if before else []
    if before is None or not before.running:
        runs.append((now, None))
    target = before.target if before else None
    try:
        reckoning = reckon(calendar, parse_length(sla.target), runs, _RINGS, target_seconds=target, now=now)
    except CalendarError:
        return None
    return ClockReading(
        calendar=sla.calendar,
        calendar_version=1,
        zone=str(calendar.zone),
        target=reckoning.target_seconds,
        elapsed=reckoning.elapsed_seconds,
        deadline=reckoning.deadline,
        alarms=tuple(
            Alarm(id=BREACH, kind="breach", offset=ring.offset_seconds, at=ring.at)
            for ring in reckoning.alarms
        ),
    )
