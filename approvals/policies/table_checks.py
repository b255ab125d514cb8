"""What is wrong with a decision table: cells that cannot be read, rows that overlap or are never reached, gaps.

Inputs are taken to be independent of each other. A table whose combinations are too many is not searched for
gaps: then nothing is said about them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from approvals.engine.currencies import format_money
from approvals.engine.participant import DecisionTable
from approvals.engine.policy import FormField
from approvals.policies.conditions import check_value
from approvals.policies.faults import Fault, Path
from approvals.policies.tables import Column, column
from approvals.policies.unary_tests import Accepted, NotATest, read

MOST_STEPS = 20_000
"""Of the search for a combination of values."""
ANYTHING_ELSE = "\x00"
"""Stands for a word that no cell names."""
_LAST_DAY = date.max.toordinal()
Values = tuple[int | str, ...]


def table_faults(table: DecisionTable, fields: tuple[FormField, ...], path: Path) -> Iterator[Fault]:
    """Everything that is wrong with a table; gaps are warnings, since the policy's owner is asked in them."""
    faults = list(_cell_faults(table, fields, path))
    yield from faults
    if faults:
        return
    search = _Search(table, [at for given in table.inputs if (at := column(given, fields))])
    yield from _row_faults(table, search, path)
    gap = search.gap()
    if gap is not None:
        message = f"No row fits {search.told(gap)}: the policy's owner would be asked."
        yield Fault("table_gap", path, message, severity="warning")


def _cell_faults(table: DecisionTable, fields: tuple[FormField, ...], path: Path) -> Iterator[Fault]:
    columns: list[Column | None] = []
    for number, given in enumerate(table.inputs):
        columns.append(column(given, fields))
        if given.value is not None:
            for fault in check_value(given.value, fields)[1]:
                place = f"Line {fault.line}, column {fault.column} of the input"
                yield Fault("condition", (*path, "inputs", number, "value"), f"{place}: {fault.message}")
    for number, row in enumerate(table.rows):
        for index, (cell, at) in enumerate(zip(row.when, columns, strict=True)):
            if at is None:
                continue
            where = (*path, "rows", number, "when", index)
            try:
                accepted = read(cell, at.kind, at.currency)
            except NotATest as error:
                yield Fault("table_cell", where, str(error))
                continue
            if at.field and at.field.type == "choice":
                yield from _unknown_choices(accepted, at.field, where)


def _unknown_choices(accepted: Accepted, field: FormField, where: Path) -> Iterator[Fault]:
    for word in sorted(accepted.words - {*field.choices, ""}):
        message = f"“{word}” is none of the choices of “{field.label}”: {', '.join(field.choices)}."
        yield Fault("table_cell", where, message)


