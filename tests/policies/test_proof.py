"""Policy proof: what it finds, how small, and what it says of what it has tried."""

from datetime import date

import pytest

from approvals.people.models import ApprovalLimit, Person
from approvals.policies.proof import Budget, Counterexample, Proof, prove
from tests.policies.cast import NOW, away, group, person, policy, role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ana() -> Person:
    """Ana below Max, below Ines; the policy's owner and an administrator, who have no manager."""
    person("owner")
    person("ada", is_admin=True)
    return person("ana", person("max", person("ines")))


def stage(id: str, *participants: dict[str, object], **values: object) -> dict[str, object]:
    return {"id": id, "title": id.capitalize(), "participants": participants, **values}


def proof(*stages: dict[str, object], **values: object) -> Proof:
    return prove(policy(*stages, **values), NOW)


def only(found: Proof) -> Counterexample:
    (one,) = found.findings
    return one


def test_a_policy_with_enough_people_holds() -> None:
    group("desk", person("bo"), person("cara"))
    found = proof(stage("check", {"group": "desk"}))
    assert found.holds
    assert found.coverage.exhaustive
    assert found.coverage.unreached == ()


def test_a_group_of_one_cannot_decide_their_own_request() -> None:
    """Bo has no manager who could stand in for them."""
    group("desk", person("bo"))
    found = only(proof(stage("check", {"group": "desk"})))
    assert (found.stage, found.kind, found.certain) == ("check", "owner", True)
    assert (found.requester, found.requesters, found.anybody) == ("bo", 1, False)
    assert "Bo cannot decide on their own request and has no manager." in found.reason


def test_who_has_no_manager_is_the_counter_example() -> None:
    found = only(proof(stage("check", {"manager": 1})))
    assert found.requester in ("ada", "ines", "owner")
    assert found.requesters == 3
    assert not found.anybody


def test_the_value_at_which_it_happens_is_found() -> None:
    group("desk", person("bo"), person("cara"))
    found = only(
        proof(
            stage("check", {"group": "desk"}),
            stage("board", {"group": "board"}, when="form.amount > 5000 * EUR"),
        )
    )
    assert found.stage == "board"
    assert found.form == {"amount": 500_001}
    assert found.matters == ("amount",)
    assert found.anybody
    assert found.path == ()
    assert found.reason == "Nobody was found for “board”: There is no group “board”."


@pytest.mark.parametrize(
    ("condition", "amount"),
    [
        ("form.amount > 700", 701),
        ("form.amount >= 700", 700),
        ("form.amount < 3 * EUR && has(form.amount)", 0),
        ("form.amount == 25 * EUR", 2500),
        ("form.amount > 10 * EUR && form.amount < 1002", 1001),
    ],
)
def test_every_side_of_a_boundary_is_tried(condition: str, amount: int) -> None:
    found = only(proof(stage("board", {"group": "board"}, when=condition)))
    assert found.form == {"amount": amount}


def test_a_later_round_is_tried_where_conditions_speak_of_it() -> None:
    group("desk", person("bo"), person("cara"))
    found = only(
        proof(stage("check", {"group": "desk"}), stage("again", {"group": "none"}, when="round > 2"))
    )
    assert (found.stage, found.round) == ("again", 3)


def test_a_person_field_that_may_stay_empty() -> None:
    found = only(proof(stage("check", {"field": "reviewer"})))
    assert found.form == {}
    assert found.matters == ("reviewer",)
    assert found.anybody


def test_fields_that_do_not_matter_are_not_shown() -> None:
    form = [
        {"id": "amount", "label": "Amount", "type": "money"},
        {"id": "urgent", "label": "Urgent", "type": "boolean"},
        {"id": "where", "label": "Where", "type": "choice", "choices": ["Here", "There"]},
        {"id": "note", "label": "Note", "type": "text"},
    ]
    found = proof(
        stage("desk", {"group": "desk"}, when="form.urgent && form.amount > 3 * EUR"),
        stage("there", {"group": "there"}, when='form.where == "There" && form.urgent'),
        form=form,
    )
    first, second = found.findings
    assert first.matters == ("amount", "urgent")
    assert second.matters == ("urgent", "where")
    assert second.form == {"amount": 0, "urgent": True, "where": "There", "note": "Something else"}


def test_it_depends_on_who_takes_which_seat() -> None:
    """Bo can take both seats: if Bo takes the group's, nobody is left for the other one."""
    bo = person("bo")
    group("desk", bo, person("cara"))
    found = proof(stage("check", {"group": "desk"}, {"user": "bo"}, quorum={"count": 2})).findings[-1]
    assert not found.certain
    assert found.requester not in ("bo", "cara")
    assert [(step.stage, step.person) for step in found.path] == [("check", "bo")]


