"""Approval limits: up to which amount somebody may approve by their own authority.

A limit is set for one person, for a role, or from a grade upwards, in one currency. A person's own limit
stands before every other; without one, the greatest of the limits of their roles and of their grade counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from approvals.people.models import ApprovalLimit, Person, RoleHolder
from approvals.people.remembering import remember_for_now


@dataclass(frozen=True, slots=True)
class Authority:
    """How much a person may approve: minor units, None for any amount; ``source`` says where that comes from."""

    amount: int | None
    source: str

    def covers(self, amount: int) -> bool:
        """Whether the amount, in minor units, is within the limit."""
        return self.amount is None or amount <= self.amount


@remember_for_now
def authorities(people: Iterable[Person], currency: str) -> dict[str, Authority]:
    """The authority of those of these people who have one in this currency, by handle."""
    wanted = list(people)
    held: dict[int, set[int]] = {}
    for person, role in RoleHolder.objects.filter(person__in=wanted).values_list("person", "role"):
        held.setdefault(person, set()).add(role)
    kept = list(
        ApprovalLimit.objects.filter(currency=currency)
        .filter(
            Q(person__in=wanted)
            | Q(grade__isnull=False)
            | Q(role__in={role for roles in held.values() for role in roles})
        )
        .select_related("role")
    )
    found = {who.handle: _authority(who, held.get(who.pk, set()), kept) for who in wanted}
    return {handle: authority for handle, authority in found.items() if authority is not None}


def _authority(who: Person, roles: set[int], kept: list[ApprovalLimit]) -> Authority | None:
    own = next((limit for limit in kept if limit.person_id == who.pk), None)
    if own is not None:
        return Authority(own.amount, f"set for {who.name}")
    given = [
        Authority(limit.amount, f"as {limit.role.name}")
        for limit in kept
        if limit.role is not None and limit.role_id in roles
    ]
    by_grade = max(
        (limit for limit in kept if limit.grade is not None and limit.grade <= who.grade),
        key=lambda limit: limit.grade or 0,
        default=None,
    )
    if by_grade is not None:
        given.append(Authority(by_grade.amount, f"by grade {by_grade.grade}"))
    return max(given, key=lambda one: (one.amount is None, one.amount or 0), default=None)


def listed() -> QuerySet[ApprovalLimit]:
    """Every limit: those of grades first, then of roles, then of people; the greatest last."""
    return ApprovalLimit.objects.select_related("person", "role").order_by(
        "currency", "grade", "role__name", "person__first_name", "person__last_name", "id"
    )


def in_currency(currency: str) -> bool:
    """Whether anybody has a limit in this currency."""
    return ApprovalLimit.objects.filter(currency=currency).exists()
