"""The shapes of what is stored, and whether what was written in one can be read in another."""

from collections.abc import Iterator
from typing import Any, get_args

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.state import RequestState

Schema = dict[str, Any]
SAID = {"title", "description", "discriminator", "examples"}
AT_LEAST = {"minimum", "exclusiveMinimum", "minLength", "minItems"}
AT_MOST = {"maximum", "exclusiveMaximum", "maxLength", "maxItems"}


def present() -> dict[str, Schema]:
    """Every shape that is stored, by name: the events, the commands and the state."""
    events = {kind.model_fields["type"].default: kind for kind in get_args(get_args(e.AnyEvent)[0])}
    commands = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(c.AnyCommand)[0])}
    models = {
        **{f"event {name}": kind for name, kind in events.items()},
        **{f"command {name}": kind for name, kind in commands.items()},
        "state": RequestState,
    }
    return {name: _plain(model.model_json_schema()) for name, model in sorted(models.items())}


def generation(schema: Schema) -> int:
    """Which generation of its shape a schema is."""
    number: int = schema["properties"].get("generation", {}).get("const", 1)
    return number


def unreadable(old: Schema, new: Schema) -> list[str]:
    """What a reader of the new shape would not understand, or take for something else, in the old one."""
    return list(_Comparison(old, new).faults(old, new, ""))


def _plain(value: Any, *, names: bool = False) -> Any:
    """A schema without what is only said to people; below ``names`` the keys are fields of ours."""
    if isinstance(value, dict):
        return {
            key: _plain(item, names=key in ("properties", "$defs"))
            for key, item in value.items()
            if names or key not in SAID
        }
    return [_plain(item) for item in value] if isinstance(value, list) else value


class _Comparison:
    """Of two schemas, each with its own definitions."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old.get("$defs", {})
        self._new = new.get("$defs", {})
        self._seen: set[tuple[str, str]] = set()

    def faults(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        if "$ref" in old and "$ref" in new:
            pair = (old["$ref"], new["$ref"])
            if pair in self._seen:
                return
            self._seen.add(pair)
        if "default" in old and old["default"] != new.get("default"):
            yield f"{at}: what is left out means something else"
        old, new = _resolved(old, self._old), _resolved(new, self._new)
        if choices := _choices(new):
            # What is left out was compared above; a single choice does not say it.
            alone = {key: value for key, value in old.items() if key != "default"}
            for choice in _choices(old) or [alone]:
                if not any(self._reads(choice, other, at) for other in choices):
                    yield f"{at}: {_name(choice)} is not among the choices any more"
        elif _choices(old):
            yield f"{at}: there is no choice any more"
        else:
            yield from self._same_kind(old, new, at)

    def _reads(self, old: Schema, new: Schema, at: str) -> bool:
        before = set(self._seen)
        fits = not any(True for _ in self.faults(old, new, at))
        if not fits:
            self._seen = before
        return fits

    def _same_kind(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        allowed = _values(new)
        if allowed is not None:
            values = _values(old)
            if values is None or not values <= allowed:
                yield f"{at}: a value is not allowed any more"
            return
        if "type" in new and old.get("type") != new["type"]:
            yield f"{at}: {old.get('type')} became {new['type']}"
            return
        yield from _narrower(old, new, at)
        yield from self._properties(old, new, at)
        for key in ("items", "additionalProperties"):
            if isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
                yield from self.faults(old[key], new[key], f"{at}[]")

    def _properties(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, schema in before.items():
            if name in after:
                yield from self.faults(schema, after[name], f"{at}.{name}")
            elif new.get("additionalProperties") is False:
                yield f"{at}.{name}: is gone"
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            yield f"{at}.{name}: is needed now"


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    while "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    return schema


def _choices(schema: Schema) -> list[Schema]:
    choices: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or []
    return choices


def _values(schema: Schema) -> set[Any] | None:
    if "const" in schema:
        return {schema["const"]}
    return set(schema["enum"]) if "enum" in schema else None


def _narrower(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for key in ("format", "pattern", *AT_LEAST, *AT_MOST):
        if key not in new or old.get(key) == new[key]:
            continue
        if key in old and key in AT_LEAST and new[key] < old[key]:
            continue
        if key in old and key in AT_MOST and new[key] > old[key]:
            continue
        yield f"{at}: {key} is narrower"


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", schema.get("type", schema.get("const", "it"))))
