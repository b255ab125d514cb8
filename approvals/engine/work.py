"""What the engine must be told about the world before it can go on.

The engine cannot know who is whose manager, what a condition comes to, or when two working days end. It
lists what it needs (:func:`pending_work`); the shell finds it out and hands the answer back as a command.
"""

from datetime import datetime

from pydantic import Field

from approvals.engine.model import Form, Model
from approvals.engine.policy import FormField, Participant, Sla, Stage
from approvals.engine.rules import Rule, Ruling, Said
from approvals.engine.state import (
    Alarm,
    Candidate,
    Clock,
    LeftOut,
    RequestState,
    StageState,
    StageStatus,
    Status,
)
from approvals.engine.voice import Voice


class Seat(Model):
    """A task that is to be opened."""

    candidates: tuple[Candidate, ...]
    label: str = ""
    voice: Voice = Voice()
    pick: bool = Field(
        default=False, description="Only the first candidate who may and has no seat yet is asked."
    )


class ClockReading(Model):
    """A clock as computed with its calendar at one instant."""

    calendar: str
    calendar_version: int
    zone: str
    target: int
    elapsed: int
    deadline: datetime | None
    alarms: tuple[Alarm, ...]


class Chosen(Model):
    """Somebody whom the approver of an earlier stage chose."""

    stage: str
    by: str
    person: str


class StagePlan(Model):
    """The answer to :class:`StageWork`: whether a stage applies, who is asked, and its clock."""

    applies: bool = True
    reason: str = Field(default="", description="Why the stage does not apply, or what could not be found.")
    because: str = Field(
        default="", description="What in the form made the stage apply, where it has a condition."
    )
    seats: tuple[Seat, ...] = ()
    last_resort: tuple[Candidate, ...] = ()
    clock: ClockReading | None = None
    left_out: tuple[LeftOut, ...] = ()
    subordinates: tuple[str, ...] | None = Field(
        default=None, description="Who reports to the requester; None where nobody asked."
    )
    unfilled: int = Field(
        default=0,
        description="Seats that nobody of those whom the policy asks can take, and that the quorum cannot do without.",
    )
    ruling: Ruling | None = Field(default=None, description="The rule that decides, so that nobody is asked.")
    known: int = Field(default=0, description="The revision of people and groups that this was looked up in.")
    gone: tuple[str, ...] = Field(
        default=(), description="Those of the work's ``asked`` who have no active account."
    )


class StageWork(Model):
    """Find out what a stage needs to start now."""

    id: str
    request: str
    round: int
    stage: Stage
    owner: Participant
    fields: tuple[FormField, ...]
    requester: str
    form: Form
    policy: str = Field(
        default="", description="The policy's key: substitutes and delegations may hang on it."
    )
    clock: Clock | None = Field(
        description="The stage's paused clock, where it ran in an earlier round; its extensions are still to be added."
    )
    no_subordinates: bool = Field(
        default=False, description="Whether subordinates of the requester are left out."
    )
    rules: tuple[Rule, ...] = Field(default=(), description="Those that decide the whole request.")
    titles: dict[str, str] = Field(default_factory=dict, description="The policy's stages, by id.")
    decisions: dict[str, Said] = Field(default_factory=dict, description="The stages that are done, by id.")
    asked: tuple[str, ...] = Field(
        default=(), description="Who has the stage's open tasks, where it is looked up anew."
    )
    chosen: tuple[Chosen, ...] = Field(default=(), description="Who was chosen for it in earlier stages.")


class ClockWork(Model):
    """Compute a running clock's instants anew, after adding its extensions to the target."""

    id: str
    request: str
    round: int
    sla: Sla
    clock: Clock
    asked: tuple[str, ...] = Field(description="Whose managers an 'up' level means.")
    owner: Participant
    fields: tuple[FormField, ...]
    requester: str
    form: Form
    policy: str = ""


Work = StageWork | ClockWork


def pending_work(state: RequestState) -> tuple[Work, ...]:
    """Everything that must be found out before the request can go on; each with an id of its own."""
    if state.status is not Status.OPEN:
        return ()
    return tuple(work for stage in state.stages.values() if (work := _work(state, stage)) is not None)


def _work(state: RequestState, stage: StageState) -> Work | None:
    rules = state.policy.stage(stage.id)
    if stage.status is StageStatus.PREPARING:
        return _stage_work(state, stage, stage_work_id(state, stage))
    if stage.status is StageStatus.OPEN and stage.looking:
        return _stage_work(state, stage, lookup_work_id(state, stage))
    clock = stage.clock
    if stage.status is StageStatus.OPEN and clock and clock.running and clock.stale and rules.sla:
        return ClockWork(
            id=clock_work_id(state, stage),
            request=state.request,
            round=state.round,
            sla=rules.sla,
            clock=clock,
            asked=tuple(dict.fromkeys(person for task in state.awaited(stage.id) for person in task.people)),
            owner=state.policy.owner,
            fields=state.policy.form,
            requester=state.requester,
            form=state.form,
            policy=state.policy.key,
        )
    return None


def _stage_work(state: RequestState, stage: StageState, id: str) -> StageWork:
    asked = dict.fromkeys(one.person for task in state.open_tasks(stage.id) for one in task.candidates)
    return StageWork(
        id=id,
        request=state.request,
        round=state.round,
        stage=state.policy.stage(stage.id),
        owner=state.policy.owner,
        fields=state.policy.form,
        requester=state.requester,
        form=state.form,
        policy=state.policy.key,
        clock=stage.clock,
        no_subordinates=state.policy.separation_of_duties.no_subordinates,
        rules=state.policy.rules,
        titles={stage.id: stage.title for stage in state.policy.stages},
        decisions=state.decisions(),
        asked=tuple(asked),
        chosen=_chosen(state, stage.id),
    )


def _chosen(state: RequestState, stage: str) -> tuple[Chosen, ...]:
    """Who was chosen for a stage, by what counts now of each earlier stage that chooses."""
    places = {who.chosen_in for who in state.policy.stage(stage).everybody if who.chosen_in is not None}
    return tuple(
        Chosen(stage=task.stage, by=task.decided_by, person=task.choices[stage])
        for place in state.policy.stages
        if place.id in places
        for task in state.stage_tasks(place.id)
        if task.decided_by and stage in task.choices
    )


def stage_work_id(state: RequestState, stage: StageState) -> str:
    """Names one preparation of a stage: there is one a round, and one after a migration that begins it anew."""
    return f"{stage.id}.{state.round}{_anew(stage)}"


def lookup_work_id(state: RequestState, stage: StageState) -> str:
    """Names one time that it is looked up anew whom an open stage asks."""
    return f"{stage.id}.{state.round}{_anew(stage)}.lookup-{stage.lookups}"


def clock_work_id(state: RequestState, stage: StageState) -> str:
    """Names one computation of a clock: whatever makes the clock stale again changes it."""
    return f"{stage.id}.{state.round}{_anew(stage)}.clock-{stage.clock.number if stage.clock else 0}"


def _anew(stage: StageState) -> str:
    return f".migration-{stage.migration}" if stage.migration else ""
