"""Whether a condition can hold at all, and whether it can fail to: decided where its shape allows it.

A condition over a form is true or false; which of the two changes only where a field, the requester's grade, the
round or a decision crosses a constant that it is compared with. So a condition that is built from such comparisons
(with ``&&``, ``||``, ``!``, ``? :``, ``in`` and ``has``) is tried once on every piece: at each constant, just
beside it, at the ends of what the field takes, and empty. What holds on no piece never holds. The pieces allow for
a little more than can happen (any grade goes with any group), so nothing is called impossible that is not.

Where a condition is built otherwise, say from a sum of two fields, nothing is said about when it holds; whether it
can be evaluated at all is still tried.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice, product
from typing import Any

from approvals.engine.currencies import minor_units
from approvals.engine.forms import MAX_INTEGER, form_faults
from approvals.engine.policy import FormField, Policy
from approvals.engine.rules import Said
from approvals.policies.conditions import (
    ConditionFailed,
    Facts,
    Requester,
    evaluate_condition,
    spelling,
    syntax_of,
)
from approvals.policies.syntax import Call, Constant, Many, Name, Node

MAX_PIECES = 3_000
"""A condition with more pieces than these is left undecided."""

_ORDER = frozenset({"_<_", "_<=_", "_>_", "_>=_"})
_EQUAL = frozenset({"_==_", "_!=_"})
_JOIN = frozenset({"_&&_", "_||_", "!_", "_?_:_"})
_LISTS = frozenset({("requester", "groups"), ("requester", "roles")})
_ANY_TEXT = ("", "1", "12", "a", "a-b", "a b", "a@b.c", "2026-01-31", "something else")
"""Texts that most functions of texts can work with; one of them is none of a condition's constants."""

Path = tuple[str, ...]


@dataclass
class Mentioned:
    """What conditions look at, and the constants they compare it with. ``plain``: nothing else is in them."""

    constants: dict[Path, set[Any]] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    plain: bool = True

    def of(self, path: Path) -> set[Any]:
        """The constants of a path, for more to be added."""
        return self.constants.setdefault(path, set())


class Reasoning:
    """Conditions of one policy, tried on all pieces that matter to them."""

    def __init__(self, policy: Policy, stages: Sequence[str], *, all_done: bool = True) -> None:
        """``stages`` are those whose decisions count; with ``all_done`` they have been made."""
        self._policy = policy
        self._fields = {one.id: one for one in policy.form}
        self._stages = {spelling(id): policy.stage(id) for id in stages}
        done = all(one.join == "all" for one in policy.stages)
        self._all_done = all_done and done

    def outcomes(self, *sources: str) -> tuple[frozenset[tuple[bool | None, ...]], bool]:
        """What conditions come to together, piece by piece; None is one that cannot be evaluated.

        Returns:
            the combinations that occur, and whether these are all there can be.
        """
        seen = Mentioned()
        for source in sources:
            _read(syntax_of(source, self._policy.form, self._titles), seen, self._currencies)
        pieces = self._pieces(seen)
        tried = list(islice(pieces, MAX_PIECES + 1))
        found = frozenset(
            tuple(self._value(source, facts) for source in sources) for facts in tried[:MAX_PIECES]
        )
        return found, seen.plain and len(tried) <= MAX_PIECES

    @property
    def _titles(self) -> dict[str, str]:
        return {stage.id: stage.title for stage in self._stages.values()}

    @property
    def _currencies(self) -> dict[str, int]:
        return {one.currency: minor_units(one.currency) for one in self._policy.form if one.type == "money"}

    def _value(self, source: str, facts: Facts) -> bool | None:
        try:
            return evaluate_condition(source, self._policy.form, facts)
        except ConditionFailed:
            return None

    def _pieces(self, seen: Mentioned) -> Iterator[Facts]:
        """A point of every piece: all combinations of what each thing that is looked at can be."""
        axes = [[(path, value) for value in self._values(path, seen)] for path in sorted(seen.constants)]
        for point in product(*axes):
            yield self._facts(dict(point))

    def _values(self, path: Path, seen: Mentioned) -> list[Any]:
        constants = seen.constants[path]
        match path:
            case ("form", id) if id in self._fields:
                return _field_values(self._fields[id], constants, seen.texts)
            case ("requester", "groups" | "roles"):
                return _subsets(sorted(constants))
            case ("requester", "grade"):
                return _around(constants | {0})
            case ("requester", _):
                return [*_ANY_TEXT, *sorted(constants | seen.texts)]
            case ("round",):
                return [
                    n
                    for n in _around(constants | {1, self._policy.max_rounds})
                    if 1 <= n <= self._policy.max_rounds
                ]
            case ("decisions", stage, *rest) if stage in self._stages:
                return self._decision_values(stage, tuple(rest), constants)
        return [None]

    def _decision_values(self, stage: str, rest: Path, constants: set[Any]) -> list[Any]:
        rules = self._stages[stage]
        match rest:
            case ("result",):
                rejected = ["rejected"] if rules.on_reject == "continue" else []
                return ["approved", "skipped", *rejected, *([] if self._all_done else [None])]
            case ("rule",):
                return ["", *(rule.name for rule in rules.rules)]
            case ("by",):
                return _subsets(sorted(constants))
            case ("approvals" | "rejections" | "abstentions",):
                return [number for number in _around(constants | {0}) if number >= 0]
        return ["done"] if self._all_done else ["done", None]

    def _facts(self, point: Mapping[Path, Any]) -> Facts:
        form: dict[str, Any] = {}
        about: dict[str, Any] = {"handle": "somebody"}
        said: dict[str, dict[str, Any]] = {}
        for path, value in point.items():
            match path:
                case ("form", id) if value is not None:
                    form[id] = value
                case ("requester", name):
                    about[name] = value
                case ("decisions", stage, name) if stage in self._stages:
                    said.setdefault(stage, {})[name] = value
                case ("decisions", stage) if stage in self._stages:
                    there = said.setdefault(stage, {})
                    if value is None:
                        there["result"] = None
        decisions = {
            self._stages[stage].id: Said(**{"result": "approved", **values})
            for stage, values in said.items()
            if None not in values.values()
        }
        round = point.get(("round",), 1)
        return Facts(form, Requester(**about), round, decisions, self._titles)


