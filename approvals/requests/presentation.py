"""Everything that a request's page shows, ready to be written down."""

from dataclasses import dataclass
from datetime import datetime

from approvals.engine.model import Form
from approvals.engine.policy import FormField
from approvals.engine.state import Decision, RequestState, Status, Task
from approvals.pages.who import People, Who
from approvals.people.models import Person
from approvals.policies.counting import marks
from approvals.policies.wording import carried
from approvals.requests import services
from approvals.requests.answers import handles_in_why, why_in_names
from approvals.requests.changes import SinceDecided, people_in_forms, since_decided
from approvals.requests.models import Request
from approvals.requests.possible import Possible, possible, waits_for
from approvals.requests.progress import StagePicture, picture
from approvals.requests.services import Shown
from approvals.requests.timeline import Group, people_in, timeline
from approvals.requests.why import Reasons, Why
from approvals.requests.wording import (
    ADVICE,
    CANCELLED_TASK,
    CLAIMED_TASK,
    COMMANDS,
    DECISIONS,
    OPEN_TASK,
    WAITING_TASK,
    Sign,
    field_value,
    sign_of,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of the form with its value as people read it."""

    field: FormField
    value: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A potential owner, on whose behalf, and why."""

    who: Who
    instead_of: Who | None
    why: str


@dataclass(frozen=True, slots=True)
class TaskPicture:
    """One seat for a decision, in the present round."""

    task: Task
    stage_title: str
    sign: Sign
    asked: tuple[Asked, ...]
    owner: Who | None
    instead_of: Who | None
    due_at: datetime | None
    why: Why
    marks: tuple[str, ...] = ()
    waits_for: tuple[Who, ...] = ()
    followed_by: tuple[Who, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """Something that the reader did, and that the engine has not answered yet."""

    words: str
    since: datetime


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A request for one reader."""

    row: Request
    state: RequestState
    requester: Who
    sign: Sign
    facts: tuple[Fact, ...]
    columns: list[list[StagePicture]]
    tasks: tuple[TaskPicture, ...]
    possible: Possible
    since: SinceDecided | None
    history: list[Group]
    pending: tuple[Pending, ...]
    live: bool
    as_of: datetime

    @property
    def revision(self) -> int:
        """Which state this is."""
        return self.state.revision

    @property
    def round_in_words(self) -> str:
        """Which round it is, for a request that was changed."""
        return f"Round {self.state.round}"

    @property
    def over(self) -> bool:
        """Whether the request has ended."""
        return self.state.status is Status.CLOSED


def request_page(shown: Shown, reader: Person) -> RequestPage:
    """What the reader sees of a request."""
    state, row = shown.state, shown.row
    form = state.form if state.status is not Status.NEW else services.submitted_form(row)
    people = People(_handles(shown, form))
    reasons = Reasons(state, shown.events, people)
    return RequestPage(
        row=row,
        state=state,
        requester=people[state.requester],
        sign=sign_of(state.status, state.outcome, paused=state.paused),
        facts=tuple(
            Fact(field, field_value(field, form.get(field.id), people)) for field in state.policy.form
        ),
        columns=picture(state, people),
        tasks=tuple(
            _task(state, task, people, reasons.why(task, reader.handle))
            for stage in state.policy.stages
            for task in state.stage_tasks(stage.id)
        ),
        possible=possible(state, reader.handle, people),
        since=since_decided(shown, reader.handle, people),
        history=timeline(state.policy, state.requester, shown.events, people),
        pending=tuple(
            Pending(COMMANDS.get(command.kind, command.kind.replace("_", " ")), command.created_at)
            for command in shown.unanswered
            if state.status is not Status.CLOSED and state.receipt(str(command.pk)) is None
        ),
        live=shown.live,
        as_of=shown.as_of,
    )


def _task(state: RequestState, task: Task, people: People, why: Why) -> TaskPicture:
    stage = state.stages.get(task.stage)
    signs = ADVICE if task.voice.advisory else DECISIONS
    sign = signs[task.decision] if task.decision else OPEN_TASK
    if task.status == "cancelled":
        sign = CANCELLED_TASK
    elif task.status == "open" and task.waits_for:
        sign = WAITING_TASK
    elif task.status == "open" and task.owner:
        sign = CLAIMED_TASK
    owner = task.decided_by or task.owner
    held = task.candidate(owner) if owner and task.status == "open" else None
    behalf = held.instead_of if held else task.instead_of
    return TaskPicture(
        task=task,
        stage_title=state.stage_title(task.stage),
        sign=sign,
        asked=tuple(
            Asked(
                people[candidate.person],
                people[candidate.instead_of] if candidate.instead_of else None,
                why_in_names(candidate.why, people),
            )
            for candidate in task.candidates
        ),
        owner=people[owner] if owner else None,
        instead_of=people[behalf] if behalf else None,
        due_at=stage.clock.deadline if stage and stage.clock and task.status == "open" else None,
        marks=(*marks(task.voice), *carried(state, task)),
        why=why,
        waits_for=tuple(people[person] for person in waits_for(state, task)),
        followed_by=tuple(people[one.person] for one in task.followed_by if task.status == "open"),
    )


def _handles(shown: Shown, form: Form) -> set[str]:
    """Everybody whom the page names."""
    state = shown.state
    named = {
        str(form[field.id]) for field in state.policy.form if field.type == "person" and field.id in form
    }
    for task in state.tasks.values():
        named |= handles_in_why(task)
    left_out = {one.person for stage in state.stages.values() for one in stage.left_out}
    named |= people_in_forms(shown) | left_out
    return {state.requester, *state.involved, *people_in(shown.events), *named}


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote."""

    who: Who
    text: str


def comments_on_return(shown: Shown) -> tuple[Said, ...]:
    """What the reviewers wrote who sent the request back, in its present round."""
    tasks = [
        task
        for task in shown.state.tasks.values()
        if task.round == shown.state.round_of(task.stage) and task.comment and task.decided_by
        and task.decision in (Decision.REQUEST_CHANGES, Decision.REJECT)
    ]  # fmt: skip
    people = People(task.decided_by or "" for task in tasks)
    return tuple(Said(people[task.decided_by or ""], task.comment) for task in tasks)
