"""The cells of a decision table, DMN's unary tests: which values of an input a cell accepts.

A cell is ``-`` (anything), or tests with commas between them, of which one must hold: a value, ``< 5``,
``<= 5``, ``> 5``, ``>= 5``, or a range whose ends count (``[1..5]``) or do not (``(1..5)``). ``not(...)`` turns it
round. A number for money bears its currency: ``< 1000 EUR``. Text needs quotation marks only around commas.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from approvals.engine.currencies import minor_digits, minor_units

Kind = Literal["number", "text", "boolean", "date"]
_RANGE = re.compile(r"([\[(\]])\s*(.+?)\s*\.\.\s*(.+?)\s*([\])\[])")
_OPERATOR = re.compile(r"(<=|>=|<|>)\s*(.+)")
_NUMBER = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(?:\s+([A-Z]{3}))?")
_BOOLEANS = {"true": "true", "yes": "true", "false": "false", "no": "false"}


class NotATest(Exception):
    """A cell that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a cell accepts: spans of whole numbers (dates as days since year 1), both ends included and None for
    no end; and words, or with ``others`` everything but these words."""

    spans: tuple[tuple[int | None, int | None], ...] = ()
    words: frozenset[str] = frozenset()
    others: bool = False

    def holds(self, value: int | str) -> bool:
        """Whether the value is accepted: a number, or a word."""
        if isinstance(value, str):
            return (value in self.words) != self.others
        return any(
            (low is None or low <= value) and (high is None or value <= high) for low, high in self.spans
        )


ANYTHING = Accepted(spans=((None, None),), others=True)


def read(cell: str, kind: Kind, currency: str = "") -> Accepted:
    """What a cell accepts of an input of this kind; ``currency`` where the input is money.

    Raises:
        NotATest: it cannot be read, or no value ever passes it.
    """
    text = cell.strip()
    if text == "-":
        return ANYTHING
    turned = re.fullmatch(r"not\s*\((.*)\)", text, flags=re.DOTALL)
    parts = _parts(turned[1] if turned else text)
    found = [_test(part, kind, currency) for part in parts]
    words = frozenset(word for one in found for word in one.words)
    spans = tuple(span for one in found for span in one.spans)
    if turned:
        return Accepted(spans=_outside(spans), words=words, others=kind in ("text", "boolean"))
    return Accepted(spans=spans, words=words)


def _parts(text: str) -> list[str]:
    if text.count('"') % 2:
        raise NotATest("A quotation mark is missing.")
    split: list[str] = [""]
    for piece in re.findall(r'"[^"]*"|,|[^",]+', text):
        if piece == ",":
            split.append("")
        else:
            split[-1] += piece
    parts = [part.strip() for part in split]
    if not all(parts):
        raise NotATest("Something is missing beside a comma, or the cell is empty.")
    return parts


def _test(text: str, kind: Kind, currency: str) -> Accepted:
    if kind == "text":
        return Accepted(words=frozenset({text[1:-1] if text.startswith('"') else text}))
    if kind == "boolean":
        if text.lower() not in _BOOLEANS:
            raise NotATest(f"“{text}” is neither true nor false.")
        return Accepted(words=frozenset({_BOOLEANS[text.lower()]}))
    if match := _RANGE.fullmatch(text):
        return _range(match, kind, currency)
    if match := _OPERATOR.fullmatch(text):
        limit = _value(match[2], kind, currency)
        spans = {
            "<": (None, limit - 1),
            "<=": (None, limit),
            ">": (limit + 1, None),
            ">=": (limit, None),
        }
        return Accepted(spans=(spans[match[1]],))
    value = _value(text, kind, currency)
    return Accepted(spans=((value, value),))


def _range(match: re.Match[str], kind: Kind, currency: str) -> Accepted:
    opening, low, high, closing = match.groups()
    first = _value(low, kind, currency) + (opening != "[")
    last = _value(high, kind, currency) - (closing != "]")
    if first > last:
        raise NotATest(f"No value is in {match[0]}: its ends are the wrong way round.")
    return Accepted(spans=((first, last),))


def _value(text: str, kind: Kind, currency: str) -> int:
    text = text.strip()
    if kind == "date":
        try:
            return date.fromisoformat(text.strip('"')).toordinal()
        except ValueError as error:
            raise NotATest(f"“{text}” is not a date, such as 2026-01-31.") from error
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise NotATest(f"“{text}” is not a number" + (f", such as 1000 {currency}." if currency else "."))
    number, unit = match.groups()
    if currency and unit is None:
        raise NotATest(f"“{text}” is an amount without its currency: write {text} {currency}.")
    if unit is not None and currency and unit != currency:
        raise NotATest(f"The input is in {currency}, and “{text}” is not.")
    return _whole(number, unit)


def _whole(number: str, unit: str | None) -> int:
    try:
        exact = Decimal(number) * (minor_units(unit) if unit else 1)
    except InvalidOperation as error:
        raise NotATest(f"“{number}” is not a number.") from error
    if exact != int(exact):
        decimals = minor_digits(unit) if unit else 0
        raise NotATest(f"“{number}” has more than {decimals} decimals.")
    return int(exact)


def _outside(spans: tuple[tuple[int | None, int | None], ...]) -> tuple[tuple[int | None, int | None], ...]:
    """Everything that is in none of the spans."""
    rest: list[tuple[int | None, int | None]] = [(None, None)]
    for low, high in spans:
        left: list[tuple[int | None, int | None]] = []
        for first, last in rest:
            if low is not None and (first is None or first < low):
                left.append((first, low - 1 if last is None else min(last, low - 1)))
            if high is not None and (last is None or last > high):
                left.append((high + 1 if first is None else max(first, high + 1), last))
        rest = left
    return tuple(rest)
