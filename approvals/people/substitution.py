"""Who takes somebody's place: the delegate whom they named, or whoever stands in while they are away."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from approvals.people.models import Absence, Cover, Delegation, Person
from approvals.people.remembering import remember, remember_for_now

Who = TypeVar("Who", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be decided, as far as it matters for who may do it for somebody else.

    Args:
        policy: the policy's key.
        amount: in minor units of ``currency``; None where the form has none.
        requester: the handle of whose request it is: nobody's delegate in it.
        delegable: whether standing delegations count.
    """

    policy: str = ""
    amount: int | None = None
    currency: str = ""
    requester: str = ""
    delegable: bool = True


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who takes somebody's place today.

    ``away`` are the absent people from the one asked for to the one who named the substitute, each with the
    last day away. ``person`` is None where the chain ends with nobody who is there. ``delegation`` is set where
    it is not an absence but a standing delegation that puts ``person`` there.
    """

    person: Person | None
    away: tuple[tuple[Person, date], ...] = ()
    delegation: Delegation | None = None


@dataclass(frozen=True, slots=True)
class _Away:
    """One person's absence today: until when, and who stands in for the matter at hand."""

    last_day: date
    substitute: Person | None


def follow(start: Who, substitute_of: Callable[[Who], Who | None], away: Callable[[Who], bool]) -> list[Who]:
    """From somebody to the first one who is there, each the substitute of the one before.

    The last of the answer is there, or the chain ends before anybody is: with somebody away who has no
    substitute, or whose substitute is in the chain already.
    """
    chain = [start]
    while away(chain[-1]):
        substitute = substitute_of(chain[-1])
        if substitute is None or substitute in chain:
            return chain
        chain.append(substitute)
    return chain


@remember_for_now
def stand_ins(people: Iterable[Person], now: datetime, matter: Matter | None = None) -> dict[str, StandIn]:
    """Who takes the place of those of these people whose tasks go to somebody else now, by handle.

    Those who decide themselves are not in the answer. Without a ``matter`` only absences count, each with the
    substitute for everything. With one, a standing delegation that covers it comes first, unless its delegate
    is away: a delegation is not passed on, so then it is as if there were none. A substitute who is away too
    is replaced by theirs, and so on; a chain that comes back to somebody in it, or to somebody who has left,
    ends with nobody.
    """
    asked = {person.pk: person for person in people}
    delegations = _delegations(asked, now, matter) if matter and matter.delegable and asked else {}
    absences: dict[int, _Away | None] = {}
    known = dict(asked)
    wanted = {**asked, **{d.delegate_id: d.delegate for found in delegations.values() for d in found}}
    while wanted:
        known |= wanted
        found = _absences(wanted, now, matter.policy if matter else "")
        absences.update({id: found.get(id) for id in wanted})
        substitutes = [absence.substitute for absence in found.values() if absence.substitute]
        wanted = {person.pk: person for person in substitutes if person.pk not in absences}
    taken: dict[str, StandIn] = {}
    for id, person in asked.items():
        mandate = next((d for d in delegations.get(id, ()) if absences[d.delegate_id] is None), None)
        if mandate:
            taken[person.handle] = StandIn(mandate.delegate, delegation=mandate)
        elif absences[id]:
            taken[person.handle] = _chain(id, absences, known)
    return taken


def _chain(start: int, absences: Mapping[int, _Away | None], known: Mapping[int, Person]) -> StandIn:
    def substitute_of(id: int) -> int | None:
        absence = absences[id]
        return absence.substitute.pk if absence and absence.substitute else None

    *before, last = follow(start, substitute_of, lambda id: absences[id] is not None)
    ids = before if absences[last] is None else [*before, last]
    away = tuple((known[id], absence.last_day) for id in ids if (absence := absences[id]))
    end = known[last]
    return StandIn(end if absences[last] is None and end.is_active else None, away)


def _absences(people: Mapping[int, Person], now: datetime, policy: str) -> dict[int, _Away]:
    """Today's absence of each of these people; with several, the one that ends last."""
    found: dict[int, Absence] = {}
    for absence in _absences_near(sorted(people), now.astimezone(UTC).date()):
        if absence.first_day <= local_day(people[absence.person_id], now) <= absence.last_day:
            found[absence.person_id] = absence
    covers: dict[int, Person] = {}
    if policy and found:
        chosen = Cover.objects.filter(absence__in=found.values(), policy=policy).select_related("substitute")
        covers = {cover.absence_id: cover.substitute for cover in chosen}
    return {
        id: _Away(absence.last_day, covers.get(absence.pk, absence.substitute))
        for id, absence in found.items()
    }


@remember
def _absences_near(people: Iterable[int], today: date) -> list[Absence]:
    """The absences of these people that may hold today somewhere on earth, the last to end at the end."""
    near = Absence.objects.filter(
        person__in=list(people),
        first_day__lte=today + timedelta(days=1),
        last_day__gte=today - timedelta(days=1),
    )
    return list(near.select_related("substitute").order_by("last_day", "id"))


def local_day(person: Person, now: datetime) -> date:
    """Which day it is where the person is."""
    return now.astimezone(ZoneInfo(person.time_zone)).date()


def covers(delegation: Delegation, matter: Matter) -> bool:
    """Whether a matter is within a delegation's limits. With a limit, an amount that is not known is not."""
    if delegation.policies and matter.policy not in delegation.policies:
        return False
    if delegation.delegate.handle == matter.requester or not delegation.delegate.is_active:
        return False
    if delegation.limit is None:
        return True
    return (
        matter.amount is not None
        and matter.currency == delegation.currency
        and matter.amount <= delegation.limit
    )


def _delegations(people: Mapping[int, Person], now: datetime, matter: Matter) -> dict[int, list[Delegation]]:
    """The standing delegations of each of these people that cover a matter: the one with the narrowest limit
    first, and of those the oldest."""
    found: dict[int, list[Delegation]] = {}
    for delegation in _standing(sorted(people)):
        over = (
            delegation.last_day is not None
            and local_day(people[delegation.person_id], now) > delegation.last_day
        )
        if not over and covers(delegation, matter):
            found.setdefault(delegation.person_id, []).append(delegation)
    for mine in found.values():
        mine.sort(key=lambda one: (one.limit is None, one.limit or 0))
    return found


@remember
def _standing(people: Iterable[int]) -> list[Delegation]:
    """The delegations of these people that were not ended, the oldest first."""
    standing = Delegation.objects.filter(person__in=list(people), ended_at__isnull=True)
    return list(standing.select_related("delegate").order_by("created_at", "id"))
