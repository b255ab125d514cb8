"""What is looked up once, and what makes it be looked up anew."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.models.lookups import Exact
from pytest_django import DjangoAssertNumQueries

from approvals.people import services as people
from approvals.people.models import (
    Absence,
    ApprovalLimit,
    Cover,
    Delegation,
    Group,
    Membership,
    Person,
    Role,
    RoleHolder,
)
from approvals.people.remembering import as_of_now, remembered, revision
from approvals.people.substitution import Matter, stand_ins

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def ana(db: None) -> Person:
    return Person.objects.create(username="ana", first_name="Ana", email="ana@placet.example")


@pytest.fixture
def bo(db: None) -> Person:
    return Person.objects.create(username="bo", first_name="Bo", email="bo@placet.example")


def version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM people_revision")
        return int(cursor.fetchone()[0])


def test_a_second_piece_of_work_asks_only_whether_anything_has_changed(
    ana: Person, bo: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with as_of_now():
        people.names(["ana", "bo", "nobody"])
        people.lines(["ana"])

    with django_assert_num_queries(1), as_of_now():
        assert people.names(["bo", "ana", "nobody"]) == {"ana": "Ana", "bo": "Bo", "nobody": "nobody"}
        assert people.active(["ana"]) == {"ana": ana}
        assert people.lines(["ana"])["ana"].of == ana


def test_it_asks_only_for_those_of_whom_it_does_not_know(
    ana: Person, bo: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with as_of_now():
        people.known(["ana"])
        with django_assert_num_queries(1) as asked:
            assert people.known(["ana", "bo"]) == {"ana": ana, "bo": bo}

    assert "'ana'" not in asked.captured_queries[0]["sql"]


def test_within_a_block_nothing_is_asked_twice(
    ana: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with remembered(), django_assert_num_queries(1):
        people.known(["ana"])
        with as_of_now():
            assert people.known(["ana"]) == {"ana": ana}


def test_without_a_block_everything_is_asked_anew(
    ana: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        people.known(["ana"])
        people.known(["ana"])


CHANGES: dict[str, Callable[[Person, Person], object]] = {
    "a name": lambda ana, _: Person.objects.filter(pk=ana.pk).update(last_name="Alba"),
    "a password": lambda ana, _: Person.objects.filter(pk=ana.pk).update(password="another"),
    "an address": lambda ana, _: Person.objects.filter(pk=ana.pk).update(email="alba@placet.example"),
    "a time zone": lambda ana, _: Person.objects.filter(pk=ana.pk).update(time_zone="Europe/Paris"),
    "a manager": lambda ana, bo: Person.objects.filter(pk=ana.pk).update(manager=bo),
    "a leaver": lambda ana, _: Person.objects.filter(pk=ana.pk).update(is_active=False),
    "a newcomer": lambda *_: Person.objects.create(username="cem", email="cem@placet.example"),
    "a group": lambda *_: Group.objects.create(slug="board", name="Board"),
    "a member": lambda ana, _: Membership.objects.create(
        group=Group.objects.create(slug="b", name="B"), person=ana
    ),
    "a role": lambda *_: Role.objects.create(slug="controller", name="Controller"),
    "a holder": lambda ana, _: RoleHolder.objects.create(
        role=Role.objects.create(slug="c", name="C"), person=ana
    ),
    "a limit": lambda ana, _: ApprovalLimit.objects.create(person=ana, currency="EUR", amount=100),
    "an absence": lambda ana, bo: Absence.objects.create(
        person=ana, substitute=bo, first_day=date(2026, 3, 1), last_day=date(2026, 3, 9)
    ),
    "a delegation": lambda ana, bo: Delegation.objects.create(person=ana, delegate=bo, created_by=ana),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changes_is_noticed(what: str, ana: Person, bo: Person) -> None:
    before = version()

    CHANGES[what](ana, bo)

    assert version() > before


@pytest.mark.parametrize(
    "column", [one.column for one in Person._meta.concrete_fields if one.column not in ("id", "last_login")]
)
def test_whatever_is_stored_of_a_person_is_noticed(column: str, ana: Person, bo: Person) -> None:
    kind = Person._meta.get_field(column).get_internal_type()
    values: dict[str, object] = {
        "BooleanField": Exact(F(column), False),
        "DateTimeField": NOON,
        "PositiveSmallIntegerField": 7,
        "ForeignKey": bo.pk,
    }
    before = version()

    Person.objects.filter(pk=ana.pk).update(**{column: values.get(kind, "another")})

    assert version() > before


def test_a_cover_is_noticed(ana: Person, bo: Person) -> None:
    absence = Absence.objects.create(person=ana, first_day=date(2026, 3, 1), last_day=date(2026, 3, 9))
    before = version()

    Cover.objects.create(absence=absence, policy="leave", substitute=bo)

    assert version() > before


def test_signing_in_changes_nothing_that_is_remembered(ana: Person) -> None:
    before = version()

    Person.objects.filter(pk=ana.pk).update(last_login=NOON)

    assert version() == before


def test_what_has_changed_is_looked_up_anew(ana: Person) -> None:
    with as_of_now():
        assert people.names(["ana"]) == {"ana": "Ana"}
    Person.objects.filter(pk=ana.pk).update(first_name="Anna")

    with as_of_now():
        assert people.names(["ana"]) == {"ana": "Anna"}


def test_what_was_undone_is_not_remembered(ana: Person) -> None:
    with transaction.atomic():
        Person.objects.filter(pk=ana.pk).update(first_name="Anna")
        with as_of_now():
            assert people.names(["ana"]) == {"ana": "Anna"}
        transaction.set_rollback(True)
    Person.objects.filter(pk=ana.pk).update(unit="Elsewhere")  # the next number after the one that was undone

    with as_of_now():
        assert people.names(["ana"]) == {"ana": "Ana"}


def test_the_revision_is_that_of_what_is_remembered(ana: Person) -> None:
    with as_of_now():
        before = revision()
    Person.objects.filter(pk=ana.pk).update(first_name="Anna")
    with as_of_now():
        assert revision() == before  # nobody need be looked up anew for a name
    Person.objects.filter(pk=ana.pk).update(is_active=False)
    with as_of_now():
        assert revision() == before + 1


def test_who_stands_in_follows_the_day(ana: Person, bo: Person) -> None:
    Absence.objects.create(person=ana, substitute=bo, first_day=date(2026, 3, 3), last_day=date(2026, 3, 3))

    with as_of_now():
        assert stand_ins([ana], NOON) == {}
        assert stand_ins([ana], NOON.replace(day=3))["ana"].person == bo
        assert stand_ins([ana], NOON.replace(day=4)) == {}


def test_a_standing_delegation_that_ends_is_noticed(ana: Person, bo: Person) -> None:
    Delegation.objects.create(person=ana, delegate=bo, created_by=ana)

    with as_of_now():
        assert stand_ins([ana], NOON, Matter(policy="leave"))["ana"].person == bo
    Delegation.objects.filter(person=ana).update(ended_at=NOON)

    with as_of_now():
        assert stand_ins([ana], NOON, Matter(policy="leave")) == {}
