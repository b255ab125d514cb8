"""What a round's rows say: the content of the form, and what is known of the requester."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from pydantic import JsonValue

from approvals.engine.currencies import minor_units
from approvals.engine.model import Form
from approvals.engine.policy import FormField, Policy
from approvals.policies import conditions
from approvals.replay.errors import ReplayError
from approvals.replay.log import Row
from approvals.replay.mapping import Mapping, Source, fits

_YES = ("true", "yes", "1")


def form_of(policy: Policy, mapping: Mapping, rows: Sequence[Row]) -> Form:
    """The form as the requester would have filled it in for the round that these rows are.

    Raises:
        ReplayError: a column does not hold what the policy's field takes.
    """
    return {
        field.id: _value(mapping.form[field.id], field, rows)
        for field in policy.form
        if field.id in mapping.form
    }


def requester_of(mapping: Mapping, rows: Sequence[Row]) -> conditions.Requester:
    """What conditions know of the requester in the round that these rows are."""
    who = mapping.requester
    grade = _value(who.grade, FormField(id="grade", label="Grade", type="integer"), rows)
    return conditions.Requester(
        handle=who.handle,
        name=who.role,
        unit=str(_plain(who.unit, rows)),
        title=str(_plain(who.title, rows)),
        grade=grade if isinstance(grade, int) else 0,
        groups=who.groups,
        roles=who.roles,
    )


def _value(source: Source, field: FormField, rows: Sequence[Row]) -> JsonValue:
    plain = _plain(source, rows)
    if plain is None or plain == "" or isinstance(plain, bool):
        return plain
    text = str(plain)
    match field.type:
        case "money" | "integer":
            return _number(source, field, text)
        case "date":
            return _date(field, text)
        case "boolean":
            return text.lower() in _YES
        case _:
            return text[: field.max_length]


def _plain(source: Source, rows: Sequence[Row]) -> bool | int | str | None:
    if source.column is not None:
        return rows[0].values[source.column]
    if source.seen is None:
        return source.value
    for value, patterns in source.seen.items():
        if any(fits(row.activity, patterns) for row in rows):
            return value
    return source.otherwise


def _number(source: Source, field: FormField, text: str) -> int:
    try:
        number = Decimal(text)
        number = number if source.at_least is None else max(number, source.at_least)
        number = number if source.at_most is None else min(number, source.at_most)
        units = minor_units(field.currency) if field.type == "money" else 1
        return int((number * units).to_integral_value(ROUND_HALF_UP))
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise ReplayError(f'{field.label}: "{text}" is no number.') from error


def _date(field: FormField, text: str) -> str:
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError as error:
        raise ReplayError(f'{field.label}: "{text}" is no date; it is written as 2026-01-31.') from error
