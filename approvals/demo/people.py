"""The people of the demo, and whom a visitor can sign in as."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.contrib.auth.hashers import make_password
from django.db import transaction
from pydantic import Field

from approvals.demo.story import read_story
from approvals.engine.currencies import minor_units
from approvals.engine.model import Model
from approvals.people.models import Absence, ApprovalLimit, Group, Membership, Person, Role, RoleHolder

PASSWORD = "it-pleases-us"  # noqa: S105
"""Of everybody in the demo. It is printed at every start; nothing but the demo ever has these people."""
MAIL_DOMAIN = "meierij.example"


class PersonEntry(Model):
    """Somebody, as the story tells it."""

    handle: str
    name: str
    title: str
    unit: str
    manager: str | None = None
    grade: int
    zone: str = "Europe/Amsterdam"
    admin: bool = False
    auditor: bool = False
    shown: str = ""


class GroupEntry(Model):
    """A group, with its members' handles."""

    slug: str
    name: str
    members: tuple[str, ...]


class RoleEntry(Model):
    """A role, with who holds it by unit; the empty unit is everywhere."""

    slug: str
    name: str
    holders: dict[str, str]


class AbsenceEntry(Model):
    """An absence, in days from the day the demo is made, both ends included."""

    person: str
    first: int
    last: int
    substitute: str | None = None
    note: str = ""


class LimitEntry(Model):
    """An approval limit in euros: from a grade upwards, for a role or for one person; no amount is any amount."""

    grade: int | None = None
    role: str | None = None
    person: str | None = None
    amount: int | None = None


class Cast(Model):
    """Everybody."""

    people: tuple[PersonEntry, ...] = Field(min_length=1)
    groups: tuple[GroupEntry, ...]
    roles: tuple[RoleEntry, ...]
    limits: tuple[LimitEntry, ...] = ()
    absences: tuple[AbsenceEntry, ...]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody a visitor can sign in as. ``what`` is a line that says what for."""

    handle: str
    name: str
    what: str
    password: str = PASSWORD


@lru_cache(maxsize=1)
def cast() -> Cast:
    """The people, groups, roles and absences of the demo."""
    return Cast.model_validate(read_story("people"))


def demo_people() -> tuple[DemoPerson, ...]:
    """Whom to sign in as: at least one of each kind, those first whom a visitor wants first."""
    shown = [person for person in cast().people if person.shown]
    first = ("ana.lima", "pieter.jansen", "marieke.vandam", "femke.deboer", "anton.reiter")
    shown.sort(key=lambda person: first.index(person.handle) if person.handle in first else len(first))
    return tuple(DemoPerson(person.handle, person.name, person.shown) for person in shown)


@transaction.atomic
def make_people(today: date) -> None:
    """Make everybody who is not there yet; whoever is there stays as they are."""
    password = make_password(PASSWORD)  # one for all: a hash is slow to make, and the word is public
    made = {entry.handle for entry in cast().people if _person(entry, password)}
    _reporting_lines(made)
    for group in cast().groups:
        row, new = Group.objects.get_or_create(slug=group.slug, defaults={"name": group.name})
        if new:
            Membership.objects.bulk_create(
                Membership(group=row, person=who) for who in _rows(group.members).values()
            )
    for role in cast().roles:
        row_of_role, new = Role.objects.get_or_create(slug=role.slug, defaults={"name": role.name})
        if new:
            who = _rows(role.holders.values())
            RoleHolder.objects.bulk_create(
                RoleHolder(role=row_of_role, unit=unit, person=who[handle])
                for unit, handle in role.holders.items()
            )
    _limits()
    _absences(made, today)


def _limits() -> None:
    """The approval limits of a demo that has none yet: whoever changes them has the last word."""
    if ApprovalLimit.objects.exists():
        return
    people = _rows(limit.person for limit in cast().limits if limit.person)
    roles = {role.slug: role for role in Role.objects.all()}
    ApprovalLimit.objects.bulk_create(
        ApprovalLimit(
            person=people[limit.person] if limit.person else None,
            role=roles[limit.role] if limit.role else None,
            grade=limit.grade,
            currency="EUR",
            amount=None if limit.amount is None else limit.amount * minor_units("EUR"),
        )
        for limit in cast().limits
    )


def _person(entry: PersonEntry, password: str) -> bool:
    first, _, last = entry.name.partition(" ")
    _, new = Person.objects.get_or_create(
        username=entry.handle,
        defaults={
            "password": password,
            "first_name": first,
            "last_name": last,
            "email": f"{entry.handle}@{MAIL_DOMAIN}",
            "title": entry.title,
            "unit": entry.unit,
            "grade": entry.grade,
            "time_zone": entry.zone,
            "is_admin": entry.admin,
            "is_auditor": entry.auditor,
        },
    )
    return new


def _reporting_lines(made: set[str]) -> None:
    managers = {entry.handle: entry.manager for entry in cast().people if entry.handle in made}
    rows = _rows([*managers, *(manager for manager in managers.values() if manager)])
    for handle, manager in managers.items():
        rows[handle].manager = rows[manager] if manager else None
    Person.objects.bulk_update([rows[handle] for handle in managers], ["manager"])


def _absences(made: set[str], today: date) -> None:
    rows = _rows(entry.handle for entry in cast().people)
    Absence.objects.bulk_create(
        Absence(
            person=rows[absence.person],
            first_day=today + timedelta(days=absence.first),
            last_day=today + timedelta(days=absence.last),
            substitute=rows[absence.substitute] if absence.substitute else None,
            note=absence.note,
        )
        for absence in cast().absences
        if absence.person in made
    )


def _rows(handles: Iterable[str]) -> dict[str, Person]:
    return {person.handle: person for person in Person.objects.filter(username__in=set(handles))}
