"""What an administrator can do to a request as it stands now."""

from collections.abc import Sequence
from dataclasses import dataclass

from approvals.console.forms import (
    OF_STAGE,
    OF_TASK,
    ActionForm,
    ExtendForm,
    OverrideForm,
    PauseForm,
    ResumeForm,
    prefix,
)
from approvals.engine.policy import Stage
from approvals.engine.state import RequestState, StageState, StageStatus, Status, Task


@dataclass(frozen=True)
class Action:
    """A form, and the id of the stage or task that it is about."""

    form: ActionForm
    target: str

    @property
    def opened(self) -> bool:
        """Whether it was filled in and came back with a fault."""
        return self.form.is_bound


@dataclass(frozen=True)
class ManagedTask:
    """A task, and what can be done to it."""

    task: Task
    actions: Sequence[Action]


@dataclass(frozen=True)
class ManagedStage:
    """A stage that is being decided, its tasks, and what can be done to it."""

    rules: Stage
    stage: StageState
    tasks: Sequence[ManagedTask]
    actions: Sequence[Action]


@dataclass(frozen=True)
class Managed:
    """A request's open stages, and what can be done to the request as a whole."""

    stages: Sequence[ManagedStage]
    actions: Sequence[Action]


def manageable(state: RequestState, refused: ActionForm | None, target: str) -> Managed:
    """The actions that make sense now; ``refused`` takes the place of the fresh form for its target."""
    if state.status is Status.CLOSED:
        return Managed((), ())

    def action(form: type[ActionForm], of: str) -> Action:
        if refused is not None and refused.kind == form.kind and target == of:
            return Action(refused, of)
        return Action(form(prefix=prefix(form.kind, of)), of)

    stages = [
        ManagedStage(
            state.policy.stage(stage.id),
            stage,
            [
                ManagedTask(task, [action(form, task.id) for form in OF_TASK])
                for task in state.open_tasks(stage.id)
            ],
            [action(form, stage.id) for form in OF_STAGE if stage.clock or form is not ExtendForm],
        )
        for stage in state.stages.values()
        if stage.status is StageStatus.OPEN
    ]
    whole = (ResumeForm if state.paused else PauseForm, OverrideForm)
    return Managed(stages, [action(form, "") for form in whole])
