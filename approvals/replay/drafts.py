"""A past request under another policy: everybody says what they said then, and time does what the draft lets it.

What is assumed stands in words in :mod:`approvals.replay.assumptions`; the code below is what they say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from approvals.engine import commands as c
from approvals.engine import new_request, wake_at
from approvals.engine.forms import form_faults
from approvals.engine.model import Form
from approvals.engine.policy import Policy
from approvals.engine.state import Decision, RequestState, Status, Task
from approvals.replay.measures import Measured, measure
from approvals.replay.pace import Pace
from approvals.replay.past import Act, Past, Said
from approvals.replay.simulation import Simulation, World

End = Literal["approved", "rejected", "withdrawn", "expired", "failed", "returned", "open", "refused"]
"""``returned`` waits for its requester, ``open`` for somebody else; ``refused`` could not be submitted."""
SAME = timedelta(seconds=1)
"""Two instants nearer than this are one: a stage that opens as it did is decided as it was."""
MAX_STEPS = 2_000
"""What one request may take; nothing real comes near."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a request comes to under the draft."""

    end: End
    reason: str
    waiting: tuple[str, ...]
    measured: Measured
    assumed: int
    """Decisions by people whom history did not hear."""


@dataclass(frozen=True, slots=True)
class _Step:
    """The next thing that somebody does, and what to remember once it is done."""

    at: datetime
    rank: int
    command: Callable[[], c.Command]
    key: str


def run_draft(draft: Policy, past: Past, world: World, pace: Pace) -> Outcome:
    """A past request as it would have gone under the draft, to its end or until nobody does anything any more."""
    first = past.rounds[0]
    form = fitted(draft, first.form)
    faults = form_faults(draft.form, form)
    if faults:
        return Outcome("refused", " ".join(faults.values()), (), Measured(), 0)
    simulation = Simulation(new_request(past.id, draft, 1, past.requester), world)
    simulation.give(c.Submit(id="submit", actor=past.requester, title=first.title, form=form), first.at)
    course = _Course(draft, past, simulation, pace)
    course.run()
    state = simulation.state
    return Outcome(
        end=_end(state),
        reason=state.outcome_reason,
        waiting=tuple(draft.stage(task.stage).title for task in state.open_tasks()),
        measured=measure(simulation.events),
        assumed=course.assumed,
    )


def relaxed(draft: Policy) -> Policy:
    """The draft with no field needed: a past form cannot hold what nobody asked for."""
    return draft.model_copy(
        update={"form": tuple(field.model_copy(update={"required": False}) for field in draft.form)}
    )


def fitted(draft: Policy, form: Form) -> Form:
    """A past form for the draft's fields: those that are gone are left out, new ones have their default."""
    return {
        field.id: form.get(field.id, field.default)
        for field in draft.form
        if field.id in form or field.default is not None
    }


def _end(state: RequestState) -> End:
    if state.status is Status.RETURNED:
        return "returned"
    if state.outcome is None:
        return "open"
    end: End = state.outcome.value
    return end


