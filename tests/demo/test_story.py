"""The story's files go together with each other and with the library; time passes as it does at work."""

import random
from datetime import UTC, date, datetime

import pytest

from approvals.demo.courses import Beat, Course, Pace, all_courses, beats, draw, facts
from approvals.demo.forms import Writer
from approvals.demo.hours import last_working_moment, latest_working_day, next_working_moment
from approvals.demo.people import cast
from approvals.demo.story import read_story
from approvals.engine.forms import form_faults
from approvals.engine.policy import Policy
from approvals.policies.services import LIBRARY, parse

LIBRARY_POLICIES: dict[str, Policy] = {
    policy.key: policy for path in LIBRARY.glob("*.yaml") for policy in [parse(path.read_text("utf-8"))]
}


def courses() -> list[Course]:
    """Every course of the demo."""
    return all_courses(random.Random(7))


def test_a_course_is_read_word_by_word() -> None:
    assert beats("administration- resubmit budget-owner+ wait") == (
        Beat("reject", "administration"),
        Beat("resubmit"),
        Beat("approve", "budget-owner"),
        Beat("wait"),
    )
    with pytest.raises(ValueError, match='"sleep" is no beat of a course'):
        beats("sleep")


def test_courses_name_stages_of_their_policies() -> None:
    for course in courses():
        assert course.stages <= {stage.id for stage in LIBRARY_POLICIES[course.policy].stages}


def test_the_same_seed_gives_the_same_courses() -> None:
    assert courses() == courses()


def test_every_form_is_one_that_its_policy_takes() -> None:
    writer = Writer(random.Random(3))
    handles = {person.handle for person in cast().people}
    for course in courses():
        fields = LIBRARY_POLICIES[course.policy].form
        form = writer.form(course, date(2026, 3, 18))
        assert form_faults(fields, form) == {}
        better = writer.correct(form)
        assert better != form
        assert form_faults(fields, better) == {}
        assert writer.requester(course.policy, form) in handles


def test_a_policy_without_a_story_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="The demo has no story for sabbatical"):
        Writer(random.Random(1)).form(Course("sabbatical", (), 1), date(2026, 3, 18))


def test_whoever_rejects_or_asks_says_why() -> None:
    words = read_story("words")
    assert all(said for act in ("reject", "request_changes") for some in words[act].values() for said in some)
    assert {stage for act in ("approve", "reject", "request_changes") for stage in words[act]} - {"any"} <= {
        stage.id for policy in LIBRARY_POLICIES.values() for stage in policy.stages
    }


def test_a_draw_stays_within_what_was_counted() -> None:
    chance = random.Random(5)
    hours = facts().hours["supervisor"]
    drawn = sorted(draw(chance, hours) for _ in range(2_000))
    assert drawn[0] >= hours[0]
    assert drawn[-1] <= hours[-1] * 1.2
    assert hours[2] < drawn[1_000] < hours[4]


def test_every_beat_has_a_pace() -> None:
    pace = Pace(random.Random(5))
    assert all(pace.hours(beat) >= 0 for course in courses() for beat in course.beats)


@pytest.mark.parametrize(
    ("at", "after", "before"),
    [
        ("2026-03-18T10:00", "2026-03-18", "2026-03-18"),  # a Wednesday morning: the moment itself
        ("2026-03-18T22:00", "2026-03-19", "2026-03-18"),  # the evening
        ("2026-03-18T03:00", "2026-03-18", "2026-03-17"),  # before work
        ("2026-03-20T20:00", "2026-03-23", "2026-03-20"),  # Friday evening
        ("2026-03-21T12:00", "2026-03-23", "2026-03-20"),  # Saturday
        ("2026-03-23T04:00", "2026-03-23", "2026-03-20"),  # before work on Monday
    ],
)
def test_people_work_on_weekdays(at: str, after: str, before: str) -> None:
    chance = random.Random(2)
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert next_working_moment(moment, chance).date().isoformat() == after
    assert last_working_moment(moment, chance).date().isoformat() == before
    assert last_working_moment(moment, chance) <= moment <= next_working_moment(moment, chance)


def test_the_latest_working_day_is_friday_on_a_sunday() -> None:
    assert latest_working_day(datetime(2026, 3, 22, 12, tzinfo=UTC)) == datetime(2026, 3, 19, 23, tzinfo=UTC)
