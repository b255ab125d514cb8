"""What the reader can do with a request now. The engine has the last word; a page only offers."""

from dataclasses import dataclass

from approvals.engine.policy import Stage
from approvals.engine.state import Decision, Place, RequestState, StageStatus, Status, Task
from approvals.pages.who import People, Who
from approvals.policies.counting import marks
from approvals.requests.answers import why_in_names
from approvals.requests.wording import CHOICES, PLACES, Sign


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision that a task allows."""

    decision: Decision
    sign: Sign
    needs_comment: bool


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A task that the reader can decide, or could if the one who claimed it released it."""

    task: Task
    stage_title: str
    why: str
    instead_of: Who | None
    choices: tuple[Choice, ...]
    others: tuple[Who, ...]
    claimed_by: Who | None
    may_claim: bool
    may_release: bool
    may_delegate: bool
    marks: tuple[str, ...] = ()
    may_add: tuple[tuple[Place, str], ...] = ()
    waits_for: tuple[Who, ...] = ()
    to_choose: tuple[Stage, ...] = ()

    @property
    def needs_comment(self) -> str:
        """The decisions that need a comment, in words."""
        words = [choice.sign.word.lower() for choice in self.choices if choice.needs_comment]
        *first, last = words or [""]
        return f"{', '.join(first)} or {last}" if first else last


@dataclass(frozen=True, slots=True)
class StageToEscalate:
    """A stage whose ladder the reader may pull."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class StageToMend:
    """A stage for which somebody could not be found, and which the reader can have looked up anew."""

    id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Possible:
    """Everything the reader can do."""

    tasks: tuple[OwnTask, ...] = ()
    comment: bool = False
    withdraw: bool = False
    resubmit: bool = False
    amend: bool = False
    escalate: tuple[StageToEscalate, ...] = ()
    look_up: tuple[StageToMend, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether the request waits for the reader."""
        return self.resubmit or any(task.claimed_by is None and not task.waits_for for task in self.tasks)


def possible(state: RequestState, handle: str, people: People) -> Possible:
    """What the person with this handle can do now."""
    if state.status in (Status.CLOSED, Status.NEW):
        return Possible()
    mine = handle == state.requester
    running = state.status is Status.OPEN and not state.paused
    return Possible(
        tasks=_tasks(state, handle, people) if running else (),
        comment=mine or handle in state.involved,
        withdraw=mine,
        resubmit=mine and state.status is Status.RETURNED,
        amend=mine and running and state.policy.amend and state.round < state.policy.max_rounds,
        escalate=_ladders(state, handle) if running else (),
        look_up=_to_mend(state, handle) if running else (),
    )


def _to_mend(state: RequestState, handle: str) -> tuple[StageToMend, ...]:
    return tuple(
        StageToMend(stage.id, state.policy.stage(stage.id).title, stage.reason)
        for stage in state.stages.values()
        if stage.status is StageStatus.OPEN
        and stage.reason
        and any(one.person == handle for one in stage.last_resort)
    )


def _tasks(state: RequestState, handle: str, people: People) -> tuple[OwnTask, ...]:
    own = [task for task in state.open_tasks() if task.candidate(handle)]
    return tuple(_own(state, task, handle, people) for task in own)


def _own(state: RequestState, task: Task, handle: str, people: People) -> OwnTask:
    candidate = task.candidate(handle)
    stage = state.policy.stage(task.stage)
    free = task.owner in (None, handle)
    others = tuple(people[other.person] for other in task.candidates if other.person != handle)
    return OwnTask(
        task=task,
        stage_title=stage.title,
        why=why_in_names(candidate.why, people) if candidate else "",
        instead_of=people[candidate.instead_of] if candidate and candidate.instead_of else None,
        choices=_choices(state, task) if free and not task.waits_for else (),
        others=others,
        claimed_by=None if free or task.owner is None else people[task.owner],
        to_choose=() if task.voice.advisory else state.policy.choices_in(task.stage),
        may_claim=task.owner is None and bool(others),
        may_release=task.owner == handle and bool(others),
        may_delegate=free and "delegate" in stage.allow,
        marks=marks(task.voice),
        may_add=tuple(
            (place, PLACES[place])
            for place in PLACES
            if free and f"add_{place}" in stage.allow and not task.voice.advisory
        ),
        waits_for=tuple(people[person] for person in waits_for(state, task)),
    )


def waits_for(state: RequestState, task: Task) -> tuple[str, ...]:
    """Who decides before a task has its turn."""
    before = [state.tasks[id] for id in task.waits_for if state.tasks[id].status == "open"]
    return tuple(dict.fromkeys(person for other in before for person in other.people))


def _choices(state: RequestState, task: Task) -> tuple[Choice, ...]:
    allow = state.policy.stage(task.stage).allow
    offered = [Decision.APPROVE, Decision.REJECT]
    if "request_changes" in allow and not task.voice.advisory and state.round < state.policy.max_rounds:
        offered.append(Decision.REQUEST_CHANGES)
    if "abstain" in allow:
        offered.append(Decision.ABSTAIN)
    return tuple(
        Choice(decision, CHOICES[decision], decision.value in state.policy.comment_required)
        for decision in offered
    )


def _ladders(state: RequestState, handle: str) -> tuple[StageToEscalate, ...]:
    return tuple(
        StageToEscalate(stage.id, state.policy.stage(stage.id).title)
        for stage in state.stages.values()
        if stage.status is StageStatus.OPEN
        and (handle == state.requester or any(handle in task.people for task in state.open_tasks(stage.id)))
    )
