"""What is shown before submitting."""

from datetime import UTC, date, datetime

import pytest

from approvals.calendars import services as calendars
from approvals.engine import Refused
from approvals.engine.model import Form
from approvals.people.models import Person
from approvals.policies import services
from approvals.policies.models import PolicyVersion
from approvals.policies.preview import Preview, preview
from tests.policies.cast import NOW, away, group, office, person, policy

pytestmark = pytest.mark.django_db

SLA = {"target": "PT8H", "calendar": "office"}


@pytest.fixture(autouse=True)
def ana() -> Person:
    """Ana below Max, below Ines; the policy's owner; and the calendar "office"."""
    office()
    person("owner")
    return person("ana", person("max", person("ines")))


def published(*stages: dict[str, object], **values: object) -> PolicyVersion:
    return services.publish(policy(*stages, **values))


def stage(id: str, *participants: dict[str, object], **values: object) -> dict[str, object]:
    return {"id": id, "title": id.capitalize(), "participants": participants, "sla": SLA, **values}


def shown(version: PolicyVersion, form: Form | None = None) -> Preview:
    return preview(version, Person.objects.get(username="ana"), form or {}, NOW)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour - 1, tzinfo=UTC)


def test_stages_follow_each_other_at_their_deadlines() -> None:
    found = shown(published(stage("first", {"manager": 1}), stage("second", {"manager": 2})))
    first, second = found.stages
    assert (first.starts_at, first.due_at) == (NOW, at(5, 10))
    assert (second.starts_at, second.due_at) == (at(5, 10), at(6, 10))
    assert found.done_by == at(6, 10)
    assert (first.after, second.after) == ((), ("first",))
    assert first.zone == "Europe/Amsterdam"
    (seat,) = first.seats
    assert (seat.label, seat.names) == ("Manager", {"max": "Max"})
    assert seat.candidates[0].why == "Max is the manager of Ana."


def test_stages_side_by_side_start_together_and_the_last_counts() -> None:
    version = published(
        stage("slow", {"manager": 1}, sla={"target": "PT16H", "calendar": "office"}),
        stage("quick", {"manager": 2}, after=[]),
        stage("both", {"owner": True}, after=["slow", "quick"]),
    )
    slow, quick, both = shown(version).stages
    assert slow.starts_at == quick.starts_at == NOW
    assert (quick.due_at, slow.due_at, both.starts_at) == (at(5, 10), at(6, 10), at(6, 10))
    assert both.after == ("slow", "quick")


def test_a_stage_that_is_skipped_says_why_and_takes_no_time() -> None:
    version = published(
        stage("large", {"manager": 2}, when="form.amount > 5 * EUR"), stage("check", {"manager": 1})
    )
    large, check = shown(version, {"amount": 500}).stages
    assert large.skipped
    assert large.reason.startswith("Not needed: “Amount” is 5.00 EUR.")
    assert (large.seats, large.starts_at, large.due_at) == ((), None, None)
    assert check.starts_at == NOW
    large, check = shown(version, {"amount": 501}).stages
    assert not large.skipped
    assert check.starts_at == at(5, 10)


def test_who_is_asked_is_shown_whole_and_not_only_who_decides() -> None:
    group("committee", *(person(handle) for handle in ("bo", "cara", "dee")))
    version = published(stage("vote", {"group": "committee", "each": True}, quorum={"count": 2}))
    (vote,) = shown(version).stages
    assert [seat.candidates[0].person for seat in vote.seats] == ["bo", "cara", "dee"]
    assert vote.needed == 2
    assert shown(version).done_by == at(5, 10)


def test_a_substitute_is_shown_with_both_names() -> None:
    away(Person.objects.get(username="max"), date(2026, 3, 6), person("bo"))
    (check,) = shown(published(stage("check", {"manager": 1}))).stages
    assert check.seats[0].names == {"bo": "Bo", "max": "Max"}


def test_who_is_away_now_and_back_by_then_is_asked_by_then() -> None:
    away(Person.objects.get(username="ines"), date(2026, 3, 4), person("bo"))
    version = published(stage("first", {"manager": 1}), stage("second", {"manager": 2}))
    assert shown(version).stages[1].seats[0].candidates[0].person == "ines"


def test_where_nobody_is_found_the_owner_is_shown_with_the_reason() -> None:
    found = shown(published(stage("check", {"group": "none"})))
    (check,) = found.stages
    assert check.reason == "Nobody was found for “none”: There is no group “none”."
    assert [seat.candidates[0].person for seat in check.seats] == ["owner"]
    assert check.needed == 1
    assert found.done_by == at(5, 10)


def test_where_nobody_at_all_can_decide_it_ends_there() -> None:
    Person.objects.filter(username="owner").update(is_active=False)
    found = shown(published(stage("check", {"group": "none"}), stage("then", {"manager": 1})))
    check, then = found.stages
    assert (check.seats, check.due_at) == ((), at(5, 10))
    assert (then.seats, then.starts_at, then.skipped) == ((), None, False)
    assert found.done_by is None


def test_after_a_stage_without_a_deadline_nobody_can_say_when() -> None:
    found = shown(
        published(
            stage("open", {"manager": 1}, sla=None),
            stage("then", {"manager": 2}),
            stage("last", {"owner": True}),
            stage("aside", {"owner": True}, after=[]),
        )
    )
    stages = {stage.id: (stage.starts_at, stage.due_at) for stage in found.stages}
    assert stages == {
        "open": (NOW, None),
        "then": (None, None),
        "last": (None, None),
        "aside": (NOW, at(5, 10)),
    }
    assert all(stage.seats for stage in found.stages)
    assert found.done_by is None


def test_a_rule_that_decides_the_request_is_shown_once_where_stages_would_start_together() -> None:
    rules = [{"name": "Free", "when": "form.amount == 0", "do": "approve"}]
    sides = stage("one", {"manager": 1}), stage("two", {"manager": 2}, after=[])
    found = shown(published(*sides, rules=rules), {"amount": 0})
    assert [side.ruled for side in found.stages] == ["approved", ""]
    assert found.done_by == NOW


def test_a_comment_that_the_policy_requires_is_no_hindrance() -> None:
    version = published(stage("check", {"manager": 1}), comment_required=["approve"])
    assert shown(version).done_by == at(5, 10)


def test_the_title_is_shown() -> None:
    version = published(stage("check", {"manager": 1}), subject='money(form.amount, "EUR")')
    assert shown(version, {"amount": 5}).title == "0.05 EUR"


def test_a_form_that_is_not_right_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        shown(published(stage("check", {"manager": 1})), {"amount": "much"})
    assert refusal.value.code == "invalid_form"


def test_nothing_is_written() -> None:
    calendars.load_library()
    version = published(stage("check", {"manager": 1}))
    before = PolicyVersion.objects.count()
    assert shown(version) == shown(version)
    assert PolicyVersion.objects.count() == before