def _row_faults(table: DecisionTable, search: "_Search", path: Path) -> Iterator[Fault]:
    for number in range(len(table.rows)):
        where = (*path, "rows", number)
        if not search.possible(number):
            yield Fault(
                "unreachable_row", where, f"Row {number + 1} never fits: no value passes all its cells."
            )
        elif table.hit == "first" and search.hidden(number):
            message = f"Row {number + 1} is never reached: the rows above it take everything that fits it."
            yield Fault("unreachable_row", where, message)
        elif table.hit == "unique" and (overlap := search.overlap(number)) is not None:
            other, values = overlap
            message = (
                f"Rows {other + 1} and {number + 1} both fit {search.told(values)}, and in a unique table "
                "only one row may."
            )
            yield Fault("table_overlap", where, message)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A value of a column, and the rows that accept it, as bits."""

    value: int | str
    rows: int


class _Search:
    """The combinations of values that a table tells apart."""

    def __init__(self, table: DecisionTable, columns: list[Column]) -> None:
        self._columns = columns
        self._every = (1 << len(table.rows)) - 1
        self._choices = [
            _choices(at, [read(row.when[place], at.kind, at.currency) for row in table.rows])
            for place, at in enumerate(columns)
        ]
        self._steps = 0

    def gap(self) -> Values | None:
        """Values that no row fits; None where there are none, or none was found in time."""
        self._steps = 0
        return self._none_of(0, self._every)

    def hidden(self, number: int) -> bool:
        """Whether the rows above take everything that fits this one."""
        self._steps = 0
        shown = self._shown(0, (1 << (number + 1)) - 1, number)
        return not shown and self._steps < MOST_STEPS

    def possible(self, number: int) -> bool:
        """Whether some value passes each of the row's cells."""
        return all(any(choice.rows >> number & 1 for choice in choices) for choices in self._choices)

    def overlap(self, number: int) -> tuple[int, Values] | None:
        """The first row above that fits something that this one fits too, and what."""
        for other in range(number):
            both = 1 << other | 1 << number
            values = [
                next((choice.value for choice in choices if choice.rows & both == both), None)
                for choices in self._choices
            ]
            if None not in values:
                return other, tuple(value for value in values if value is not None)
        return None

    def told(self, values: Values) -> str:
        """Values as people read them: "Amount 5,000.00 EUR and Department “IT”"."""
        *first, last = [_told(at, value) for at, value in zip(self._columns, values, strict=True)]
        return f"{', '.join(first)} and {last}" if first else last

    def _none_of(self, place: int, rows: int) -> Values | None:
        """Values from this column on that none of the rows fits."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            return None
        if rows == 0:
            return tuple(choices[0].value for choices in self._choices[place:])
        if place == len(self._choices):
            return None
        for choice in _apart(self._choices[place], rows):
            found = self._none_of(place + 1, rows & choice.rows)
            if found is not None:
                return (choice.value, *found)
        return None

    def _shown(self, place: int, rows: int, number: int) -> bool:
        """Whether the row fits something from this column on that no row above fits."""
        self._steps += 1
        if self._steps > MOST_STEPS or not rows >> number & 1:
            return False
        if rows == 1 << number:
            return all(
                any(choice.rows >> number & 1 for choice in choices) for choices in self._choices[place:]
            )
        if place == len(self._choices):
            return False
        return any(
            self._shown(place + 1, rows & choice.rows, number)
            for choice in _apart(self._choices[place], rows)
        )


def _apart(choices: list[_Choice], rows: int) -> list[_Choice]:
    """One choice for each set of these rows."""
    found: dict[int, _Choice] = {}
    for choice in choices:
        found.setdefault(choice.rows & rows, choice)
    return list(found.values())


def _choices(at: Column, cells: list[Accepted]) -> list[_Choice]:
    """A value for each way in which the cells can be told apart."""
    found: dict[int, _Choice] = {}
    for value in _words(at, cells) if at.kind in ("text", "boolean") else _numbers(at, cells):
        rows = sum(1 << number for number, cell in enumerate(cells) if cell.holds(value))
        found.setdefault(rows, _Choice(value, rows))
    return list(found.values())


def _words(at: Column, cells: list[Accepted]) -> list[str]:
    if at.kind == "boolean":
        return ["true", "false"]
    field = at.field
    if field is not None and field.type == "choice":
        return [*field.choices, *([] if field.required else [""])]
    named = sorted({word for cell in cells for word in cell.words})
    return [*named, ANYTHING_ELSE]


def _numbers(at: Column, cells: list[Accepted]) -> list[int]:
    """The ends of all spans and their neighbours, within what the field allows."""
    field = at.field
    low, high = (field.min, field.max) if field else (None, None)
    if at.kind == "date":
        low, high = 1, _LAST_DAY
    ends = {end for cell in cells for span in cell.spans for end in span if end is not None}
    near = {end + step for end in ends for step in (-1, 0, 1)} or {0}
    if low is not None:
        near.add(low)
    if high is not None:
        near.add(high)
    inside = sorted(
        value for value in near if (low is None or value >= low) and (high is None or value <= high)
    )
    empty = date(1970, 1, 1).toordinal() if at.kind == "date" else 0
    optional = field is not None and not field.required
    return [*inside, *([empty] if optional and empty not in inside else [])]


def _told(at: Column, value: int | str) -> str:
    if value == ANYTHING_ELSE:
        return f"{at.title} anything else"
    if isinstance(value, str):
        words = {"true": "yes", "false": "no"}
        return f"{at.title} {words[value]}" if at.kind == "boolean" else f"{at.title} “{value}”"
    if at.kind == "date":
        return f"{at.title} {date.fromordinal(value).isoformat()}"
    return f"{at.title} {format_money(value, at.currency) if at.currency else f'{value:,}'}"
