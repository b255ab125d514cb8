"""Reading policy files: where a fault stands, and what is refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.policies.faults import Fault, InvalidPolicy
from approvals.policies.reading import MAX_BYTES, read
from approvals.policies.services import parse, review

GOOD = """\
key: test
title: Test
owner: {user: owner}
form:
  - id: amount
    label: Amount
    type: money
stages:
  - id: check
    title: Check
    when: form.amount > 5 * EUR
    participants: [{manager: 1}]
"""


def faults(text: str) -> list[tuple[int | None, str]]:
    """Line and sentence of each fault."""
    with pytest.raises(InvalidPolicy) as refusal:
        parse(text)
    assert refusal.value.code == "invalid_policy"
    return [(fault.line, str(fault)) for fault in refusal.value.faults]


def test_yaml_and_json_are_the_same_policy() -> None:
    policy = parse(GOOD)
    assert policy.stages[0].when == "form.amount > 5 * EUR"
    as_json = json.dumps(policy.model_dump(mode="json", exclude_defaults=True), indent="\t")
    assert parse(as_json) == policy


def test_json_may_escape_what_it_likes() -> None:
    assert parse(json.dumps({**read(GOOD).value, "title": "a/b 😀"}).replace("/", "\\/")).title == "a/b 😀"


def test_text_stays_text() -> None:
    text = GOOD.replace("title: Test", 'title: "no"').replace("label: Amount", "label: NO")
    policy = parse(text)
    assert (policy.title, policy.form[0].label) == ("no", "NO")


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("title: Test\n", "", 1, "title: This is missing."),
        ("title: Test", "title: Test\ncolour: red", 3, "colour: “colour” is not known here; see the"),
        ("type: money", "type: cash", 7, 'form[0].type: This is one of "text", "long_text", "money",'),
        ("type: money", "type: choice", 5, 'form[0]: Field "amount": a choice needs choices'),
        ("manager: 1", "manager: first", 12, "stages[0].participants[0].manager: This is a whole number."),
        ("manager: 1", "manager: 1, user: bo", 12, "stages[0].participants[0]: A participant names one of:"),
        ("[{manager: 1}]", "[]", 12, "stages[0].participants: This list is empty."),
        ("[{manager: 1}]", "bo", 12, "stages[0].participants: This is a list."),
        ("[{manager: 1}]", "[bo]", 12, "stages[0].participants[0]: This is a mapping: keys with their values."),
        ("{user: owner}", "{field: amount}", 1, "The owner of a policy is a user, a group or a role"),
        ("key: test", "key: Test it", 1, "key: This does not have the form ^[a-z]"),
        ("title: Check", "title: Check\n    quorum: most", 11, 'stages[0].quorum: A quorum is "all", "any"'),
        ("title: Check", "title: Check\n    quorum: {count: x}", 11, "stages[0].quorum: A quorum is"),
        ("title: Check", "title: 7", 10, "stages[0].title: This is text."),
        ("title: Check", "title: Check\n    veto: maybe", 11, "stages[0].veto: This is true or false."),
        ("title: Check", "title: Check\n    sla: {target: 8h, calendar: c}", 11, 'stages[0].sla.target: "8h" is not'),
    ],
)  # fmt: skip
def test_a_fault_has_its_line_and_path(old: str, new: str, line: int, sentence: str) -> None:
    found = faults(GOOD.replace(old, new))
    assert len(found) == 1
    assert found[0][0] == line
    assert found[0][1].startswith(sentence)


def test_every_fault_is_told_at_once() -> None:
    text = GOOD.replace("type: money", "type: cash").replace("manager: 1", "manager: 99")
    assert [line for line, _ in faults(text)] == [7, 12]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", None, "The file holds no policy"),
        ("- a\n- b", None, "The file holds no policy"),
        ("key: [a", 1, "Expected ',' or ']'"),
        ("key: a\nkey: b", 2, 'The key "key" stands twice.'),
        ("form:\n  - {id: a, id: b}", 2, 'The key "id" stands twice.'),
        ('{"a": 1, "a": 2}', 1, 'The key "a" stands twice.'),
        ('{"a": 1,\n "b" 2}', 2, "This is not JSON: Expecting ':' delimiter."),
        ("? [a]\n: b", 1, "A key is text."),
        ("a: " + "[" * 30 + "]" * 30, 1, "The file is nested too deeply or holds too much."),
        ("a: &a [1]\nb: *c", 2, "Found undefined alias 'c'."),
        ("a: &a [*a]", 1, "The file is nested too deeply or holds too much."),
        ("a: !!python/object:os.system x", None, ""),
        ("a: \x00", None, "This is not YAML"),
        ("key: " + "x" * MAX_BYTES, None, "The file has 200,005 bytes; at most 200,000 are allowed."),
    ],
)
def test_what_is_no_policy_is_refused(text: str, line: int | None, sentence: str) -> None:
    if "python" in text:  # an unknown tag is text, and nothing is made of it
        assert read(text).value == {"a": "x"}
        return
    first, *_ = faults(text)
    assert first[0] == line
    assert first[1].startswith(sentence)


def test_repeated_aliases_do_not_grow_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert faults("\n".join(lines))[0][1] == "The file is nested too deeply or holds too much."


def test_a_condition_is_compiled_when_it_is_reviewed() -> None:
    found = review(GOOD.replace("5 * EUR", "5.0"), with_world=False)
    assert found.policy is not None
    assert [(fault.line, fault.column) for fault in found.errors] == [(11, 11)]
    assert str(found.errors[0]) == (
        "stages[0].when: Line 1, column 13 of the condition: "
        '">" cannot be used with a whole number and double.'
    )


def test_the_title_of_requests_is_compiled_too() -> None:
    (fault,) = review(GOOD + "subject: form.amount\n", with_world=False).errors
    assert fault.path == ("subject",)
    assert fault.line == 13


def test_a_fault_without_a_path_is_just_its_sentence() -> None:
    assert str(Fault("invalid", (), "No.")) == "No."


@settings(deadline=None)
@given(st.text(max_size=400))
def test_whatever_is_typed_has_an_answer(text: str) -> None:
    found = review(text, with_world=False)
    assert found.policy is None
    assert found.errors


@settings(deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
))  # fmt: skip
def test_every_json_value_is_read_or_refused(value: object) -> None:
    found = review(json.dumps({"key": "test", "form": value}), with_world=False)
    assert found.errors
