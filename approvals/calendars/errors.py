"""What can be wrong with a calendar, a length or a moment, each with a code and a sentence."""

from dataclasses import dataclass


class CalendarError(Exception):
    """Base of everything this app refuses.

    Args:
        code: what a program reads, in snake_case, never changed once published.
        message: a sentence that tells a person what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a calendar file: where it stands, and what is wrong there."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class InvalidCalendar(CalendarError):
    """A calendar definition that cannot be used (code ``invalid_calendar``); lists every problem found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        sentence = "; ".join(map(str, problems))
        super().__init__("invalid_calendar", f"The calendar cannot be used. {sentence}")
        self.problems = problems


class InvalidLength(CalendarError):
    """A length of business time, or a moment on a clock, that nobody can read (code ``invalid_length``)."""

    def __init__(self, message: str) -> None:
        super().__init__("invalid_length", message)


class InvalidInstant(CalendarError):
    """A point in time that is not one: unreadable, or without a zone where one is needed (``invalid_instant``)."""

    def __init__(self, message: str) -> None:
        super().__init__("invalid_instant", message)


class EndBeforeStart(CalendarError):
    """A span that ends before it starts (code ``end_before_start``)."""

    def __init__(self, message: str) -> None:
        super().__init__("end_before_start", message)


class OutsideYears(CalendarError):
    """A point in time in a year for which no calendar is kept (code ``outside_years``)."""

    def __init__(self, message: str) -> None:
        super().__init__("outside_years", message)


class BeyondHorizon(CalendarError):
    """A length that does not end before the last year for which calendars are kept (``beyond_horizon``)."""

    def __init__(self, message: str) -> None:
        super().__init__("beyond_horizon", message)


class RunsOutOfOrder(CalendarError):
    """Stretches of a clock that overlap, run backwards, or go on after an open one (``runs_out_of_order``)."""

    def __init__(self, message: str) -> None:
        super().__init__("runs_out_of_order", message)


class ClockNotStarted(CalendarError):
    """Working days asked of a clock that has not started, so nobody knows yet which (``clock_not_started``)."""

    def __init__(self) -> None:
        super().__init__(
            "clock_not_started",
            "A target in working days becomes business time only when the clock starts: give its first run.",
        )


class UnknownCalendar(CalendarError):
    """No calendar, or no such version of it, has been published (code ``unknown_calendar``)."""

    def __init__(self, message: str) -> None:
        super().__init__("unknown_calendar", message)
