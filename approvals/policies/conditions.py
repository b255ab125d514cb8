"""Conditions and titles in CEL, Google's Common Expression Language. Nothing else imports it.

A source may use:

- ``form.<field>``: money and integers as int (money in minor units), booleans as bool, dates as a timestamp
  (midnight UTC), everything else as string. A field that was left empty reads as 0, "", false or 1970-01-01;
  ``has(form.<field>)`` tells whether it was filled in.
- ``requester``: ``handle``, ``name``, ``unit``, ``title`` (strings), ``grade`` (int), ``groups`` and ``roles``
  (lists of keys).
- ``round``: 1 for the first submission.
- ``decisions.<stage>``: what a stage that is done came to, its id with "_" for "-": ``result`` ("approved",
  "rejected", "skipped"; "" before it is done), ``by`` (the user names of who decided), ``approvals``,
  ``rejections``, ``abstentions`` (how many), ``rule`` (the name of the rule that decided, or "").
- a constant for each currency of the form, its minor units: ``form.amount > 5000 * EUR``.
- ``date("2026-01-31")``, and for titles ``day(form.date)`` ("31 January 2026") and
  ``money(form.amount, "EUR")`` ("12,345.50 EUR").

A source is compiled and type-checked when a policy is checked, so that what can still go wrong later is little:
an overflow, a division by zero, a text that is no number. Evaluation has limits on depth and iterations.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from cel_expr_python import cel
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2
from google.protobuf.message import Message

from approvals.engine.currencies import format_money, minor_units
from approvals.engine.policy import FormField
from approvals.engine.rules import Said
from approvals.policies.condition_faults import Shape, SourceFault, compile_faults, failure, type_in_words
from approvals.policies.syntax import Node, tree
from approvals.policies.unary_tests import Kind

MAX_SOURCE = 2_000
"""Bytes of UTF-8 in a source."""

_PACKAGE = "placet"
_Field = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "money": _Field.TYPE_INT64,
    "integer": _Field.TYPE_INT64,
    "boolean": _Field.TYPE_BOOL,
    "date": _Field.TYPE_MESSAGE,
}


@dataclass(frozen=True, slots=True)
class Requester:
    """What a condition may know about who asks."""

    handle: str
    name: str = ""
    unit: str = ""
    title: str = ""
    grade: int = 0
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a condition is evaluated over."""

    form: Mapping[str, Any]
    requester: Requester
    round: int = 1
    decisions: Mapping[str, Said] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    """The titles of the policy's stages, by id: those that ``decisions`` knows, done or not."""


