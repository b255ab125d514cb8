"""From one round to the next: which stages stand as they are, and which are asked again."""

from collections.abc import Callable, Iterable

from approvals.engine.model import Form
from approvals.engine.policy import Policy, Stage
from approvals.engine.state import DONE, Clock, RequestState, StageState, StageStatus

_UNDECIDED = frozenset({StageStatus.RETURNED, StageStatus.WAITING, StageStatus.PREPARING, StageStatus.OPEN})


def next_round(
    state: RequestState, kept: Iterable[str], paused: Callable[[Clock], Clock]
) -> dict[str, StageState]:
    """The stages as the next round finds them.

    Args:
        kept: stages that stay as they are; what was decided in them goes on to count.
        paused: what becomes of the clock of a stage that was not decided: it goes on where it was, even if
            its stage's turn does not come again in the round that begins. The others begin anew.
    """
    stays = frozenset(kept)
    return {
        id: stage.model_copy(update={"kept_from": state.round_of(id)})
        if id in stays
        else StageState(
            id=id, clock=paused(stage.clock) if stage.clock and stage.status in _UNDECIDED else None
        )
        for id, stage in state.stages.items()
    }


def is_ready(state: RequestState, stage: str) -> bool:
    """Whether everything that comes before a stage is done, or enough of it where any is enough.

    What a kept stage decided counts once the stages before it are done too: one of them may be asked again.
    """
    before = state.policy.before(stage)
    settled = [state.stages[id] for id in before if _is_settled(state, id)]
    if len(settled) == len(before):
        return True
    # One branch that was not needed says nothing of the others.
    decided = any(one.status is not StageStatus.SKIPPED for one in settled)
    return decided and state.policy.stage(stage).join == "any"


def _is_settled(state: RequestState, stage: str) -> bool:
    known = state.stages[stage]
    return known.status in DONE and (known.kept_from is None or is_ready(state, stage))


def changed_fields(policy: Policy, before: Form, after: Form) -> tuple[str, ...]:
    """The ids of the fields whose value differs, in the order of the form."""
    return tuple(field.id for field in policy.form if after.get(field.id) != before.get(field.id))


def matters(stage: Stage, changed: Iterable[str]) -> tuple[str, ...]:
    """Those of the changed fields that a stage looks at."""
    return tuple(id for id in changed if stage.watches is None or id in stage.watches)


def why_kept(policy: Policy, stage: Stage) -> str:
    """Why a stage is not asked again, for the record."""
    labels = [field.label for field in policy.form if field.id in (stage.watches or ())]
    if not labels:
        return "It does not depend on the form."
    *first, last = (f"“{label}”" for label in labels)
    looked_at = f"{', '.join(first)} and {last}" if first else last
    return f"It depends on {looked_at}, and nothing of that changed."
