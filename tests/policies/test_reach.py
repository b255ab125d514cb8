"""What a policy says that can never matter is refused, with the place and the reason."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.calendars import services as calendars
from approvals.engine.policy import FormField
from approvals.policies import checking, reading
from approvals.policies.checking import check_rules, check_world
from approvals.policies.conditions import ConditionFailed, Facts, Requester, evaluate_condition
from approvals.policies.faults import InvalidPolicy
from approvals.policies.reasoning import Reasoning
from tests.policies.cast import person, policy

FORM: list[dict[str, Any]] = [
    {"id": "amount", "label": "Amount", "type": "money", "min": 100, "max": 1_000_000},
    {"id": "days", "label": "Days", "type": "integer", "required": False},
    {"id": "kind", "label": "Kind", "type": "choice", "choices": ["Book", "Train"]},
    {"id": "abroad", "label": "Abroad", "type": "boolean"},
    {"id": "until", "label": "Until", "type": "date", "required": False},
    {"id": "note", "label": "Note", "type": "text", "required": False},
]
FIELDS = tuple(FormField.model_validate(field) for field in FORM)


def stage(id: str = "check", **values: Any) -> dict[str, Any]:
    return {"id": id, "title": id.capitalize(), "participants": [{"manager": 1}], **values}


def rule(when: str, name: str = "Rule", do: str = "approve") -> dict[str, Any]:
    return {"name": name, "when": when, "do": do}


def found(*stages: dict[str, Any], **values: Any) -> list[tuple[str, str]]:
    faults = check_rules(policy(*stages, **{"form": FORM, **values}))
    return [(fault.where, fault.code) for fault in faults]


NEVER = [
    "false",
    "1 > 2",
    "form.amount > 5000 * EUR && form.amount < 1000 * EUR",
    "form.amount < 100",
    "form.amount > 10000 * EUR",
    "!(form.amount >= 1 * EUR)",
    "form.days > 3 && form.days < 4",
    "has(form.days) && !has(form.days)",
    'form.kind == "Plane"',
    'form.kind == "Book" && form.kind != "Book"',
    'form.kind in ["Plane", "Ship"]',
    "form.abroad && form.abroad == false",
    'form.until > date("2026-02-01") && form.until < date("2026-01-01")',
    'form.note == "a" && form.note == "b"',
    "requester.grade > 8 && requester.grade < 8",
    '"board" in requester.groups && !("board" in requester.groups)',
    "round > 10",
    "round < 1",
    "form.abroad ? form.amount < 100 : form.amount < 50",
]
ALWAYS = [
    "true",
    "form.amount >= 1 * EUR",
    "form.amount > 5 * EUR || form.amount <= 5 * EUR",
    'form.kind in ["Book", "Train"]',
    "form.abroad || !form.abroad",
    "round >= 1",
    "has(form.amount)",
]
SOMETIMES = [
    "form.amount > 5000 * EUR",
    "form.amount == 100",
    "form.amount == 10000 * EUR",
    "form.days == 0",
    "has(form.days)",
    'form.kind == "Book" || form.amount > 10 * EUR',
    'form.note == "b"',
    'form.until == date("2026-02-01")',
    'form.note.startsWith("x")',
    "form.amount + form.days > 5",
    "form.amount > form.days",
    'requester.groups.exists(one, one == "board")',
    '"board" in requester.groups && requester.grade > 8',
    "round == 10",
    "100 / form.days > 1",
    "int(form.note) > 3",
    'form.note.matches("[0-9]+")',
]


@pytest.mark.parametrize("when", NEVER)
def test_a_condition_that_never_holds_is_refused(when: str) -> None:
    assert found(stage(when=when)) == [("stages[0].when", "never_true")]


@pytest.mark.parametrize("when", ALWAYS)
def test_a_condition_that_always_holds_is_refused(when: str) -> None:
    assert found(stage(when=when)) == [("stages[0].when", "always_true")]


@pytest.mark.parametrize("when", SOMETIMES)
def test_a_condition_that_may_hold_is_taken(when: str) -> None:
    assert found(stage(when=when)) == []


@pytest.mark.parametrize("when", ["1 / 0 == 1", "form.amount / 0 > 1", 'int("a") > form.days'])
def test_a_condition_that_always_fails_is_refused(when: str) -> None:
    assert found(stage(when=when)) == [("stages[0].when", "condition_fails")]


def test_a_reason_names_what_is_out_of_reach() -> None:
    (fault,) = check_rules(policy(stage("board", when="form.amount < 100"), form=FORM))
    assert fault.message.startswith(
        "This never holds, so “Board” is never reached. It was tried at every value"
    )


# Decisions and rules


@pytest.mark.parametrize(
    ("on_reject", "when", "codes"),
    [
        ("reject", 'decisions.one.result == "rejected"', ["never_true"]),
        ("return", 'decisions.one.result == "rejected"', ["never_true"]),
        ("continue", 'decisions.one.result == "rejected"', []),
        ("reject", 'decisions.one.result == "approved"', []),
        ("reject", 'decisions.one.result == ""', ["never_true"]),
        ("reject", 'decisions.one.result != "rejected"', ["always_true"]),
        ("reject", "has(decisions.one)", ["always_true"]),
        ("reject", "decisions.one.approvals < 0", ["never_true"]),
        ("reject", "decisions.one.approvals > 1", []),
        ("reject", '"bo" in decisions.one.by', []),
        ("reject", 'decisions.one.rule == "Nothing of that name"', ["never_true"]),
    ],
)
def test_conditions_over_decisions_are_decided_too(on_reject: str, when: str, codes: list[str]) -> None:
    assert [code for _, code in found(stage("one", on_reject=on_reject), stage("two", when=when))] == codes


def test_a_rule_of_the_policy_may_come_before_a_stage_is_done() -> None:
    assert found(stage(), rules=[rule('decisions.check.result == ""')]) == []


@pytest.mark.parametrize(
    ("when", "code"),
    [("form.amount < 100", "never_true"), ("true", "always_true"), ("1 / 0 > 1", "condition_fails")],
)
def test_rules_are_held_to_the_same(when: str, code: str) -> None:
    assert found(stage(rules=[rule(when)])) == [("stages[0].rules[0].when", code)]
    assert found(stage(), rules=[rule(when)]) == [("rules[0].when", code)]


def test_a_rule_is_looked_at_only_where_its_stage_is_needed() -> None:
    large = "form.amount > 500 * EUR"
    assert found(stage(when=large, rules=[rule("form.amount < 100 * EUR")])) == [
        ("stages[0].rules[0].when", "never_true")
    ]
    assert found(stage(when=large, rules=[rule("form.amount > 400 * EUR")])) == [
        ("stages[0].rules[0].when", "always_true")
    ]
    assert found(stage(when=large, rules=[rule("form.amount > 600 * EUR")])) == []


def test_a_rule_that_others_always_forestall_is_refused() -> None:
    rules = [rule("form.amount < 100 * EUR", "One"), rule("form.abroad", "Two")]
    both = rule("form.abroad && form.amount < 50 * EUR", "Three", "reject")
    assert found(stage(rules=[*rules, both])) == [("stages[0].rules[2].when", "unreachable")]
    assert found(stage(rules=[both, *rules])) == []


def test_a_stage_that_a_rule_of_the_policy_always_forestalls_is_refused() -> None:
    large = [rule("form.amount > 100 * EUR", "Too much", "reject")]
    assert found(stage(when="form.amount > 200 * EUR"), rules=large) == [("stages[0].when", "unreachable")]
    assert found(stage(when="form.amount > 50 * EUR"), rules=large) == []


# Soundness: what is called impossible never happens

atoms = st.one_of(
    st.builds(
        "form.amount {} {}".format, st.sampled_from(("<", "<=", "==", "!=", ">")), st.integers(98, 105)
    ),
    st.builds("form.days {} {}".format, st.sampled_from(("<", "==", ">=")), st.integers(-2, 2)),
    st.builds('form.kind {} "{}"'.format, st.sampled_from(("==", "!=")), st.sampled_from(("Book", "Plane"))),
    st.sampled_from(("form.abroad", "has(form.days)", "form.amount > form.days", "1 / form.days > 0")),
)
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
    ),
    max_leaves=5,
)
forms = st.fixed_dictionaries(
    {"amount": st.integers(100, 106), "kind": st.sampled_from(("Book", "Train")), "abroad": st.booleans()},
    optional={"days": st.integers(-4, 4)},
)


@given(when=conditions, tried=st.lists(forms, min_size=20, max_size=20))
def test_what_is_decided_holds_for_every_form(when: str, tried: list[dict[str, Any]]) -> None:
    outcomes, complete = Reasoning(policy(stage(), form=FORM), ()).outcomes(when)
    if not complete:
        return
    for form in tried:
        with suppress(ConditionFailed):
            assert (evaluate_condition(when, FIELDS, Facts(form, Requester("ana"))),) in outcomes


# The rest of what is refused


def faults_of(text: str) -> list[tuple[str, str]]:
    document = reading.read(text)
    try:
        return [(fault.where, fault.code) for fault in check_rules(checking.model(document))]
    except InvalidPolicy as error:
        return [(fault.where, fault.message) for fault in error.faults]


def test_a_circle_is_refused_where_it_begins() -> None:
    text = """
