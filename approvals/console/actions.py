"""Giving a request an administrator's command, whatever comes of it."""

import uuid

from django.conf import settings
from django.utils import timezone

from approvals.engine.commands import Update
from approvals.engine.state import Receipt
from approvals.people.models import Person
from approvals.requests import services as requests
from approvals.requests.models import Request
from temporal_app import client
from temporal_app.messages import workflow_id

ENGINE_AWAY = "engine_away"
AWAY = "The engine did not answer in time. Look at the request before you try again: it may have been done."


def give(admin: Person, row: Request, command: Update) -> Receipt:
    """What the workflow answered; ``engine_away`` where nothing did, and then nobody knows yet."""
    try:
        return requests.update(admin, row, command)
    except client.EngineAway:
        return Receipt(
            command=command.id, code=ENGINE_AWAY, message=AWAY, at=timezone.now(), revision=row.revision
        )


def workflow_url(request_id: uuid.UUID) -> str:
    """Where Temporal's own interface shows the request's workflow; empty where none runs."""
    base = settings.TEMPORAL_UI_URL.rstrip("/")
    return (
        f"{base}/namespaces/{settings.TEMPORAL_NAMESPACE}/workflows/{workflow_id(str(request_id))}"
        if base
        else ""
    )
