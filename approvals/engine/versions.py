"""What a request would become under another version of its policy."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from approvals.engine.errors import Refused
from approvals.engine.forms import form_faults
from approvals.engine.model import Form, Model
from approvals.engine.policy import Policy, Stage
from approvals.engine.state import DONE, Clock, RequestState, StageState, StageStatus, Status

Becomes = Literal["kept", "continued", "waits", "again", "added", "dropped"]

ASKS_NOBODY_ANEW = frozenset({"title", "after", "join", "allow", "on_reject", "watches", "when_back"})
"""Parts of a stage that can change while it is being decided: whom it asks, and for what, stays the same."""
BESIDE_THE_STAGES = frozenset(
    {
        "key",
        "title",
        "description",
        "subject",
        "owner",
        "form",
        "stages",
        "max_rounds",
        "comment_required",
        "amend",
        "rules",
    }
)
"""Parts of a policy in which an open stage is not prepared. Any other part is taken to say who is asked."""


class StageChange(Model):
    """What becomes of one stage.

    kept: it has its result, and keeps it. continued: it is being decided and goes on, with its tasks and its
    clock. waits: its turn has not come. again: it was begun or passed over, and is prepared anew when its turn
    comes. added: the earlier version has no such stage. dropped: the later one has none.
    """

    stage: str
    title: str
    becomes: Becomes
    was: StageStatus | None = None
    changed: tuple[str, ...] = Field(default=(), description="The parts of its definition that differ.")
    keeps_clock: bool = Field(default=True, description="Whether the time that has run stays counted.")


def compare(state: RequestState, policy: Policy) -> tuple[StageChange, ...]:
    """What becomes of each stage, in the order of the later version; those that it drops come last.

    A stage that is being decided goes on only if nobody would be asked differently and if everything that now
    comes before it is done.
    """
    settled = {stage.id for stage in policy.stages if _is_settled(state, stage)}
    changes = [_change(state, policy, stage, settled) for stage in policy.stages]
    here = {stage.id for stage in policy.stages}
    for stage in state.policy.stages:
        if stage.id not in here:
            was = state.stages[stage.id].status
            changes.append(StageChange(stage=stage.id, title=stage.title, becomes="dropped", was=was))
    return tuple(changes)


def fields_left_out(state: RequestState, policy: Policy) -> tuple[str, ...]:
    """The filled-in fields that the later version has no more; they stay in the record."""
    known = {field.id for field in policy.form}
    return tuple(id for id in state.form if id not in known)


def must_fit_form(state: RequestState, policy: Policy, version: int) -> None:
    """Refuse a version whose form asks for what the request does not say.

    One that is with its requester is filled in anew anyway.
    """
    if state.status is Status.RETURNED:
        return
    left_out = fields_left_out(state, policy)
    form: Form = {id: value for id, value in state.form.items() if id not in left_out}
    faults = form_faults(policy.form, form)
    if faults:
        raise Refused(
            "form_does_not_fit",
            f"The form does not fit version {version}: {' '.join(list(faults.values())[:5])} "
            "Ask for changes first: what is with its requester can be moved.",
        )


def under_version(
    state: RequestState, changes: tuple[StageChange, ...], paused: Callable[[Clock], Clock]
) -> dict[str, Any]:
    """What becomes of a request's stages and tasks, and its bookkeeping of them.

    Args:
        paused: what becomes of the clock of a stage that begins anew and keeps it.
    """
    here = {change.stage for change in changes if change.becomes != "dropped"}
    anew = {change.stage for change in changes if change.becomes in ("again", "added")}
    titles = {change.stage: change.title for change in changes}
    return {
        "migrations": state.migrations + 1,
        "stages": {change.stage: _moved(state, change, paused) for change in changes if change.stage in here},
        "tasks": {
            id: task.model_copy(update={"superseded": True})
            if task.stage in anew and task.round == state.round and task.status == "decided"
            else task
            for id, task in state.tasks.items()
        },
        "former": {id: title for id, title in (state.former | titles).items() if id not in here},
    }


def _moved(state: RequestState, change: StageChange, paused: Callable[[Clock], Clock]) -> StageState:
    """A stage under another version. One that begins anew goes on numbering its seats: their ids are taken."""
    stage = state.stages.get(change.stage)
    clock = stage.clock if stage and change.keeps_clock else None
    if stage and change.becomes in ("kept", "continued"):
        return stage
    if stage and change.becomes == "waits":
        return stage.model_copy(update={"clock": clock})
    return StageState(
        id=change.stage,
        clock=clock and paused(clock),
        priority=stage.priority if stage else 0,
        seats=sum(task.stage == change.stage and task.round == state.round for task in state.tasks.values()),
        migration=state.migrations + 1,
    )


def _is_settled(state: RequestState, stage: Stage) -> bool:
    """Whether a stage of the later version has its result already. One that was passed over under another
    condition has none."""
    where = state.stages.get(stage.id)
    if where is None or where.status not in DONE:
        return False
    return where.status is not StageStatus.SKIPPED or state.policy.stage(stage.id).when == stage.when


def _change(state: RequestState, policy: Policy, stage: Stage, settled: set[str]) -> StageChange:
    where = state.stages.get(stage.id)
    if where is None:
        return StageChange(stage=stage.id, title=stage.title, becomes="added", keeps_clock=False)
    before = state.policy.stage(stage.id)
    changed = _differences(state.policy, policy, before, stage)
    becomes: Becomes
    if stage.id in settled:
        becomes = "kept"
    elif where.status in (StageStatus.WAITING, StageStatus.RETURNED):
        becomes = "waits"
    elif where.status in DONE or not ASKS_NOBODY_ANEW.issuperset(changed):
        becomes = "again"
    else:
        # A stage that was kept through a change goes on although one before it is asked once more.
        goes_on = settled.issuperset(policy.before(stage.id)) or where.kept_from is not None
        becomes = "continued" if goes_on else "again"
    return StageChange(
        stage=stage.id,
        title=stage.title,
        becomes=becomes,
        was=where.status,
        changed=changed,
        keeps_clock=before.sla == stage.sla,
    )


def _differences(old: Policy, new: Policy, before: Stage, stage: Stage) -> tuple[str, ...]:
    """The parts of a stage's definition that differ, and those of the policy that decide whom it asks."""
    changed = [name for name in Stage.model_fields if getattr(before, name) != getattr(stage, name)]
    if "after" not in changed and set(old.before(stage.id)) != set(new.before(stage.id)):
        changed.append("after")
    changed += [
        name
        for name in Policy.model_fields
        if name not in BESIDE_THE_STAGES and getattr(old, name) != getattr(new, name)
    ]
    if old.owner != new.owner and any(who.owner for who in stage.participants):
        changed.append("owner")
    return tuple(changed)
