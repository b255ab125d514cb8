"""Who may not decide: found out when a stage is prepared, seen in the preview, told on the policy's page."""

from datetime import date

import pytest

from approvals.engine.state import LeftOut
from approvals.engine.work import StagePlan
from approvals.people.models import Person
from approvals.people.services import subordinates
from approvals.policies import participants, services
from approvals.policies.checking import check_rules
from approvals.policies.description import describe
from approvals.policies.preparation import prepare_stage
from approvals.policies.preview import preview
from tests.policies.cast import NOW, away, group, person, policy, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ana() -> Person:
    """Max above Ana above Bo above Cy; and the policy's owner."""
    person("owner")
    ana = person("ana", person("max"))
    person("cy", person("bo", ana))
    return ana


def plan(*asked: dict[str, object]) -> StagePlan:
    question = work({"participants": asked}).model_copy(update={"no_subordinates": True})
    return prepare_stage(question, NOW)


def seats(found: StagePlan) -> list[list[str]]:
    return [[candidate.person for candidate in seat.candidates] for seat in found.seats]


def get(handle: str) -> Person:
    return Person.objects.get(username=handle)


def test_subordinates_are_found_through_others_and_in_a_circle() -> None:
    assert subordinates("ana", 10) == ("bo", "cy")
    assert subordinates("ana", 1) == ("bo",)
    assert subordinates("cy", 10) == ()
    Person.objects.filter(username="ana").update(manager=get("cy"))
    assert subordinates("ana", 10) == ("bo", "cy")


def test_who_reports_to_the_requester_is_not_asked() -> None:
    group("desk", get("bo"), get("cy"), get("max"), get("ana"))
    found = plan({"group": "desk"})
    assert seats(found) == [["max"]]
    assert found.subordinates == ("bo", "cy")
    assert found.left_out == (
        LeftOut(person="ana", rule="self_approval"),
        LeftOut(person="bo", rule="subordinate"),
        LeftOut(person="cy", rule="subordinate"),
    )


def test_where_nobody_knows_of_the_rule_nothing_is_looked_up() -> None:
    found = prepare_stage(work({"participants": [{"user": "bo"}]}), NOW)
    assert (seats(found), found.subordinates, found.left_out) == ([["bo"]], None, ())


def test_a_seat_of_subordinates_only_goes_to_the_owner_and_says_why() -> None:
    found = plan({"user": "cy"})
    assert seats(found) == []
    assert [candidate.person for candidate in found.last_resort] == ["owner"]
    assert found.reason == "Nobody was found for “Cy”: Everybody meant reports to Ana, and so may not decide."


def test_a_subordinate_does_not_stand_in_either() -> None:
    away(get("max"), date(2026, 3, 6), get("bo"))
    found = plan({"user": "max"})
    assert seats(found) == [["max"]]
    assert found.seats[0].candidates[0].why.endswith("with nobody to stand in.")


def test_an_owner_who_may_not_decide_is_replaced_by_an_administrator_or_at_least_told() -> None:
    Person.objects.filter(username="owner").update(manager=get("ana"))
    assert [candidate.person for candidate in plan({"user": "cy"}).last_resort] == ["owner"]
    person("ada", is_admin=True)
    assert [candidate.person for candidate in plan({"user": "cy"}).last_resort] == ["ada"]


def test_more_than_can_be_recorded_is_a_case_for_an_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(participants, "MAX_SUBORDINATES", 1)
    found = plan({"user": "max"})
    assert (found.seats, found.subordinates) == ((), ("bo", "cy", "owner"))
    assert found.reason.startswith("Ana leads more than 1 people")
    assert [candidate.person for candidate in found.last_resort] == ["owner"]


def test_the_preview_leaves_them_out_and_says_why() -> None:
    group("desk", get("bo"), get("max"), person("di"))
    stage: dict[str, object] = {"participants": [{"group": "desk"}]}
    rules = policy(
        {"id": "first", "title": "First", **stage},
        {"id": "second", "title": "Second", **stage},
        separation_of_duties={"four_eyes": [["first", "second"]], "no_subordinates": True},
    )
    found = preview(services.publish(rules), get("ana"), {}, NOW)
    asked = [[c.person for seat in one.seats for c in seat.candidates] for one in found.stages]
    assert asked == [["di", "max"], ["max"]]
    assert found.stages[0].left_out == ("Bo is left out: nobody decides who reports to the requester.",)
    assert found.stages[1].left_out == (
        "Bo is left out: nobody decides who reports to the requester.",
        "Di is left out: whoever decides “First” may not decide here.",
    )


def test_the_policy_says_it_in_words() -> None:
    rules = policy(
        *({"id": id, "title": id.capitalize(), "participants": [{"user": "max"}]} for id in ("a", "b", "c")),
        separation_of_duties={"four_eyes": [["a", "b"], ["a", "c"]], "no_subordinates": True},
    )
    assert [text.not_who[1:] for text in describe(rules)] == [
        (
            "Nobody decides who reports to the requester, directly or through others.",
            f"Whoever has decided {others} may not decide this.",
        )
        for others in ("“B” or “C”", "“A”", "“A”")
    ]


def test_a_set_that_cannot_work_is_refused_with_its_place() -> None:
    rules = policy(
        *({"id": id, "title": id, "participants": [{"user": "max"}]} for id in ("a", "b")),
        {"id": "c", "title": "c", "participants": [{"group": "desk"}]},
        separation_of_duties={"four_eyes": [["a", "c"], ["a", "zz"], ["c", "c"], ["c", "a", "b"]]},
    )
    assert [(fault.code, fault.path[2:], fault.message) for fault in check_rules(rules)] == [
        ("unknown_stage", (1, 1), 'There is no stage "zz" in this policy.'),
        ("invalid", (2, 1), 'The stage "c" stands twice.'),
        (
            "four_eyes",
            (3, 2),
            'Only "max" can decide "b" and another stage of this set: nobody else is asked.',
        ),
    ]


def test_the_preview_shows_what_is_carried_over() -> None:
    rules = policy(
        {"id": "first", "title": "First", "participants": [{"user": "max"}]},
        {"id": "second", "title": "Second", "participants": [{"user": "max"}, {"user": "owner"}]},
        already_approved="carry_over",
    )
    found = preview(services.publish(rules), get("ana"), {}, NOW)
    marked = [[seat.marks for seat in stage.seats] for stage in found.stages]
    assert marked == [[()], [("approved in “First”",), ()]]
    assert describe(rules)[1].not_who[-1].startswith("Whoever has approved another stage")


def test_the_policy_says_whom_reviewers_may_add() -> None:
    stage: dict[str, object] = {"id": "a", "title": "A", "participants": [{"user": "max"}]}
    assert describe(policy(stage))[0].adding == ""
    said = describe(policy({**stage, "allow": ["add_before", "add_after"]}))[0].adding
    assert said.startswith("Whoever is asked may have somebody else asked before or after themselves")
