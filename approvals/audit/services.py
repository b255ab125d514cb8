"""Writing and reading the record."""

import uuid
from collections.abc import Iterator, Sequence
from itertools import groupby

from django.db import connection
from django.utils import timezone
from pydantic import TypeAdapter

from approvals import rows
from approvals.audit.models import Event
from approvals.engine.events import AnyEvent
from approvals.people.services import ids_by_handle

_EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


def append(request: uuid.UUID, events: Sequence[AnyEvent]) -> None:
    """Add events to a request's record; one that stands there already is left as it is."""
    ids = ids_by_handle({event.actor for event in events if event.actor})
    now = timezone.now()
    written = [
        {
            "request_id": request,
            "revision": event.revision,
            "type": event.type,
            "at": event.at,
            "actor_id": ids.get(event.actor),
            "body": event,
            "recorded_at": now,
        }
        for event in events
    ]
    rows.insert(Event, written, on_conflict="DO NOTHING")


def events_of(request: uuid.UUID) -> list[AnyEvent]:
    """A request's events, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body::text FROM audit_event WHERE request_id = %s ORDER BY revision", [request]
        )
        return [_EVENT.validate_json(body) for (body,) in cursor]


def events_of_many(requests: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[AnyEvent]]]:
    """Each request's events, the oldest first; in the order of the requests' ids, a few hundred at a time."""
    for first in range(0, len(requests), _AT_ONCE):
        found = (
            Event.objects.filter(request_id__in=requests[first : first + _AT_ONCE])
            .order_by("request_id", "revision")
            .values_list("request_id", "body")
        )
        for request, group in groupby(found, key=lambda row: row[0]):
            yield request, [_EVENT.validate_python(body) for _, body in group]


_AT_ONCE = 200
