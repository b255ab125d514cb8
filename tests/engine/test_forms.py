"""What a form may hold."""

from typing import Any

import pytest

from approvals.engine import Refused
from approvals.engine.forms import check_form, form_faults
from approvals.engine.policy import FormField


def field(type: str = "text", **values: Any) -> FormField:
    return FormField.model_validate({"id": "x", "label": "It", "type": type, **values})


def fault(value: Any, type: str = "text", **values: Any) -> str | None:
    return form_faults((field(type, **values),), {"x": value}).get("x")


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("text", "word"),
        ("long_text", "many\nwords"),
        ("person", "ana"),
        ("money", 1250),
        ("integer", -3),
        ("integer", 0),
        ("date", "2028-02-29"),
        ("boolean", False),
    ],
)
def test_it_takes_what_the_field_asks_for(type: str, value: Any) -> None:
    assert fault(value, type) is None


@pytest.mark.parametrize(
    ("type", "value", "sentence"),
    [
        ("text", 3, "It is text."),
        ("text", ["a"], "It is text."),
        ("text", "a\0b", "It has a character that cannot be kept. Type it anew."),
        ("text", "x" * 201, "It has 201 characters; at most 200 are allowed."),
        ("money", 12.5, "It is a whole number of cents."),
        ("money", "12", "It is a whole number of cents."),
        ("integer", True, "It is a whole number."),
        ("integer", 2**53, "It is too large."),
        ("integer", -(2**53), "It is too large."),
        ("boolean", "yes", "It is yes or no."),
        ("boolean", 1, "It is yes or no."),
        ("date", "2026-02-29", "It is a date, written as 2026-01-31."),
        ("date", "20260131", "It is a date, written as 2026-01-31."),
        ("date", 20260131, "It is a date, written as 2026-01-31."),
        ("date", "2026-W05-6", "It is a date, written as 2026-01-31."),
        ("date", "٢٠٢٦-01-31", "It is a date, written as 2026-01-31."),
    ],
)
def test_it_says_what_is_wrong(type: str, value: Any, sentence: str) -> None:
    assert fault(value, type) == sentence


def test_a_choice_is_one_of_its_choices() -> None:
    assert fault("a", "choice", choices=["a", "b"]) is None
    assert fault("c", "choice", choices=["a", "b"]) == "It is one of: a, b."
    assert fault(["a"], "choice", choices=["a", "b"]) == "It is one of: a, b."


@pytest.mark.parametrize("nothing", [None, "", "  \n"])
def test_what_is_required_is_needed(nothing: Any) -> None:
    assert fault(nothing) == "It is needed."
    assert fault(nothing, required=False) is None
    assert form_faults((field(),), {}) == {"x": "It is needed."}


def test_limits_are_said_in_the_fields_own_unit() -> None:
    assert fault(99, "money", min=100) == "It is at least 1.00 EUR."
    assert fault(1_000_001, "money", max=1_000_000, currency="USD") == "It is at most 10,000.00 USD."
    assert fault(0, "integer", min=1) == "It is at least 1."
    assert fault(2_000, "integer", max=1_999) == "It is at most 1,999."
    assert fault(1, "integer", min=1, max=1) is None


def test_a_field_that_the_policy_does_not_know() -> None:
    assert form_faults((), {"y": 1}) == {"y": "The form has no field 'y'."}


def test_every_fault_is_in_one_message() -> None:
    fields = (field(), FormField(id="y", label="That", type="date"))
    with pytest.raises(Refused) as refusal:
        check_form(fields, {"y": "soon"})
    assert refusal.value.code == "invalid_form"
    assert refusal.value.message == "It is needed. That is a date, written as 2026-01-31."


def test_the_message_is_bounded_whatever_was_sent() -> None:
    with pytest.raises(Refused) as refusal:
        check_form((), {f"\0{'y' * 1_000}{number}": 1 for number in range(1_000)})
    assert len(refusal.value.message) < 2_000
    assert "\0" not in refusal.value.message
    assert refusal.value.message.endswith("And 980 more.")


def test_a_limit_is_said_in_the_units_of_its_currency() -> None:
    field = FormField(id="fee", label="Fee", type="money", currency="JPY", max=5_000)
    assert form_faults((field,), {"fee": 5_001}) == {"fee": "Fee is at most 5,000 JPY."}
