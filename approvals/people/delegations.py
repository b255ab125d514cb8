"""Standing delegations as pages list them, and their end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from approvals.engine.currencies import format_money
from approvals.people.models import Delegation, Person
from approvals.people.substitution import local_day


@dataclass(frozen=True, slots=True)
class Listed:
    """A delegation in words. ``stands`` says whether tasks still go to the delegate."""

    row: Delegation
    limits: tuple[str, ...]
    stands: bool
    over: str


def of(person: Person) -> QuerySet[Delegation]:
    """Everything that the person has delegated, or has been given, the newest first."""
    return _whole(Delegation.objects.filter(Q(person=person) | Q(delegate=person)))


def everybodys(*, standing: bool, person: Person | None = None) -> QuerySet[Delegation]:
    """What stands, or else all there ever was, the newest first; with a person, theirs or given to them."""
    found = of(person) if person else _whole(Delegation.objects.all())
    return found.filter(ended_at__isnull=True) if standing else found


def listed(rows: Iterable[Delegation], titles: Mapping[str, str], now: datetime) -> list[Listed]:
    """These delegations in words; ``titles`` are those of the policies, by key."""
    return [_listed(row, titles, now) for row in rows]


def end(delegation: Delegation, by: Person, now: datetime) -> bool:
    """End a delegation; False where it had ended. Tasks that it brought to the delegate stay there."""
    standing = Delegation.objects.filter(pk=delegation.pk, ended_at__isnull=True)
    return standing.update(ended_at=now, ended_by=by) == 1


def _listed(row: Delegation, titles: Mapping[str, str], now: datetime) -> Listed:
    limits = []
    if row.policies:
        limits.append("only " + ", ".join(sorted(titles.get(key, key) for key in row.policies)))
    if row.limit is not None:
        limits.append(f"up to {format_money(row.limit, row.currency)}")
    if row.last_day is not None:
        limits.append(f"until {row.last_day:%-d %B %Y}")
    over = ""
    if row.ended_at is not None:
        over = f"Ended by {row.ended_by.name}" if row.ended_by else "Ended"
    elif row.last_day is not None and local_day(row.person, now) > row.last_day:
        over = "Over"
    elif not row.delegate.is_active:
        over = f"{row.delegate.name} has left"
    return Listed(row, tuple(limits), not over, over)


def _whole(found: QuerySet[Delegation]) -> QuerySet[Delegation]:
    return found.select_related("person", "delegate", "created_by", "ended_by")
