"""Reading a policy file, YAML or JSON, as it is written: no surprise types, no key twice, each value's place."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from approvals.policies.faults import Fault, InvalidPolicy, Path

MAX_BYTES = 200_000
MAX_DEPTH = 20
MAX_VALUES = 20_000

_INTEGER = "tag:yaml.org,2002:int"
_BOOLEAN = "tag:yaml.org,2002:bool"
_NOTHING = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where each value stands in it: line and column from 1, by path."""

    value: dict[str, Any]
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)


class _PlainLoader(yaml.SafeLoader):
    """YAML in which only null, true, false and whole numbers are other than text: NO is Norway, not false."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_PlainLoader.add_implicit_resolver(_NOTHING, re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_PlainLoader.add_implicit_resolver(_BOOLEAN, re.compile(r"^(?:true|false)$"), ["t", "f"])
_PlainLoader.add_implicit_resolver(_INTEGER, re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))


def read(text: str) -> Document:
    """The mapping that a file holds.

    Raises:
        InvalidPolicy: it is too large, not YAML or JSON, or not a mapping; with the line where it is known.
    """
    size = len(text.encode(errors="replace"))
    if size > MAX_BYTES:
        raise _unreadable(f"The file has {size:,} bytes; at most {MAX_BYTES:,} are allowed.")
    as_json = None
    if text.lstrip().startswith("{"):
        as_json = _json(text)
        # For the places it is read as YAML too, which refuses tabs between its parts.
        text = text.replace("\t", " ")
    try:
        root = yaml.compose(text, Loader=_PlainLoader)
    except yaml.MarkedYAMLError as error:
        raise _at_mark(error.problem or "This is not YAML", error.problem_mark) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _unreadable(f"This is not YAML: {error}") from error
    if not isinstance(root, yaml.MappingNode):
        raise _unreadable('The file holds no policy: begin with "key:", "title:", "form:" and "stages:".')
    reader = _Reader()
    value = reader.value(root, ())
    return Document(value if as_json is None else as_json, reader.places)


class _Reader:
    """Turns YAML's nodes into values, and notes where each stands."""

    def __init__(self) -> None:
        self.places: dict[Path, tuple[int, int]] = {}
        self.count = 0

    def value(self, node: yaml.Node, path: Path) -> Any:
        mark = node.start_mark
        self.places.setdefault(path, (mark.line + 1, mark.column + 1))
        self.count += 1
        if self.count > MAX_VALUES or len(path) > MAX_DEPTH:
            raise _at_mark("The file is nested too deeply or holds too much", mark)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _at_mark("A key is text", key.start_mark)
            if key.value in found:
                raise _at_mark(f'The key "{key.value}" stands twice', key.start_mark)
            found[key.value] = self.value(value, (*path, key.value))
        return found


def _scalar(node: yaml.Node) -> Any:
    if node.tag == _NOTHING:
        return None
    if node.tag == _BOOLEAN:
        return node.value == "true"
    if node.tag == _INTEGER and len(node.value) <= 20:
        return int(node.value)
    return str(node.value)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidPolicy(
            [Fault("unreadable", (), f"This is not JSON: {error.msg}.", error.lineno, error.colno)]
        ) from error
    except (RecursionError, ValueError) as error:
        raise _unreadable(f"This is not JSON: {error}.") from error


def _at_mark(problem: str, mark: Any) -> InvalidPolicy:
    sentence = f"{problem[:1].upper()}{problem[1:]}."
    if mark is None:
        return _unreadable(sentence)
    return InvalidPolicy([Fault("unreadable", (), sentence, mark.line + 1, mark.column + 1)])


def _unreadable(sentence: str) -> InvalidPolicy:
    return InvalidPolicy([Fault("unreadable", (), sentence)])
