"""When the demo's people are at work: weekdays, at Amsterdam's office hours."""

import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("Europe/Amsterdam")
_OPENS, _CLOSES = time(8, 20), time(17, 30)
_MINUTE = timedelta(minutes=1)


def next_working_moment(at: datetime, chance: random.Random) -> datetime:
    """The moment itself, or one in the first hour and a half of the next working day."""
    local = at.astimezone(_ZONE)
    if _at_work(local):
        return at
    if local.time() >= _CLOSES or local.weekday() > 4:
        local += timedelta(days=1)
    while local.weekday() > 4:
        local += timedelta(days=1)
    return _on(local, _OPENS) + chance.randint(1, 90) * _MINUTE


def last_working_moment(at: datetime, chance: random.Random) -> datetime:
    """The moment itself, or one in the last four hours of the working day before."""
    local = at.astimezone(_ZONE)
    if _at_work(local):
        return at
    if local.time() < _OPENS and local.weekday() <= 4:
        local -= timedelta(days=1)
    while local.weekday() > 4:
        local -= timedelta(days=1)
    return _on(local, _CLOSES) - chance.randint(5, 240) * _MINUTE


def latest_working_day(now: datetime) -> datetime:
    """When the latest working day began that is at least six hours old."""
    local = now.astimezone(_ZONE) - timedelta(hours=6)
    while local.weekday() > 4:
        local -= timedelta(days=1)
    return _on(local, time(0))


def _at_work(local: datetime) -> bool:
    return local.weekday() <= 4 and _OPENS <= local.time() < _CLOSES


def _on(local: datetime, at: time) -> datetime:
    return datetime.combine(local.date(), at, _ZONE).astimezone(UTC)
