"""A stage's clock: its target, what has elapsed, its deadline, and the moment of each alarm.

The clock runs on a *business-time axis*: every alarm is an offset in business seconds from the
clock's first start, so it keeps its place when the clock pauses. A target in working days becomes
business seconds once, from the first start; whoever keeps the clock gives those back on later calls.

Moments come back in UTC: within a zone Python compares wall times, which an hour that comes twice
puts out of order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from approvals.calendars.business_time import elapsed, end
from approvals.calendars.errors import ClockNotStarted, RunsOutOfOrder
from approvals.calendars.lengths import After, Before, Length, Moment, Share, WorkingDays
from approvals.calendars.opening_hours import BusinessCalendar
from approvals.calendars.zones import to_instant

Run = tuple[datetime, datetime | None]
"""A stretch in which the clock ran; one without a stop runs still."""

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is to happen at a moment on the clock.

    Args:
        key: the caller's name for it.
        at: a share of the target, or a distance before or after it.
        times: with ``After``: how often, at once, twice, three times … the distance.
    """

    key: str
    at: Moment
    times: int = 1


@dataclass(frozen=True, slots=True)
class AlarmTime:
    """One occurrence of an alarm.

    ``at`` is None where the clock is paused and has not come so far; an alarm that the clock has
    passed keeps the moment at which it did. An offset before the start is the start.
    """

    key: str
    occurrence: int
    offset_seconds: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A clock as computed at one moment.

    ``deadline`` is None while the clock does not run. ``reached_at`` is when the target was reached, if it
    has been: the breach.
    """

    target_seconds: int
    elapsed_seconds: int
    deadline: datetime | None
    reached_at: datetime | None
    alarms: tuple[AlarmTime, ...]


def reckon(
    calendar: BusinessCalendar,
    target: Length,
    runs: Sequence[Run],
    alarms: Sequence[Alarm] = (),
    *,
    target_seconds: int | None = None,
    now: datetime | None = None,
) -> Reckoning:
    """Compute a clock.

    Args:
        calendar: the calendar the clock started with.
        target: the length within which the stage is to be decided.
        runs: when the clock ran, in order; the last may still run. None yet: nothing has elapsed.
        alarms: what is to happen on the way and afterwards.
        target_seconds: the target as reckoned before, or as extended since; it then takes precedence.
        now: what has elapsed in a run still open is counted up to here; without it, up to its start.

    Raises:
        ClockNotStarted: a target in working days, neither runs nor ``target_seconds``.
        RunsOutOfOrder: the runs overlap or are not in order, or ``now`` lies before the last one.
        CalendarError: as ``business_time.end``.
    """
    _check(runs, now)
    clock = _Clock(calendar, runs)
    at_start = seconds_of(calendar, target, runs[0][0]) if runs else _fixed(target, target_seconds)
    seconds = at_start if target_seconds is None else target_seconds
    working_days_due = None
    if isinstance(target, WorkingDays) and seconds == at_start and clock.runs_since_start:
        # The promised local time. By business time alone, a working day from 9:00 on 9 to 17 is
        # reached at 17:00 already; the next morning at 9:00 no more of it has passed.
        working_days_due = end(calendar, runs[0][0], target).astimezone(UTC)

    def moment(offset: int) -> datetime | None:
        if offset == seconds and working_days_due is not None:
            return working_days_due
        return clock.moment(offset)

    spent = clock.elapsed(now)
    due = moment(seconds)
    reached = (
        spent >= seconds * _SECOND and due is not None and (now is None or to_instant(due) <= to_instant(now))
    )
    return Reckoning(
        target_seconds=seconds,
        elapsed_seconds=spent // _SECOND,
        deadline=due if clock.running else None,
        reached_at=due if reached else None,
        alarms=tuple(
            AlarmTime(alarm.key, occurrence, offset, moment(offset))
            for alarm in alarms
            for occurrence, offset in enumerate(offsets(alarm, seconds), 1)
        ),
    )


def seconds_of(calendar: BusinessCalendar, length: Length, since: datetime) -> int:
    """A length as business seconds; working days are counted from ``since``."""
    if isinstance(length, WorkingDays):
        length = elapsed(calendar, since, end(calendar, since, length))
    return _rounded(length)


def offsets(alarm: Alarm, target_seconds: int) -> Iterator[int]:
    """Where an alarm's occurrences stand: business seconds from the first start, never before it."""
    match alarm.at:
        case Share(percent):
            share = target_seconds * percent / 100
            yield int(share.to_integral_value(ROUND_HALF_UP))
        case Before(by):
            yield max(0, target_seconds - _rounded(by))
        case After(by):
            for occurrence in range(1, alarm.times + 1):
                yield target_seconds + occurrence * _rounded(by)


class _Clock:
    """The runs of a clock, with the business time that had passed when each began."""

    def __init__(self, calendar: BusinessCalendar, runs: Sequence[Run]) -> None:
        self.calendar = calendar
        self.runs = runs
        self.before: list[timedelta] = []
        passed = timedelta()
        for start, stop in runs:
            self.before.append(passed)
            passed += elapsed(calendar, start, stop) if stop else timedelta()
        self.passed = passed

    @property
    def running(self) -> bool:
        return bool(self.runs) and self.runs[-1][1] is None

    @property
    def runs_since_start(self) -> bool:
        return len(self.runs) == 1 and self.running

    def elapsed(self, now: datetime | None) -> timedelta:
        if now is None or not self.running:
            return self.passed
        return self.passed + elapsed(self.calendar, self.runs[-1][0], now)

    def moment(self, offset: int) -> datetime | None:
        """When the clock comes, or came, so far; None where it stands still before that."""
        length = offset * _SECOND
        reached_by_run = [*self.before[1:], self.passed]
        for (start, _), before, reached in zip(self.runs, self.before, reached_by_run, strict=False):
            if length <= reached:
                return end(self.calendar, start, length - before).astimezone(UTC)
        if not self.running:
            return None
        return end(self.calendar, self.runs[-1][0], length - self.passed).astimezone(UTC)


def _fixed(target: Length, target_seconds: int | None) -> int:
    if target_seconds is not None:
        return target_seconds
    if isinstance(target, WorkingDays):
        raise ClockNotStarted
    return _rounded(target)


def _check(runs: Sequence[Run], now: datetime | None) -> None:
    """By instants: within one zone Python compares wall times, and these may run backwards."""
    at: datetime | None = None
    for index, (start, stop) in enumerate(runs):
        if at is not None and to_instant(start) < to_instant(at):
            raise RunsOutOfOrder(f"The run from {start.isoformat()} starts before the one before it stopped.")
        if stop is None and index < len(runs) - 1:
            raise RunsOutOfOrder(f"The run from {start.isoformat()} has no stop, but is not the last.")
        if stop is not None and to_instant(stop) < to_instant(start):
            raise RunsOutOfOrder(f"The run from {start.isoformat()} stops before it starts.")
        at = stop or start
    if now is not None and at is not None and to_instant(now) < to_instant(at):
        raise RunsOutOfOrder(f"It cannot be {now.isoformat()}: the clock's last run is of {at.isoformat()}.")


def _rounded(length: timedelta) -> int:
    return int((Decimal(length // timedelta(microseconds=1)) / 1_000_000).to_integral_value(ROUND_HALF_UP))
