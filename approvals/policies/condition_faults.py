"""What is wrong with a condition, in words for whoever wrote it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from approvals.engine.rules import Said

_WORDS = {"int": "a whole number", "bool": "yes or no", "string": "text", "timestamp": "a date"}


@dataclass(frozen=True, slots=True)
class SourceFault:
    """What is wrong with a source; ``line`` and ``column`` count from 1 within it."""

    message: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class Shape(NamedTuple):
    """All that a condition's types depend on: id, type and currency of each field, and the stages it may look at."""

    fields: tuple[tuple[str, str, str], ...]
    stages: tuple[str, ...] = ()


_PLACE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_STATUS = re.compile(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$")
_UNKNOWN_FIELD = re.compile(r"undefined field '(.*)' not found in struct '(?:.*\.)?(\w+)'")
_UNDECLARED = re.compile(r"undeclared reference to '(.*)' \(in container")
_OVERLOAD = re.compile(r"found no matching overload for '(.*)' applied to '(.*)'")
_SYNTAX = re.compile(r"Syntax error: (?:mismatched|extraneous) input '(.*?)' expecting")


def compile_faults(text: str, shape: Shape, requester: Sequence[str]) -> tuple[SourceFault, ...]:
    """What the compiler complains of, in words.

    Args:
        text: its message.
        requester: what is known of the requester.
    """
    found = [
        SourceFault(_sentence(match[3], shape, requester), int(match[1]), int(match[2]))
        for match in _PLACE.finditer(text)
    ]
    if found:
        return tuple(found)
    if "recursion limit" in text:
        return (SourceFault("The condition is nested too deeply."),)
    return (SourceFault(failure(text)),)


def _sentence(fault: str, shape: Shape, requester: Sequence[str]) -> str:
    if match := _UNKNOWN_FIELD.search(fault):
        whose, known = {
            "Form": ("The form has no field", [id for id, _, _ in shape.fields]),
            "Decisions": ("No stage before this one is", list(shape.stages)),
            "Decision": ("A decision has no", list(Said.model_fields)),
        }.get(match[2], ("The requester has no", list(requester)))
        return f'{whose} "{match[1]}"; known are {", ".join(known) or "none"}.'
    if match := _UNDECLARED.search(fault):
        currencies = sorted({currency for _, _, currency in shape.fields if currency})
        known = ["form", "requester", "round", *(["decisions"] if shape.stages else []), *currencies]
        return f'"{match[1]}" is not known; known are {", ".join(known)}.'
    if match := _OVERLOAD.search(fault):
        operator = match[1].replace("_", "").replace("@", "") or match[1]
        types = [type_in_words(name) for name in match[2].strip("()").split(", ")]
        return f'"{operator}" cannot be used with {" and ".join(types)}.'
    if match := _SYNTAX.search(fault):
        return (
            "The condition ends too early." if match[1] == "<EOF>" else f'"{match[1]}" is not expected here.'
        )
    return f"{fault[:1].upper()}{fault[1:]}".rstrip(".") + "."


def type_in_words(name: str) -> str:
    """What people call one of CEL's types."""
    name = name.removeprefix("placet.").removeprefix("google.protobuf.").lower()
    return _WORDS.get(name, "the whole " + name if name in ("form", "requester", "decisions") else name)


def failure(text: str) -> str:
    """The first line of a message, as a sentence."""
    plain = _STATUS.sub("", text.splitlines()[0] if text else "").strip()
    return f"{plain[:1].upper()}{plain[1:]}".rstrip(".") + "."
