"""Who is asked for a stage, and why."""

from datetime import date

import pytest

from approvals.engine.state import Candidate, WhyStep
from approvals.people.models import Absence, Delegation, Person
from approvals.policies.preparation import prepare_stage
from tests.policies.cast import NOW, away, group, office, person, role, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ana() -> Person:
    """Ana in Chemistry, below Max, below Ines; and the policy's owner."""
    person("owner")
    return person("ana", person("max", person("ines")), unit="Chemistry")


def asked(*participants: dict[str, object], **stage: object) -> list[list[str]]:
    """The handles of each seat's candidates."""
    plan = prepare_stage(work({"participants": participants, **stage}), NOW)
    return [[candidate.person for candidate in seat.candidates] for seat in plan.seats]


def why(*participants: dict[str, object], form: dict[str, object] | None = None) -> list[str]:
    """The reason of each candidate of the first seat."""
    plan = prepare_stage(work({"participants": participants}, form), NOW)  # type: ignore[arg-type]
    return [candidate.why for candidate in plan.seats[0].candidates]


# ---- by what ---------------------------------------------------------------------------------


def test_a_user() -> None:
    assert asked({"user": "max"}) == [["max"]]
    assert why({"user": "max"}) == ["The policy names Max."]


def test_a_group_is_one_seat_for_all_of_them() -> None:
    group("finance", person("cara"), person("bo"), person("left", is_active=False))
    assert asked({"group": "finance"}) == [["bo", "cara"]]
    assert why({"group": "finance"})[0] == "Bo is in the group Finance."


def test_each_member_can_have_a_seat() -> None:
    group("finance", person("cara"), person("bo"))
    assert asked({"group": "finance", "each": True}) == [["bo"], ["cara"]]


def test_a_role_is_held_in_the_requesters_unit_first() -> None:
    role("buyer", person("everybodys"))
    assert asked({"role": "buyer"}) == [["everybodys"]]
    assert why({"role": "buyer"}) == ["Everybodys holds the role Buyer."]
    role("buyer", person("chemist"), unit="Chemistry")
    assert asked({"role": "buyer"}) == [["chemist"]]
    assert why({"role": "buyer"}) == ["Chemist holds the role Buyer for Chemistry."]


def test_managers_up_the_line() -> None:
    ines = Person.objects.get(username="ines")
    ines.manager = person("top")
    ines.save()
    assert asked({"manager": 1}, {"manager": 2}, {"manager": 3}) == [["max"], ["ines"], ["top"]]
    assert why({"manager": 1}) == ["Max is the manager of Ana."]
    assert why({"manager": 2}) == ["Ines is the manager of Max, the manager of Ana."]
    assert why({"manager": 3}) == ["Top is the third manager of Ana, after Max and Ines."]


def test_a_field_of_the_form() -> None:
    person("bo")
    form = {"reviewer": "bo"}
    assert why({"field": "reviewer"}, form=dict(form)) == ["Ana named Bo in the field “Reviewer”."]


def test_the_owner_of_the_policy() -> None:
    assert asked({"owner": True}) == [["owner"]]
    assert why({"owner": True}) == ["The policy names Owner. The policy's owner is asked."]


def test_seats_have_labels() -> None:
    group("finance", person("bo"))
    stage = {"participants": [{"group": "finance"}, {"manager": 1}, {"manager": 2}, {"owner": True}]}
    plan = prepare_stage(work(stage), NOW)
    assert [seat.label for seat in plan.seats] == ["Finance", "Manager", "Manager's manager", "Policy owner"]


# ---- not who ---------------------------------------------------------------------------------


def test_the_requester_is_not_asked_in_a_group() -> None:
    group("finance", person("bo"), Person.objects.get(username="ana"))
    assert asked({"group": "finance"}) == [["bo"]]


def test_a_seat_for_the_requester_alone_goes_to_the_manager() -> None:
    role("buyer", Person.objects.get(username="ana"))
    assert asked({"role": "buyer"}) == [["max"]]
    assert why({"role": "buyer"}) == ["Max is the manager of Ana, who cannot decide on their own request."]


def test_a_requester_without_a_manager_leaves_the_seat_to_the_owner() -> None:
    Person.objects.filter(username="ana").update(manager=None)
    plan = prepare_stage(work({"participants": [{"user": "ana"}]}), NOW)
    assert plan.seats == ()
    assert plan.reason == (
        "Nobody was found for “Ana”: Ana cannot decide on their own request and has no manager."
    )
    assert [candidate.person for candidate in plan.last_resort] == ["owner"]


def test_one_person_has_one_seat() -> None:
    assert asked({"manager": 1}, {"user": "max"}, {"manager": 2}) == [["max"], ["ines"]]


# ---- who is away -----------------------------------------------------------------------------


def test_a_substitute_is_asked_instead() -> None:
    away(Person.objects.get(username="max"), date(2026, 3, 6), person("bo"))
    plan = prepare_stage(work({"participants": [{"manager": 1}]}), NOW)
    assert plan.seats[0].candidates == (
        Candidate(
            person="bo",
            instead_of="max",
            why="Max is the manager of Ana. Max is away until 6 March 2026, and Bo stands in.",
            steps=(
                WhyStep(kind="lookup", why="Max is the manager of Ana."),
                WhyStep(kind="absence", why="Max is away until 6 March 2026, and Bo stands in."),
            ),
        ),
    )