key: circle
title: Circle
owner: {user: olga}
form: []
stages:
  - {id: first, title: First, participants: [{manager: 1}]}
  - {id: a, title: A, after: [b], participants: [{manager: 1}]}
  - {id: b, title: B, after: [a], participants: [{manager: 1}]}
  - {id: last, title: Last, participants: [{manager: 1}]}
"""
    assert faults_of(text) == [("stages[1].after", "These stages wait for each other: a, b.")]
    unknown = text.replace("after: [b]", "after: [c]")
    assert faults_of(unknown) == [("stages[1].after", 'Stage "a" comes after "c", which does not exist.')]


def test_one_person_cannot_be_a_quorum_of_two() -> None:
    text = """
key: twice
title: Twice
owner: {user: olga}
form: []
stages:
  - {id: a, title: A, participants: [{user: bo}, {user: bo}], quorum: {count: 2}}
"""
    assert faults_of(text) == [("stages[0].quorum", "quorum_too_large")]
    assert faults_of(text.replace("[{user: bo}, {user: bo}]", "[{user: bo}, {user: cy}]")) == []


@pytest.mark.django_db
def test_a_calendar_that_has_no_time_for_a_target_is_refused() -> None:
    person("owner")
    hour = {"name": "hour", "zone": "UTC", "week": {"mon": ["09:00-09:01"]}}
    calendars.publish(hour, "")
    sla = {"target": "PT9999H", "calendar": "hour"}
    (fault,) = [f for f in check_world(policy(stage(sla=sla))) if f.severity == "error"]
    assert (fault.where, fault.code) == ("stages[0].sla.target", "no_open_time")
    sla = {"target": "PT1M", "calendar": "hour"}
    assert [f for f in check_world(policy(stage(sla=sla))) if f.severity == "error"] == []
