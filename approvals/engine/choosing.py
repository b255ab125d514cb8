"""Whoever approves a stage chooses who decides a later one, where the policy leaves it to them."""

from approvals.engine import commands as c
from approvals.engine.errors import Refused
from approvals.engine.policy import Policy
from approvals.engine.separation import must_be_free
from approvals.engine.state import Decision, RequestState, Task
from approvals.engine.text import must_name_somebody


def chosen(state: RequestState, task: Task, command: c.Decide) -> dict[str, str]:
    """The choices that go with an approval, by stage; refused where one is missing or may not decide."""
    if command.decision is not Decision.APPROVE or task.voice.advisory:
        return {}
    found: dict[str, str] = {}
    for stage in state.policy.choices_in(task.stage):
        person = command.choices.get(stage.id, "").strip()
        if not person:
            raise Refused(
                "choice_required", f"Choose who decides “{stage.title}”: the policy leaves it to you."
            )
        must_name_somebody(person)
        must_be_free(state, stage.id, person)
        found[stage.id] = person
    return found


def foreseen(policy: Policy, stage: str) -> dict[str, str]:
    """What stands for the choices of a stage's approver before they are made; nobody has such a user name."""
    return {later.id: f"Whoever is chosen for “{later.title}”" for later in policy.choices_in(stage)}
