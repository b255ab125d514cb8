"""When a stage's clock is due, and whom its alarms concern."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from approvals.calendars import services as calendars
from approvals.engine.policy import Participant, Sla
from approvals.engine.state import Clock, Run
from approvals.engine.work import ClockReading, ClockWork
from approvals.people.models import Person
from approvals.policies.preparation import prepare_clock, prepare_stage
from tests.policies.cast import NOW, OFFICE, away, group, office, person, role, work

pytestmark = pytest.mark.django_db

HOUR = 3_600


@pytest.fixture(autouse=True)
def ana() -> Person:
    """Ana below Max, below Ines; the policy's owner; and the calendar "office"."""
    office()
    person("owner")
    return person("ana", person("max", person("ines")))


def started(sla: Mapping[str, object], now: datetime = NOW) -> ClockReading:
    """The clock of a stage for Ana's manager."""
    plan = prepare_stage(work({"participants": [{"manager": 1}], "sla": {"calendar": "office", **sla}}), now)
    assert plan.reason == ""
    assert plan.clock is not None
    return plan.clock


def anew(
    sla: Mapping[str, object], clock: Clock, now: datetime, asked: tuple[str, ...] = ("max",)
) -> ClockReading:
    """A running clock computed anew."""
    return prepare_clock(
        ClockWork(
            id="check.1.clock-1",
            request="r",
            round=1,
            sla=Sla.model_validate({"calendar": "office", **sla}),
            clock=clock,
            asked=asked,
            owner=Participant(user="owner"),
            fields=(),
            requester="ana",
            form={},
        ),
        now,
    )


def running(reading: ClockReading, *runs: Run, extensions: tuple[str, ...] = ()) -> Clock:
    """The clock that the engine keeps of a reading."""
    values = reading.model_dump()
    return Clock.model_validate({**values, "runs": runs or (Run(start=NOW),), "extensions": extensions})


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of March 2026 in Amsterdam's winter, as an instant."""
    return datetime(2026, 3, day, hour - 1, minute, tzinfo=UTC)


def test_a_clock_starts_now() -> None:
    clock = started({"target": "PT8H"})
    assert (clock.calendar, clock.calendar_version, clock.zone) == ("office", 1, "Europe/Amsterdam")
    assert (clock.target, clock.elapsed, clock.deadline) == (8 * HOUR, 0, at(5, 10))


def test_working_days_become_business_seconds_once() -> None:
    clock = started({"target": "2wd"})
    assert (clock.target, clock.deadline) == (16 * HOUR, at(6, 10))


