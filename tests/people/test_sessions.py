"""A session is read together with what tells whether people have changed."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends import db
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from approvals.people import services as people
from approvals.people.models import Person
from approvals.people.sessions import SessionStore, as_of_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(db: None) -> str:
    """The key of a stored session."""
    store = SessionStore()
    store["theme"] = "dark"
    store.save()
    assert store.session_key
    return store.session_key


def visit(key: str | None) -> HttpRequest:
    request = HttpRequest()
    request.session = SessionStore(key)
    return request


def name(key: str | None) -> str:
    with as_of_session(visit(key)):
        return people.names(["ana"])["ana"]


def test_a_session_is_read_with_what_is_remembered_about_people_at_once(
    key: str, ana: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert name(key) == "Ana"
    with django_assert_num_queries(1):
        assert name(key) == "Ana"


def test_a_change_since_is_noticed(key: str, ana: Person) -> None:
    assert name(key) == "Ana"
    Person.objects.filter(pk=ana.pk).update(first_name="Anna")

    assert name(key) == "Anna"


def test_it_holds_what_django_s_own_holds(key: str) -> None:
    assert SessionStore(key)["theme"] == db.SessionStore(key)["theme"] == "dark"


@pytest.mark.parametrize("asked", [None, "never-was-one"])
def test_who_has_no_session_has_an_empty_one(asked: str | None, ana: Person) -> None:
    assert name(asked) == "Ana"
    store = SessionStore(asked)
    assert list(store.keys()) == []
    assert store.session_key is None, "a key that somebody made up is not taken over"


def test_for_who_has_no_session_nothing_is_asked(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0), as_of_session(visit(None)):
        pass


def test_a_session_that_has_expired_is_none(key: str) -> None:
    db.SessionStore.get_model_class().objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    store = SessionStore(key)
    assert list(store.keys()) == []
    assert store.session_key is None


def test_what_was_tampered_with_is_an_empty_session(key: str) -> None:
    db.SessionStore.get_model_class().objects.update(session_data="of somebody else's making")

    assert SessionStore(key).get("theme") is None


def test_a_page_asks_for_its_reader_once(
    client: Client, ana: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(ana)
    client.get("/inbox/")
    with django_assert_num_queries(1):  # the page of who may not come in: the session, and nothing about ana
        refused = client.get("/console/")

    assert refused.status_code == 403
