"""What becomes of a request, in words."""

from collections.abc import Mapping

from approvals.engine.state import StageStatus
from approvals.migration.becoming import Becoming, StageBecomes
from approvals.pages.wording import moment
from approvals.requests.wording import several

_PARTS = {
    "title": "its title",
    "after": "its place",
    "when": "its condition",
    "participants": "who is asked",
    "quorum": "how many must agree",
    "sla": "its clock",
    "watches": "what it looks at",
}
_RESULTS = {
    StageStatus.APPROVED: "approved",
    StageStatus.PASSED: "rejected, and passed",
    StageStatus.SKIPPED: "passed over",
}
MANY = 4
"""People beyond this are counted."""


def sentences(one: Becoming, names: Mapping[str, object]) -> list[str]:
    """What becomes of each stage, and of the request; the stages that stay as they are come in one sentence."""
    if not one.possible:
        return [one.message]
    kept = [f"“{stage.change.title}”" for stage in one.stages if _stays(stage)]
    said = [f"{several(kept)} {'stays as it is' if len(kept) == 1 else 'stay as they are'}."] if kept else []
    said += [_sentence(stage, names) for stage in one.stages if not _stays(stage)]
    if one.left_out:
        said.append(f"Left out of the form: {several(list(one.left_out))}.")
    if one.outcome:
        said.append(f"Nothing is left to decide: the request is {one.outcome} at once.")
    return said


def _stays(stage: StageBecomes) -> bool:
    becomes = stage.change.becomes
    return becomes in ("kept", "continued") or (becomes == "waits" and not stage.change.changed)


def _sentence(stage: StageBecomes, names: Mapping[str, object]) -> str:
    change, title = stage.change, f"“{stage.change.title}”"
    match change.becomes:
        case "dropped":
            was = _RESULTS.get(change.was) if change.was else None
            ends = " Its tasks end." if change.was is StageStatus.OPEN else ""
            return f"{title} is dropped{f'; it was {was}' if was else ''}.{ends}"
        case "added":
            return f"{title} is new{_then(stage, names)}"
        case "waits":
            return f"{title} will differ when its turn comes: {_changed(stage)}."
        case _:
            why = f" ({_changed(stage)})" if change.changed else ""
            return f"{title} begins anew{why}{_then(stage, names)}"


def _then(stage: StageBecomes, names: Mapping[str, object]) -> str:
    if stage.status is StageStatus.SKIPPED:
        return f" and is passed over. {stage.reason}".rstrip()
    if stage.status is not StageStatus.OPEN:
        return ", when its turn comes."
    due = f", due {moment(stage.due_after)}" if stage.due_after else ""
    before = moment(stage.due_before) if stage.due_before else ""
    if stage.due_after and before and before != moment(stage.due_after):
        due += f" instead of {before}"
    elif before and not stage.due_after:
        due = f", without the deadline of {before}"
    return f": {people(stage.asked, names)} {'is' if len(stage.asked) == 1 else 'are'} asked{due}."


def people(handles: tuple[str, ...], names: Mapping[str, object]) -> str:
    """People by name; beyond :data:`MANY` they are counted."""
    if not handles:
        return "nobody"
    shown = [str(names[handle]) for handle in handles[:MANY]]
    more = len(handles) - MANY
    return several([*shown, f"{more} more"] if more > 0 else shown)


def _changed(stage: StageBecomes) -> str:
    parts = dict.fromkeys(_PARTS.get(part, "how it is decided") for part in stage.change.changed)
    return several(list(parts))