def test_a_chain_of_substitutes_is_told() -> None:
    bo = person("bo")
    away(Person.objects.get(username="max"), date(2026, 3, 6), bo)
    away(bo, date(2026, 3, 9), person("cara"))
    assert asked({"manager": 1}) == [["cara"]]
    assert why({"manager": 1}) == [
        "Max is the manager of Ana. "
        "Max is away until 6 March 2026 and Bo until 9 March 2026, so Cara stands in."
    ]


@pytest.mark.parametrize("substitute", ["ana", None])
def test_without_a_substitute_who_may_decide_the_absent_one_is_asked(substitute: str | None) -> None:
    stand_in = Person.objects.get(username=substitute) if substitute else None
    away(Person.objects.get(username="max"), date(2026, 3, 6), stand_in)
    assert asked({"manager": 1}) == [["max"]]
    assert why({"manager": 1}) == [
        "Max is the manager of Ana. Max is away until 6 March 2026, with nobody to stand in."
    ]


def test_a_member_counts_in_their_own_right_before_as_a_substitute() -> None:
    bo, cara = person("bo"), person("cara")
    group("finance", bo, cara)
    away(bo, date(2026, 3, 6), cara)
    plan = prepare_stage(work({"participants": [{"group": "finance"}]}), NOW)
    assert plan.seats[0].candidates == (Candidate(person="cara", why="Cara is in the group Finance."),)
    assert asked({"group": "finance", "each": True}, quorum="any") == [["cara"]]


# ---- who is not there ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ({"user": "nobody"}, "Nobody was found for “nobody”: “nobody” has no active account."),
        ({"group": "none"}, "Nobody was found for “none”: There is no group “none”."),
        ({"group": "empty"}, "Nobody was found for “Empty”: The group Empty has no active members."),
        ({"role": "none"}, "Nobody was found for “none”: There is no role “none”."),
        ({"role": "empty"}, "Nobody was found for “Empty”: Nobody holds the role Empty for Chemistry."),
        ({"manager": 4}, "Nobody was found for “Fourth manager”: Ana has no fourth manager: the line ends with Ines."),
        ({"field": "reviewer"}, "Nobody was found for “Reviewer”: The field “Reviewer” names nobody."),
    ],
)  # fmt: skip
def test_what_could_not_be_found_is_said_and_the_owner_is_there(who: dict[str, object], reason: str) -> None:
    group("empty", person("left", is_active=False))
    role("empty")
    plan = prepare_stage(work({"participants": [who]}), NOW)
    assert plan.applies
    assert plan.seats == ()
    assert plan.reason == reason
    assert [candidate.person for candidate in plan.last_resort] == ["owner"]


def test_a_field_that_names_somebody_who_left() -> None:
    plan = prepare_stage(work({"participants": [{"field": "reviewer"}]}, {"reviewer": "gone"}), NOW)
    assert plan.reason.endswith("“gone”, named in the field “Reviewer”, has no active account.")


def test_a_line_without_anybody_and_one_that_loops() -> None:
    plan = prepare_stage(work({"participants": [{"manager": 1}]}, requester="ines"), NOW)
    assert plan.reason.endswith("Ines has no manager.")
    Person.objects.filter(username="ines").update(manager=Person.objects.get(username="ana"))
    plan = prepare_stage(work({"participants": [{"manager": 3}]}), NOW)
    assert plan.reason.endswith("Ana's reporting line goes round in a circle.")


def test_an_empty_seat_goes_to_the_owner_where_every_seat_counts() -> None:
    plan = prepare_stage(work({"participants": [{"manager": 1}, {"group": "none"}]}), NOW)
    assert [(seat.label, [c.person for c in seat.candidates]) for seat in plan.seats] == [
        ("Manager", ["max"]),
        ("Policy owner", ["owner"]),
    ]


@pytest.mark.parametrize("quorum", ["any", {"count": 1}])
def test_an_empty_seat_is_left_out_where_the_others_suffice(quorum: object) -> None:
    assert asked({"manager": 1}, {"group": "none"}, quorum=quorum) == [["max"]]


@pytest.mark.parametrize("quorum", ["all", {"count": 2}, {"percent": 100}])
def test_a_stage_never_passes_with_fewer_than_it_asks_for(quorum: object) -> None:
    Person.objects.filter(username="owner").update(is_active=False)
    plan = prepare_stage(work({"participants": [{"manager": 1}, {"group": "none"}], "quorum": quorum}), NOW)
    assert plan.seats == ()
    assert plan.last_resort == ()


def test_without_the_owner_the_administrators_are_asked() -> None:
    Person.objects.filter(username="owner").update(is_active=False)
    person("ada", is_admin=True)
    plan = prepare_stage(work({"participants": [{"group": "none"}]}), NOW)
    assert plan.last_resort == (
        Candidate(person="ada", why="Ada is an administrator, and the policy's owner cannot be asked."),
    )


