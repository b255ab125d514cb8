"""Everybody who works here, as far as policies can tell people apart; and a mark that changes when they do."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.apps import apps
from django.db import connection
from django.db.models import Max

from approvals.people.limits import authorities
from approvals.people.models import Absence, ApprovalLimit, Delegation, Membership, Person, RoleHolder
from approvals.people.services import lines
from approvals.people.substitution import stand_ins

_NO_MATTER = frozenset(
    {"id", "username", "password", "first_name", "last_name", "email", "last_login", "date_joined"}
    | {"time_zone", "is_staff", "is_superuser", "is_active", "is_auditor"}
    | {"manager_id", "unit", "title", "grade"}
)
"""Columns of a person that no policy looks at, and those that a resident names."""
_VOLATILE = ("password", "last_login", "date_joined", "email")


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody active. ``above`` are the handles up the reporting line, nearest first.

    ``roles`` are pairs of role and unit; ``authority`` are approval limits by currency, in minor units;
    ``more`` is whatever else is known of a person and not who it is.
    """

    handle: str
    name: str
    unit: str
    title: str
    grade: int
    groups: frozenset[str]
    roles: frozenset[tuple[str, str]]
    authority: tuple[tuple[str, int | None], ...]
    more: tuple[object, ...]
    above: tuple[str, ...]
    looped: bool


@dataclass(frozen=True, slots=True)
class Census:
    """Everybody active, by handle, in the order of their handles.

    ``limits`` are the approval limits there are, and ``mandates`` those of standing delegations: minor units by
    currency. ``delegating`` are the handles of who delegates and to whom.
    """

    people: Mapping[str, Resident]
    limits: Mapping[str, frozenset[int]] = field(default_factory=dict)
    mandates: Mapping[str, frozenset[int]] = field(default_factory=dict)
    delegating: frozenset[str] = frozenset()


def take_census() -> Census:
    """Who works here now; in a handful of queries."""
    groups: dict[int, set[str]] = defaultdict(set)
    for person, group in Membership.objects.values_list("person_id", "group__slug"):
        groups[person].add(group)
    roles: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for person, role, unit in RoleHolder.objects.values_list("person_id", "role__slug", "unit"):
        roles[person].add((role, unit))
    everybody = list(Person.objects.filter(is_active=True).order_by("username"))
    above = lines([person.handle for person in everybody])
    limits: dict[str, set[int]] = defaultdict(set)
    for currency, amount in ApprovalLimit.objects.values_list("currency", "amount"):
        limits[currency].update(() if amount is None else (amount,))
    allowed: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for currency in sorted(limits):
        for handle, authority in authorities(everybody, currency).items():
            allowed[handle].append((currency, authority.amount))
    mandates: dict[str, set[int]] = defaultdict(set)
    delegating: set[str] = set()
    standing = Delegation.objects.filter(ended_at__isnull=True)
    for giver, taker, currency, limit in standing.values_list(
        "person__username", "delegate__username", "currency", "limit"
    ):
        delegating |= {giver, taker}
        if limit is not None:
            mandates[currency].add(limit)
    more = [field.attname for field in Person._meta.concrete_fields if field.attname not in _NO_MATTER]
    return Census(
        {
            person.handle: Resident(
                handle=person.handle,
                name=person.name,
                unit=person.unit,
                title=person.title,
                grade=person.grade,
                groups=frozenset(groups[person.pk]),
                roles=frozenset(roles[person.pk]),
                authority=tuple(allowed[person.handle]),
                more=tuple(getattr(person, name) for name in more),
                above=tuple(boss.handle for boss in above[person.handle].people),
                looped=above[person.handle].looped,
            )
            for person in everybody
        },
        {currency: frozenset(amounts) for currency, amounts in limits.items()},
        {currency: frozenset(amounts) for currency, amounts in mandates.items()},
        frozenset(delegating),
    )


def fingerprint(now: datetime) -> str:
    """A mark of everything that is known of people at ``now`` (aware); another one once anything has changed.

    The day is part of it: absences begin and end.
    """
    mark = sha256(now.astimezone(UTC).date().isoformat().encode())
    with connection.cursor() as cursor:
        for model in sorted(apps.get_app_config("people").get_models(), key=lambda model: model.__name__):
            table = connection.ops.quote_name(model._meta.db_table)
            key = connection.ops.quote_name(str(model._meta.pk.column))
            cursor.execute(
                f"SELECT md5(string_agg((to_jsonb(t) - %s::text[])::text, ',' ORDER BY t.{key})) FROM {table} t",  # noqa: S608  # names of our own tables
                [list(_VOLATILE)],
            )
            row = cursor.fetchone()
            mark.update(f"{table}:{row[0] if row else ''};".encode())
    return mark.hexdigest()


def when_all_are_back(now: datetime) -> datetime:
    """The first instant from ``now`` on after which nobody is known to be away."""
    last = Absence.objects.aggregate(last=Max("last_day"))["last"]
    if last is None:
        return now
    return max(now, datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=3))


def away_at(now: datetime) -> dict[str, str | None]:
    """Who of those who work here is away at ``now`` (aware), by handle, with the handle of whoever stands in."""
    near = Absence.objects.filter(
        first_day__lte=now + timedelta(days=2), last_day__gte=now - timedelta(days=2)
    ).select_related("person")
    found = stand_ins([absence.person for absence in near if absence.person.is_active], now)
    return {handle: one.person.handle if one.person else None for handle, one in found.items()}
