"""The course that a request would take, as the page beside its form shows it."""

from dataclasses import dataclass
from datetime import datetime

from approvals.engine import Refused
from approvals.engine.state import Candidate, RequestState
from approvals.pages.who import Who
from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from approvals.policies.preview import Preview, SeatPreview, StagePreview, preview
from approvals.policies.services import engine_policy
from approvals.requests.filling import Filled
from approvals.requests.progress import columns, comes_after
from approvals.requests.wording import several

MANY = 6
"""Candidates beyond this are counted instead of named."""


@dataclass(frozen=True, slots=True)
class AskedThen:
    """A potential owner, on whose behalf, and why."""

    who: Who
    instead_of: str
    why: str


@dataclass(frozen=True, slots=True)
class SeatThen:
    """A seat that would be opened."""

    label: str
    asked: tuple[AskedThen, ...]
    more: int
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StageThen:
    """A stage as it would go."""

    stage: StagePreview
    seats: tuple[SeatThen, ...]
    quorum: str
    after: str


@dataclass(frozen=True, slots=True)
class Course:
    """What would happen; where the form is not complete, only what is missing."""

    columns: tuple[tuple[StageThen, ...], ...] = ()
    title: str = ""
    done_by: datetime | None = None
    missing: str = ""
    ends: str = ""


def course(
    version: PolicyVersion,
    requester: Person,
    filled: Filled,
    now: datetime,
    state: RequestState | None = None,
) -> Course:
    """What becomes of a form if it is submitted now, or if the request in ``state`` is changed to it."""
    if filled.faults or _needed(filled):
        return Course(missing=_missing(filled))
    try:
        found = preview(version, requester, filled.content, now, state)
    except Refused as refused:
        return Course(missing=refused.message)
    return _course(version, found)


def _needed(filled: Filled) -> list[str]:
    return [
        entry.field.label
        for entry in filled.entries
        if entry.fault or (entry.field.required and entry.value is None)
    ]


def _missing(filled: Filled) -> str:
    return f"Fill in {several([f'“{label}”' for label in _needed(filled)])} to see who will be asked."


def _course(version: PolicyVersion, found: Preview) -> Course:
    policy = engine_policy(version)
    grouped = columns(policy)
    after = comes_after(policy, grouped)
    stages = {stage.id: stage for stage in found.stages}
    return Course(
        columns=tuple(tuple(_stage(stages[id], after.get(id, "")) for id in column) for column in grouped),
        title=found.title,
        done_by=found.done_by,
        ends=found.ends,
    )


def _stage(stage: StagePreview, after: str) -> StageThen:
    return StageThen(stage, tuple(_seat(seat) for seat in stage.seats), stage.quorum, after)


def _seat(seat: SeatPreview) -> SeatThen:
    asked = tuple(_asked(seat, candidate) for candidate in seat.candidates[:MANY])
    return SeatThen(seat.label, asked, max(len(seat.candidates) - MANY, 0), seat.marks)


def _asked(seat: SeatPreview, candidate: Candidate) -> AskedThen:
    name = seat.names.get(candidate.person, candidate.person)
    instead_of = seat.names.get(candidate.instead_of, candidate.instead_of) if candidate.instead_of else ""
    return AskedThen(Who(candidate.person, name), instead_of, candidate.why)