def test_an_owner_who_asks_for_it_themselves_is_replaced_by_their_manager() -> None:
    Person.objects.filter(username="owner").update(manager=Person.objects.get(username="ines"))
    plan = prepare_stage(work({"participants": [{"group": "none"}]}, requester="owner"), NOW)
    assert [candidate.person for candidate in plan.last_resort] == ["ines"]


# ---- whether ---------------------------------------------------------------------------------


def test_a_condition_that_holds() -> None:
    plan = prepare_stage(
        work({"participants": [{"manager": 1}], "when": "form.amount > 5 * EUR"}, {"amount": 501}), NOW
    )
    assert plan.applies
    assert plan.reason == ""


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (
            "form.amount > 5 * EUR",
            "Not needed: “Amount” is 5.00 EUR. The policy asks for it only if form.amount > 5 * EUR",
        ),
        (
            'requester.unit == "Law" ||\n  round > 1',
            "Not needed: the requester's unit is Chemistry and this is round 1. "
            'The policy asks for it only if requester.unit == "Law" || round > 1',
        ),
        ('form.reviewer == "form.amount"', "Not needed: “Reviewer” is empty. The policy asks for it only if "
         'form.reviewer == "form.amount"'),
        ("false", "Not needed. The policy asks for it only if false"),
    ],
)  # fmt: skip
def test_a_stage_that_does_not_apply_says_why(condition: str, reason: str) -> None:
    plan = prepare_stage(work({"participants": [{"manager": 1}], "when": condition}, {"amount": 500}), NOW)
    assert not plan.applies
    assert plan.reason == reason
    assert plan.seats == ()


def test_a_condition_that_fails_asks_the_owner() -> None:
    stage = {"participants": [{"manager": 1}], "when": "1 / form.amount > 0"}
    plan = prepare_stage(work(stage, {"amount": 0}), NOW)
    assert plan.applies
    assert plan.seats == ()
    assert plan.reason == "The condition of this stage cannot be evaluated. Divide by zero."
    assert [candidate.person for candidate in plan.last_resort] == ["owner"]


def test_few_queries_however_many_are_asked(django_assert_max_num_queries: object) -> None:
    office()
    members = [person(f"p{number}", Person.objects.get(username="max")) for number in range(30)]
    group("many", *members)
    Absence.objects.bulk_create(
        Absence(person=member, first_day=date(2026, 3, 1), last_day=date(2026, 3, 9), substitute=members[0])
        for member in members[1:]
    )
    sla = {"target": "PT8H", "calendar": "office", "levels": [{"at": "100%", "do": "notify", "up": 1}]}
    stage = {"participants": [{"group": "many", "each": True}], "when": "form.amount == 0", "sla": sla}
    with django_assert_max_num_queries(13):  # type: ignore[operator]
        prepare_stage(work(stage), NOW)


# ---- a standing delegation ---------------------------------------------------------------------


def delegated(**limits: object) -> None:
    max_ = Person.objects.get(username="max")
    Delegation.objects.create(person=max_, delegate=person("bo"), created_by=max_, **limits)


def test_a_delegate_is_asked_with_the_limits_in_the_reason() -> None:
    delegated(policies=["test"], limit=50_000, currency="EUR", last_day=date(2026, 3, 6))
    question = work({"participants": [{"manager": 1}]}, {"amount": 50_000})
    plan = prepare_stage(question.model_copy(update={"policy": "test"}), NOW)
    (candidate,) = plan.seats[0].candidates
    assert (candidate.person, candidate.instead_of) == ("bo", "max")
    said = "Max has delegated such decisions to Bo, up to 500.00 EUR and until 6 March 2026."
    assert candidate.why == f"Max is the manager of Ana. {said}"
    assert [step.kind for step in candidate.steps] == ["lookup", "delegation"]
    assert not candidate.stands_in


def test_a_stage_that_must_not_be_delegated_is_not() -> None:
    delegated()
    assert asked({"manager": 1}) == [["bo"]]
    assert asked({"manager": 1}, allow=["request_changes"]) == [["max"]]


def test_the_steps_of_the_ladder_are_not_delegated() -> None:
    office()
    delegated()
    sla = {"target": "PT8H", "calendar": "office", "levels": [{"at": "50%", "do": "notify", "up": 1}]}
    plan = prepare_stage(work({"participants": [{"user": "ana"}], "sla": sla}, requester="bo"), NOW)
    assert plan.clock is not None
    people = [candidate.person for alarm in plan.clock.alarms for candidate in alarm.people]
    assert people == ["max"]


def test_what_made_a_stage_apply_is_recorded() -> None:
    question = work({"participants": [{"manager": 1}], "when": "form.amount > 1000"}, {"amount": 50_000})
    said = "The policy asks for this stage if form.amount > 1000: “Amount” is 500.00 EUR."
    assert prepare_stage(question, NOW).because == said
    assert prepare_stage(work({"participants": [{"manager": 1}], "when": "true"}), NOW).because == (
        "The policy asks for this stage if true."
    )
    assert prepare_stage(work({"participants": [{"manager": 1}]}), NOW).because == ""
