"""The pages that everybody looks at, with a hundred thousand open tasks in the table."""

import time
from collections.abc import Sequence

from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals.inbox.models import Task
from approvals.people.models import Person
from bench.browser import Unexpected
from bench.crowd import fill_tables
from bench.figures import Aim, Figure, percentile
from bench.run import Run
from bench.traffic import timed
from bench.world import session_of

QUICK_ENOUGH = Aim(50.0)
FEW_QUERIES = Aim(8)
WARM = 5
"""Looks that are not counted."""


def pages(run: Run) -> list[Figure]:
    """As a typical and as the busiest reviewer sees them."""
    (request,) = run.journeys.open(1)
    run.say(f"filling the table with {run.size.open_tasks} open tasks of {run.size.people} people")
    fill_tables(request, run.size.open_tasks, run.size.people)
    busy = list(
        Person.objects.filter(username__startswith="crowd-")
        .annotate(waiting=Count("assignments"))
        .order_by("waiting")
    )
    typical, busiest = busy[len(busy) // 2], busy[-1]
    (seat,) = run.journeys.seats([request])
    inbox = reverse("inbox:inbox")
    page = reverse("requests:show", args=[request])
    number = Task.objects.filter(status="open").count()
    return [
        Figure("open tasks in the table", number, "tasks"),
        *_page(run, f"inbox of {_waiting(typical)} tasks", inbox, typical, (QUICK_ENOUGH, FEW_QUERIES)),
        *_page(run, f"inbox of {_waiting(busiest)} tasks", inbox, busiest, (QUICK_ENOUGH, FEW_QUERIES)),
        *_page(run, "request page", page, seat.person, (None, None)),
    ]


def _waiting(person: Person) -> int:
    return person.assignments.count()


def _page(
    run: Run, name: str, path: str, reader: Person, aims: tuple[Aim | None, Aim | None]
) -> Sequence[Figure]:
    """How long over HTTP and in this process, how much of that is computing, and the number of SQL queries."""
    run.say(f"{run.size.pages} looks at the {name}")
    quick, few = aims
    session = session_of(reader)
    over_http = [1000 * timed(lambda: run.browser.get(path, session)) for _ in range(WARM + run.size.pages)]
    visitor = Client(HTTP_HOST="localhost")
    visitor.force_login(reader)
    in_process, computing = [], []
    for _ in range(WARM + run.size.pages):
        computed = time.thread_time()
        in_process.append(1000 * timed(lambda: visitor.get(path)))
        computing.append(1000 * (time.thread_time() - computed))
    with CaptureQueriesContext(connection) as queries:
        status = visitor.get(path).status_code
    if status != 200:
        raise Unexpected(f"{path} was answered with {status}.")
    return [
        Figure(f"{name}, HTTP, p50", percentile(over_http[WARM:], 50), "ms"),
        Figure(f"{name}, HTTP, p95", percentile(over_http[WARM:], 95), "ms", aim=quick),
        Figure(f"{name}, in process, p95", percentile(in_process[WARM:], 95), "ms", aim=quick),
        Figure(f"{name}, in process, processor time, p50", percentile(computing[WARM:], 50), "ms"),
        Figure(f"{name}, SQL", len(queries), "queries", aim=few),
    ]