class _Course:
    """What happens next, again and again, until nothing does."""

    def __init__(self, draft: Policy, past: Past, simulation: Simulation, pace: Pace) -> None:
        self.draft = draft
        self.past = past
        self.simulation = simulation
        self.pace = pace
        self.hours = pace.hours
        self.assumed = 0
        self._at = past.rounds[0].at
        self._done: set[str] = set()
        self._returned: tuple[int, datetime] | None = None

    def run(self) -> None:
        """Let everything happen, each thing at its time."""
        for _ in range(MAX_STEPS):
            state = self.simulation.state
            if state.status is Status.CLOSED:
                return
            step = min(self._steps(state), key=lambda step: (step.at, step.rank), default=None)
            wake = wake_at(state)
            if wake is not None and (step is None or wake <= step.at):
                self._at = max(self._at, wake)
                self.simulation.pass_time(wake)
            elif step is None:
                return
            else:
                self._at = step.at
                self._done.add(step.key)
                self.simulation.give(step.command(), step.at)

    def _steps(self, state: RequestState) -> list[_Step]:
        steps = [
            self._act(act, f"act-{index}")
            for index, act in enumerate(self.past.acts)
            if f"act-{index}" not in self._done
        ]
        if state.status is Status.RETURNED:
            steps += self._resubmission(state)
        elif not state.paused:
            for task in state.open_tasks():
                steps += self._on_task(state, task)
        return steps

    def _act(self, act: Act, key: str, at: datetime | None = None) -> _Step:
        return _Step(max(at or act.at, self._at), 0, lambda: self._as_now(act.command), key)

    def _as_now(self, command: c.Command) -> c.Command:
        """An act of then where the request is now."""
        if not isinstance(command, c.Amend):
            return command
        form = fitted(self.draft, command.form)
        return command.model_copy(update={"form": form, "round": self.simulation.state.round})

    def _resubmission(self, state: RequestState) -> list[_Step]:
        """The requester submits again as then, after as long as then; where they never did, it rests."""
        if self._returned is None or self._returned[0] != state.round:
            self._returned = (state.round, self._at)
        returned_at = self._returned[1]
        key = f"round-{state.round}"
        if state.round >= len(self.past.rounds) or key in self._done:
            return []
        round = self.past.rounds[state.round]
        if (asked_at := round.asked_at) is None:  # it was amended, and nobody had asked for it
            return []
        at = round.at if abs(returned_at - asked_at) < SAME else returned_at + (round.at - asked_at)
        form = fitted(self.draft, round.form)
        return [
            _Step(
                max(at, self._at),
                1,
                lambda: c.Resubmit(
                    id=key, actor=state.requester, round=state.round, title=round.title, form=form
                ),
                key,
            )
        ]

    def _on_task(self, state: RequestState, task: Task) -> list[_Step]:
        """What was done to the task then, and the decision that is taken on it next."""
        steps = [
            self._act(act, act.command.id, self._placed(task, act.opened_at or act.at, act.at))
            for act in self.past.task_acts.get(task.id, ())
            if act.command.id not in self._done
        ]
        decision = self._said(state, task) or self._assumed(state, task)
        return [*steps, decision] if decision else steps

    def _placed(self, task: Task, opened_at: datetime, at: datetime, stage: str | None = None) -> datetime:
        """When something is done to a task that was done so long after the opening of one in the past."""
        if abs(task.opened_at - opened_at) < SAME:
            return at
        took = self.hours.between(self.past.policy, stage or task.stage, opened_at, at)
        return self.hours.after(self.draft, task.stage, task.opened_at, took)

    def _said(self, state: RequestState, task: Task) -> _Step | None:
        """The decision of whoever was heard in the past and is asked now; the first where there are several."""
        found: list[_Step] = []
        for person in task.people:
            said = self.past.voice(person, task.stage, state.round)
            key = f"{task.id}/{person}"
            if said is not None and key not in self._done:
                at = self._placed(task, said.opened_at, said.at, said.stage)
                found.append(_Step(max(at, self._at), 2, self._decide(task, person, said, key), key))
        return min(found, key=lambda step: step.at, default=None)

    def _decide(self, task: Task, person: str, said: Said, key: str) -> Callable[[], c.Command]:
        decision = said.decision
        last = self.simulation.state.round >= self.draft.max_rounds
        allowed = decision.value in self.draft.stage(task.stage).allow
        if decision is Decision.REQUEST_CHANGES and (last or not allowed):
            decision = Decision.REJECT
        return lambda: c.Decide(
            id=key, actor=person, task=task.id, decision=decision, comment=said.comment or "-"
        )

    def _assumed(self, state: RequestState, task: Task) -> _Step | None:
        """An approval by somebody who was not heard in the past, after the time that they are taken to need."""
        if any(self.past.voice(person, task.stage, state.round) for person in task.people):
            return None
        willing = [person for person in task.people if not self._let_it_lie(person, task)]
        key = f"{task.id}/assumed"
        if not willing or key in self._done:
            return None
        person = max(willing, key=self.pace.often)
        at = self.hours.after(self.draft, task.stage, task.opened_at, self.pace.takes(person, task.stage))
        for seat in self.past.silent(person, task.stage, task.round):
            if seat.ended_at is not None:
                at = max(at, self._placed(task, seat.opened_at, seat.ended_at) + SAME)

        def approve() -> c.Command:
            self.assumed += 1
            return c.Decide(id=key, actor=person, task=task.id, decision=Decision.APPROVE, comment="-")

        return _Step(max(at, self._at), 3, approve, key)

    def _let_it_lie(self, person: str, task: Task) -> bool:
        """Whether the person was asked then and said nothing until the ladder took the decision."""
        silent = bool(self.past.silent(person, task.stage, task.round))
        return silent and task.stage in self.past.measured.by_ladder


def same_seats(draft: Policy, past: Past, stage: str) -> bool:
    """Whether a draft asks in a stage whom the past request's policy asked."""
    then = next((one for one in past.policy.stages if one.id == stage), None)
    return then is not None and then.participants == draft.stage(stage).participants
