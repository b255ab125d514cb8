"""One case of a log through the engine."""

from dataclasses import dataclass

from approvals.engine import commands as c
from approvals.engine import new_request
from approvals.engine.policy import Policy
from approvals.engine.state import Decision, Outcome, RequestState, StageStatus, Status, Task
from approvals.policies.conditions import ConditionFailed
from approvals.replay.errors import ReplayError
from approvals.replay.facts import form_of, requester_of
from approvals.replay.log import Case, Row
from approvals.replay.mapping import Doing, End, Ending, Mapping, Step, fits
from approvals.replay.people import Cast, actor_of
from approvals.replay.simulation import Simulation
from approvals.replay.world import LoggedWorld

STARTS = ("submit", "resubmit")
REFUSALS = ("reject", "request_changes")


@dataclass(frozen=True, slots=True)
class RefusedStep:
    """A row of the log that the policy did not allow: what, and why in words."""

    activity: str
    code: str
    why: str

    def __str__(self) -> str:
        return f"“{self.activity}” {self.why}"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a case ended, in history and here."""

    case: str
    history: str
    expected: End
    end: End
    refused: tuple[RefusedStep, ...]
    waiting: str = ""

    @property
    def as_history(self) -> bool:
        """Whether the request ended as the case did."""
        return self.end == self.expected

    @property
    def reason(self) -> str:
        """Why it ended otherwise, in words that other cases can share."""
        if self.refused:
            return f"{self.history} in history; {self.refused[0]}"
        where = f" and waits: {self.waiting}" if self.waiting else ""
        return f"{self.history} in history; here it is {self.end}{where}"


def run_case(policy: Policy, mapping: Mapping, case: Case) -> Ended:
    """Every row of a case as a command, at the time it happened.

    Raises:
        ReplayError: the rows do not give what the policy's form or conditions need.
    """
    course = Course(policy, mapping, case)
    simulation = course.simulation()
    refused = []
    try:
        for index, row in enumerate(case.rows):
            command = course.command(simulation.state, index)
            if isinstance(command, RefusedStep):
                refused.append(command)
            elif command is not None:
                receipt = simulation.give(command, row.at)
                if receipt is not None and not receipt.ok:
                    refused.append(refusal(row, receipt.code, receipt.message, simulation.state))
    except ConditionFailed as failure:
        raise ReplayError(f"Case {case.id}: a condition cannot be evaluated. {failure.message}") from failure
    return ended(course, simulation.state, tuple(refused))


class Course:
    """A case as commands: what each row asks for, given where the request is."""

    def __init__(self, policy: Policy, mapping: Mapping, case: Case) -> None:
        self.policy = policy
        self.mapping = mapping
        self.case = case
        self._world = LoggedWorld(Cast(mapping, case.rows), requester_of(mapping, case.rows))

    def simulation(self) -> Simulation:
        """The request before the first row."""
        state = new_request(self.case.id, self.policy, 1, self.mapping.requester.handle)
        return Simulation(state, self._world)

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

    def command(self, state: RequestState, index: int) -> c.Command | RefusedStep | None:
        """The command that a row is; None for what is no part of the approval."""
        row, step = self.case.rows[index], self.step(index)
        id, who = f"{self.case.id}/{index}", self.mapping.requester.handle
        match step.do:
            case "outside":
                return None
            case "submit" | "resubmit":
                return self._submission(state, index, step.do, id)
            case "withdraw":
                return c.Withdraw(id=id, actor=who, reason=row.activity)
            case "comment":
                actor = actor_of(self.mapping, step.by or row.role, row.resource)
                return c.Comment(id=id, actor=actor or who, text=row.activity)
            case _:
                return self._decision(state, row, step, id)

    def _submission(self, state: RequestState, index: int, do: Doing, id: str) -> c.Command | RefusedStep:
        row, rows = self.case.rows[index], self.round(index)
        if state.status is Status.NEW and do == "resubmit":
            return RefusedStep(row.activity, "unknown_request", "came before it was submitted")
        if state.status in (Status.NEW, Status.RETURNED):
            self._world.requester = requester_of(self.mapping, rows)
        form = form_of(self.policy, self.mapping, rows)
        who = self.mapping.requester.handle
        if state.status is Status.NEW:
            return c.Submit(id=id, actor=who, title=self.case.id, form=form)
        return c.Resubmit(id=id, actor=who, round=state.round, title=self.case.id, form=form)

    def _decision(self, state: RequestState, row: Row, step: Step, id: str) -> c.Command | RefusedStep:
        role = step.by or row.role
        actor = actor_of(self.mapping, role, row.resource)
        task = task_of(state, actor, step.stage) if actor else None
        if actor is None or task is None:
            return refusal(row, "not_asked", "", state)
        return c.Decide(id=id, actor=actor, task=task.id, decision=Decision(step.do), comment=row.activity)


def task_of(state: RequestState, actor: str, stage: str | None) -> Task | None:
    """The task a person decides: an open one first, else the latest that was theirs."""
    theirs = [task for task in state.tasks.values() if task.candidate(actor) and stage in (None, task.stage)]
    waiting = [task for task in theirs if task.status == "open" and task.may_decide(actor)]
    return next(iter(waiting), None) or next(reversed(theirs), None)


_WHY = {
    "returned": "came while it was with its requester",
    "not_returned": "came while it was being decided",
    "already_decided": "came when this had been decided",
    "stale_round": "came when it had been submitted anew",
    "stage_closed": "came when the stage no longer needed it",
    "unknown_request": "came though it was never submitted",
}


def refusal(row: Row, code: str, message: str, state: RequestState) -> RefusedStep:
    """A refused row in words that are the same for every case it happens to."""
    if state.status is Status.NEW:
        why = _WHY["unknown_request"] if code in ("not_asked", "unknown_request") else message
    elif state.status is Status.CLOSED:
        why = f"came after it was {state.outcome}"
    elif code == "not_asked":
        waiting = waiting_for(state)
        why = f"came while it waited: {waiting}" if waiting else _WHY["returned"]
    else:
        why = _WHY.get(code, f"was refused: {message}")
    return RefusedStep(row.activity, code, why)


def waiting_for(state: RequestState) -> str:
    """The titles of the stages that are open."""
    waiting = (StageStatus.OPEN, StageStatus.PREPARING)
    return ", ".join(state.policy.stage(s.id).title for s in state.stages.values() if s.status in waiting)


def ended(course: Course, state: RequestState, refused: tuple[RefusedStep, ...]) -> Ended:
    """How the case ended in history, by its rows alone, and how its request did."""
    ending = history_end(course.mapping, course.case)
    return Ended(
        case=course.case.id,
        history=ending.name if ending else course.mapping.otherwise,
        expected=ending.end if ending else "open",
        end=end_of(state),
        refused=refused,
        waiting=waiting_for(state) if state.status is Status.OPEN else "",
    )


_ENDS: dict[Outcome, End] = {
    Outcome.APPROVED: "approved",
    Outcome.REJECTED: "rejected",
    Outcome.WITHDRAWN: "withdrawn",
    Outcome.EXPIRED: "expired",
    Outcome.FAILED: "failed",
}


def end_of(state: RequestState) -> End:
    """How a request stands at the end of its log."""
    if state.status is Status.NEW:
        return "draft"
    return "open" if state.outcome is None else _ENDS[state.outcome]


def history_end(mapping: Mapping, case: Case) -> Ending | None:
    """The first ending of the mapping that fits the case's rows."""
    return next((ending for ending in mapping.ends if _fits(ending, case)), None)


def _fits(ending: Ending, case: Case) -> bool:
    names = case.variant
    if ending.any is not None and not any(fits(name, ending.any) for name in names):
        return False
    if ending.never is not None and any(fits(name, ending.never) for name in names):
        return False
    return ending.last is None or fits(names[-1], ending.last)


__all__ = ["Course", "Ended", "RefusedStep", "end_of", "history_end", "run_case", "task_of"]