def test_alarms_stand_in_order_with_the_breach_first_among_equals() -> None:
    sla = {
        "target": "PT8H",
        "reminders": [{"at": "PT2H after", "times": 2}, {"at": "100%"}, {"at": "PT1H before"}],
        "levels": [
            {"at": "PT2H after", "do": "remind"},
            {"at": "100%", "do": "raise_priority"},
            {"at": "PT4H after", "do": "remind", "times": 2},
        ],
    }
    alarms = started(sla).alarms
    assert [(alarm.id, alarm.offset // HOUR) for alarm in alarms] == [
        ("reminder-2", 7),
        ("breach", 8),
        ("reminder-1", 8),
        ("level-1", 8),
        ("reminder-0.1", 10),
        ("level-0", 10),
        ("reminder-0.2", 12),
        ("level-2.1", 12),
        ("level-2.2", 16),
    ]
    assert [(alarm.kind, alarm.index) for alarm in alarms[:2]] == [("reminder", 2), ("breach", 0)]
    assert alarms[0].at == at(4, 17)
    assert alarms[-1].at == at(6, 10)


def test_times_without_after_happens_once() -> None:
    clock = started({"target": "PT8H", "reminders": [{"at": "50%", "times": 5}]})
    assert [alarm.id for alarm in clock.alarms] == ["reminder-0", "breach"]


def test_each_level_knows_its_people() -> None:
    bo = person("bo")
    group("duty", bo, Person.objects.get(username="ana"))
    away(bo, date(2026, 3, 6), person("cara"))
    role("empty")
    levels = [
        {"at": "100%", "do": "notify", "up": 1},
        {"at": "100%", "do": "add", "to": [{"group": "duty"}, {"owner": True}]},
        {"at": "100%", "do": "reassign", "to": [{"role": "empty"}]},
        {"at": "100%", "do": "notify", "up": 2},
        {"at": "100%", "do": "raise_priority"},
    ]
    clock = started({"target": "PT8H", "levels": levels})
    people = [[c.person for c in alarm.people] for alarm in clock.alarms if alarm.kind == "level"]
    assert people == [["ines"], ["cara", "owner"], [], [], []]
    first, second = clock.alarms[1].people[0], clock.alarms[2].people[0]
    assert first.why == "Ines is the manager of Max, who was asked."
    assert second.instead_of == "bo"


def test_managers_of_many_come_once() -> None:
    group("team", *(person(f"p{number}", Person.objects.get(username="ines")) for number in range(3)))
    sla = {"target": "PT8H", "calendar": "office", "levels": [{"at": "100%", "do": "notify", "up": 1}]}
    plan = prepare_stage(work({"participants": [{"group": "team"}], "sla": sla}), NOW)
    assert plan.clock is not None
    assert [candidate.person for candidate in plan.clock.alarms[-1].people] == ["ines"]


def test_without_a_seat_the_ladder_goes_up_from_the_owner() -> None:
    Person.objects.filter(username="owner").update(manager=Person.objects.get(username="ines"))
    sla = {"target": "PT8H", "calendar": "office", "levels": [{"at": "100%", "do": "notify", "up": 1}]}
    plan = prepare_stage(work({"participants": [{"group": "none"}], "sla": sla}), NOW)
    assert plan.clock is not None
    assert [candidate.person for candidate in plan.clock.alarms[-1].people] == ["ines"]


def test_a_stage_without_an_sla_has_no_clock() -> None:
    assert prepare_stage(work({"participants": [{"manager": 1}]}), NOW).clock is None


def test_a_calendar_that_is_not_there_leaves_the_stage_without_a_deadline() -> None:
    sla = {"target": "PT8H", "calendar": "none"}
    plan = prepare_stage(work({"participants": [{"manager": 1}], "sla": sla}), NOW)
    assert plan.clock is None
    assert len(plan.seats) == 1
    assert plan.reason.startswith('This stage has no deadline. There is no calendar "none"')


def test_elapsed_time_is_carried_over_a_return() -> None:
    sla: dict[str, object] = {"target": "PT8H", "reminders": [{"at": "50%"}]}
    stopped = running(started(sla), Run(start=NOW, stop=at(4, 13)))
    again = work({"participants": [{"manager": 1}], "sla": {"calendar": "office", **sla}})
    plan = prepare_stage(again.model_copy(update={"clock": stopped}), at(6, 9))
    assert plan.clock is not None
    assert (plan.clock.elapsed, plan.clock.target) == (3 * HOUR, 8 * HOUR)
    assert plan.clock.deadline == at(6, 14)
    assert {alarm.id: alarm.at for alarm in plan.clock.alarms} == {
        "reminder-0": at(6, 10),
        "breach": at(6, 14),
    }


def test_a_clock_keeps_the_calendar_it_started_with() -> None:
    clock = running(started({"target": "PT8H"}))
    calendars.publish({**OFFICE, "week": {"mon": ["09:00-10:00"]}}, "")
    reading = anew({"target": "PT8H"}, clock, at(4, 12))
    assert (reading.calendar_version, reading.deadline, reading.elapsed) == (1, at(5, 10), 2 * HOUR)
    assert started({"target": "PT1H"}).calendar_version == 2


def test_a_pause_moves_the_deadline_by_what_it_took() -> None:
    clock = running(started({"target": "PT8H"}), Run(start=NOW, stop=at(4, 12)), Run(start=at(5, 9)))
    assert anew({"target": "PT8H"}, clock, at(5, 9)).deadline == at(5, 15)


@pytest.mark.parametrize(
    ("extensions", "hours", "deadline"),
    [
        (("PT4H",), 12, at(5, 14)),
        (("1wd",), 16, at(6, 10)),
        (("PT2H", "1wd"), 18, at(6, 12)),
        (("PT9999H", "PT1H", "999wd"), 9 + 9_999 + 8 * 999, None),
    ],
)
def test_extensions_are_added_to_the_target(
    extensions: tuple[str, ...], hours: int, deadline: datetime | None
) -> None:
    sla: dict[str, object] = {"target": "PT8H", "reminders": [{"at": "PT1H before"}]}
    reading = anew(sla, running(started(sla), extensions=extensions), at(4, 12))
    assert reading.target == hours * HOUR
    assert deadline in (None, reading.deadline)
    assert reading.alarms[0].offset == (hours - 1) * HOUR


def test_an_extension_beyond_the_calendars_years_is_left_out() -> None:
    clock = running(started({"target": "PT8H"})).model_copy(update={"extensions": ("PT99999999H", "PT1H")})
    assert anew({"target": "PT8H"}, clock, NOW).target == 9 * HOUR


def test_the_ladder_follows_those_who_are_asked_now() -> None:
    sla: dict[str, object] = {"target": "PT8H", "levels": [{"at": "100%", "do": "notify", "up": 1}]}
    person("bo", person("cara"))
    reading = anew(sla, running(started(sla)), NOW, asked=("bo",))
    assert [candidate.person for candidate in reading.alarms[-1].people] == ["cara"]


def test_time_never_runs_backwards_between_two_hosts() -> None:
    clock = running(started({"target": "PT8H"}))
    assert anew({"target": "PT8H"}, clock, NOW - timedelta(seconds=2)).elapsed == 0
