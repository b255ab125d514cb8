"""Finding what is open: the lists of the console, their filters and their numbers."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals.console import queries
from approvals.console.queries import Counts
from approvals.inbox.models import Task
from approvals.people.models import Membership
from approvals.policies.models import PolicyProof
from approvals.requests.models import Request
from tests.console.desk import Desk
from tests.pages.office import HTMX, text_of


def test_every_open_task_the_most_pressing_first(desk: Desk) -> None:
    order, trip = desk.office.submit(), desk.submit()
    words = text_of(desk.get())
    assert words.index(f"#{trip.number}") < words.index(f"#{order.number}")
    assert words.count(f"#{trip.number}") == 2
    assert f'href="/console/requests/{trip.pk}/#task-check.1.2"' in words
    assert "Bo Berg" in words
    assert "Cy Cole" in words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("policy=trip", {"Trip"}),
        ("policy=order", {"Order"}),
        ("q=LADDER", {"Order"}),
        ("q=nothing+like+it", set()),
        ("person=Cy Cole", {"Trip"}),
        ("person=bo&policy=order", {"Order"}),
        ("person=di", set()),
        ("state=overdue", set()),
        ("state=strange&page=zzz", {"Trip", "Order"}),
    ],
)
def test_filters(desk: Desk, query: str, found: set[str]) -> None:
    desk.office.submit()
    desk.submit()
    words = text_of(desk.get(f"?{query}", **HTMX))
    assert {title for title in ("Trip", "Order") if f" · {title} · " in words} == found


@pytest.mark.parametrize("form", ["{}", "#{}"])
def test_a_number_finds_its_request(desk: Desk, form: str) -> None:
    row, other = desk.submit(), desk.submit()
    words = text_of(desk.get(**HTMX, data={"q": form.format(row.number)}))
    assert f"#{row.number}" in words
    assert f"#{other.number}" not in words


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("person=nobody+at+all", "Nobody here is called “nobody at all”"),
        ("person=o", "“o” could be"),
        ("policy=a b", "Enter a valid “slug”"),
        ("q=a%00b", "Null characters are not allowed"),
        (f"q={'x' * 201}", "at most 200 characters"),
        ("q=%23999999999999999999999", "Nothing matches"),
    ],
)
def test_a_filter_that_makes_no_sense_says_so(desk: Desk, query: str, sentence: str) -> None:
    desk.submit()
    response = desk.get(f"?{query}")
    assert response.status_code == 200
    assert sentence in text_of(response)


def test_the_list_alone_for_htmx_and_the_whole_page_otherwise(desk: Desk) -> None:
    desk.submit()
    part, whole = desk.get(**HTMX), desk.get()
    assert "<html" not in text_of(part)
    assert text_of(part) in text_of(whole)
    assert "HX-Request" in part["Vary"]
    assert "HX-Request" in whole["Vary"]


def test_going_back_gets_the_whole_page(desk: Desk) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in text_of(desk.get(headers=headers))


def test_overdue_tasks(desk: Desk) -> None:
    row = desk.submit()
    Task.objects.filter(request=row, key="check.1.1").update(due_at=timezone.now() - timedelta(hours=3))
    words = text_of(desk.get("?state=overdue", **HTMX))
    assert "#task-check.1.1" in words
    assert "#task-check.1.2" not in words
    assert "Overdue by 3 h" in words


def test_requests_on_hold(desk: Desk) -> None:
    row, other = desk.submit(), desk.submit()
    desk.act(row, "pause")
    words = text_of(desk.get("?state=paused", **HTMX))
    assert f"#{row.number}" in words
    assert f"#{other.number}" not in words
    assert f"#{row.number}" in text_of(desk.get("?state=paused&person=bo", **HTMX))
    assert f"#{row.number}" not in text_of(desk.get("?state=paused&person=di", **HTMX))


def test_stuck_requests_say_why(desk: Desk) -> None:
    Membership.objects.all().delete()
    row = desk.submit()
    for who, task in (("bo", "check.1.1"), ("cy", "check.1.2")):
        desk.office.approve(row, who, task)
    words = text_of(desk.get("?state=stuck", **HTMX))
    assert f"#{row.number}" in words
    reason = desk.state(row).stages["sign"].reason
    assert reason
    assert reason.split(":")[0].replace('"', "&quot;") in words
    assert "Nothing is stuck" not in words


def test_nothing_is_stuck(desk: Desk) -> None:
    desk.submit()
    assert "Nothing is stuck" in text_of(desk.get("?state=stuck"))
    assert "Nothing matches" in text_of(desk.get("?state=stuck&q=x"))
    assert "Nothing here" in text_of(desk.get("?state=paused"))


def test_numbers(desk: Desk) -> None:
    desk.submit()
    desk.act(desk.submit(), "pause")
    Task.objects.filter(request__paused=False, key="check.1.1").update(
        due_at=datetime(2020, 1, 1, tzinfo=UTC)
    )
    assert queries.counts(timezone.now()) == Counts(all=4, overdue=1, stuck=0, paused=1)


def test_beyond_the_limit_nothing_is_counted_or_listed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST", 3)
    for _ in range(2):
        desk.submit()
    response = desk.get(**HTMX)
    assert 'All <span class="number">3+</span>' in text_of(response)
    assert "These are the first 3." in text_of(response)
    assert response.context["page"].paginator.count == 3


def test_a_task_of_many_names_two(desk: Desk) -> None:
    finance = desk.office.people["cy"].member_of.get()
    Membership.objects.bulk_create(
        Membership(group=finance, person=desk.office.people[who]) for who in ("bo", "out")
    )
    row = desk.submit()
    desk.office.approve(row, "bo", "check.1.1")
    desk.office.approve(row, "cy", "check.1.2")
    assert "and others" in text_of(desk.get(**HTMX))


@pytest.mark.parametrize(
    ("path", "most"), [("", 12), ("?state=stuck", 11), ("?person=bo&q=Trip&policy=trip", 13)]
)
def test_the_number_of_queries_does_not_grow(desk: Desk, path: str, most: int) -> None:
    desk.submit()
    desk.get(path)
    with CaptureQueriesContext(connection) as few:
        desk.get(path)
    for _ in range(5):
        desk.submit()
    with CaptureQueriesContext(connection) as many:
        desk.get(path)
    assert len(many) == len(few) <= most


def test_a_search_uses_the_index_of_titles(desk: Desk) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Request.objects.filter(title__icontains="ladder").explain()
    assert "request_title_trgm" in plan


def test_policies_whose_proof_fails_are_told_of(desk: Desk) -> None:
    told = "Too few people can decide some requests of"
    assert told not in text_of(desk.get())
    PolicyProof.objects.create(version=desk.trip, failing_since=desk.trip.published_at)
    words = text_of(desk.get())
    assert told in words
    assert 'href="/policies/trip/#proof">Trip</a>' in words
