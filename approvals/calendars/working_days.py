"""Lengths in working days: one ends at the same local time the next working day.

A *working day* is a local day that has windows of its own and is no holiday. The hours after
midnight of a window that runs into the next day belong to the day on which the window started.

- A start in open time (its closing moment included) keeps its local time: Friday 14:00 + 1wd is
  Monday 14:00, Friday 17:00 + 1wd on 9 to 17 is Monday 17:00.
- A start at another time counts from the next opening, so that nobody is given less than the days
  promised: Saturday 11:00 + 1wd on 9 to 17 counts from Monday 9:00 and is Tuesday 9:00.
- If that local time is closed on the last day, the length ends at the last closing before it on
  that day (Thursday 16:30 + 1wd, closed on Friday from 16:00: Friday 16:00), or, where nothing was
  open before it, at that day's first opening.
- A local time that does not exist on the last day, or comes twice, is settled as for windows.
"""

from datetime import UTC, date

from approvals.calendars.errors import BeyondHorizon
from approvals.calendars.lengths import WorkingDays, format_length
from approvals.calendars.opening_hours import BusinessCalendar, Span
from approvals.calendars.years import LAST_YEAR
from approvals.calendars.zones import DAY, EPOCH_DAY, from_instant, to_instant


def working_days_end(calendar: BusinessCalendar, start: int, length: WorkingDays) -> int:
    """The instant at which so many working days from an instant end.

    Raises:
        BeyondHorizon: it lies after the last kept year.
        OutsideYears: ``start`` lies outside the kept years.
    """
    calendar.year_of(start)
    if length.days == 0:
        return start
    at = _Walk(calendar, start, length)
    day, opened = at.day_of_start()
    since_midnight = at.local(opened) - (day - EPOCH_DAY) * DAY
    for _ in range(length.days):
        day = at.next_working_day(day + 1)
    return _within(calendar.windows_of(day), calendar.wall_time(day, since_midnight))


class _Walk:
    """From working day to working day, up to the last kept year."""

    def __init__(self, calendar: BusinessCalendar, start: int, length: WorkingDays) -> None:
        self.calendar = calendar
        self.start = start
        self.length = length
        self._end = date(LAST_YEAR + 1, 1, 1).toordinal()

    def local(self, instant: int) -> int:
        """An instant's wall time, as microseconds from 1970-01-01 00:00 of the same wall clock."""
        return to_instant(from_instant(instant, self.calendar.zone).replace(tzinfo=UTC))

    def day_of_start(self) -> tuple[int, int]:
        """The working day that the start belongs to, and the instant from which is counted."""
        today = self.local(self.start) // DAY + EPOCH_DAY
        near = [day for day in (today, today - 1, today - 2) if self.calendar.is_working_day(day)]
        spans = [(day, span) for day in near for span in self.calendar.windows_of(day)]
        for day, (a, b) in spans:
            if a <= self.start < b:
                return day, self.start
        for day, (_, b) in spans:
            if self.start == b:
                return day, self.start
        return self._next_opening(today - 1)

    def _next_opening(self, day: int) -> tuple[int, int]:
        while True:
            day = self.next_working_day(day)
            for a, _ in self.calendar.windows_of(day):
                if a > self.start:
                    return day, a
            day += 1

    def next_working_day(self, day: int) -> int:
        """The first working day from a day on."""
        while day < self._end:
            if self.calendar.is_working_day(day):
                return day
            day += 1
        raise BeyondHorizon(
            f"{format_length(self.length)} from {from_instant(self.start, self.calendar.zone).isoformat()} "
            f"ends after {LAST_YEAR}, the last year of a calendar: choose a shorter length."
        )


def _within(windows: list[Span], instant: int) -> int:
    """The instant itself if it is open or a closing, else the closing before or the first opening."""
    reached = [min(instant, b) for a, b in windows if a <= instant]
    return reached[-1] if reached else windows[0][0]
