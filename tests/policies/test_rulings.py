"""Rules that decide in nobody's place, and conditions over earlier decisions: checked, prepared, foreseen, told."""

from typing import Any

import pytest
from django.test import Client

from approvals.engine.policy import FormField
from approvals.engine.rules import Rule, Ruling, Said
from approvals.engine.work import StageWork
from approvals.people.models import Person
from approvals.policies import services
from approvals.policies.checking import check_rules
from approvals.policies.conditions import Facts, Requester, check_condition, evaluate_condition
from approvals.policies.preparation import prepare_stage
from approvals.policies.preview import Preview, preview
from tests.policies.cast import NOW, person, policy, work

AMOUNT = (FormField(id="amount", label="Amount", type="money", required=False),)
BUDGET = Said(result="approved", by=("bo", "cy"), approvals=2, abstentions=1, rule="")
FACTS = Facts({}, Requester("ana"), 1, {"budget-owner": BUDGET}, {"budget-owner": "Budget", "board": "Board"})


def rule(when: str, do: str = "approve", name: str = "Petty cash") -> dict[str, Any]:
    return {"name": name, "when": when, "do": do}


# Conditions over decisions


@pytest.mark.parametrize(
    "source",
    [
        'decisions.budget_owner.result == "approved"',
        '"bo" in decisions.budget_owner.by && size(decisions.budget_owner.by) == 2',
        "decisions.budget_owner.approvals == 2 && decisions.budget_owner.rejections == 0",
        "decisions.budget_owner.abstentions == 1 && decisions.budget_owner.rule == ''",
        'decisions.board.result == "" && !has(decisions.board)',
    ],
)
def test_a_condition_sees_earlier_decisions(source: str) -> None:
    assert evaluate_condition(source, AMOUNT, FACTS)


@pytest.mark.parametrize(
    ("source", "message", "column"),
    [
        ('decisions.legal.result == "x"', 'No stage before this one is "legal"; known are budget_owner.', 10),
        ("decisions.budget_owner.said", 'A decision has no "said"; known are result,', 23),
        ("decisions.budget_owner.approvals", "This comes to a whole number, not to true or false.", 1),
    ],
)
def test_a_mistake_about_decisions_is_shown_where_it_is(source: str, message: str, column: int) -> None:
    fault = check_condition(source, AMOUNT, ["budget-owner"])[0]
    assert fault.message.startswith(message)
    assert fault.column == column


def test_without_stages_there_are_no_decisions() -> None:
    (fault,) = check_condition("decisions.a.approvals > 1", AMOUNT)
    assert fault.message == '"decisions.a.approvals" is not known; known are form, requester, round, EUR.'


def test_a_stage_looks_only_at_those_before_it() -> None:
    seen = 'decisions.one.result == "approved"'
    stages = [
        {"id": id, "title": id, "participants": [{"manager": 1}], "after": after, "when": seen}
        for id, after in (("one", []), ("two", ["one"]), ("three", ["two"]), ("beside", []))
    ]
    faults = list(check_rules(policy(*stages, rules=[rule(seen)])))
    assert [fault.where for fault in faults] == ["stages[0].when", "stages[3].when"]


def test_the_conditions_of_rules_are_checked_where_they_stand() -> None:
    stage = {"id": "a", "title": "A", "participants": [{"manager": 1}], "rules": [rule("form.amoun < 5")]}
    faults = list(check_rules(policy(stage, rules=[rule("round", name="Other")])))
    assert [fault.where for fault in faults] == ["rules[0].when", "stages[0].rules[0].when"]
    assert "Line 1, column 5 of the condition" in faults[1].message


# Preparation


def prepared(stage: dict[str, Any], amount: int, **changes: Any) -> Any:
    question = work({"participants": [{"manager": 1}], **stage}, {"amount": amount})
    return prepare_stage(StageWork.model_validate({**question.model_dump(), **changes}), NOW)