class ConditionFailed(Exception):
    """A source that cannot be evaluated (code ``condition_failed``)."""

    code = "condition_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class _NotCompiled(Exception):
    def __init__(self, faults: tuple[SourceFault, ...]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def check_condition(
    source: str, fields: tuple[FormField, ...], stages: Iterable[str] = ()
) -> tuple[SourceFault, ...]:
    """Everything that keeps ``source`` from being a condition over a form of these fields.

    Args:
        stages: the ids of the stages whose decisions it may look at.
    """
    return _faults(source, _shape(fields, stages), "BOOL")


def check_text(source: str, fields: tuple[FormField, ...]) -> tuple[SourceFault, ...]:
    """Everything that keeps ``source`` from giving text over a form of these fields."""
    return _faults(source, _shape(fields), "STRING")


def check_value(source: str, fields: tuple[FormField, ...]) -> tuple[Kind | None, tuple[SourceFault, ...]]:
    """The kind of value that ``source`` gives over a form of these fields, and everything that is wrong with it.

    The kind is None where it cannot be used.
    """
    try:
        expression = _compile(source, _shape(fields), "VALUE")
    except _NotCompiled as error:
        return None, error.faults
    return _KINDS[expression.return_type().name()], ()


def evaluate_value(source: str, fields: tuple[FormField, ...], facts: Facts) -> object:
    """The number, text, date or yes/no that a source comes to.

    Raises:
        ConditionFailed: it does not compile, or cannot be evaluated over these facts.
    """
    return _evaluate(source, fields, facts, "VALUE")


def evaluate_condition(source: str, fields: tuple[FormField, ...], facts: Facts) -> bool:
    """What a condition comes to.

    Raises:
        ConditionFailed: it does not compile, or cannot be evaluated over these facts.
    """
    return bool(_evaluate(source, fields, facts, "BOOL"))


def syntax_of(source: str, fields: tuple[FormField, ...], stages: Iterable[str] = ()) -> Node:
    """The syntax tree of a condition.

    Raises:
        ConditionFailed: it does not compile.
    """
    try:
        return tree(_compile(source, _shape(fields, stages), "BOOL").serialize())
    except _NotCompiled as error:
        raise ConditionFailed(failure(str(error))) from error


def evaluate_text(source: str, fields: tuple[FormField, ...], facts: Facts) -> str:
    """The text that a source comes to, such as a request's title.

    Raises:
        ConditionFailed: it does not compile, or cannot be evaluated over these facts.
    """
    return str(_evaluate(source, fields, facts, "STRING"))


_KINDS: dict[str, Kind] = {"INT": "number", "STRING": "text", "BOOL": "boolean", "TIMESTAMP": "date"}
_NEEDED = {"BOOL": "true or false", "STRING": "text", "VALUE": "a whole number, text, a date or yes and no"}


def _fits(type: Any, wanted: str) -> bool:
    return any(type == getattr(cel.Type, name) for name in (_KINDS if wanted == "VALUE" else (wanted,)))


def _faults(source: str, shape: Shape, wanted: str) -> tuple[SourceFault, ...]:
    try:
        _compile(source, shape, wanted)
    except _NotCompiled as error:
        return error.faults
    return ()


def _evaluate(source: str, fields: tuple[FormField, ...], facts: Facts, wanted: str) -> object:
    shape = _shape(fields, facts.stages)
    try:
        expression = _compile(source, shape, wanted)
        result = expression.eval(data=_environment(shape).bind(facts))
    except (_NotCompiled, RuntimeError, ValueError, TypeError) as error:
        raise ConditionFailed(failure(str(error))) from error
    if not _fits(result.type(), wanted):
        raise ConditionFailed(failure(str(result.value())))
    return result.value()


def _shape(fields: tuple[FormField, ...], stages: Iterable[str] = ()) -> Shape:
    return Shape(
        tuple((field.id, field.type, field.currency if field.type == "money" else "") for field in fields),
        tuple(dict.fromkeys(map(spelling, stages))),
    )


def spelling(stage: str) -> str:
    """How a condition spells a stage's id: a hyphen would be a minus."""
    return stage.replace("-", "_")


@lru_cache(maxsize=2_000)
def _compile(source: str, shape: Shape, wanted: str) -> Any:
    try:
        size = len(source.encode())
    except UnicodeEncodeError as error:
        raise _NotCompiled((SourceFault("The condition holds half a character."),)) from error
    if size > MAX_SOURCE:
        message = f"The condition has {size:,} bytes; at most {MAX_SOURCE:,} are allowed."
        raise _NotCompiled((SourceFault(message),))
    try:
        expression = _environment(shape).cel.compile(source)
    except RuntimeError as error:
        raise _NotCompiled(compile_faults(str(error), shape, _REQUESTER)) from error
    if not _fits(expression.return_type(), wanted):
        needed = _NEEDED[wanted]
        raise _NotCompiled(
            (
                SourceFault(
                    f"This comes to {type_in_words(expression.return_type().name())}, not to {needed}."
                ),
            )
        )
    return expression


class _Environment:
    """The names and types of one form, and how facts are bound to them."""

    def __init__(self, shape: Shape) -> None:
        pool = descriptor_pool.DescriptorPool()
        pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
        pool.AddSerializedFile(_file(shape).SerializeToString())
        self._form = message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Form"))
        self._requester = message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Requester"))
        self._decisions = message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Decisions"))
        self._stages = frozenset(shape.stages)
        self._dates = frozenset(id for id, type, _ in shape.fields if type == "date")
        self._fields = frozenset(id for id, _, _ in shape.fields)
        self._currencies = {currency: minor_units(currency) for _, _, currency in shape.fields if currency}
        self.cel = cel.NewEnv(
            pool,
            variables={
                "form": cel.Type(f"{_PACKAGE}.Form"),
                "requester": cel.Type(f"{_PACKAGE}.Requester"),
                "round": cel.Type.INT,
                **({"decisions": cel.Type(f"{_PACKAGE}.Decisions")} if shape.stages else {}),
                **dict.fromkeys(self._currencies, cel.Type.INT),
            },
            functions=_functions(),
        )

    def bind(self, facts: Facts) -> dict[str, Any]:
        """The facts as the variables of an evaluation; empty fields and unknown ones are left out.

        Raises:
            TypeError, ValueError: a value is not of its field's type, or too large for it.
        """
        form = self._form()
        for id, value in facts.form.items():
            if id not in self._fields or value is None or (isinstance(value, str) and not value.strip()):
                continue
            if id in self._dates:
                getattr(form, id).FromDatetime(_midnight(value))
            else:
                setattr(form, id, value)
        return {
            "form": form,
            "requester": self._requester_message(facts.requester),
            "round": facts.round,
            **({"decisions": self._decisions_message(facts.decisions)} if self._stages else {}),
            **self._currencies,
        }

    def _decisions_message(self, decisions: Mapping[str, Said]) -> Message:
        message = self._decisions()
        for stage, said in decisions.items():
            if spelling(stage) in self._stages:
                entry = getattr(message, spelling(stage))
                for name, value in said:
                    if isinstance(value, tuple):
                        getattr(entry, name).extend(value)
                    else:
                        setattr(entry, name, value)
        return message

    def _requester_message(self, who: Requester) -> Message:
        return self._requester(
            handle=who.handle,
            name=who.name,
            unit=who.unit,
            title=who.title,
            grade=who.grade,
            groups=who.groups,
            roles=who.roles,
        )


@lru_cache(maxsize=200)
def _environment(shape: Shape) -> _Environment:
    return _Environment(shape)


def _file(shape: Shape) -> descriptor_pb2.FileDescriptorProto:
    """The form and the requester as message types: CEL then knows each field, its type and its presence."""
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{_PACKAGE}.proto",
        package=_PACKAGE,
        syntax="proto2",  # each field knows whether it was set
        dependency=["google/protobuf/timestamp.proto"],
    )
    form = file.message_type.add(name="Form")
    for number, (id, type, _) in enumerate(shape.fields, start=1):
        # Explicit JSON names: those made from "a_b" and "a__b" would collide.
        entry = form.field.add(name=id, number=number, label=_Field.LABEL_OPTIONAL, json_name=f"f{number}")
        entry.type = _TYPES.get(type, _Field.TYPE_STRING)
        if type == "date":
            entry.type_name = ".google.protobuf.Timestamp"
    requester = file.message_type.add(name="Requester")
    for number, name in enumerate(_REQUESTER, start=1):
        several = name in ("groups", "roles")
        requester.field.add(
            name=name,
            number=number,
            label=_Field.LABEL_REPEATED if several else _Field.LABEL_OPTIONAL,
            type=_Field.TYPE_INT64 if name == "grade" else _Field.TYPE_STRING,
        )
    _add_decisions(file, shape.stages)
    return file


