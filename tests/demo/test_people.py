"""The demo's people: everybody whom the library asks for, and made once."""

from datetime import date

import pytest

from approvals.demo.people import PASSWORD, cast, demo_people, make_people
from approvals.engine.policy import Participant, Policy
from approvals.people.models import Absence, Group, Membership, Person, Role, RoleHolder
from approvals.policies.services import LIBRARY, parse

TODAY = date(2026, 3, 18)


def library() -> list[Policy]:
    """Every policy of the library."""
    return [parse(path.read_text("utf-8")) for path in sorted(LIBRARY.glob("*.yaml"))]


def participants() -> list[Participant]:
    """Everybody whom they name."""
    return [
        *(policy.owner for policy in library()),
        *(who for policy in library() for stage in policy.stages for who in stage.participants),
        *(
            who
            for policy in library()
            for stage in policy.stages
            for level in (stage.sla.levels if stage.sla else ())
            for who in level.to
        ),
    ]


def test_every_group_and_role_of_the_library_is_somebody() -> None:
    groups = {group.slug: group.members for group in cast().groups}
    everywhere = {role.slug: role.holders.get("") for role in cast().roles}
    for who in participants():
        assert who.group is None or groups[who.group]
        assert who.role is None or everywhere[who.role]


def test_whom_the_story_names_is_in_it() -> None:
    handles = [person.handle for person in cast().people]
    assert len(set(handles)) == len(handles) >= 40
    named = {
        *(person.manager for person in cast().people if person.manager),
        *(member for group in cast().groups for member in group.members),
        *(holder for role in cast().roles for holder in role.holders.values()),
        *(absence.person for absence in cast().absences),
        *(absence.substitute for absence in cast().absences if absence.substitute),
    }
    assert named <= set(handles)


def test_visitors_can_be_one_of_each_kind() -> None:
    shown = {person.handle: person.what for person in demo_people()}
    kinds = (
        "Requester",
        "Manager",
        "Reviewer",
        "Administrator",
        "Auditor",
        "Director",
        "Pre-approver",
        "On call",
    )
    for kind in kinds:
        assert any(what.startswith(kind) for what in shown.values()), kind
    assert {person.password for person in demo_people()} == {PASSWORD}


@pytest.mark.django_db
def test_they_are_made_once_and_what_was_changed_stays() -> None:
    make_people(TODAY)
    ana = Person.objects.get(username="ana.lima")
    assert (ana.name, ana.manager and ana.manager.handle) == ("Ana Lima", "pieter.jansen")
    assert ana.check_password(PASSWORD)
    assert Person.objects.get(username="femke.deboer").is_admin
    assert Person.objects.get(username="anton.reiter").is_auditor
    Person.objects.filter(pk=ana.pk).update(title="Doctor", manager=None)
    Membership.objects.filter(person__username="omar.haddad").delete()
    models = (Person, Group, Membership, Role, RoleHolder, Absence)
    before = [model.objects.count() for model in models]
    make_people(TODAY)
    assert [model.objects.count() for model in models] == before
    ana.refresh_from_db()
    assert (ana.title, ana.manager) == ("Doctor", None)


@pytest.mark.django_db
def test_absences_lie_around_the_day_it_is_made() -> None:
    make_people(TODAY)
    away = Absence.objects.filter(first_day__lte=TODAY, last_day__gte=TODAY)
    assert {absence.person.handle for absence in away} == {"ingrid.postma", "omar.haddad", "milan.kovac"}
    assert Absence.objects.filter(last_day__lt=TODAY).exists()
    assert Absence.objects.filter(first_day__gt=TODAY).exists()