@pytest.mark.django_db
class TestPreparation:
    @pytest.fixture(autouse=True)
    def ana(self) -> Person:
        """Ana below Max."""
        person("owner")
        return person("ana", person("max"))

    def test_a_rule_that_holds_decides_and_says_what_it_found(self) -> None:
        plan = prepared({"rules": [rule("form.amount <= 50 * EUR")]}, 4_000)
        why = "“Amount” is 40.00 EUR. It approves if form.amount <= 50 * EUR"
        assert plan.ruling == Ruling(rule="Petty cash", do="approve", reason=why)
        assert plan.seats == ()

    def test_a_rule_that_does_not_hold_leaves_it_to_people(self) -> None:
        plan = prepared({"rules": [rule("form.amount <= 50 * EUR")]}, 6_000)
        assert plan.ruling is None
        assert plan.seats[0].candidates[0].person == "max"

    def test_a_stage_that_is_not_needed_has_no_rules(self) -> None:
        plan = prepared({"when": "form.amount > 0", "rules": [rule("true")]}, 0)
        assert (plan.applies, plan.ruling) == (False, None)

    def test_a_rule_for_the_request_comes_before_the_stage_s_condition(self) -> None:
        blocked = Rule.model_validate(rule("form.amount == 0", "reject", "Nothing to pay"))
        plan = prepared({"when": "form.amount > 0"}, 0, rules=[blocked.model_dump()])
        assert (plan.ruling.rule, plan.ruling.do, plan.ruling.whole) == ("Nothing to pay", "reject", True)

    def test_a_skipped_stage_says_what_was_decided_before(self) -> None:
        seen = 'decisions.budget_owner.result == "rejected"'
        told = {"titles": FACTS.stages, "decisions": {"budget-owner": BUDGET.model_dump()}}
        plan = prepared({"when": seen}, 0, **told)
        assert plan.reason.startswith("Not needed: “Budget” was approved. The policy asks for it only if")

    def test_a_rule_that_cannot_be_evaluated_brings_the_stage_to_the_owner(self) -> None:
        plan = prepared({"rules": [rule("100 / form.amount > 1")]}, 0)
        assert plan.ruling is None
        assert "cannot be evaluated" in plan.reason
        assert plan.seats == ()
        assert [candidate.person for candidate in plan.last_resort] == ["owner"]

    def foreseen(self, amount: int, **values: Any) -> Preview:
        stages = [
            {"id": "a", "title": "A", "participants": [{"manager": 1}], "rules": [rule("form.amount < 100")]},
            {"id": "b", "title": "B", "participants": [{"user": "owner"}]},
        ]
        version = services.publish(policy(*stages, **values))
        return preview(version, Person.objects.get(username="ana"), {"amount": amount}, NOW)

    def test_the_preview_shows_what_a_rule_would_decide(self) -> None:
        first, second = self.foreseen(50).stages
        assert (first.ruled, first.seats, len(second.seats)) == ("approved", (), 1)
        assert first.reason.startswith("By the rule “Petty cash”. “Amount” is 0.50 EUR.")
        first, _ = self.foreseen(500).stages
        assert (first.ruled, len(first.seats)) == ("", 1)

    def test_the_preview_says_that_a_rule_decides_the_request(self) -> None:
        found = self.foreseen(500, rules=[rule("form.amount == 500", "reject", "Unlucky")])
        assert found.ends.startswith("The request is rejected by the rule “Unlucky”. “Amount” is 5.00 EUR.")
        assert self.foreseen(50).ends == ""

    def test_the_policy_s_page_says_what_rules_decide(self, client: Client, ana: Person) -> None:
        self.foreseen(50, rules=[rule("form.amount == 500", "reject", "Unlucky")])
        client.force_login(ana)
        page = client.get("/policies/test/").content.decode()
        assert "“Unlucky” rejects the request and asks nobody, if <code>form.amount == 500</code>" in page
        assert "“Petty cash” approves the stage and asks nobody, if <code>form.amount &lt; 100</code>" in page