def test_where_not_even_the_owner_can_be_asked_nobody_can_decide() -> None:
    Person.objects.filter(username__in=("owner", "ada")).update(is_active=False)
    found = only(proof(stage("check", {"group": "none"})))
    assert found.kind == "nobody"


def test_a_condition_that_fails_is_found() -> None:
    found = only(proof(stage("check", {"manager": 1}, when="10 / form.amount > 1")))
    assert found.form == {}
    assert "cannot be evaluated" in found.reason


def test_a_quorum_that_is_met_without_an_empty_group() -> None:
    group("desk", person("bo"), person("cara"))
    assert proof(stage("check", {"group": "desk"}, {"group": "none"}, quorum="any")).holds


def test_a_committee_of_too_few() -> None:
    group("board", person("bo"), person("cara"))
    found = only(proof(stage("vote", {"group": "board", "each": True}, quorum={"count": 3})))
    assert (found.kind, found.certain, found.anybody) == ("owner", True, True)


def test_people_who_are_alike_are_one_class() -> None:
    leader = person("lea")
    for number in range(40):
        person(f"worker{number:02}", leader)
    group("desk", person("bo"), person("cara"))
    found = proof(stage("check", {"group": "desk"}), stage("boss", {"manager": 1}, when="form.amount > 5"))
    assert found.coverage.people == 48
    assert found.coverage.classes < 8
    assert only(found).stage == "boss"


def test_roles_are_told_apart_by_unit() -> None:
    person("sia", unit="Sales")
    person("lou", unit="Legal")
    role("buyer", person("bo", unit="Sales"), person("cara", unit="Sales"), unit="Sales")
    found = only(proof(stage("check", {"role": "buyer"})))
    assert found.requester != "sia"
    assert found.requesters == Person.objects.exclude(unit="Sales").count()


def test_who_is_away_is_another_matter() -> None:
    away(Person.objects.get(username="max"), date(2026, 3, 6))
    found = proof(stage("check", {"user": "max"}, {"user": "ines"}))
    assert {one.requester for one in found.findings} == {"ines"}
    assert found.today == ()


def test_today_because_somebody_is_away() -> None:
    group("desk", person("bo"), person("cara"))
    for handle in ("bo", "cara"):
        away(Person.objects.get(username=handle), date(2026, 3, 6))
    found = proof(stage("check", {"group": "desk"}))
    assert found.holds
    (today,) = found.today
    assert today.anybody
    assert today.missing == ("bo", "cara")
    assert today.reason == "Bo is away until 6 March 2026. Cara is away until 6 March 2026."


def test_a_substitute_is_somebody_who_is_there() -> None:
    group("desk", person("bo"), person("cara"))
    for handle in ("bo", "cara"):
        away(Person.objects.get(username=handle), date(2026, 3, 6), person(f"for-{handle}"))
    assert proof(stage("check", {"group": "desk"})).today == ()


def test_what_was_not_tried_is_said() -> None:
    form = [
        {"id": f"choice{number}", "label": "Choice", "type": "choice", "choices": [*"abcdefgh"]}
        for number in range(7)
    ]
    group("desk", person("bo"), person("cara"))
    condition = " || ".join(f'form.choice{number} == "h"' for number in range(7))
    told: list[tuple[int, int]] = []
    found = prove(
        policy(stage("check", {"group": "desk"}, when=condition), form=form),
        NOW,
        Budget(combinations=300),
        lambda done, of: told.append((done, of)),
    )
    assert found.coverage.combinations == 300
    assert found.coverage.of == found.coverage.classes * 8**7
    assert not found.coverage.exhaustive
    assert told[0] == (1, found.coverage.of)
    assert len(told) == 300


def test_without_time_nothing_is_claimed() -> None:
    found = prove(policy(stage("check", {"manager": 1})), NOW, Budget(seconds=0.0))
    assert (found.coverage.combinations, found.coverage.exhaustive) == (0, False)


def test_a_stage_that_nothing_leads_to_is_said() -> None:
    group("desk", person("bo"), person("cara"))
    found = proof(
        stage("check", {"group": "desk"}),
        stage("never", {"group": "desk"}, when="form.amount > 5 && form.amount < 5"),
    )
    assert found.coverage.unreached == ("never",)


def test_a_proof_is_kept_as_it_is() -> None:
    found = proof(stage("check", {"manager": 1}))
    assert Proof.model_validate_json(found.model_dump_json()) == found


def test_a_limit_of_authority_is_a_boundary() -> None:
    """Max may approve up to 1,000 EUR; Ines, above him, may not approve anything."""
    ApprovalLimit.objects.create(person=Person.objects.get(username="max"), currency="EUR", amount=100_000)
    check = stage(
        "check",
        {"up_to": {"limit": "amount"}},
        when='requester.handle == "ana" && has(form.amount)',
    )
    found = only(proof(check))
    assert (found.requester, found.form, found.matters) == ("ana", {"amount": 100_001}, ("amount",))
    ApprovalLimit.objects.create(person=Person.objects.get(username="ines"), currency="EUR", amount=None)
    assert proof(check).holds


