"""What an administrator looks for among the open tasks."""

from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from approvals.inbox.models import Task
from approvals.people.models import Person
from approvals.requests.models import Request


def open_tasks(
    *, now: datetime, policy: str = "", person: Person | None = None, state: str = "", search: str = ""
) -> QuerySet[Task]:
    """Open tasks of everybody, the most pressing first.

    Args:
        now: what "overdue" is measured against.
        policy: a policy's key.
        person: only what this person can decide.
        state: "overdue", "stuck" or "paused".
        search: words of the request's title, or its number.
    """
    tasks = (
        Task.objects.filter(status="open")
        .select_related("request__requester", "request__policy_version__policy", "owner")
        .prefetch_related("assignments__person")
        .order_by(F("priority").desc(), F("due_at").asc(nulls_last=True), "id")
    )
    if policy:
        tasks = tasks.filter(request__policy_version__policy__key=policy)
    if person:
        tasks = tasks.filter(assignments__person=person)
    if search:
        tasks = tasks.filter(_matches(search))
    match state:
        case "overdue":
            return tasks.filter(due_at__lt=now)
        case "stuck":
            return tasks.filter(request__stuck=True)
        case "paused":
            return tasks.filter(request__paused=True)
        case _:
            return tasks


def _matches(search: str) -> Q:
    number = search.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 19:
        return Q(request__number=int(number)) | Q(request__title__icontains=search)
    return Q(request__title__icontains=search)


def stuck_requests() -> QuerySet[Request]:
    """Requests with a stage that too few people can decide, the oldest first."""
    return (
        Request.objects.filter(closed_at__isnull=True, stuck=True)
        .select_related("requester", "policy_version__policy")
        .order_by("created_at")
    )


def counts(now: datetime) -> dict[str, int]:
    """How many tasks are open, overdue, stuck and paused."""
    return Task.objects.filter(status="open").aggregate(
        all=Count("id"),
        overdue=Count("id", filter=Q(due_at__lt=now)),
        stuck=Count("id", filter=Q(request__stuck=True)),
        paused=Count("id", filter=Q(request__paused=True)),
    )