def _add_decisions(file: descriptor_pb2.FileDescriptorProto, stages: tuple[str, ...]) -> None:
    """What each stage came to as a message type, and one message with a field for each stage."""
    decision = file.message_type.add(name="Decision")
    for number, (name, about) in enumerate(Said.model_fields.items(), start=1):
        decision.field.add(
            name=name,
            number=number,
            label=_Field.LABEL_REPEATED if name == "by" else _Field.LABEL_OPTIONAL,
            type=_Field.TYPE_INT64 if about.annotation is int else _Field.TYPE_STRING,
        )
    decisions = file.message_type.add(name="Decisions")
    for number, stage in enumerate(stages, start=1):
        decisions.field.add(
            name=stage,
            number=number,
            label=_Field.LABEL_OPTIONAL,
            type=_Field.TYPE_MESSAGE,
            type_name=f".{_PACKAGE}.Decision",
            json_name=f"s{number}",
        )


_REQUESTER = tuple(Requester.__dataclass_fields__)


def _functions() -> list[Any]:
    string, timestamp, integer = cel.Type.STRING, cel.Type.TIMESTAMP, cel.Type.INT
    return [
        _function("date", timestamp, [string], _midnight),
        _function("day", string, [timestamp], lambda at: f"{at:%-d %B %Y}"),
        _function("money", string, [integer, string], format_money),
    ]


def _function(name: str, result: Any, parameters: list[Any], impl: Any) -> Any:
    overload = cel.Overload(f"{name}_1", return_type=result, parameters=parameters, impl=impl)
    return cel.FunctionDecl(name, [overload])


def _midnight(text: str) -> datetime:
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
