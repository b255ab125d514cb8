"""Whether a form's content is what its policy asks for."""

import re
from contextlib import suppress
from datetime import date

from pydantic import JsonValue

from approvals.engine.currencies import format_money
from approvals.engine.errors import Refused
from approvals.engine.model import Form
from approvals.engine.policy import FormField
from approvals.engine.text import storable

DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
MAX_FAULTS_SHOWN = 20
MAX_INTEGER = 2**53 - 1
"""What JSON carries exactly everywhere, conditions and browsers included."""


def check_form(fields: tuple[FormField, ...], form: Form) -> None:
    """Refuse a form that its fields do not allow, with every fault in one message."""
    faults = form_faults(fields, form)
    if faults:
        more = len(faults) - MAX_FAULTS_SHOWN
        sentences = [
            *list(faults.values())[:MAX_FAULTS_SHOWN],
            *([f"And {more:,} more."] if more > 0 else []),
        ]
        raise Refused("invalid_form", " ".join(sentences))


def form_faults(fields: tuple[FormField, ...], form: Form) -> dict[str, str]:
    """A sentence for each field that is at fault, by field id; empty where the form is right."""
    known = {field.id for field in fields}
    faults = {id: f"The form has no field {id[:40]!a}." for id in form if id not in known}
    for field in fields:
        if fault := _fault(field, form.get(field.id)):
            faults[field.id] = fault
    return faults


def _fault(field: FormField, value: JsonValue) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return f"{field.label} is needed." if field.required else None
    match field.type:
        case "money" | "integer":
            return _number_fault(field, value)
        case "boolean":
            return None if isinstance(value, bool) else f"{field.label} is yes or no."
        case "choice":
            return None if value in field.choices else f"{field.label} is one of: {', '.join(field.choices)}."
        case "date":
            return _date_fault(field, value)
        case "text" | "long_text" | "person":
            return _text_fault(field, value)


def _number_fault(field: FormField, value: JsonValue) -> str | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return f"{field.label} is a whole number" + (" of cents." if field.type == "money" else ".")
    if abs(value) > MAX_INTEGER:
        return f"{field.label} is too large."
    if field.min is not None and value < field.min:
        return f"{field.label} is at least {number_in_words(field, field.min)}."
    if field.max is not None and value > field.max:
        return f"{field.label} is at most {number_in_words(field, field.max)}."
    return None


def number_in_words(field: FormField, value: int) -> str:
    """A number as people read it: "1,234", or "12.50 EUR" for money."""
    return format_money(value, field.currency) if field.type == "money" else f"{value:,}"


def _date_fault(field: FormField, value: JsonValue) -> str | None:
    if isinstance(value, str) and DAY.fullmatch(value):
        with suppress(ValueError):
            date.fromisoformat(value)
            return None
    return f"{field.label} is a date, written as 2026-01-31."


def _text_fault(field: FormField, value: JsonValue) -> str | None:
    if not isinstance(value, str):
        return f"{field.label} is text."
    if not storable(value):
        return f"{field.label} has a character that cannot be kept. Type it anew."
    if len(value) > field.max_length:
        return f"{field.label} has {len(value):,} characters; at most {field.max_length:,} are allowed."
    return None
