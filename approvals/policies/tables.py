"""Decision tables: which rows fit a request, and whom they name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from approvals.engine.participant import DecisionTable, Participant, TableInput
from approvals.engine.policy import FormField
from approvals.policies.conditions import ConditionFailed, Facts, check_value, evaluate_value
from approvals.policies.unary_tests import Kind, NotATest, read
from approvals.policies.wording import quoted, shown

KINDS: dict[str, Kind] = {
    "money": "number",
    "integer": "number",
    "boolean": "boolean",
    "date": "date",
}
"""Of the form's fields; every other is text."""
_EMPTY: dict[Kind, JsonValue] = {"number": 0, "text": "", "boolean": False, "date": "1970-01-01"}
"""What an empty field reads as, as in conditions."""


@dataclass(frozen=True, slots=True)
class Column:
    """An input as cells are read against it."""

    title: str
    kind: Kind
    currency: str = ""
    field: FormField | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a table comes to: its participants, and the sentence that names the rows; or why it comes to nobody."""

    participants: tuple[Participant, ...] = ()
    why: str = ""
    missing: str = ""


def column(given: TableInput, fields: tuple[FormField, ...]) -> Column | None:
    """An input's kind; None where its expression does not compile."""
    if given.field is not None:
        field = next(field for field in fields if field.id == given.field)
        currency = field.currency if field.type == "money" else ""
        return Column(given.title, KINDS.get(field.type, "text"), currency, field)
    kind, _ = check_value(given.value or "", fields)
    return None if kind is None else Column(given.title, kind)


def answer(table: DecisionTable, fields: tuple[FormField, ...], facts: Facts) -> Answer:
    """Whom the table names for these facts. Never fails: what is wrong with it is said in ``missing``."""
    columns = [column(given, fields) for given in table.inputs]
    try:
        values = [_value(given, fields, facts) for given in table.inputs]
        fitting = [
            number
            for number, row in enumerate(table.rows)
            if all(
                read(cell, at.kind, at.currency).holds(_as_key(value, at.kind))
                for cell, at, value in zip(row.when, columns, values, strict=True)
                if at is not None
            )
        ]
    except (ConditionFailed, NotATest, ValueError) as failure:
        message = failure.message if isinstance(failure, ConditionFailed) else str(failure)
        return Answer(missing=f"The table {quoted(table.title)} cannot be read. {message}")
    found = _and([_clause(at, value) for at, value in zip(columns, values, strict=True) if at is not None])
    if not fitting:
        return Answer(missing=f"No row of the table {quoted(table.title)} fits: {found}.")
    if table.hit == "unique" and len(fitting) > 1:
        rows = _and([str(number + 1) for number in fitting])
        return Answer(
            missing=f"Rows {rows} of the table {quoted(table.title)} fit, and only one may: {found}."
        )
    if table.hit == "first":
        fitting = fitting[:1]
    rows = _and([str(number + 1) for number in fitting])
    which = f"Row {rows}" if len(fitting) == 1 else f"Rows {rows}"
    verb = "fits" if len(fitting) == 1 else "fit"
    participants = dict.fromkeys(who for number in fitting for who in table.rows[number].to)
    return Answer(tuple(participants), f"{which} of the table {quoted(table.title)} {verb}: {found}.")


def _value(given: TableInput, fields: tuple[FormField, ...], facts: Facts) -> JsonValue:
    if given.field is None:
        value = evaluate_value(given.value or "", fields, facts)
        if isinstance(value, datetime):
            return value.date().isoformat()
        return value if isinstance(value, bool | int | str) else str(value)
    value = facts.form.get(given.field)
    field = next(field for field in fields if field.id == given.field)
    empty = value is None or (isinstance(value, str) and not value.strip())
    return _EMPTY[KINDS.get(field.type, "text")] if empty else value


def _as_key(value: JsonValue, kind: Kind) -> int | str:
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "date":
        return datetime.fromisoformat(str(value)).date().toordinal()
    if kind == "number":
        return int(str(value))
    return str(value)


def _clause(at: Column, value: JsonValue) -> str:
    if at.field is not None:
        return f"{at.title} is {shown(at.field, value)}"
    said: Mapping[Kind, str] = {
        "number": f"{value:,}" if isinstance(value, int) else str(value),
        "text": quoted(str(value)) if value else "empty",
        "boolean": "yes" if value else "no",
        "date": str(value),
    }
    return f"{at.title} is {said[at.kind]}"


def _and(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
