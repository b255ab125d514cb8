"""What waits for a person, read from the index of assignments."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from approvals.inbox.models import Assignment
from approvals.people.models import Person

ORDER = (F("priority").desc(), F("due_at").asc(nulls_last=True), F("id"))
"""The order of the index: raised priority first, then the oldest deadline."""


@dataclass(frozen=True)
class Filters:
    """What somebody wants to see of their inbox."""

    policy: str = ""
    due: str = ""
    words: str = ""

    @property
    def any(self) -> bool:
        """Whether something is left out."""
        return bool(self.policy or self.due or self.words)


@dataclass(frozen=True)
class Counts:
    """How many tasks wait, and a mark that changes whenever the list does."""

    all: int
    overdue: int
    today: int
    mark: str


def waiting(person: Person, *, at_most: int) -> int:
    """How many tasks wait for the person, counted up to a limit."""
    return Assignment.objects.filter(person=person)[:at_most].count()


def counts(person: Person, now: datetime) -> Counts:
    """The person's numbers, in one query."""
    found = Assignment.objects.filter(person=person).aggregate(
        all=Count("id"),
        overdue=Count("id", filter=Q(due_at__lte=now)),
        today=Count("id", filter=_due_today(now)),
        newest=Max("id"),
    )
    mark = f"{found['all']}-{found['newest'] or 0}"
    return Counts(found["all"], found["overdue"], found["today"], mark)


def tasks(person: Person, filters: Filters, now: datetime) -> QuerySet[Assignment]:
    """The person's assignments, the most urgent first, each with its task and request."""
    found = Assignment.objects.filter(person=person)
    if filters.due == "overdue":
        found = found.filter(due_at__lte=now)
    elif filters.due == "today":
        found = found.filter(_due_today(now))
    if filters.policy:
        found = found.filter(task__request__policy_version__policy__key=filters.policy)
    if filters.words:
        found = found.filter(_mentions(filters.words))
    return _whole(found).order_by(*ORDER)


def known(counts: Counts, filters: Filters) -> int | None:
    """How many tasks the filters leave, where the counts say so already."""
    if filters.policy or filters.words:
        return None
    return {"overdue": counts.overdue, "today": counts.today}.get(filters.due, counts.all)


def assignment(person: Person, task: int) -> Assignment | None:
    """The person's part in an open task, if it has one."""
    return _whole(Assignment.objects.filter(person=person, task=task)).first()


def shared(tasks: list[int]) -> set[int]:
    """Those of these tasks that more than one person can decide.

    A question of its own: inside the list's query PostgreSQL would look through the whole table for it.
    """
    found = Assignment.objects.filter(task__in=tasks).values("task").annotate(people=Count("id"))
    return set(found.filter(people__gt=1).values_list("task", flat=True))


def _whole(found: QuerySet[Assignment]) -> QuerySet[Assignment]:
    return found.select_related(
        "task__request__requester", "task__request__policy_version__policy", "instead_of"
    ).defer("task__request__state", "task__request__policy_version__body")


def _due_today(now: datetime) -> Q:
    """From now until midnight where the reader is."""
    local = timezone.localtime(now)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Q(due_at__gt=now, due_at__lt=midnight)


def _mentions(words: str) -> Q:
    """A request's number, or words of its title or of its requester's name."""
    number = words.removeprefix("#").strip()
    if number.isascii() and number.isdigit() and len(number) < 19:
        return Q(task__request__number=int(number)) | Q(task__request__title__icontains=number)
    everything = Q()
    for word in words.split()[:6]:
        everything &= (
            Q(task__request__title__icontains=word)
            | Q(task__request__requester__first_name__icontains=word)
            | Q(task__request__requester__last_name__icontains=word)
        )
    return everything
