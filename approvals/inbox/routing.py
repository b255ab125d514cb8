"""Bringing open tasks to whoever stands in when an absence begins or is entered, and back when it ends.

Looks at tables only: what is to happen is told to the request's workflow by a command that it can hear twice.
"""

import logging
import uuid
from datetime import datetime

from django.db import connection
from django.utils import timezone

from approvals.engine.commands import Reroute
from approvals.inbox.models import Assignment, Rerouted
from approvals.people.substitution import Matter, stand_ins
from approvals.policies.substitutes import absent
from temporal_app import client

logger = logging.getLogger(__name__)

_NAMES = uuid.UUID("5d0f0c4e-92a7-4c4b-9d42-1a2f5c0f3e6b")
"""Of the ids of commands, so that a repeat is the same command."""

_AWAY_TODAY = "timezone(person.time_zone, %(now)s)::date BETWEEN absence.first_day AND absence.last_day"

_LEFT = f"""
SELECT assignment.id, absence.id
FROM people_absence absence
JOIN people_person person ON person.id = absence.person_id
JOIN inbox_assignment assignment ON assignment.person_id = person.id
LEFT JOIN inbox_rerouted done
  ON done.absence_id = absence.id AND done.task_id = assignment.task_id AND done.person_id = person.id
WHERE done.id IS NULL AND {_AWAY_TODAY}
ORDER BY assignment.id LIMIT %(limit)s
"""  # noqa: S608  # nothing in it is anybody's input

_BACK = f"""
SELECT assignment.id
FROM inbox_assignment assignment
JOIN inbox_task task ON task.id = assignment.task_id
JOIN people_person person ON person.id = assignment.instead_of_id
WHERE assignment.comes_back AND task.owner_id IS NULL AND person.is_active
  AND NOT EXISTS (SELECT FROM people_absence absence WHERE absence.person_id = person.id AND {_AWAY_TODAY})
  AND NOT EXISTS (SELECT FROM inbox_rerouted done WHERE done.assignment = assignment.id)
ORDER BY assignment.id LIMIT %(limit)s
"""  # noqa: S608


def reroute_due(limit: int = 50) -> int:
    """Reroute the open tasks of whoever is away now, and those that go back; the number that were looked at.

    Each is looked at once in an absence: a task that nobody can take stays, and one that comes to somebody away
    again by a person's own word is left with them.

    Raises:
        client.EngineAway: the engine cannot be reached; what was not told is looked at again.
    """
    now = timezone.now()
    left = _rows(_LEFT, now, limit)
    whole = _assignments([assignment for assignment, _ in left])
    for assignment, absence in left:
        if assignment in whole:
            _leave(whole[assignment], absence, now)
    back = _assignments([assignment for (assignment,) in _rows(_BACK, now, limit)])
    for one in back.values():
        _come_back(one)
    return len(left) + len(back)


def _leave(assignment: Assignment, absence: int, now: datetime) -> None:
    person, request = assignment.person, assignment.task.request
    matter = Matter(
        policy=request.policy_version.policy.key, requester=request.requester.handle, delegable=False
    )
    found = stand_ins([person], now, matter).get(person.handle)
    if found is not None and found.person is not None and found.person.handle != matter.requester:
        _tell(
            assignment,
            Reroute(
                id=str(uuid.uuid5(_NAMES, f"{absence} {assignment.pk}")),
                task=assignment.task.key,
                of=person.handle,
                to=found.person.handle,
                why=absent(found),
                cause="absence",
            ),
        )
    Rerouted.objects.get_or_create(absence_id=absence, task=assignment.task, person=person)


def _come_back(assignment: Assignment) -> None:
    whose = assignment.instead_of
    if whose is not None:
        _tell(
            assignment,
            Reroute(
                id=str(uuid.uuid5(_NAMES, f"back {assignment.pk}")),
                task=assignment.task.key,
                of=assignment.person.handle,
                to=whose.handle,
                why=f"{whose.name} is back.",
                cause="return",
            ),
        )
    Rerouted.objects.get_or_create(
        assignment=assignment.pk, defaults={"task": assignment.task, "person": assignment.person}
    )


def _tell(assignment: Assignment, command: Reroute) -> None:
    try:
        client.signal(str(assignment.task.request_id), command)
    except client.NotRunning:
        logger.info(
            "a request ended before its task moved", extra={"request": str(assignment.task.request_id)}
        )


def _rows(query: str, now: datetime, limit: int) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"now": now, "limit": limit})
        rows: list[tuple[int, ...]] = cursor.fetchall()
    return rows


def _assignments(ids: list[int]) -> dict[int, Assignment]:
    found = Assignment.objects.filter(pk__in=ids).select_related(
        "person", "instead_of", "task__request__requester", "task__request__policy_version__policy"
    )
    return {one.pk: one for one in found.defer("task__request__state", "task__request__policy_version__body")}