def test_four_eyes_that_depend_on_who_decided_before() -> None:
    bo, cara, dee = person("bo"), person("cara"), person("dee")
    group("desk", bo, cara)
    group("board", bo, dee)
    stages = (stage("desk", {"group": "desk"}), stage("sign", {"user": "bo"}))
    found = [
        one
        for one in proof(*stages, separation_of_duties={"four_eyes": [["desk", "sign"]]}).findings
        if not one.certain
    ]
    (one,) = found
    assert (one.stage, one.kind) == ("sign", "owner")
    assert [(step.stage, step.person) for step in one.path] == [("desk", "bo")]
    assert "Bo is left out: whoever decides “Desk” may not decide here." in one.reason
    assert one.missing == ("bo",)


def test_four_eyes_that_always_leave_somebody() -> None:
    group("desk", person("bo"), person("cara"), person("dee"))
    stages = (stage("first", {"group": "desk"}), stage("second", {"group": "desk"}))
    assert proof(*stages, separation_of_duties={"four_eyes": [["first", "second"]]}).holds
    Person.objects.filter(username="dee").update(is_active=False)
    found = proof(*stages, separation_of_duties={"four_eyes": [["first", "second"]]})
    assert {one.requester for one in found.findings} <= {"bo", "cara"}
    assert found.findings[0].stage == "second"


def test_nobody_who_reports_to_the_requester() -> None:
    leader = person("lea", person("ceo"))
    group("desk", person("bo", leader), person("cara", leader))
    rules = {"no_subordinates": True}
    found = proof(stage("check", {"group": "desk"}), separation_of_duties=rules)
    assert {one.requester for one in found.findings} <= {"lea", "ceo"}
    assert sum(one.requesters for one in found.findings) == 2


def test_a_rule_that_decides_asks_nobody() -> None:
    rules = [{"name": "Small change", "when": "form.amount < 10 * EUR", "do": "approve"}]
    found = proof(stage("check", {"group": "none"}, rules=rules), form=[MONEY])
    assert only(found).form == {"amount": 1000}


MONEY = {"id": "amount", "label": "Amount", "type": "money", "min": 0}


def test_a_rejection_that_is_passed_over_leads_elsewhere() -> None:
    group("desk", person("bo"), person("cara"))
    found = only(
        proof(
            stage("desk", {"group": "desk"}, on_reject="continue"),
            stage("board", {"group": "board"}, when='decisions.desk.result == "rejected"'),
        )
    )
    assert (found.stage, found.certain) == ("board", False)
    assert [(step.stage, step.rejects) for step in found.path] == [("desk", True)]


def test_a_decision_table_is_tried_at_each_of_its_values() -> None:
    group("desk", person("bo"), person("cara"))
    group("empty")

    def table(parts: str, large: str) -> dict[str, object]:
        amount = "[12.50 EUR..900 EUR]"
        return {
            "title": "Who",
            "inputs": [{"title": "Amount", "field": "amount"}, {"title": "For", "field": "what"}],
            "rows": [
                {"when": ["< 12.50 EUR", "-"], "to": [{"group": "desk"}]},
                {"when": [amount, "Spare parts, Tools"], "to": [{"group": parts}]},
                {"when": [amount, "not(Spare parts, Tools)"], "to": [{"group": "desk"}]},
                {"when": ["> 900 EUR", "-"], "to": [{"group": large}]},
            ],
        }

    form = [MONEY, {"id": "what", "label": "What for", "type": "text"}]
    found = only(proof(stage("check", {"table": table("empty", "desk")}), form=form))
    assert found.form == {"amount": 1250, "what": "Spare parts"}
    assert set(found.matters) == {"amount", "what"}
    found = only(proof(stage("check", {"table": table("desk", "empty")}), form=form))
    assert found.form["amount"] == 90_001
    assert found.matters == ("amount",)
    assert proof(stage("check", {"table": table("desk", "desk")}), form=form).holds


def test_whoever_is_picked_today() -> None:
    """Bo has as little to do as Cara, and would be picked; another day it is Cara, who alone can sign."""
    group("desk", person("bo"), person("cara"))
    stages = (stage("desk", {"group": "desk", "pick": "least_loaded"}), stage("sign", {"user": "cara"}))
    found = proof(*stages, separation_of_duties={"four_eyes": [["desk", "sign"]]})
    (one,) = [one for one in found.findings if not one.certain]
    assert [(step.stage, step.person) for step in one.path] == [("desk", "cara")]
