"""Reading YAML and JSON as written: no surprise types, no key twice.

YAML 1.1 makes ``NO`` (Norway) false and a date an object, and takes the last of two equal keys. A
calendar keeps to the few types that JSON has, and says where it cannot be read.
"""

import json
import re
from collections.abc import Hashable
from typing import Any

import yaml

from approvals.calendars.errors import InvalidCalendar, Problem

MAX_BYTES = 64_000


class _PlainLoader(yaml.SafeLoader):
    """YAML in which only null, true, false and numbers are other than text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                raise yaml.constructor.ConstructorError(None, None, "a key must be text", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f'the key "{key.value}" stands twice', key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789")
)


def read_document(content: bytes, *, json_only: bool = False) -> dict[str, Any]:
    """The mapping written in a file.

    Raises:
        InvalidCalendar: it is too large, not UTF-8, not YAML (or JSON), or not a mapping.
    """
    if len(content) > MAX_BYTES:
        raise _unreadable(f"the file is larger than {MAX_BYTES // 1000} kB.")
    try:
        text = content.decode("utf-8-sig")
        document = json.loads(text, object_pairs_hook=_no_key_twice) if json_only else _yaml(text)
    except UnicodeDecodeError as error:
        raise _unreadable(f"the file is not UTF-8 text (byte {error.start + 1}).") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise _unreadable(f"{where}{error.problem}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unreadable(f"{error}.") from error
    if not isinstance(document, dict):
        raise _unreadable('the file holds no calendar: begin with "name:", "zone:" and "week:".')
    return document


def _yaml(text: str) -> Any:
    return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader with fewer types


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f'the key "{key}" stands twice')
    return dict(pairs)


def _unreadable(sentence: str) -> InvalidCalendar:
    return InvalidCalendar((Problem("", sentence[:1].upper() + sentence[1:]),))
