"""Every way in which one request can be approved: the engine itself, with :func:`prepare_stage` as its world.

Whoever may approve next does so, one way after the other, until the request is approved or cannot be. Ways
that differ only in people whom the policy cannot tell apart are walked once.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from approvals.engine import new_request, pending_work, receive
from approvals.engine.choosing import foreseen
from approvals.engine.commands import Command, Decide, Resubmit, StagePrepared, Submit
from approvals.engine.events import Event, StageStuck, TaskOpened
from approvals.engine.policy import Policy
from approvals.engine.separation import eligible
from approvals.engine.state import Candidate, Decision, RequestState, StageState, StageStatus, Status, Task
from approvals.engine.work import StagePlan, StageWork
from approvals.people import services as people
from approvals.people.substitution import stand_ins
from approvals.policies.lookups import NeverAsked
from approvals.policies.participants import Asking
from approvals.policies.preparation import prepare_stage
from approvals.policies.proof_case import Approval, Case, Obstacle, Walked
from approvals.policies.proof_people import Population
from approvals.policies.proof_result import Kind
from approvals.policies.proof_symmetry import (
    candidates,
    hashable,
    interchangeable,
    outcome,
    outline,
    traits,
    whoever_is_picked,
)
from approvals.policies.wording import day, why_left_out


class Short(NamedTuple):
    """Why a stage cannot be decided; ``people`` are those who could if they were there, or if they might."""

    kind: Kind
    reason: str
    people: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class _Node:
    """Where a request can come to. Requests that differ in their forms only share what the engine made of them:
    it never looks at a form itself, only at the plans that are made from it.

    ``short`` are the stages that cannot be decided. ``ways`` are the approvals that
    can come next, ``planned`` what follows from the plans for the stages that are being prepared.
    """

    state: RequestState
    short: dict[str, Short] = field(default_factory=dict)
    ways: "list[tuple[Approval, _Node]] | None" = None
    planned: "dict[Hashable, _Node]" = field(default_factory=dict)


class _Graph:
    """Everything that the requests of one requester can come to, as far as it has been looked at."""

    def __init__(self, special: frozenset[str]) -> None:
        self.special = special
        self.root: _Node | None = None
        self._nodes: dict[Hashable, _Node] = {}

    def node(self, state: RequestState, short: dict[str, Short]) -> _Node:
        """The node of a state; the same one for states that go on alike."""
        return self._nodes.setdefault((frozenset(short), *outline(state)), _Node(state, short))


@dataclass
class _Walk:
    """What has been seen of one case so far."""

    case: Case
    asking: Asking
    graph: _Graph
    plans: dict[Hashable, StagePlan] = field(default_factory=dict)
    found: dict[tuple[str, Kind], tuple[Short, tuple[Approval, ...]]] = field(default_factory=dict)
    ends: list[frozenset[str]] = field(default_factory=list)
    statuses: set[tuple[str, StageStatus]] = field(default_factory=set)
    complete: bool = True

    def see(self, node: _Node, path: tuple[Approval, ...]) -> None:
        """Keep what a node tells."""
        self.statuses.update((stage.id, stage.status) for stage in node.state.stages.values())
        for stage, short in node.short.items():
            self.found.setdefault((stage, short.kind), (short, path))

    def result(self) -> Walked:
        """What came of it."""
        always = frozenset.intersection(*self.ends) if self.ends and self.complete else frozenset()
        obstacles = tuple(
            Obstacle(stage, kind, short.reason, stage in always, path, short.people)
            for (stage, kind), (short, path) in self.found.items()
        )
        opened = {stage for stage, status in self.statuses if status not in _NOT_OPENED}
        return Walked(obstacles, frozenset(opened), self.complete)


_NOT_OPENED = (StageStatus.WAITING, StageStatus.PREPARING, StageStatus.SKIPPED)
GRAPHS = 100
"""Requesters of whom it is remembered what their requests can come to."""


class Explorer:
    """Walks cases of one policy as of one instant.

    Args:
        policy: its deadlines are left out: a proof is about who can decide, whenever that is.
        present: only those approve who are not away at ``now``.
        most: states of one case that are looked at.
    """

    def __init__(
        self,
        policy: Policy,
        now: datetime,
        population: Population,
        *,
        present: bool = False,
        most: int = 3_000,
    ) -> None:
        timeless = tuple(stage.model_copy(update={"sla": None}) for stage in policy.stages)
        self._policy = policy.model_copy(update={"stages": timeless})
        self._now = now
        self._population = population
        self._present = present
        self._most = most
        self._graphs: dict[Hashable, _Graph] = {}
        self._commands = 0

    def walk(self, case: Case) -> Walked:
        """Every way through one case."""
        asking = Asking(case.requester, case.form, self._policy.form, self._policy.owner, self._policy.key)
        asking.foreseeing = True
        asking.lookups = NeverAsked()
        walk = _Walk(case, asking, self._graph(case))
        start = self._start(walk)
        if start is None:
            return Walked(possible=False)
        queue: deque[tuple[_Node, tuple[Approval, ...]]] = deque([(start, ())])
        seen = {start}
        while queue:
            node, path = queue.popleft()
            onward = self._next(walk, node)
            walk.see(node, path)
            for step, after in onward:
                if after not in seen:
                    seen.add(after)
                    queue.append((after, (*path, step) if step else path))
            if len(seen) > self._most:
                walk.complete = False
                break
        return walk.result()

    def _graph(self, case: Case) -> _Graph:
        """What is known of requests like this one; those of later rounds have a history that is their own."""
        fields = self._policy.form
        named = [str(case.form[one.id]) for one in fields if one.type == "person" and case.form.get(one.id)]
        special = self._population.special(case.requester, named)
        own = repr(case.form) if case.round > 1 else ""
        key = (case.requester, special, case.round, own)
        if key not in self._graphs:
            while len(self._graphs) >= GRAPHS:
                del self._graphs[next(iter(self._graphs))]
            self._graphs[key] = _Graph(special)
        return self._graphs[key]

    def _start(self, walk: _Walk) -> _Node | None:
        """The request as handed in, in the round that the case wants; None where there is no such request."""
        if walk.graph.root is None:
            case = walk.case
            fresh = _Node(new_request("proof", self._policy, 1, case.requester))
            submit = Submit(id=self._id(), actor=case.requester, title="-", form=case.form)
            node = self._after(walk, fresh, submit)
            while node is not None and node.state.round < case.round:
                node = self._returned(walk, node)
            walk.graph.root = node
        return walk.graph.root

    def _returned(self, walk: _Walk, node: _Node) -> _Node | None:
        """The next round, unchanged; None where nobody can send the request back."""
        case = walk.case
        while pending_work(node.state):
            ((_, node),) = self._next(walk, node)
        for decision in (Decision.REQUEST_CHANGES, Decision.REJECT):
            for task in node.state.open_tasks():
                asked = self._decided(walk, node, task, task.people[0], decision)
                if asked is not None and asked.state.status is Status.RETURNED:
                    again = Resubmit(
                        id=self._id(),
                        actor=case.requester,
                        round=asked.state.round,
                        title="-",
                        form=case.form,
                    )
                    return self._after(walk, _Node(asked.state), again)
        return None

    def _next(self, walk: _Walk, node: _Node) -> list[tuple[Approval | None, _Node]]:
        """Where a request can go from here; where that is nowhere, why."""
        if node.state.status is not Status.OPEN:
            walk.ends.append(frozenset(node.short))
            return []
        if work := pending_work(node.state):
            stages = [one for one in work if isinstance(one, StageWork)]
            if len(stages) < len(work):
                walk.complete = False
            return [(None, self._planned(walk, node, stages))] if stages else []
        if node.ways is None:
            node.ways = [
                (Approval(task.stage, person, decision is Decision.REJECT), after)
                for task, person in self._moves(node, walk.graph.special)
                for decision in self._decisions(task)
                if (after := self._decided(walk, node, task, person, decision)) is not None
            ]
        if not node.ways:
            self._halted(walk, node)
        return list(node.ways)

    def _decisions(self, task: Task) -> tuple[Decision, ...]:
        """What somebody can say so that the request goes on, where conditions can tell the difference."""
        passes = self._policy.stage(task.stage).on_reject == "continue"
        told = passes and self._population.sees_decisions
        return (Decision.APPROVE, Decision.REJECT) if told else (Decision.APPROVE,)

    def _halted(self, walk: _Walk, node: _Node) -> None:
        """Nobody can do anything any more."""
        left = [stage for stage in node.state.stages.values() if stage.status is StageStatus.OPEN]
        for stage in left:
            node.short.setdefault(stage.id, self._nobody(node.state, stage))
        walk.ends.append(frozenset(node.short))

    def _nobody(self, state: RequestState, stage: StageState) -> Short:
        """Why nobody decides a stage that is open: for want of a seat, or because everybody is away."""
        asked = [person for task in state.awaited(stage.id) for person in task.people]
        found = people.active(sorted(set(asked)))
        away = stand_ins(found.values(), self._now) if self._present else {}
        absent = tuple(who for who in dict.fromkeys(asked) if who in away)
        told = " ".join(f"{found[who].name} is away until {day(away[who].away[0][1])}." for who in absent)
        return Short("nobody", stage.reason or told, absent)

    def _moves(self, node: _Node, special: frozenset[str]) -> Iterator[tuple[Task, str]]:
        """Who could approve what next: one way of each kind."""
        tasks = [task for task in node.state.open_tasks() if task.people and not task.voice.advisory]
        asked = dict.fromkeys(person for task in tasks for person in task.people)
        away = self._away(asked) if self._present else frozenset()
        unlike = self._unlike(node.state, [person for person in asked if person not in away], special)
        done: set[Hashable] = set()
        for task in tasks:
            for person in task.people:
                way = (*traits(task), candidates(task.candidates), person)
                if person in unlike and way not in done:
                    done.add(way)
                    yield task, person
                    if task.stage in node.short:  # how it goes on with the owner is no path of the policy
                        break

    def _unlike(self, state: RequestState, persons: Iterable[str], special: frozenset[str]) -> set[str]:
        """Of those who can be swapped without changing anything, one."""
        kept: dict[Hashable, list[str]] = {}
        for person in persons:
            alike = kept.setdefault(self._population.trait(person, special), [])
            if not any(interchangeable(state, person, other) for other in alike):
                alike.append(person)
        return {person for alike in kept.values() for person in alike}

    def _away(self, handles: Iterable[str]) -> frozenset[str]:
        return frozenset(stand_ins(people.active(sorted(handles)).values(), self._now))

    def _planned(self, walk: _Walk, node: _Node, stages: list[StageWork]) -> _Node:
        """What follows from the plans for the stages that are being prepared."""
        plans = [self._plan(walk, work.model_copy(update={"form": walk.case.form})) for work in stages]
        key = tuple(outcome(plan) for plan in plans)
        if key not in node.planned:
            state, short = node.state, node.short
            for work, plan in zip(stages, plans, strict=True):
                state, events, _ = receive(
                    state, StagePrepared(id=work.id, work=work.id, plan=plan), self._now
                )
                stuck = _stuck(state, events)
                if plan.unfilled or _handed_over(state, plan, events, work.stage.id):
                    reason = plan.reason or _left_out(state, work.stage.id)
                    kind = _kind(state, work.stage.id, plan.last_resort)
                    stuck.setdefault(work.stage.id, Short(kind, reason, _barred(state, work.stage.id)))
                short = {**stuck, **short}
            node.planned[key] = walk.graph.node(state, short)
        return node.planned[key]

    def _plan(self, walk: _Walk, work: StageWork) -> StagePlan:
        key = tuple(hashable(getattr(work, name)) for name in _ASKED)
        if key not in walk.plans:
            walk.plans[key] = whoever_is_picked(prepare_stage(work, self._now, walk.asking))
        return walk.plans[key]

    def _decided(self, walk: _Walk, node: _Node, task: Task, person: str, decision: Decision) -> _Node | None:
        choices = foreseen(self._policy, task.stage)
        command = Decide(
            id=self._id(), actor=person, task=task.id, decision=decision, comment="-", choices=choices
        )
        return self._after(walk, node, command)

    def _after(self, walk: _Walk, node: _Node, command: Command) -> _Node | None:
        """The request after a command; None where it is refused."""
        state, events, receipt = receive(node.state, command, self._now)
        if receipt is not None and not receipt.ok:
            return None
        return walk.graph.node(state, {**_stuck(state, events), **node.short})

    def _id(self) -> str:
        self._commands += 1
        return str(self._commands)


_ASKED = tuple(
    name
    for name in StageWork.model_fields
    if name not in ("form", "fields", "stage", "owner", "request", "requester", "clock")
)
"""What two questions about one case can differ in."""


def _stuck(state: RequestState, events: Iterable[Event]) -> dict[str, Short]:
    """The stages that events say are stuck, with the reason."""
    return {
        event.stage: Short(_kind(state, event.stage, event.people), event.reason, _barred(state, event.stage))
        for event in events
        if isinstance(event, StageStuck)
    }


def _kind(state: RequestState, stage: str, resort: Iterable[Candidate]) -> Kind:
    """Whether anybody of the last resort can decide a stage."""
    owners = {candidate.person for candidate in resort}
    asked = {person for task in state.awaited(stage) for person in task.people}
    return "owner" if owners & asked else "nobody"


def _handed_over(state: RequestState, plan: StagePlan, events: Iterable[Event], stage: str) -> bool:
    """Whether the engine opened more seats than those of the plan that somebody may take: for the last resort."""
    opened = sum(isinstance(event, TaskOpened) and event.stage == stage for event in events)
    return opened > sum(bool(eligible(state, stage, seat.candidates)) for seat in plan.seats)


def _left_out(state: RequestState, stage: str) -> str:
    """Who may not decide, and by which rule."""
    found = state.stages[stage].left_out
    names = people.names(one.person for one in found)
    return " ".join(why_left_out(one, names[one.person], state.policy) for one in found)


def _barred(state: RequestState, stage: str) -> tuple[str, ...]:
    return tuple(one.person for one in state.stages[stage].left_out)
