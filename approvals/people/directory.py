"""Who there is, as the people pages list it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from approvals.people.models import Absence, Person
from approvals.people.services import lines
from approvals.people.substitution import StandIn, stand_ins


def listed(*, search: str = "", unit: str = "", left: bool = False) -> QuerySet[Person]:
    """Active people by name; with ``left``, those who have left instead."""
    found = (
        Person.objects.filter(is_active=not left)
        .select_related("manager")
        .prefetch_related("member_of")
        .order_by("first_name", "last_name", "username")
    )
    if unit:
        found = found.filter(unit=unit)
    for word in search.replace("\0", "").split()[:6]:
        found = found.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(username__icontains=word)
            | Q(title__icontains=word)
        )
    return found


def units() -> list[str]:
    """The units that active people belong to, by name."""
    named = Person.objects.filter(is_active=True).exclude(unit="").values_list("unit", flat=True)
    return sorted(set(named))


def away(people: Iterable[Person], now: datetime) -> dict[str, StandIn]:
    """Those of these people who are away today, and who stands in, by handle."""
    return stand_ins(people, now)


def line_above(person: Person) -> tuple[Person, ...]:
    """The person's managers, the nearest first."""
    return lines([person.handle])[person.handle].people


def reports_to(person: Person, boss: Person) -> bool:
    """Whether the boss is somewhere above the person, people who have left included."""
    seen: set[int] = set()
    at = person.manager
    while at is not None and at.pk not in seen:
        if at.pk == boss.pk:
            return True
        seen.add(at.pk)
        at = at.manager
    return False


def waiting_for(person: Person) -> int:
    """How many open tasks wait for the person."""
    return person.assignments.count()


def coming_absences(person: Person, now: datetime) -> QuerySet[Absence]:
    """The person's absences that are not over, the next one first."""
    return (
        person.absences.filter(last_day__gte=now.date())
        .select_related("substitute")
        .prefetch_related("covers__substitute")
    )
