"""Writing what happened to PostgreSQL."""

from temporalio import activity

from approvals.requests import projection
from temporal_app.database import with_fresh_connections
from temporal_app.messages import Activity, EventBatch


@activity.defn(name=Activity.RECORD)
@with_fresh_connections
def record(batch: EventBatch) -> int:
    """Write a batch of events, once however often it comes; the revision that PostgreSQL then has."""
    return projection.record(batch.request, batch.events)
