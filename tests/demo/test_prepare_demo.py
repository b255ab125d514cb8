"""`manage.py prepare_demo`: where it refuses, and how it goes on after an interruption."""

import random
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from approvals.demo import seeding
from approvals.demo.courses import Course, all_courses
from approvals.demo.models import Seeding
from approvals.people.models import Person
from approvals.requests.models import Request
from temporal_app import client
from temporal_app.messages import ApprovalInput
from tests.demo.conftest import NOW

pytestmark = pytest.mark.django_db


def prepare() -> str:
    """What it prints for the terminal."""
    printed = StringIO()
    call_command("prepare_demo", stdout=printed, stderr=StringIO())
    return printed.getvalue()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo of its last thirty requests only."""
    some: Callable[[random.Random], list[Course]] = lambda chance: all_courses(chance)[-30:]  # noqa: E731
    monkeypatch.setattr(seeding, "all_courses", some)
    Seeding.objects.create(seed=seeding.SEED, started_at=NOW)


def test_outside_a_demo_it_refuses() -> None:
    with (
        override_settings(DEMO=False),
        pytest.raises(CommandError, match="This is not a demo: everybody knows the password"),
    ):
        prepare()
    assert not Person.objects.exists()


def test_without_temporal_it_says_so_and_goes_on_the_next_time(
    short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []

    def breaks(given: ApprovalInput) -> None:
        if len(started) == 3:
            raise client.EngineAway("Connection refused.")
        started.append(given.state.request)

    monkeypatch.setattr(client, "start", breaks)
    with pytest.raises(
        CommandError, match="Temporal does not answer, so the open requests have no workflow yet"
    ):
        prepare()
    first = list(Request.objects.order_by("number").values_list("id", "title", "revision"))
    assert (len(first), Seeding.objects.get().finished_at) == (30, None)

    again: list[str] = []
    monkeypatch.setattr(client, "start", lambda given: again.append(given.state.request))
    assert "ana.lima" in prepare()
    assert list(Request.objects.order_by("number").values_list("id", "title", "revision")) == first
    assert set(started) <= set(again)
    assert len(again) == Request.objects.filter(closed_at=None).count()
    assert Seeding.objects.get().finished_at is not None


def test_a_demo_that_was_made_costs_few_queries(
    short: None, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(client, "start", lambda given: None)
    prepare()
    with django_assert_max_num_queries(150):
        prepare()
