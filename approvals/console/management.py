"""What an administrator can do to a request as it stands now. The engine's own rules say what that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from approvals.console.forms import OF_REQUEST, OF_STAGE, OF_TASK, ActionForm
from approvals.engine import Refused, handle
from approvals.engine.policy import Stage
from approvals.engine.state import RequestState, StageState, StageStatus, Status, Task

TOLD_ABOVE = frozenset({"paused", "not_paused", "no_deadline", "self_approval"})
"""Obstacles that the page says once, or that nobody would look for: their actions are left out."""


@dataclass(frozen=True)
class ManagedTask:
    """A task, and what can be done to it."""

    task: Task
    actions: Sequence[ActionForm]


@dataclass(frozen=True)
class ManagedStage:
    """A stage that is being decided, its tasks, and what can be done to it."""

    rules: Stage
    stage: StageState
    tasks: Sequence[ManagedTask]
    actions: Sequence[ActionForm]


@dataclass(frozen=True)
class Managed:
    """A request's open stages, and what can be done to the request as a whole.

    ``own`` says that the administrator made the request, so that others have to decide about it.
    """

    closed: bool
    own: bool
    stages: Sequence[ManagedStage]
    actions: Sequence[ActionForm]

    @property
    def all_actions(self) -> list[ActionForm]:
        """Every action of the page."""
        of_tasks = [form for stage in self.stages for task in stage.tasks for form in task.actions]
        return [*of_tasks, *(form for stage in self.stages for form in stage.actions), *self.actions]


class Possible:
    """Tries every action on the rules, for one administrator at one moment.

    Args:
        state: the request.
        actor: the administrator's handle.
        now: aware.
        refused: a form that was sent and came back; it takes the place of the fresh one.
    """

    def __init__(
        self, state: RequestState, actor: str, now: datetime, refused: ActionForm | None = None
    ) -> None:
        self._state = state
        self._actor = actor
        self._now = now
        self._refused = refused

    def managed(self) -> Managed:
        """The whole of it."""
        state = self._state
        closed = state.status is Status.CLOSED
        opened = [stage for stage in state.stages.values() if stage.status is StageStatus.OPEN]
        return Managed(
            closed=closed,
            own=self._actor == state.requester,
            stages=() if closed else [self._stage(stage) for stage in opened],
            actions=() if closed else self._actions(OF_REQUEST, ""),
        )

    def _stage(self, stage: StageState) -> ManagedStage:
        tasks = [
            ManagedTask(task, self._actions(OF_TASK, task.id)) for task in self._state.open_tasks(stage.id)
        ]
        rules = self._state.policy.stage(stage.id)
        return ManagedStage(rules, stage, tasks, self._actions(OF_STAGE, stage.id))

    def _actions(self, kinds: Iterable[type[ActionForm]], target: str) -> list[ActionForm]:
        forms = (self._form(kind, target) for kind in kinds)
        return [form for form in forms if form is not None]

    def _form(self, kind: type[ActionForm], target: str) -> ActionForm | None:
        if self._refused is not None and (self._refused.kind, self._refused.target) == (kind.kind, target):
            return self._refused
        form = kind(target=target)
        try:
            handle(self._state, form.trial(self._actor), self._now)
        except Refused as refused:
            if refused.code in TOLD_ABOVE:
                return None
            form.obstacle = refused.message
        return form