def _read(node: Node, seen: Mentioned, currencies: Mapping[str, int]) -> None:
    """Take note of what a condition looks at, and of what it compares that with."""
    if isinstance(node, Constant):
        return
    if isinstance(node, Name):
        _mention(node, seen)
        return
    if isinstance(node, Call) and node.function in _JOIN:
        for part in node.args:
            _read(part, seen, currencies)
        return
    if not (isinstance(node, Call) and _is_comparison(node, seen, currencies)):
        seen.plain = seen.plain and not _looks_at(node)
        _mention_all(node, seen)


def _is_comparison(call: Call, seen: Mentioned, currencies: Mapping[str, int]) -> bool:
    """Whether a call compares one thing with constants; they are then noted."""
    if len(call.args) != 2:
        return False
    left, right = call.args
    if (
        call.function in _ORDER | _EQUAL
        and isinstance(right, Name)
        and _constant(left, currencies) is not None
    ):
        left, right = right, left
    if (
        not isinstance(left, Name)
        or left.path in _LISTS
        or (left.path[:1] == ("decisions",) and left.path[-1] == "by")
    ):
        return call.function == "@in" and _is_in_list(call, seen)
    values = (
        [_constant(item, currencies) for item in right.items]
        if call.function == "@in" and isinstance(right, Many)
        else [_constant(right, currencies)]
        if call.function in _ORDER | _EQUAL
        else [None]
    )
    if None in values or (call.function in _ORDER and any(isinstance(value, str) for value in values)):
        return call.function == "@in" and _is_in_list(call, seen)
    if left.test:
        return False
    seen.of(left.path).update(values)
    return True


def _is_in_list(call: Call, seen: Mentioned) -> bool:
    """Whether a call asks if a text is in one of the lists that facts have: groups, roles, who decided."""
    what, where = call.args
    known = isinstance(where, Name) and (where.path in _LISTS or where.path[-1] == "by")
    if not (known and isinstance(where, Name) and isinstance(what, Constant) and isinstance(what.value, str)):
        return False
    seen.of(where.path).add(what.value)
    return True


def _constant(node: Node, currencies: Mapping[str, int]) -> Any:
    """What a constant expression comes to: a number, a text, yes or no, or a day; None where it is none of these."""
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Name):
        return currencies.get(node.path[0]) if len(node.path) == 1 else None
    if not isinstance(node, Call):
        return None
    values = [_constant(arg, currencies) for arg in node.args]
    match node.function, values:
        case "date", [str(text)]:
            return _day(text)
        case "-_", [int(number)]:
            return -number
        case "_+_", [int(one), int(other)]:
            return one + other
        case "_-_", [int(one), int(other)]:
            return one - other
        case "_*_", [int(one), int(other)]:
            return one * other
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _looks_at(node: Node) -> bool:
    """Whether anything but constants is in it. What nothing is known of may look at anything."""
    match node:
        case Constant():
            return False
        case Call(args=parts) | Many(items=parts):
            return any(_looks_at(part) for part in parts)
    return True


def _mention(name: Name, seen: Mentioned) -> None:
    if name.path[0] in ("form", "requester", "round", "decisions"):
        seen.of(name.path)
        seen.plain = seen.plain and not (name.path[0] == "decisions" and name.test and len(name.path) > 2)


def _mention_all(node: Node, seen: Mentioned) -> None:
    """Of a part that is not understood: everything it looks at, and the texts in it."""
    match node:
        case Constant(value=str(text)):
            seen.texts.update((text, f"a{text}b"))
        case Name():
            _mention(node, seen)
        case Call(args=parts) | Many(items=parts):
            for part in parts:
                _mention_all(part, seen)


def _field_values(of: FormField, constants: set[Any], texts: set[str]) -> list[Any]:
    """A value for each piece of what a field takes; None is an empty one."""
    found: list[Any]
    match of.type:
        case "money" | "integer":
            ends = {
                of.min if of.min is not None else -MAX_INTEGER,
                of.max if of.max is not None else MAX_INTEGER,
            }
            found = _around(constants | ends | {0})
        case "boolean":
            found = [True, False]
        case "date":
            days = {
                day + timedelta(days=step)
                for day in constants
                if isinstance(day, date)
                for step in (-1, 0, 1)
            }
            found = sorted(day.isoformat() for day in days | {date(2026, 1, 1)})
        case "choice":
            found = list(of.choices)
        case _:
            found = sorted({text for text in (*_ANY_TEXT, *constants, *texts) if isinstance(text, str)})
    allowed = [value for value in found if not form_faults((of,), {of.id: value})]
    return allowed if of.required else [None, *allowed]


def _around(numbers: Iterable[Any]) -> list[int]:
    near = {number + step for number in numbers if isinstance(number, int) for step in (-1, 0, 1)}
    return sorted(near)


def _subsets(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Every choice of some of these texts, and something else."""
    every = product((False, True), repeat=len(texts))
    return [
        tuple(text for text, taken in zip(texts, chosen, strict=True) if taken)
        for chosen in islice(every, MAX_PIECES + 1)
    ]
