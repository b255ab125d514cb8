"""Whether a form's content is what its policy asks for."""

from datetime import date

from pydantic import JsonValue

from approvals.engine.errors import Refused
from approvals.engine.model import Form
from approvals.engine.policy import FormField

EMPTY = (None, "")


def check_form(fields: tuple[FormField, ...], form: Form) -> None:
    """Refuse a form that its fields do not allow, with every fault in one message."""
    faults = form_faults(fields, form)
    if faults:
        raise Refused("invalid_form", " ".join(faults.values()))


def form_faults(fields: tuple[FormField, ...], form: Form) -> dict[str, str]:
    """A sentence for each field that is at fault, by field id; empty where the form is right."""
    known = {field.id for field in fields}
    faults = {id: f'The form has no field "{id}".' for id in form if id not in known}
    for field in fields:
        if fault := _fault(field, form.get(field.id)):
            faults[field.id] = fault
    return faults


def _fault(field: FormField, value: JsonValue) -> str | None:
    if value in EMPTY:
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
    if field.min is not None and value < field.min:
        return f"{field.label} is at least {_shown(field, field.min)}."
    if field.max is not None and value > field.max:
        return f"{field.label} is at most {_shown(field, field.max)}."
    return None


def _shown(field: FormField, value: int) -> str:
    return f"{value / 100:,.2f} {field.currency}" if field.type == "money" else f"{value:,}"


def _date_fault(field: FormField, value: JsonValue) -> str | None:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return f"{field.label} is a date, written as 2026-01-31."
    return None


def _text_fault(field: FormField, value: JsonValue) -> str | None:
    if not isinstance(value, str):
        return f"{field.label} is text."
    if len(value) > field.max_length:
        return f"{field.label} has {len(value):,} characters; at most {field.max_length:,} are allowed."
    return None
