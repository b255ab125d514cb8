"""What a condition is made of: its syntax tree, as CEL's compiler hands it out.

The compiler serialises its result as ``cel.expr.CheckedExpr`` (cel-spec, ``proto/cel/expr/checked.proto`` and
``syntax.proto``). Of that only what is needed here is declared: unknown fields are passed over.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto
_MESSAGES: dict[str, tuple[tuple[str, int, str, bool], ...]] = {
    "Checked": (("expr", 4, "Expr", False),),
    "Expr": (
        ("const", 3, "Constant", False),
        ("ident", 4, "Ident", False),
        ("select", 5, "Select", False),
        ("call", 6, "Call", False),
        ("list", 7, "List", False),
    ),
    "Constant": (
        ("bool", 2, "bool", False),
        ("int", 3, "int64", False),
        ("string", 6, "string", False),
    ),
    "Ident": (("name", 1, "string", False),),
    "Select": (("operand", 1, "Expr", False), ("field", 2, "string", False), ("test", 3, "bool", False)),
    "Call": (("target", 1, "Expr", False), ("function", 2, "string", False), ("args", 3, "Expr", True)),
    "List": (("elements", 1, "Expr", True),),
}
"""Name, number, type and whether there are several, of each field."""
_TYPES = {"bool": _Field.TYPE_BOOL, "int64": _Field.TYPE_INT64, "string": _Field.TYPE_STRING}


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal."""

    value: bool | int | str


@dataclass(frozen=True, slots=True)
class Name:
    """A variable or something of it: ``("form", "amount")``. ``test`` asks whether it is there."""

    path: tuple[str, ...]
    test: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator with what it is applied to: ``_&&_``, ``_>_``, ``@in``."""

    function: str
    args: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Many:
    """A list."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Other:
    """Something that nothing is known of here: a macro, a map, a number with a point."""


Node = Constant | Name | Call | Many | Other


def tree(serialized: bytes) -> Node:
    """The syntax tree of a compiled expression."""
    envelope = any_pb2.Any()
    envelope.ParseFromString(serialized)
    checked = _types()["Checked"]()
    checked.ParseFromString(envelope.value)
    return _node(checked.expr)


def _node(expr: Any) -> Node:
    if expr.HasField("const"):
        kind = next((name for name in ("bool", "int", "string") if expr.const.HasField(name)), None)
        return Constant(getattr(expr.const, kind)) if kind else Other()
    if expr.HasField("ident"):
        return Name((expr.ident.name.removeprefix("."),))
    if expr.HasField("select"):
        operand = _node(expr.select.operand)
        if not isinstance(operand, Name):
            return Other()
        return Name((*operand.path, expr.select.field), expr.select.test)
    if expr.HasField("call"):
        target = [_node(expr.call.target)] if expr.call.HasField("target") else []
        return Call(expr.call.function, (*target, *(_node(arg) for arg in expr.call.args)))
    if expr.HasField("list"):
        return Many(tuple(_node(item) for item in expr.list.elements))
    return Other()


@cache
def _types() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="syntax.proto", package="syntax", syntax="proto2")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, several in fields:
            entry = message.field.add(
                name=field,
                number=number,
                label=_Field.LABEL_REPEATED if several else _Field.LABEL_OPTIONAL,
                type=_TYPES.get(kind, _Field.TYPE_MESSAGE),
            )
            if kind not in _TYPES:
                entry.type_name = f".syntax.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"syntax.{name}"))
        for name in _MESSAGES
    }
