"""A clock that starts, stops, pauses and resumes: its runs, and when its instants hold."""

from datetime import datetime
from typing import Any

from approvals.engine.state import Clock, Run
from approvals.engine.work import ClockReading


def started(before: Clock | None, reading: ClockReading | None, at: datetime) -> Clock | None:
    """Time counts from now, by these instants; None where the stage has no deadline."""
    if reading is None:
        return None
    runs = (*(before.runs if before else ()), Run(start=at))
    if before is None:
        return Clock.model_construct(runs=runs, **values_of(reading))
    return before.model_copy(update={"runs": runs, **values_of(reading)})


def stopped(clock: Clock, at: datetime) -> Clock:
    """Time no longer counts; the instants stay, as a record of what was due."""
    if not clock.running:
        return clock
    return clock.model_copy(
        update={"runs": (*clock.runs[:-1], clock.runs[-1].model_copy(update={"stop": at}))}
    )


def paused(clock: Clock, at: datetime) -> Clock:
    """Time does not count for now: while paused there is no deadline, only the runs so far."""
    alarms = tuple(alarm.model_copy(update={"at": None}) for alarm in clock.alarms)
    return stopped(clock, at).model_copy(update={"deadline": None, "alarms": alarms})


def resumed(clock: Clock, at: datetime) -> Clock:
    """Time counts again; what is due when is to be computed anew."""
    if clock.running:
        return clock
    return clock.model_copy(
        update={"runs": (*clock.runs, Run(start=at)), "stale": True, "number": clock.number + 1}
    )


def outdated(clock: Clock) -> Clock:
    """Its instants hold no longer: they are to be computed anew, under the next number."""
    return clock.model_copy(update={"stale": True, "number": clock.number + 1})


def values_of(reading: ClockReading) -> dict[str, Any]:
    """A reading's values, each still a model of its own; it answers whatever made the clock stale."""
    values = {name: getattr(reading, name) for name in type(reading).model_fields}
    return {**values, "stale": False, "extensions": ()}
