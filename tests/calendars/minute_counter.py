"""Business time counted the slow way: minute by minute, with nothing of the product in it.

Every minute of some days is looked at once. Where a wall clock shows a time for the first time is
looked up in what that walk saw; a time it never showed lies in a gap, and moves forward by the gap.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

Window = tuple[int, int]
"""Minutes from midnight; an end not after the start lies in the next day."""


class Walk:
    """What a wall clock showed at every minute of some days."""

    def __init__(self, zone: str, first: datetime, days: int) -> None:
        self.first = first
        self.days = days
        self.shown: list[datetime] = []
        self.gaps: list[tuple[datetime, datetime]] = []
        self._first_shown: dict[datetime, int] = {}
        wall = ZoneInfo(zone)
        for number in range(days * 1440):
            shows = (first + number * MINUTE).astimezone(wall).replace(tzinfo=None, fold=0)
            if self.shown and shows > self.shown[-1] + MINUTE:
                self.gaps.append((self.shown[-1] + MINUTE, shows))
            self.shown.append(shows)
            self._first_shown.setdefault(shows, number)

    def minute_of(self, wall: datetime) -> int:
        """The minute at which the clock first shows a time."""
        for start, end in self.gaps:
            if start <= wall < end:
                wall += end - start
        return self._first_shown[wall]

    def skips(self, midnight: datetime) -> bool:
        """Whether the clock shows no time of a day."""
        return any(start <= midnight and midnight + DAY <= end for start, end in self.gaps)


@cache
def walk(zone: str, year: int, month: int, day: int) -> Walk:
    """From six days before a date to fourteen after."""
    return Walk(zone, datetime(year, month, day, tzinfo=UTC) - 6 * DAY, 20)


class MinuteCounter:
    """Which minutes of a walk are open."""

    def __init__(self, walk: Walk, week: Mapping[int, Sequence[Window]], closed: frozenset[date]) -> None:
        self.first = walk.first
        self.open = bytearray(walk.days * 1440)
        for number in range(2, walk.days - 4):
            midnight = datetime.combine(walk.first.date() + number * DAY, datetime.min.time())
            if walk.skips(midnight):
                continue
            for start, end in week.get(midnight.weekday(), ()):
                a = walk.minute_of(midnight + start * MINUTE)
                b = walk.minute_of(midnight + (end + 1440 * (end <= start)) * MINUTE)
                self.open[a:b] = b"\1" * max(0, b - a)
        for number, shows in enumerate(walk.shown):
            if shows.date() in closed:
                self.open[number] = 0

    def number(self, moment: datetime) -> int:
        """Which minute of the walk a moment is."""
        return (moment - self.first) // MINUTE

    def count(self, start: datetime, end: datetime) -> timedelta:
        """The open minutes from start to end."""
        return sum(self.open[self.number(start) : self.number(end)]) * MINUTE

    def end(self, start: datetime, length: int, horizon: datetime) -> datetime | None:
        """The first moment at which so many minutes have been counted; None if that is after the horizon."""
        for number in range(self.number(start), self.number(horizon) + 1):
            if length == 0:
                return self.first + number * MINUTE
            length -= self.open[number]
        return None
