"""What an administrator looks for among what is open.

With a hundred thousand open tasks every number and every page still has to come at once, so nothing is
counted or listed beyond :data:`MOST`: nobody reads further, and the filters lead to the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Prefetch, Q, QuerySet

from approvals.engine.state import RequestState, StageStatus
from approvals.inbox.models import Assignment, Task
from approvals.people.models import Person
from approvals.requests.models import Request

MOST = 1_000
ASKED_SHOWN = 3
"""People of a task that are looked up for a list."""


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to: a policy's key, somebody who can decide, words of the title or a number."""

    policy: str = ""
    person: Person | None = None
    search: str = ""


@dataclass(frozen=True)
class Halted:
    """A request that does not move, and what its open stages say about it."""

    row: Request
    reasons: tuple[str, ...]


def open_tasks(wanted: Wanted, *, overdue_at: datetime | None = None) -> QuerySet[Task]:
    """Open tasks of everybody, the most pressing first; with ``overdue_at``, those whose deadline was before."""
    asked = Assignment.objects.select_related("person", "instead_of").order_by("id")[:ASKED_SHOWN]
    found = (
        Task.objects.filter(_about(wanted, "request__"), status="open")
        .select_related("request__requester", "request__policy_version__policy", "owner")
        .defer("request__state", "request__policy_version__body")
        .prefetch_related(Prefetch("assignments", queryset=asked, to_attr="asked"))
        .order_by(F("priority").desc(), F("due_at").asc(nulls_last=True), "id")
    )
    if overdue_at is not None:
        found = found.filter(due_at__lt=overdue_at)
    return found.filter(assignments__person=wanted.person) if wanted.person else found


def halted_requests(wanted: Wanted, *, stuck: bool) -> QuerySet[Request]:
    """Requests that too few people can decide, or else those on hold; the oldest first."""
    found = (
        Request.objects.filter(_about(wanted, ""), _STUCK if stuck else _PAUSED)
        .select_related("requester", "policy_version__policy")
        .defer("policy_version__body")
        .order_by("created_at")
    )
    if wanted.person:
        found = found.filter(tasks__assignments__person=wanted.person).distinct()
    return found


_STUCK = Q(closed_at__isnull=True, stuck=True)
_PAUSED = Q(closed_at__isnull=True, paused=True)


def halted(rows: Iterable[Request]) -> list[Halted]:
    """These requests with the reasons that their open stages give."""
    return [Halted(row, _reasons(RequestState.model_validate(row.state))) for row in rows]


def _reasons(state: RequestState) -> tuple[str, ...]:
    opened = [stage for stage in state.stages.values() if stage.status is StageStatus.OPEN]
    found = [
        stage.reason or ("" if state.awaited(stage.id) else "Nobody is asked in this stage.")
        for stage in opened
    ]
    return tuple(dict.fromkeys(reason for reason in found if reason))


def _about(wanted: Wanted, path: str) -> Q:
    conditions = Q()
    if wanted.policy:
        conditions &= Q(**{f"{path}policy_version__policy__key": wanted.policy})
    if wanted.search:
        words = Q(**{f"{path}title__icontains": wanted.search})
        number = wanted.search.removeprefix("#")
        if number.isascii() and number.isdigit() and len(number) < 19:
            words |= Q(**{f"{path}number": int(number)})
        conditions &= words
    return conditions


@dataclass(frozen=True)
class Counts:
    """How many open and overdue tasks there are, and stuck requests and ones on hold; each up to :data:`MOST`,
    and one more where there are more."""

    all: int
    overdue: int
    stuck: int
    paused: int


def counts(now: datetime) -> Counts:
    """The numbers beside the views of the console."""
    tasks = Task.objects.filter(status="open")
    return Counts(
        all=_up_to_most(tasks),
        overdue=_up_to_most(tasks.filter(due_at__lt=now)),
        stuck=_up_to_most(Request.objects.filter(_STUCK)),
        paused=_up_to_most(Request.objects.filter(_PAUSED)),
    )


def _up_to_most(rows: QuerySet[Task] | QuerySet[Request]) -> int:
    return rows[: MOST + 1].count()
