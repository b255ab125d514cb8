"""Rows that are written from one value."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from approvals import rows
from approvals.inbox.models import Task
from approvals.requests.models import Request
from tests.engine_in_process import EngineInProcess

pytestmark = pytest.mark.django_db

OPENED = datetime(2026, 3, 2, 9, 30, 15, 123456, UTC)
UPDATE = "(request_id, key) DO UPDATE SET label = EXCLUDED.label"


def task(request: Request, key: str, **more: object) -> dict[str, Any]:
    return {
        "request_id": request.pk,
        "key": key,
        "stage": "boss",
        "stage_title": "The boss’s “view”",
        "label": "",
        "marks": "",
        "round": 1,
        "status": "open",
        "decision": "",
        "owner_id": None,
        "priority": -1,
        "opened_at": OPENED,
        "due_at": None,
        "closed_at": None,
        **more,
    }


def test_every_row_is_written_as_it_was_given(
    engine: EngineInProcess, request_row: Request, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        rows.insert(Task, [task(request_row, "a"), task(request_row, "b", due_at=OPENED + timedelta(days=1))])

    one, other = Task.objects.filter(key__in=("a", "b")).order_by("key")
    assert (one.request_id, one.stage_title, one.owner, one.priority) == (
        request_row.pk,
        "The boss’s “view”",
        None,
        -1,
    )
    assert one.opened_at == OPENED, "to the microsecond"
    assert (one.due_at, other.due_at) == (None, OPENED + timedelta(days=1))


def test_what_is_wanted_of_them_comes_back(engine: EngineInProcess, request_row: Request) -> None:
    written = rows.insert(Task, [task(request_row, "a"), task(request_row, "b")], returning=["key", "id"])

    assert dict(written) == dict(Task.objects.filter(key__in=("a", "b")).values_list("key", "pk"))


def test_nothing_is_no_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert rows.insert(Task, [], returning=["id"]) == []


def test_a_row_that_is_there_is_an_error_or_left_or_changed(
    engine: EngineInProcess, request_row: Request
) -> None:
    rows.insert(Task, [task(request_row, "a", label="first")])
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(Task, [task(request_row, "a", label="second")])
    rows.insert(Task, [task(request_row, "a", label="second")], on_conflict="DO NOTHING")
    assert Task.objects.get(key="a").label == "first"

    rows.insert(Task, [task(request_row, "a", label="second")], on_conflict=UPDATE)
    assert Task.objects.get(key="a").label == "second"


def test_what_does_not_fit_is_an_error(engine: EngineInProcess, request_row: Request) -> None:
    with pytest.raises(DataError), transaction.atomic():
        rows.insert(Task, [task(request_row, "a", label="x" * 121)])
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(Task, [task(request_row, "a", stage=None)])
    assert not Task.objects.filter(key="a").exists()


def test_a_text_of_braces_and_signs_is_a_text(engine: EngineInProcess, request_row: Request) -> None:
    odd = """{"a": [1]} %s \\ ' ; --"""
    rows.insert(Task, [task(request_row, str(uuid.UUID(int=0)), label=odd)])

    assert Task.objects.get(key=str(uuid.UUID(int=0))).label == odd
