"""One case of a log as commands, and all of them through the engine."""

from datetime import datetime
from typing import Protocol

from approvals.engine import commands as c
from approvals.engine import new_request
from approvals.engine.events import AnyEvent
from approvals.engine.policy import Policy
from approvals.engine.state import Decision, RequestState, Status, Task
from approvals.policies.conditions import ConditionFailed
from approvals.replay.calendars import CalendarFiles
from approvals.replay.endings import Ended, RefusedStep, ended, refusal
from approvals.replay.errors import ReplayError
from approvals.replay.facts import form_of, requester_of
from approvals.replay.log import Case, Row
from approvals.replay.mapping import Doing, Mapping, Step
from approvals.replay.measures import measure
from approvals.replay.people import Cast, LoggedActors
from approvals.replay.simulation import Simulation
from approvals.replay.world import LoggedWorld

STARTS = ("submit", "resubmit")
REFUSALS = ("reject", "request_changes")


class Actors(Protocol):
    """Who does what the rows of a log say."""

    @property
    def requester(self) -> str:
        """Whose request it is."""

    def speaker(self, state: RequestState, role: str, resource: str) -> str | None:
        """Who says something in that role; None for a role that nobody has."""

    def decider(
        self, state: RequestState, role: str, resource: str, stage: str | None
    ) -> tuple[str, Task] | None:
        """Who decides in that role, and which task: an open one first, else the latest."""


def run_case(
    policy: Policy,
    mapping: Mapping,
    case: Case,
    calendars: CalendarFiles | None = None,
    until: datetime | None = None,
) -> Ended:
    """Every row of a case through the engine, at the time it happened.

    Args:
        calendars: where the deadlines' calendars are; without them there are no deadlines.
        until: the end of the log: how long what is still open has waited.

    Raises:
        ReplayError: the rows do not give what the policy's form or conditions need.
    """
    simulation, refused = _simulate(policy, mapping, case, calendars, until)
    return ended(mapping, case, simulation.state, refused, measure(simulation.events))


def case_events(
    policy: Policy, mapping: Mapping, case: Case, calendars: CalendarFiles, until: datetime
) -> list[AnyEvent]:
    """What every row of a case comes to, as events; arguments and errors as :func:`run_case`."""
    return _simulate(policy, mapping, case, calendars, until)[0].events


def _simulate(
    policy: Policy, mapping: Mapping, case: Case, calendars: CalendarFiles | None, until: datetime | None
) -> tuple[Simulation, tuple[RefusedStep, ...]]:
    course = Course(policy, mapping, case, LoggedActors(mapping))
    world = LoggedWorld(Cast(mapping, case.rows), requester_of(mapping, case.rows), calendars)
    simulation = Simulation(new_request(case.id, policy, 1, course.actors.requester), world)
    refused = []
    try:
        for index, row in enumerate(case.rows):
            if course.begins_round(simulation.state, index):
                world.requester = requester_of(mapping, course.round(index))
            command = course.command(simulation.state, index, f"{case.id}/{index}")
            if isinstance(command, RefusedStep):
                refused.append(command)
            elif command is not None:
                receipt = simulation.give(command, row.at)
                if receipt is not None and not receipt.ok:
                    refused.append(refusal(row, receipt.code, receipt.message, simulation.state))
    except ConditionFailed as failure:
        raise ReplayError(f"Case {case.id}: a condition cannot be evaluated. {failure.message}") from failure
    if until is not None:
        simulation.pass_time(until)
    return simulation, tuple(refused)


class Course:
    """A case as commands: what each row asks for, given where the request is."""

    def __init__(self, policy: Policy, mapping: Mapping, case: Case, actors: Actors) -> None:
        self.policy = policy
        self.mapping = mapping
        self.case = case
        self.actors = actors

    def step(self, index: int) -> Step:
        """What a row does; as the last one, perhaps something else."""
        step = self.mapping.step(self.case.rows[index].activity)
        if step is None:
            raise ReplayError(f'The mapping does not name the activity "{self.case.rows[index].activity}".')
        if step.last is not None and index == len(self.case.rows) - 1:
            return step.model_copy(update={"do": step.last})
        return step

    def round(self, index: int) -> tuple[Row, ...]:
        """The rows of the round that a submission begins: what the requester can be taken to have known.

        It ends with the first submission after a refusal. One that nobody asked for begins no round.
        """
        refused = False
        for end in range(index + 1, len(self.case.rows)):
            step = self.mapping.step(self.case.rows[end].activity)
            if refused and step is not None and step.do in STARTS:
                return self.case.rows[index:end]
            refused = refused or (step is not None and step.do in REFUSALS)
        return self.case.rows[index:]

    def begins_round(self, state: RequestState, index: int) -> bool:
        """Whether a row is a submission for which the request waits."""
        return self.step(index).do in STARTS and state.status in (Status.NEW, Status.RETURNED)

    def command(self, state: RequestState, index: int, id: str) -> c.Command | RefusedStep | None:
        """The command that a row is; None for what is no part of the approval."""
        row, step = self.case.rows[index], self.step(index)
        who = self.actors.requester
        match step.do:
            case "outside":
                return None
            case "submit" | "resubmit":
                return self._submission(state, index, step.do, id)
            case "withdraw":
                return c.Withdraw(id=id, actor=who, reason=row.activity)
            case "comment":
                actor = self.actors.speaker(state, step.by or row.role, row.resource)
                return c.Comment(id=id, actor=actor or who, text=row.activity)
            case _:
                return self._decision(state, row, step, id)

    def _submission(self, state: RequestState, index: int, do: Doing, id: str) -> c.Command | RefusedStep:
        row = self.case.rows[index]
        if state.status is Status.NEW and do == "resubmit":
            return RefusedStep(row.activity, "unknown_request", "came before it was submitted")
        form = form_of(self.policy, self.mapping, self.round(index))
        who = self.actors.requester
        if state.status is Status.NEW:
            return c.Submit(id=id, actor=who, title=self.case.id, form=form)
        return c.Resubmit(id=id, actor=who, round=state.round, title=self.case.id, form=form)

    def _decision(self, state: RequestState, row: Row, step: Step, id: str) -> c.Command | RefusedStep:
        found = self.actors.decider(state, step.by or row.role, row.resource, step.stage)
        if found is None:
            return refusal(row, "not_asked", "", state)
        actor, task = found
        return c.Decide(id=id, actor=actor, task=task.id, decision=Decision(step.do), comment=row.activity)
