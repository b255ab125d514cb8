"""Looking people up: who they are, who leads whom, who holds what.

Only active people are ever found, except where a name is wanted for somebody who has left.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from approvals.people.models import Group, Membership, Person, Role, RoleHolder
from approvals.people.remembering import remember, remember_each

MAX_LEVELS = 64
"""How far up a reporting line is followed."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a person at one moment."""

    handle: str
    name: str
    unit: str
    title: str
    grade: int
    groups: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """The people above somebody, nearest first; ``looped`` where the line comes back to itself.

    ``of`` is whose line it is, active or not; None for an unknown handle.
    """

    of: Person | None = None
    people: tuple[Person, ...] = ()
    looped: bool = False

    def manager(self, level: int) -> Person | None:
        """The ``level``-th active person up the line, the nearest being 1."""
        return self.people[level - 1] if 1 <= level <= len(self.people) else None


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds a role, and where: ``unit`` is empty for holders everywhere. ``name`` None: no such role."""

    name: str | None
    people: tuple[Person, ...] = ()
    unit: str = ""


@remember_each
def known(handles: Iterable[str]) -> dict[str, Person]:
    """Whoever bears one of these handles, people who have left too: the record names them."""
    wanted = set(handles)
    return {who.handle: who for who in Person.objects.filter(username__in=wanted)} if wanted else {}


def active(handles: Iterable[str]) -> dict[str, Person]:
    """The active people among these handles."""
    return {handle: who for handle, who in known(handles).items() if who.is_active}


def names(handles: Iterable[str]) -> dict[str, str]:
    """The name to show for each handle, of people who have left too; an unknown handle is its own name."""
    wanted = set(handles)
    found = known(wanted)
    return {handle: found[handle].name if handle in found else handle for handle in wanted}


def ids_by_handle(handles: Iterable[str]) -> dict[str, int]:
    """The primary key for each handle that exists."""
    return {handle: who.pk for handle, who in known(handles).items()}


@remember
def by_key(key: int) -> Person | None:
    """The person with this primary key."""
    return Person.objects.filter(pk=key).first()


@remember
def by_address(address: str) -> Person | None:
    """Whose mail address this is; case does not count."""
    return Person.objects.filter(email__iexact=address).first()


def is_admin(handle: str) -> bool:
    """Whether this is an active administrator."""
    return Person.objects.filter(username=handle, is_active=True, is_admin=True).exists()


@remember
def admins() -> tuple[Person, ...]:
    """Every active administrator."""
    return tuple(Person.objects.filter(is_active=True, is_admin=True).order_by("username"))


@remember
def profile(handle: str) -> Profile | None:
    """What a condition may know of a person; None for an unknown handle.

    A role counts wherever it is held.
    """
    person = (
        Person.objects.filter(username=handle)
        .prefetch_related("memberships__group", "held_roles__role")
        .first()
    )
    if person is None:
        return None
    return Profile(
        handle=person.handle,
        name=person.name,
        unit=person.unit,
        title=person.title,
        grade=person.grade,
        groups=tuple(sorted(membership.group.slug for membership in person.memberships.all())),
        roles=tuple(sorted({held.role.slug for held in person.held_roles.all()})),
    )


@remember
def group_members(slug: str) -> tuple[str | None, tuple[Person, ...]]:
    """A group's name and its active members; the name is None where there is no such group."""
    places = list(
        Membership.objects.filter(group__slug=slug, person__is_active=True)
        .select_related("group", "person")
        .order_by("person__username")
    )
    if places:
        return places[0].group.name, tuple(place.person for place in places)
    return Group.objects.filter(slug=slug).values_list("name", flat=True).first(), ()


@remember_each
def group_names(slugs: Iterable[str]) -> dict[str, str]:
    """The name of each of these groups that there is."""
    wanted = set(slugs)
    return dict(Group.objects.filter(slug__in=wanted).values_list("slug", "name")) if wanted else {}


@remember_each
def role_names(slugs: Iterable[str]) -> dict[str, str]:
    """The name of each of these roles that there is."""
    wanted = set(slugs)
    return dict(Role.objects.filter(slug__in=wanted).values_list("slug", "name")) if wanted else {}


@remember
def role_holders(slug: str, unit: str) -> Holders:
    """Who holds a role for a unit: its holders there, else those who hold it everywhere."""
    held = list(
        RoleHolder.objects.filter(role__slug=slug, person__is_active=True, unit__in={unit, ""})
        .select_related("role", "person")
        .order_by("person__username")
    )
    if not held:
        return Holders(Role.objects.filter(slug=slug).values_list("name", flat=True).first())
    name = held[0].role.name
    if unit and (here := tuple(holder.person for holder in held if holder.unit == unit)):
        return Holders(name, here, unit)
    return Holders(name, tuple(holder.person for holder in held if not holder.unit))


_LINES = """
WITH RECURSIVE line (root, id, manager_id, level) AS (
    SELECT username, id, manager_id, 0 FROM people_person WHERE username = ANY(%s)
  UNION ALL
    SELECT line.root, above.id, above.manager_id, line.level + 1
    FROM people_person above JOIN line ON above.id = line.manager_id
    WHERE line.level < %s
) CYCLE id SET looped USING path
SELECT person.*, line.root, line.level, line.looped
FROM line JOIN people_person person ON person.id = line.id
ORDER BY line.root, line.level
"""


@remember
def lines(handles: Iterable[str]) -> dict[str, Line]:
    """The reporting line above each of these people, in one query.

    Somebody inactive is passed over: whoever is above them takes the place. A line that comes back to
    somebody in it ends there.
    """
    people: dict[str, list[Person]] = {handle: [] for handle in handles}
    roots: dict[str, Person] = {}
    looped = set()
    for person in Person.objects.raw(_LINES, [list(people), MAX_LEVELS]):
        root: str = person.root  # type: ignore[attr-defined]  # a column of the query, as the next ones
        if person.level == 0:  # type: ignore[attr-defined]
            roots[root] = person
        elif person.looped:  # type: ignore[attr-defined]
            looped.add(root)
        elif person.is_active:
            people[root].append(person)
    return {handle: Line(roots.get(handle), tuple(line), handle in looped) for handle, line in people.items()}


_BELOW = """
WITH RECURSIVE below AS (
    SELECT id, username FROM people_person
    WHERE manager_id = (SELECT id FROM people_person WHERE username = %s)
  UNION
    SELECT report.id, report.username FROM people_person report JOIN below ON report.manager_id = below.id
)
SELECT username FROM below WHERE username <> %s ORDER BY username LIMIT %s
"""


@remember
def subordinates(handle: str, limit: int) -> tuple[str, ...]:
    """The handles of up to ``limit`` people who report to somebody, directly or through others.

    People who have left are among them, as is who reports through them. A line that goes round in a circle is
    followed once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [handle, handle, limit])
        return tuple(row[0] for row in cursor.fetchall())
