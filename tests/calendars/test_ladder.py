"""A stage's clock: target, elapsed, deadline and alarms, through pauses and working days."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.calendars.business_time import intervals
from approvals.calendars.errors import ClockNotStarted, RunsOutOfOrder
from approvals.calendars.ladder import Alarm, Reckoning, Run, reckon, seconds_of
from approvals.calendars.lengths import WorkingDays, parse_length, parse_moment
from tests.calendars.build import at, workdays

OFFICE = workdays("09:00-17:00", zone="Europe/Amsterdam")
HOUR = 3600


def when(text: str) -> datetime:
    return at(OFFICE, text)


def runs(*texts: tuple[str, str | None]) -> list[Run]:
    return [(when(start), when(stop) if stop else None) for start, stop in texts]


def local(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(OFFICE.zone).strftime("%a %d %H:%M")


def alarms(clock: Reckoning) -> list[tuple[str, int, str | None]]:
    return [(alarm.key, alarm.offset_seconds // HOUR, local(alarm.at)) for alarm in clock.alarms]


LADDER = (
    Alarm("half", parse_moment("50%")),
    Alarm("soon", parse_moment("PT2H before")),
    Alarm("late", parse_moment("PT8H after"), times=3),
)


def test_a_running_clock_has_a_deadline_and_the_moment_of_each_alarm() -> None:
    clock = reckon(OFFICE, parse_length("PT16H"), runs(("2026-03-05T14:00", None)), LADDER)
    assert (clock.target_seconds, clock.elapsed_seconds, local(clock.deadline)) == (
        16 * HOUR,
        0,
        "Mon 09 14:00",
    )
    assert alarms(clock) == [
        ("half", 8, "Fri 06 14:00"),
        ("soon", 14, "Mon 09 12:00"),
        ("late", 24, "Tue 10 14:00"),
        ("late", 32, "Wed 11 14:00"),
        ("late", 40, "Thu 12 14:00"),
    ]
    assert [alarm.occurrence for alarm in clock.alarms] == [1, 1, 1, 2, 3]
    assert clock.reached_at is None


def test_a_paused_clock_has_no_deadline_and_keeps_what_has_passed() -> None:
    clock = reckon(OFFICE, parse_length("PT16H"), runs(("2026-03-05T14:00", "2026-03-06T15:00")), LADDER)
    assert (clock.elapsed_seconds, clock.deadline) == (9 * HOUR, None)
    assert alarms(clock)[:2] == [("half", 8, "Fri 06 14:00"), ("soon", 14, None)]


def test_a_resumed_clock_goes_on_where_it_was() -> None:
    ran = runs(("2026-03-05T14:00", "2026-03-06T15:00"), ("2026-03-11T10:00", None))
    clock = reckon(OFFICE, parse_length("PT16H"), ran, LADDER, now=when("2026-03-11T12:00"))
    assert (clock.elapsed_seconds, local(clock.deadline)) == (11 * HOUR, "Wed 11 17:00")
    assert alarms(clock)[:2] == [("half", 8, "Fri 06 14:00"), ("soon", 14, "Wed 11 15:00")]


def test_the_breach_is_when_the_target_was_reached() -> None:
    ran = runs(("2026-03-05T14:00", None))
    before = reckon(OFFICE, parse_length("PT8H"), ran, now=when("2026-03-06T13:59:59"))
    after = reckon(OFFICE, parse_length("PT8H"), ran, now=when("2026-03-06T14:00"))
    stopped = reckon(OFFICE, parse_length("PT8H"), runs(("2026-03-05T14:00", "2026-03-09T10:00")))
    assert before.reached_at is None
    assert local(after.reached_at) == local(stopped.reached_at) == "Fri 06 14:00"


def test_working_days_become_business_seconds_from_the_first_start() -> None:
    clock = reckon(
        OFFICE, WorkingDays(2), runs(("2026-03-05T14:00", None)), [Alarm("half", parse_moment("50%"))]
    )
    assert (clock.target_seconds, local(clock.deadline)) == (16 * HOUR, "Mon 09 14:00")
    assert alarms(clock) == [("half", 8, "Fri 06 14:00")]
    ran = runs(("2026-03-05T14:00", "2026-03-05T16:00"), ("2026-03-09T10:00", None))
    resumed = reckon(OFFICE, WorkingDays(2), ran, target_seconds=clock.target_seconds)
    assert (resumed.target_seconds, local(resumed.deadline)) == (16 * HOUR, "Tue 10 16:00")


def test_a_working_day_from_opening_ends_at_the_next_opening() -> None:
    clock = reckon(
        OFFICE, WorkingDays(1), runs(("2026-03-06T09:00", None)), [Alarm("due", parse_moment("100%"))]
    )
    assert (clock.target_seconds, local(clock.deadline)) == (8 * HOUR, "Mon 09 09:00")
    assert alarms(clock) == [("due", 8, "Mon 09 09:00")]
    evening = reckon(OFFICE, WorkingDays(1), runs(("2026-03-06T09:00", None)), now=when("2026-03-06T20:00"))
    assert evening.reached_at is None


def test_an_extended_target_takes_precedence() -> None:
    ran = runs(("2026-03-05T14:00", None))
    extension = seconds_of(OFFICE, parse_length("PT4H"), ran[0][0])
    clock = reckon(OFFICE, WorkingDays(1), ran, target_seconds=8 * HOUR + extension)
    assert (clock.target_seconds, local(clock.deadline)) == (12 * HOUR, "Mon 09 10:00")


def test_an_extension_in_working_days_counts_from_the_deadline() -> None:
    deadline = when("2026-03-06T14:00")
    assert seconds_of(OFFICE, WorkingDays(2), deadline) == 16 * HOUR


def test_an_alarm_before_the_start_is_at_the_start() -> None:
    ran = runs(("2026-03-07T14:00", None))
    clock = reckon(OFFICE, parse_length("PT2H"), ran, [Alarm("soon", parse_moment("PT4H before"))])
    assert alarms(clock) == [("soon", 0, "Sat 07 14:00")]


def test_a_clock_that_has_not_started_knows_only_its_target() -> None:
    clock = reckon(OFFICE, parse_length("PT8H"), [], LADDER)
    assert (clock.target_seconds, clock.elapsed_seconds, clock.deadline) == (8 * HOUR, 0, None)
    assert {alarm.at for alarm in clock.alarms} == {None}
    assert reckon(OFFICE, WorkingDays(1), [], target_seconds=7).target_seconds == 7
    with pytest.raises(ClockNotStarted):
        reckon(OFFICE, WorkingDays(1), [])


@pytest.mark.parametrize(
    "ran",
    [
        [("2026-03-05T14:00", "2026-03-05T13:00")],
        [("2026-03-05T14:00", None), ("2026-03-06T14:00", None)],
        [("2026-03-05T14:00", "2026-03-06T14:00"), ("2026-03-06T13:00", None)],
    ],
)
def test_runs_out_of_order_are_refused(ran: list[tuple[str, str | None]]) -> None:
    with pytest.raises(RunsOutOfOrder):
        reckon(OFFICE, parse_length("PT8H"), runs(*ran))


def test_a_clock_cannot_be_read_before_its_last_run() -> None:
    with pytest.raises(RunsOutOfOrder):
        reckon(OFFICE, parse_length("PT8H"), runs(("2026-03-05T14:00", None)), now=when("2026-03-05T13:00"))


def test_an_hour_that_comes_twice_is_not_out_of_order() -> None:
    late = when("2026-10-25T02:50")
    again = when("2026-10-25T02:10").replace(fold=1)
    clock = reckon(OFFICE, parse_length("PT8H"), [(late, again), (again, None)])
    assert local(clock.deadline) == "Mon 26 17:00"


instants = st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 20), timezones=st.just(OFFICE.zone))  # noqa: DTZ001


@settings(deadline=None)
@given(st.lists(instants, min_size=1, max_size=9, unique=True), st.integers(1, 200))
def test_elapsed_plus_what_is_left_is_the_target(moments: list[datetime], hours: int) -> None:
    ordered = sorted(moments, key=datetime.timestamp)
    stops: list[datetime | None] = [*ordered[1::2]]
    ran: list[Run] = list(zip(ordered[::2], [*stops, None], strict=False))
    clock = reckon(OFFICE, timedelta(hours=hours), ran, [Alarm("due", parse_moment("100%"))])
    reached = clock.elapsed_seconds >= hours * HOUR
    assert reached == (clock.reached_at is not None)
    assert (clock.deadline is not None) == (ran[-1][1] is None)
    due = clock.alarms[0].at
    if due is None:
        assert ran[-1][1] is not None
        assert not reached
        return
    spent = timedelta()
    for start, stop in ran:  # what had passed by then, counted anew
        until = min(stop or due, due, key=datetime.timestamp)
        if start.timestamp() < until.timestamp():
            spans = intervals(OFFICE, start, until)
            spent += sum((timedelta(seconds=b.timestamp() - a.timestamp()) for a, b in spans), timedelta())
    assert abs(spent - timedelta(hours=hours)) < timedelta(seconds=1)
