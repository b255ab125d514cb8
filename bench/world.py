"""The people and policies that are measured with. Django must be set up."""

from dataclasses import dataclass
from itertools import cycle, islice

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client

from approvals.calendars import services as calendars
from approvals.people.models import Person, Role, RoleHolder
from approvals.policies import services as policies
from approvals.policies.models import PolicyVersion

#: Two approvals in a row, as most requests have them: a manager, then whoever holds a role.
IN_A_ROW = """
key: two-in-a-row
title: Two approvals in a row
subject: '"Order of " + form.item'
owner: {user: bench-admin}
form:
  - {id: item, label: What, type: text}
  - {id: amount, label: Amount, type: money, min: 1}
  - {id: reason, label: Why, type: long_text, max_length: 4000}
stages:
  - id: manager
    title: Manager
    participants: [{manager: 1}]
    sla: &sla
      target: 2wd
      calendar: amsterdam-office
      reminders: [{at: 50%}, {at: PT4H before}]
      levels:
        - {at: 100%, do: add, up: 1}
        - {at: PT8H after, do: notify, to: [{owner: true}]}
  - id: control
    title: Control
    participants: [{role: controller}]
    on_reject: return
    sla: *sla
"""

#: One approval, with a reminder half an hour after the start.
REMINDED = """
key: reminded
title: Reminded after half an hour
owner: {user: bench-admin}
form:
  - {id: item, label: What, type: text}
stages:
  - id: manager
    title: Manager
    participants: [{manager: 1}]
    sla:
      target: PT1H
      calendar: always-open
      reminders: [{at: 50%}]
"""

PEOPLE = 40
"""As many requesters, managers and controllers each."""


@dataclass(frozen=True)
class World:
    """Who there is: requester n is led by manager n, and controller n holds the role in their unit."""

    admin: Person
    requesters: tuple[Person, ...]
    in_a_row: PolicyVersion
    reminded: PolicyVersion
    sessions: dict[str, str]

    def some_requesters(self, number: int) -> list[Person]:
        """So many requesters, each as often as the others."""
        return list(islice(cycle(self.requesters), number))


def make_world() -> World:
    """Fill an empty database."""
    admin = _person("bench-admin", is_admin=True)
    managers = [_person(f"manager-{number:02}", manager=admin) for number in range(PEOPLE)]
    controllers = [_person(f"controller-{number:02}", manager=admin) for number in range(PEOPLE)]
    requesters = [
        _person(f"requester-{number:02}", manager=manager, unit=f"Unit {number:02}")
        for number, manager in enumerate(managers)
    ]
    role = Role.objects.create(slug="controller", name="Controller")
    RoleHolder.objects.bulk_create(
        RoleHolder(role=role, unit=requester.unit, person=controller)
        for requester, controller in zip(requesters, controllers, strict=True)
    )
    calendars.load_library()
    everybody = [admin, *managers, *controllers, *requesters]
    return World(
        admin=admin,
        requesters=tuple(requesters),
        in_a_row=policies.publish(policies.parse(IN_A_ROW), admin),
        reminded=policies.publish(policies.parse(REMINDED), admin),
        sessions={person.handle: session_of(person) for person in everybody},
    )


def session_of(person: Person) -> str:
    """The key of a session in which the person has signed in."""
    visitor = Client()
    visitor.force_login(person, settings.AUTHENTICATION_BACKENDS[-1])
    return visitor.cookies[settings.SESSION_COOKIE_NAME].value


def _person(handle: str, manager: Person | None = None, unit: str = "", *, is_admin: bool = False) -> Person:
    first, last = handle.split("-")
    return Person.objects.create(
        username=handle,
        first_name=first.title(),
        last_name=last.title(),
        email=f"{handle}@placet.example",
        manager=manager,
        unit=unit,
        time_zone="Europe/Amsterdam",
        is_admin=is_admin,
        password=make_password(None),
    )
