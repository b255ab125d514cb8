"""What is worth putting into a policy's form: the values at which its rules can come out differently.

Nothing here knows a rule. Constants are read from wherever a policy writes them (conditions, tables, limits),
and a number counts with its neighbours: below, at and above. So a feature of the language that is written
later is covered as soon as its constants stand in the policy.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

from pydantic import JsonValue

from approvals.engine.currencies import minor_units
from approvals.engine.forms import form_faults
from approvals.engine.policy import FormField, Policy

_PROSE = ("title", "label", "help", "description", "subject", "key", "watches")
"""Where words are for people, or about what changes later."""
_NO_AMOUNTS = ("count", "percent", "manager", "up", "times", "weight", "max_rounds", "sla")
"""Where a number is none of the form's: how many, how high up, how often; and lengths of time."""
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DASHED = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_NUMBER = re.compile(r"(?<![\w.-])-?[0-9]{1,15}(?![\w-])")
_PRODUCT = re.compile(r"(?<![\w.])([0-9]{1,15})\s*\*\s*([0-9]{1,15})(?![\w.])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_SOME_DAY = "2026-01-01"
_OTHER = "Something else"


@dataclass(frozen=True, slots=True)
class Passage:
    """One value that stands in a policy, with the words in it; ``cell`` says that it is one of a decision table."""

    value: str | int
    words: frozenset[str]
    cell: bool = False


@dataclass
class Reading:
    """A policy as somebody reads it who looks for names and numbers only."""

    policy: Policy
    passages: list[Passage] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        body = self.policy.model_dump(mode="json", exclude_defaults=True)
        body.pop("form", None)
        self._read(body)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that stands in it, names with hyphens whole and in parts."""
        return frozenset(self.keys).union(*(passage.words for passage in self.passages))

    def mentions(self, part: str) -> bool:
        """Whether any of its words has this in it."""
        return any(part in word for word in self.words)

    def around(self, id: str) -> list[Passage]:
        """The passages that may have to do with a field: those that name it, and those that name no field."""
        others = {one.id for one in self.policy.form} - {id}
        return [p for p in self.passages if id in p.words or not p.words & others]

    def _read(self, value: Any, *, cell: bool = False) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                if key in _PROSE:
                    continue
                self.keys.add(str(key))  # a table or a list of fields can have a field's id as a key
                if key not in _NO_AMOUNTS:
                    self._read(inner, cell=key == "when" and isinstance(inner, list))
        elif isinstance(value, list):
            for inner in value:
                self._read(inner, cell=cell)
        elif isinstance(value, str):
            words = {*_WORD.findall(value), *_DASHED.findall(value), value}
            self.passages.append(Passage(value, frozenset(words), cell))
        elif isinstance(value, int) and not isinstance(value, bool):
            self.passages.append(Passage(value, frozenset()))


def relevant_fields(reading: Reading) -> tuple[FormField, ...]:
    """The fields that a policy looks at after the form was handed in."""
    return tuple(one for one in reading.policy.form if one.id in reading.words)


def plain_value(of: FormField) -> JsonValue:
    """A value that a field takes, where it does not matter which; None where it may stay empty."""
    if of.default is not None and not form_faults((of,), {of.id: of.default}):
        return of.default
    if not of.required and of.type != "boolean":
        return None
    match of.type:
        case "money" | "integer":
            return max(of.min if of.min is not None else 0, 0) if of.max is None or of.max >= 0 else of.max
        case "boolean":
            return False
        case "choice":
            return of.choices[0]
        case "date":
            return _SOME_DAY
        case _:
            return _OTHER[: of.max_length]


def values(of: FormField, reading: Reading, constants: Iterable[int] = ()) -> tuple[JsonValue, ...]:
    """The values of a relevant field that are worth trying, a plain one first; persons are not among them.

    Args:
        constants: what the field is compared with that does not stand in the policy.
    """
    found: dict[JsonValue, None] = {plain_value(of): None}
    if not of.required:
        found[None] = None
    near = (number + step for number in sorted(constants) for step in (-1, 0, 1))
    for value in (*_candidates(of, reading), *near):
        if not form_faults((of,), {of.id: value}):
            found[value] = None
    return tuple(value for value in found if not form_faults((of,), {of.id: value}))


def rounds(reading: Reading) -> tuple[int, ...]:
    """The rounds at which conditions can come out differently."""
    told = [passage for passage in reading.passages if "round" in passage.words]
    around = {
        number + step
        for passage in told
        for number in _numbers(passage.value)
        for step in (-1, 0, 1)
        if 1 <= number + step <= reading.policy.max_rounds
    }
    return tuple(sorted({1, *around}))


def _candidates(of: FormField, reading: Reading) -> Iterator[JsonValue]:
    match of.type:
        case "boolean":
            yield from (False, True)
        case "choice":
            yield from of.choices
        case "money" | "integer":
            yield from _amounts(of, reading)
        case "date":
            yield from _days(of, reading)
        case _:
            yield from (_OTHER[: of.max_length], *_texts(of, reading))


def _amounts(of: FormField, reading: Reading) -> Iterator[int]:
    """Every constant with its neighbours, and the ends of what the field takes; what is below nothing comes last."""
    told = {
        number
        for passage in reading.around(of.id)
        for number in (_money(passage, of) if of.type == "money" else _numbers(passage.value))
    }
    near = {number + step for number in told for step in (-1, 0, 1)}
    near |= {0, *(end for end in (of.min, of.max) if end is not None)}
    yield from sorted(near, key=lambda number: (number < 0, abs(number)))


def _money(passage: Passage, of: FormField) -> Iterator[int]:
    """The amounts that a passage may mean, in minor units; where it names neither field nor currency, either."""
    unit = minor_units(of.currency)
    if passage.cell:
        for number in re.findall(rf"([0-9]+(?:\.[0-9]+)?)\s*{of.currency}\b", str(passage.value)):
            yield int(Decimal(number) * unit)
        return
    if of.id not in passage.words:
        for number in _numbers(passage.value):
            yield from (number, number * unit)
        return
    constant = rf"([0-9]+)\s*\*\s*{of.currency}\b|\b{of.currency}\s*\*\s*([0-9]+)"
    yield from _numbers(re.sub(constant, _in(unit), str(passage.value)))


def _in(unit: int) -> Callable[[re.Match[str]], str]:
    return lambda match: str(int(match[1] or match[2]) * unit)


def _days(of: FormField, reading: Reading) -> Iterator[str]:
    for passage in reading.around(of.id):
        for text in _DAY.findall(str(passage.value)):
            try:
                day = date.fromisoformat(text)
                yield from ((day + timedelta(days=step)).isoformat() for step in (-1, 0, 1))
            except (ValueError, OverflowError):
                continue
    yield _SOME_DAY


def _texts(of: FormField, reading: Reading) -> Iterator[str]:
    for passage in reading.around(of.id):
        yield from (one or other for one, other in _QUOTED.findall(str(passage.value)))
        if passage.cell:
            plain = _QUOTED.sub("", str(passage.value)).removeprefix("not")
            yield from (text for part in re.split(r"[,()]", plain) if (text := part.strip()))


def _numbers(value: str | int) -> Iterator[int]:
    if isinstance(value, int):
        yield value
        return
    plain = _QUOTED.sub(" ", value).replace("..", " .. ")
    numbers = [int(text) for text in _NUMBER.findall(plain)]
    yield from numbers
    yield from (int(one) * int(other) for one, other in _PRODUCT.findall(plain))
    # A sum or difference of two constants that stand beside each other is a boundary as often as not.
    yield from (one + other for one, other in pairwise(numbers) if "+" in plain)
