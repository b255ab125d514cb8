"""Writing and reading the record."""

import json
import uuid
from collections.abc import Iterator, Sequence
from itertools import groupby

from django.db import connection
from pydantic import TypeAdapter

from approvals.audit.models import Event
from approvals.engine.events import AnyEvent
from approvals.people.services import ids_by_handle

_EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
_EVENTS: TypeAdapter[list[AnyEvent]] = TypeAdapter(list[AnyEvent])


# The events go over as one value, and PostgreSQL takes them apart: the same by bulk_create took five times as
# long, more than anything else of a decision's record.
_APPEND = """
INSERT INTO audit_event (request_id, revision, type, at, actor_id, body, recorded_at)
SELECT %s, (body ->> 'revision')::int, body ->> 'type', (body ->> 'at')::timestamptz,
    (%s::jsonb ->> (body ->> 'actor'))::bigint, body, clock_timestamp()
FROM jsonb_array_elements(%s::jsonb) body
ON CONFLICT DO NOTHING
"""


def append(request: uuid.UUID, events: Sequence[AnyEvent]) -> None:
    """Add events to a request's record; one that stands there already is left as it is."""
    ids = ids_by_handle({event.actor for event in events if event.actor})
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, [request, json.dumps(ids), _EVENTS.dump_json(list(events)).decode()])


def events_of(request: uuid.UUID) -> list[AnyEvent]:
    """A request's events, the oldest first."""
    bodies = Event.objects.filter(request_id=request).order_by("revision").values_list("body", flat=True)
    return [_EVENT.validate_python(body) for body in bodies]


def events_of_many(requests: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[AnyEvent]]]:
    """Each request's events, the oldest first; in the order of the requests' ids, a few hundred at a time."""
    for first in range(0, len(requests), _AT_ONCE):
        rows = (
            Event.objects.filter(request_id__in=requests[first : first + _AT_ONCE])
            .order_by("request_id", "revision")
            .values_list("request_id", "body")
        )
        for request, group in groupby(rows, key=lambda row: row[0]):
            yield request, [_EVENT.validate_python(body) for _, body in group]


_AT_ONCE = 200
