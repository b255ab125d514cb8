"""Whose a session is, although that is not asked each time."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from approvals.people.models import Person
from approvals.people.signing_in import PasswordBackend

pytestmark = pytest.mark.django_db


def found(person: Person) -> Person:
    user = PasswordBackend().get_user(person.pk)
    assert user is not None
    return user


def test_a_session_s_person_is_asked_for_once(
    ana: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found(ana)
    with django_assert_num_queries(1):
        assert found(ana) == ana


def test_nobody_gets_a_person_whom_others_change(ana: Person) -> None:
    one = found(ana)
    one.first_name = "Mallory"
    one._state.db = "elsewhere"

    other = found(ana)
    assert other.first_name == "Ana"
    assert other._state.db == "default"


def test_who_has_left_is_out_at_once(client: Client, ana: Person) -> None:
    client.force_login(ana)
    assert client.get("/inbox/").status_code == 200
    Person.objects.filter(pk=ana.pk).update(is_active=False)

    assert client.get("/inbox/").status_code == 302


def test_a_new_password_ends_the_sessions_of_the_old_one(client: Client, ana: Person) -> None:
    client.force_login(ana)
    assert client.get("/inbox/").status_code == 200
    changed = Person.objects.get(pk=ana.pk)
    changed.set_password("another secret to keep")
    changed.save()

    assert client.get("/inbox/").status_code == 302


def test_who_is_no_more_is_nobody(ana: Person) -> None:
    assert PasswordBackend().get_user(ana.pk + 1) is None
