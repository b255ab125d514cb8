"""Requests that somebody could not be found for, or whose reviewer has left, go on when people or groups change.

A courier calls :class:`Mender` again and again. What it sends has an id made of the request, the stage and the
revision of people, so that any number of couriers send each thing once.
"""

import logging
import time
import uuid
from collections.abc import Callable

from django.db.models import Q, QuerySet

from approvals.engine.commands import LookUp
from approvals.engine.state import RequestState, StageState, StageStatus
from approvals.inbox.models import Assignment
from approvals.people import remembering
from approvals.people import services as people
from approvals.requests.models import Request
from temporal_app import client

logger = logging.getLogger(__name__)

AT_ONCE = 100
"""Requests in one turn."""
LOOK_AGAIN = 30.0
"""Seconds after which everything is looked through although nothing has changed: a request that was being
prepared when people changed may have been recorded only after the last look."""


class Mender:
    """Has whom to ask looked up anew, of every request in trouble, once for each revision of people.

    Args:
        clock: seconds that only ever rise.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._revision: int | None = None
        self._next_look = 0.0
        self._sent: set[uuid.UUID] = set()

    def look_up_due(self) -> int:
        """Send what is due, and return for how many requests that was.

        Raises:
            client.EngineAway: the engine cannot be reached; the next turn tries again.
        """
        revision, now = remembering.revision(), self._clock()
        if revision != self._revision:
            self._sent.clear()
        elif now < self._next_look:
            return 0
        found = list(in_trouble(revision).exclude(pk__in=self._sent)[:AT_ONCE])
        for row in found:
            for stage in _stages(row.known_state, revision):
                _send(row, stage, revision)
            self._sent.add(row.pk)
        self._revision = revision
        if len(found) < AT_ONCE:
            self._next_look = now + LOOK_AGAIN
            self._sent.clear()
        return len(found)


def in_trouble(revision: int) -> QuerySet[Request]:
    """Open requests that were last looked up before this revision, and that wait for nobody or for somebody
    who has left."""
    left = Assignment.objects.filter(person__is_active=False, task__status="open")
    return (
        Request.objects.filter(Q(stuck=True) | Q(pk__in=left.values("task__request")))
        .filter(closed_at__isnull=True, looked_up_in__lt=revision)
        .order_by("created_at", "pk")
    )


def _stages(state: RequestState, revision: int) -> list[StageState]:
    """The open stages that are in trouble."""
    opened = [
        stage
        for stage in state.stages.values()
        if stage.status is StageStatus.OPEN and stage.known < revision and not stage.looking
    ]
    asked = {stage.id: _asked(state, stage.id) for stage in opened}
    there = people.active(handle for handles in asked.values() for handle in handles).keys()
    return [stage for stage in opened if stage.reason or not asked[stage.id] or not asked[stage.id] <= there]


def _asked(state: RequestState, stage: str) -> set[str]:
    return {one.person for task in state.open_tasks(stage) for one in task.candidates}


def _send(row: Request, stage: StageState, revision: int) -> None:
    id = uuid.uuid5(row.pk, f"look up {stage.id} in round {row.round} as of {revision}")
    try:
        client.signal(str(row.pk), LookUp(id=str(id), stage=stage.id))
    except client.NotRunning:
        return  # it has ended, and its last events are on their way
    logger.info("looking up anew", extra={"request": str(row.pk), "stage": stage.id, "revision": revision})
