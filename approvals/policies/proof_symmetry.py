"""What of a request can matter to how it goes on, and which people could change places in it unnoticed."""

from collections import Counter
from collections.abc import Hashable
from typing import Any, cast

from approvals.engine.state import Candidate, RequestState, Task
from approvals.engine.work import Seat, StagePlan

_PERSONAL = (
    "id",
    "opened_at",
    "decided_at",
    "comment",
    "candidates",
    "decided_by",
    "instead_of",
    "owner",
    "added_by",
)
_TRAITS = tuple(name for name in Task.model_fields if name not in _PERSONAL)
_CANDIDATE = tuple(name for name in Candidate.model_fields if name not in ("person", "why"))

_SEAT = tuple(name for name in Seat.model_fields if name != "candidates")
_WORDS = ("because", "known", "gone", "ruling")
_PLAN = tuple(name for name in StagePlan.model_fields if name not in ("seats", "last_resort", *_WORDS))


def outline(state: RequestState) -> tuple[Hashable, ...]:
    """What of a state can matter to how it goes on."""
    stages = tuple((stage.id, stage.status) for stage in state.stages.values())
    tasks = Counter(
        (*traits(task), task.decided_by, candidates(task.candidates)) for task in state.tasks.values()
    )
    return state.status, state.round, stages, frozenset(tasks.items())


def traits(task: Task) -> tuple[Hashable, ...]:
    """What a task is, whoever it is for."""
    return tuple(hashable(getattr(task, name)) for name in _TRAITS)


def candidates(several: tuple[Candidate, ...]) -> frozenset[Hashable]:
    """Who is asked, and on whose behalf; not why."""
    return frozenset((one.person, *_candidacy(one)) for one in several)


def whoever_is_picked(plan: StagePlan) -> StagePlan:
    """The plan with every seat open to all who could be picked for it: who has the least to do changes daily."""
    seats = tuple(seat.model_copy(update={"pick": False}) if seat.pick else seat for seat in plan.seats)
    return plan.model_copy(update={"seats": seats}) if any(seat.pick for seat in plan.seats) else plan


def outcome(plan: StagePlan) -> Hashable:
    """What of a plan can matter to how a request goes on: whom it asks, and not in which words."""
    if not plan.applies:
        return False
    if plan.ruling is not None:
        return plan.ruling.rule, plan.ruling.do, plan.ruling.whole
    seats = tuple(
        (candidates(seat.candidates), *(hashable(getattr(seat, name)) for name in _SEAT))
        for seat in plan.seats
    )
    rest = tuple(hashable(getattr(plan, name)) for name in _PLAN)
    return seats, candidates(plan.last_resort), rest


def hashable(value: Any) -> Hashable:
    """The value, or what stands for it as a key."""
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return cast("Hashable", value)


def interchangeable(state: RequestState, one: str, other: str) -> bool:
    """Whether two people can change places in everything that has happened and is asked so far."""
    own: Counter[Hashable] = Counter()
    theirs: Counter[Hashable] = Counter()
    for task in state.tasks.values():
        if {task.decided_by, task.owner, task.added_by, task.instead_of} & {one, other}:
            return False
        mine, its = task.candidate(one), task.candidate(other)
        if mine and its:
            if _candidacy(mine) != _candidacy(its):
                return False
        elif seat := mine or its:
            rest = candidates(tuple(who for who in task.candidates if who is not seat))
            (own if mine else theirs)[(*traits(task), rest, *_candidacy(seat))] += 1
    return own == theirs


def _candidacy(one: Candidate) -> tuple[Hashable, ...]:
    return tuple(hashable(getattr(one, name)) for name in _CANDIDATE)
