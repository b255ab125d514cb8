"""Conditions in CEL: what they see, what is refused, and where."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from approvals.engine.policy import FormField
from approvals.policies.conditions import (
    ConditionFailed,
    Facts,
    Requester,
    check_condition,
    check_text,
    evaluate_condition,
    evaluate_text,
)


def field(id: str, type: str, **values: object) -> FormField:
    return FormField.model_validate({"id": id, "label": id, "type": type, **values})


FIELDS = (
    field("amount", "money"),
    field("yen", "money", currency="JPY"),
    field("count", "integer"),
    field("note", "text"),
    field("paid", "boolean"),
    field("day", "date"),
    field("kind", "choice", choices=["Book", "Train"]),
    field("who", "person"),
)
ANA = Requester("ana", "Ana", "Chemistry", "Chemist", 7, ("finance",), ("buyer",))
FORM: dict[str, JsonValue] = {
    "amount": 500_001,
    "yen": 3,
    "count": 2,
    "note": "x",
    "paid": True,
    "day": "2026-03-04",
    "kind": "Book",
    "who": "bo",
}


def holds(source: str, form: dict[str, JsonValue] | None = None, round: int = 1) -> bool:
    return evaluate_condition(source, FIELDS, Facts(FORM if form is None else form, ANA, round))


@pytest.mark.parametrize(
    "source",
    [
        "form.amount > 5000 * EUR",
        "form.yen == 3 * JPY",
        "form.count == 2 && form.paid",
        'form.kind in ["Book", "Map"]',
        'form.who == "bo" && form.note.startsWith("x")',
        'form.day == date("2026-03-04") && form.day < date("2026-03-05")',
        "form.day.getFullYear() == 2026",
        'requester.unit == "Chemistry" && requester.grade >= 7',
        '"finance" in requester.groups && "buyer" in requester.roles',
        'requester.handle == "ana" && requester.name == "Ana" && requester.title == "Chemist"',
        "round == 1",
        "has(form.amount)",
    ],
)
def test_it_holds(source: str) -> None:
    assert check_condition(source, FIELDS) == ()
    assert holds(source)


def test_round_is_the_requests() -> None:
    assert holds("round == 3", round=3)
    assert not holds("round == 3")


@pytest.mark.parametrize(
    "empty", [{}, dict.fromkeys(FORM), dict.fromkeys(FORM, ""), dict.fromkeys(FORM, "  ")]
)
def test_empty_fields_are_absent_and_read_as_nothing(empty: dict[str, JsonValue]) -> None:
    assert not any(holds(f"has(form.{id})", empty) for id in FORM)
    assert holds(
        'form.amount == 0 && form.count == 0 && form.note == "" && form.kind == "" && !form.paid', empty
    )


def test_no_and_nothing_differ() -> None:
    assert holds("has(form.paid) && has(form.amount)", {"paid": False, "amount": 0})


def test_a_field_the_form_does_not_have_is_left_out() -> None:
    assert holds("form.amount == 1", {"amount": 1, "gone": "x"})


@pytest.mark.parametrize(
    ("source", "line", "column", "words"),
    [
        ("form.amuont > 1", 1, 5, 'no field "amuont"; known are amount, yen,'),
        ("form.amount >\n  1.5", 1, 13, '">" cannot be used with a whole number and double.'),
        ('form.paid &&\n  form.note == 3', 2, 13, '"==" cannot be used with text and a whole number.'),
        ("form.amount > 5 * USD", 1, 19, '"USD" is not known; known are form, requester, round, EUR, JPY.'),
        ("requester.salary > 1", 1, 10, 'The requester has no "salary"; known are handle,'),
        ("form.amount >", 1, 14, "ends too early"),
        ("form.amount > )", 1, 15, '")" is not expected here.'),
        ("form.amount", 1, 1, "comes to a whole number, not to true or false"),
        ("form.day", 1, 1, "comes to a date, not to true or false"),
        ("form", 1, 1, "comes to the whole form, not to true or false"),
        ("dyn(form).x", 1, 1, "not to true or false"),
        ("nobody(1)", 1, 7, '"nobody" is not known'),
        ("(" * 100 + "true" + ")" * 100, 1, 1, "nested too deeply"),
        ("\ud800", 1, 1, "half a character"),
    ],
)  # fmt: skip
def test_a_fault_has_its_place_and_a_sentence(source: str, line: int, column: int, words: str) -> None:
    fault = check_condition(source, FIELDS)[0]
    assert (fault.line, fault.column) == (line, column)
    assert words in fault.message
    with pytest.raises(ConditionFailed):
        holds(source)


def test_every_fault_is_told() -> None:
    assert [fault.line for fault in check_condition("nope ||\nform.amount > 1.0", FIELDS)] == [1, 2]


def test_the_source_is_capped() -> None:
    fitting = "true" + " " * 1_996
    assert check_condition(fitting, FIELDS) == ()
    (fault,) = check_condition(fitting + " ", FIELDS)
    assert fault.message == "The condition has 2,001 bytes; at most 2,000 are allowed."
    assert check_condition('"' + "é" * 1_000 + '" == ""', FIELDS)


@pytest.mark.parametrize(
    ("source", "form", "words"),
    [
        ("1 / form.count > 1", {}, "Divide by zero."),
        ("9223372036854775807 + form.count > 1", {"count": 1}, "Integer overflow."),
        ('date("x") < form.day', {}, "Invalid isoformat string"),
        ("int(form.note) > 1", {"note": "x"}, "Cannot convert string to int."),
        ("form.count > 1", {"count": 2**70}, "out of range"),
        ("form.count > 1", {"count": "x"}, "cannot be interpreted as an integer"),
        ("form.count > 1", {"day": "tomorrow"}, "Invalid isoformat string"),
        ('form.note == ""', {"note": "\ud800"}, "surrogates not allowed"),
        ("[1,2,3,4,5,6,7,8,9,10]" + "".join(
            f".all({x}, [1,2,3,4,5,6,7,8,9,10]" for x in "abcde") + ".all(f, true)" + ")" * 5,
         {}, "Iteration budget exceeded"),
    ],
)  # fmt: skip
def test_what_cannot_be_evaluated_says_why(source: str, form: dict[str, JsonValue], words: str) -> None:
    with pytest.raises(ConditionFailed, match=words) as failure:
        holds(source, form)
    assert failure.value.code == "condition_failed"


def test_a_title_is_text() -> None:
    source = 'form.kind + ", " + money(form.amount, "EUR") + ", " + day(form.day)'
    assert check_text(source, FIELDS) == ()
    assert evaluate_text(source, FIELDS, Facts(FORM, ANA)) == "Book, 5,000.01 EUR, 4 March 2026"
    (fault,) = check_text("form.amount", FIELDS)
    assert fault.message == "This comes to a whole number, not to text."


def test_fields_of_similar_names_do_not_collide() -> None:
    fields = tuple(field(id, "integer") for id in ("a_b", "ab", "a__b", "in_", "for"))
    facts = Facts({"a_b": 1, "ab": 2, "a__b": 3, "for": 4}, ANA)
    assert evaluate_condition("form.a_b + form.ab + form.a__b == 6 && form.for == 4", fields, facts)


def test_a_form_of_the_same_ids_and_other_types_is_another() -> None:
    assert check_condition("form.x > 1", (field("x", "integer"),)) == ()
    assert check_condition("form.x > 1", (field("x", "text"),)) != ()


@settings(deadline=None)
@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 90_000_000_000_000))
def test_money_compares_exactly(amount: int, limit: int) -> None:
    assert holds(f"form.amount > {limit} * EUR", {"amount": amount}) == (amount > limit * 100)


@settings(deadline=None)
@given(st.dates(date(1, 1, 1), date(9999, 12, 31)), st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_dates_compare_as_dates(day: date, other: date) -> None:
    assert holds(f'form.day < date("{other.isoformat()}")', {"day": day.isoformat()}) == (day < other)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_whatever_is_typed_has_an_answer(source: str) -> None:
    if not check_condition(source, FIELDS):
        assert isinstance(holds(source), bool)
