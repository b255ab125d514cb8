"""From what somebody typed into a policy's form to its content, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from pydantic import JsonValue

from approvals.engine.forms import form_faults
from approvals.engine.model import Form
from approvals.engine.policy import FormField
from approvals.people.naming import NotOnePerson, somebody, written
from approvals.people.services import active
from approvals.requests.amounts import parse_amount, typed

PREFIX = "field-"
"""Names of inputs start with this, so that no field of a policy is taken for one of ours."""


@dataclass(frozen=True)
class Entry:
    """One field as it was typed, and as it was understood."""

    field: FormField
    raw: str = ""
    value: JsonValue = None
    fault: str = ""
    before: str | None = None

    @property
    def name(self) -> str:
        """The name and id of its input."""
        return f"{PREFIX}{self.field.id}"

    @property
    def summary(self) -> str:
        """The fault with the field's name, for a list of all faults."""
        label = self.field.label
        return self.fault if self.fault.startswith(label) else f"{label}: {self.fault}"

    @property
    def changed(self) -> bool:
        """Whether it differs from what was submitted before."""
        return self.before is not None and self.before != self.raw


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in."""

    entries: tuple[Entry, ...]

    @property
    def content(self) -> Form:
        """What was understood, field by field; empty fields are left out."""
        return {entry.field.id: entry.value for entry in self.entries if entry.value is not None}

    @property
    def faults(self) -> tuple[Entry, ...]:
        """The entries that keep it from being submitted."""
        return tuple(entry for entry in self.entries if entry.fault)


def blank(fields: Sequence[FormField]) -> Filled:
    """A form as its policy fills it in beforehand."""
    return filled_with(fields, {field.id: field.default for field in fields if field.default is not None})


def filled_with(fields: Sequence[FormField], form: Form) -> Filled:
    """A form with content that it had before."""
    people = active(str(form.get(field.id)) for field in fields if field.type == "person")
    names = {handle: written(person) for handle, person in people.items()}
    return Filled(tuple(_entry(field, form.get(field.id), names) for field in fields))


def read(fields: tuple[FormField, ...], data: QueryDict, before: Filled | None = None) -> Filled:
    """What somebody typed, with every fault beside its field and nothing lost."""
    entries = [_understood(field, data) for field in fields]
    content: Form = {entry.field.id: entry.value for entry in entries if entry.value is not None}
    faults = form_faults(fields, content)
    earlier = {entry.field.id: entry.raw for entry in before.entries} if before else {}
    return Filled(
        tuple(
            Entry(
                entry.field,
                entry.raw,
                entry.value,
                entry.fault or _fault(entry, faults),
                earlier.get(entry.field.id),
            )
            for entry in entries
        )
    )


def _fault(entry: Entry, faults: Mapping[str, str]) -> str:
    """What the rules find wrong; an empty field needs fewer words beside its label."""
    fault = faults.get(entry.field.id, "")
    return "This is needed." if fault and not entry.raw.strip() and entry.value is None else fault


def _entry(field: FormField, value: JsonValue, names: Mapping[str, str]) -> Entry:
    if value is None:
        return Entry(field, before="")
    raw = str(value)
    match field.type:
        case "money" if isinstance(value, int):
            raw = typed(value, field.currency)
        case "boolean":
            raw = "yes" if value else ""
        case "person":
            raw = names.get(raw, raw)
    return Entry(field, raw, value, before=raw)


def _understood(field: FormField, data: QueryDict) -> Entry:
    raw = data.get(PREFIX + field.id, "").replace("\r\n", "\n")
    text = raw.strip()
    if field.type == "boolean":
        return Entry(field, text, bool(text))
    if not text:
        return Entry(field, raw)
    try:
        return Entry(field, raw, _value(field, text))
    except ValueError as error:
        return Entry(field, raw, fault=str(error))


def _value(field: FormField, text: str) -> JsonValue:
    match field.type:
        case "money":
            return parse_amount(text, field.currency)
        case "integer":
            return _whole_number(text)
        case "person":
            try:
                return somebody(text).handle
            except NotOnePerson as error:
                raise ValueError(str(error)) from error
        case _:
            return text


def _whole_number(text: str) -> int:
    digits = text.replace(" ", "").replace(" ", "").replace(",", "")
    if len(digits) > 17 or not digits.lstrip("-").isascii() or not digits.lstrip("-").isdigit():
        raise ValueError(f"“{text[:40]}” is not a whole number.")
    return int(digits)
