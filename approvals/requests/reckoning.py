"""A deadline, explained: every stretch of time since the clock started, counted or not, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from approvals.calendars import services as calendars
from approvals.calendars.explanation import Stretch, explain
from approvals.calendars.rows import Rows, exactly, rows
from approvals.engine.events import AnyEvent, DeadlineExtended
from approvals.engine.policy import Sla
from approvals.engine.state import Alarm, Clock, RequestState
from approvals.policies.description import REMINDER, Names, length, level_text


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that the clock does at a point of business time. ``at`` is None while it stands still."""

    what: str
    after: str
    at: datetime | None
    done: bool


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How a stage's deadline comes about. Durations are business time, in words.

    Args:
        allowed: the target as the policy writes it.
        target: what that came to, extensions included; ``extensions`` names each of those.
        rows: every stretch up to the deadline, or to where the clock stands still.
    """

    stage: str
    calendar: str
    calendar_key: str
    calendar_version: int
    zone: str
    allowed: str
    target: str
    extensions: tuple[str, ...]
    deadline: datetime | None
    running: bool
    rows: Rows
    moments: tuple[Moment, ...]


def reckoning(state: RequestState, stage: str, events: Iterable[AnyEvent]) -> Reckoning | None:
    """The deadline of a stage, explained; None where the stage has no clock.

    Raises:
        CalendarError: the version of the calendar that the clock started with is gone.
    """
    where = state.stages.get(stage)
    rules = state.policy.stage(stage) if where else None
    if where is None or rules is None or rules.sla is None or where.clock is None or not where.clock.runs:
        return None
    clock = where.clock
    return Reckoning(
        stage=rules.title,
        calendar=calendars.get(clock.calendar, clock.calendar_version).calendar.name,
        calendar_key=clock.calendar,
        calendar_version=clock.calendar_version,
        zone=clock.zone,
        allowed=length(rules.sla.target),
        target=exactly(timedelta(seconds=clock.target)),
        extensions=tuple(
            length(event.by)
            for event in events
            if isinstance(event, DeadlineExtended) and event.stage == stage
        ),
        deadline=clock.deadline,
        running=clock.running,
        rows=rows(_stretches(clock)),
        moments=tuple(_moment(alarm, rules.sla, clock, Names(state.policy)) for alarm in clock.alarms),
    )


def _stretches(clock: Clock) -> tuple[Stretch, ...]:
    """From the first start to the deadline; where the clock stands still, to where it stopped."""
    calendar = calendars.business_calendar(calendars.get(clock.calendar, clock.calendar_version))
    start, last = clock.runs[0].start, clock.runs[-1]
    end = clock.deadline if clock.running and clock.deadline else last.stop or last.start
    pauses = [
        (one.stop, following.start)
        for one, following in zip(clock.runs, clock.runs[1:], strict=False)
        if one.stop is not None
    ]
    return explain(calendar, start, max(start, end), pauses)


def _moment(alarm: Alarm, sla: Sla, clock: Clock, names: Names) -> Moment:
    what = "the deadline"
    if alarm.kind == "reminder":
        what = REMINDER
    elif alarm.kind == "level":
        what = level_text(sla.levels[alarm.index], names)
    after = exactly(timedelta(seconds=alarm.offset))
    return Moment(what[:1].upper() + what[1:], after, alarm.at, alarm.id in clock.fired)
