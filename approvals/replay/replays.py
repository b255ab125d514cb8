"""A draft replayed over what was: our own requests, or the cases of a log."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from approvals.audit import services as audit
from approvals.engine.policy import Policy
from approvals.policies.conditions import ConditionFailed
from approvals.policies.services import engine_policy
from approvals.replay.assumptions import assumptions
from approvals.replay.calendars import CalendarFiles
from approvals.replay.comparison import Comparison
from approvals.replay.course import case_events
from approvals.replay.drafts import relaxed, run_draft
from approvals.replay.errors import ReplayError
from approvals.replay.facts import requester_of
from approvals.replay.log import Case
from approvals.replay.mapping import Mapping
from approvals.replay.pace import Calendars, Hours, Pace
from approvals.replay.past import Past, people_of, read_past
from approvals.replay.people import Cast
from approvals.replay.present import PresentWorld, PublishedCalendars, Today
from approvals.replay.simulation import World
from approvals.replay.world import LoggedWorld
from approvals.requests.models import Request

T = TypeVar("T")


class Progress(Protocol):
    """Passes things on and tells how far it is, of so many."""

    def __call__(self, things: Iterable[T], of: int) -> Iterable[T]:
        """The things, one after the other."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it.

    Args:
        comparison: history and draft side by side.
        assumed: what was taken for granted, in sentences.
        under_way: requests that have not ended, which are left out.
        older: requests that ended and are left out because there are more than were asked for.
        people: everybody who is named.
    """

    comparison: Comparison
    assumed: tuple[str, ...]
    under_way: int
    older: int
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class History:
    """Past requests, and how many there are beside them."""

    pasts: list[Past]
    under_way: int = 0
    older: int = 0


def our_history(key: str, limit: int | None = None) -> History:
    """The requests of a policy, of all its versions, that have ended: the newest ones where there is a limit."""
    rows = Request.objects.filter(policy_version__policy__key=key)
    closed = rows.filter(closed_at__isnull=False)
    count = closed.count()
    chosen = closed.select_related("policy_version", "requester").order_by("-created_at").defer("state")
    by_id = {row.pk: row for row in chosen[: limit or count]}
    pasts = list(_read(by_id))
    pasts.sort(key=lambda past: past.rounds[0].at)
    return History(pasts, under_way=rows.count() - count, older=count - len(by_id))


def _read(rows: dict[uuid.UUID, Request]) -> Iterator[Past]:
    for id, events in audit.events_of_many(list(rows)):
        row = rows[id]
        past = read_past(str(id), str(row), engine_policy(row.policy_version), row.requester.handle, events)
        if past is not None and past.rounds:
            yield past


def replay_ours(draft: Policy, history: History, progress: Progress | None = None) -> Replayed:
    """A draft over our own requests."""
    today = Today()
    draft = relaxed(draft)
    return _replay(
        draft,
        history,
        calendars=PublishedCalendars(),
        world=lambda past: PresentWorld(draft, past, today),
        progress=progress,
        of_log=False,
    )


def log_history(
    base: Policy,
    mapping: Mapping,
    cases: Sequence[Case],
    calendars: CalendarFiles,
    progress: Progress | None = None,
) -> History:
    """The cases of a log as requests under the policy that its mapping is for.

    Raises:
        ReplayError: the rows do not give what the policy's form or conditions need.
    """
    until = max(case.rows[-1].at for case in cases)
    pasts, waiting = [], 0
    for case in progress(cases, len(cases)) if progress else cases:
        events = case_events(base, mapping, case, calendars, until)
        past = read_past(case.id, case.id, base, mapping.requester.handle, events)
        if past is not None:
            pasts.append(past)
        else:
            waiting += bool(events)
    return History(pasts, under_way=waiting)


def replay_log(
    draft: Policy,
    mapping: Mapping,
    cases: Sequence[Case],
    history: History,
    *,
    calendars: CalendarFiles,
    progress: Progress | None = None,
) -> Replayed:
    """A draft over the cases of a log.

    Raises:
        ReplayError: the rows do not give what the draft's conditions need.
    """
    draft = relaxed(draft)
    rows = {case.id: case.rows for case in cases}

    def world(past: Past) -> World:
        these = rows[past.id]
        return LoggedWorld(Cast(mapping, these), requester_of(mapping, these), calendars)

    try:
        return _replay(draft, history, calendars=calendars, world=world, progress=progress, of_log=True)
    except ConditionFailed as failure:
        raise ReplayError(f"A condition of the draft cannot be evaluated. {failure.message}") from failure


def _replay(
    draft: Policy,
    history: History,
    *,
    calendars: Calendars,
    world: Callable[[Past], World],
    progress: Progress | None,
    of_log: bool,
) -> Replayed:
    pasts = history.pasts
    pace = Pace(pasts, Hours(calendars))
    comparison = Comparison(draft, pasts, pace.hours)
    for past in progress(pasts, len(pasts)) if progress else pasts:
        comparison.add(past, run_draft(draft, past, world(past), pace))
    return Replayed(
        comparison,
        tuple(assumptions(draft, pasts, comparison, of_log=of_log)),
        history.under_way,
        history.older,
        frozenset(people_of(pasts) | set(comparison.people)),
    )
