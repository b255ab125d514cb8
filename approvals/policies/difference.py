"""What differs between two versions of a policy, in the words of its page."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import yaml

from approvals.engine.policy import FormField, Policy, Stage
from approvals.policies.description import Names, StageText, describe, field_text, participant

_PARTS = {
    "after": "its place",
    "who": "who is asked",
    "quorum": "how it counts",
    "on_reject": "a rejection",
    "clock": "its clock",
    "not_who": "who may not decide",
    "again": "when it is asked again",
    "rules": "its rules",
    "instead": "who decides in somebody’s place",
}
_APART = frozenset({"key", "stages", "form"})
"""Parts of a policy that are told in their own way."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. Without ``before`` it is new, without ``after`` it is gone."""

    what: str
    before: str = ""
    after: str = ""


def differences(old: Policy, new: Policy) -> list[Difference]:
    """Everything that differs, the policy's own parts first, then its form and its stages; empty where nothing does."""
    return [*_policy(old, new), *_form(old, new), *_stages(old, new)]


def _policy(old: Policy, new: Policy) -> Iterator[Difference]:
    for name in Policy.model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name in _APART or before == after:
            continue
        if name == "owner":
            yield Difference(
                "The owner", participant(old.owner, Names(old)), participant(new.owner, Names(new))
            )
        else:
            what = f"The policy’s {name.replace('_', ' ')}"
            yield Difference(what, _written(old, name), _written(new, name))


def _written(policy: Policy, name: str) -> str:
    """A part of a policy as its file has it, on one line."""
    value = policy.model_dump(mode="json", exclude_defaults=True, include={name}).get(name)
    if value is None:
        value = getattr(policy, name)
        value = value if isinstance(value, str | int | bool) else None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, str | int):
        return "nothing" if value in (None, "") else str(value)
    return " ".join(yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True).split())


def _form(old: Policy, new: Policy) -> Iterator[Difference]:
    before = {field.id: field for field in old.form}
    after = {field.id: field for field in new.form}
    for id, field in after.items():
        if id not in before:
            yield Difference(f"The field “{field.label}”", "", _field(field))
        elif before[id] != field:
            yield _field_differs(before[id], field)
    for id, field in before.items():
        if id not in after:
            yield Difference(f"The field “{field.label}”", _field(field), "")


def _field_differs(old: FormField, new: FormField) -> Difference:
    was, now = _field(old), _field(new)
    if old.label != new.label:
        was, now = f"“{old.label}”, {was}", f"“{new.label}”, {now}"
    if was == now:
        names = [name for name in FormField.model_fields if getattr(old, name) != getattr(new, name)]
        was, now = (
            ", ".join(f"{name.replace('_', ' ')} {_short(getattr(one, name))}" for name in names)
            for one in (old, new)
        )
    return Difference(f"The field “{old.label}”", was, now)


def _field(field: FormField) -> str:
    return field_text(field) + ("" if field.required else " (optional)")


def _stages(old: Policy, new: Policy) -> Iterator[Difference]:
    before = {text.stage.id: text for text in describe(old)}
    after = {text.stage.id: text for text in describe(new)}
    for id, text in after.items():
        if id not in before:
            yield Difference(f"The stage “{text.stage.title}”", "", f"{text.after}: {_text(text.who)}")
        else:
            yield from _stage(before[id], text)
    for id, text in before.items():
        if id not in after:
            yield Difference(f"The stage “{text.stage.title}”", f"{text.after}: {_text(text.who)}", "")


def _stage(old: StageText, new: StageText) -> Iterator[Difference]:
    name = f"“{old.stage.title}”"
    found = []
    if old.stage.title != new.stage.title:
        found.append(Difference(f"The stage {name}", name, f"“{new.stage.title}”"))
    if old.stage.when != new.stage.when:
        before, after = old.stage.when or "always", new.stage.when or "always"
        found.append(Difference(f"{name}, when it is needed", before, after))
    for part in fields(StageText):
        was, now = _text(getattr(old, part.name)), _text(getattr(new, part.name))
        if part.name != "stage" and was != now:
            what = _PARTS.get(part.name, part.name.replace("_", " "))
            found.append(Difference(f"{name}, {what}", was or "nothing", now or "nothing"))
    if not found and old.stage != new.stage:
        found += _unsaid(name, old.stage, new.stage)
    yield from found


def _unsaid(name: str, old: Stage, new: Stage) -> Iterator[Difference]:
    """What the page does not say of a stage."""
    for part in Stage.model_fields:
        if getattr(old, part) != getattr(new, part):
            before, after = _short(getattr(old, part)), _short(getattr(new, part))
            yield Difference(f"{name}, {part.replace('_', ' ')}", before, after)


def _short(value: Any) -> str:
    if value is None or value in ("", ()):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(one) for one in value) if isinstance(value, tuple) else str(value)


def _text(value: Any) -> str:
    """A value of a description on one line."""
    if isinstance(value, tuple):
        return " ".join(_text(one) for one in value)
    return str(value)
