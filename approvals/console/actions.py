"""Giving a request an administrator's command, whatever comes of it."""

import re
import uuid

from django.conf import settings
from django.utils import timezone

from approvals.engine import Refused
from approvals.engine.commands import Update
from approvals.engine.state import Receipt
from approvals.people.models import Person
from approvals.people.services import names
from approvals.requests import services as requests
from approvals.requests.models import Request
from temporal_app import client
from temporal_app.messages import workflow_id

ENGINE_AWAY = requests.ENGINE_AWAY
AWAY = "The engine did not answer in time. Look at the request before you try again: it may have been done."


def give(admin: Person, row: Request, command: Update) -> Receipt:
    """What the workflow answered, with names in place of handles; ``engine_away`` where nothing answered,
    and then nobody knows yet whether it was done."""
    try:
        receipt = requests.update(admin, row, command)
    except Refused as refused:
        return _answered(row, command, refused.code, refused.message)
    except client.EngineAway:
        return _answered(row, command, ENGINE_AWAY, AWAY)
    return receipt.model_copy(update={"message": in_names(receipt.message, command)})


def in_names(message: str, command: Update) -> str:
    """The engine's sentence with the names of the people that the command speaks of."""
    handles = [getattr(command, key, None) for key in ("to", "of", "person")]
    for handle, name in names(handle for handle in handles if handle).items():
        message = re.sub(rf"(?<![\w.@+-]){re.escape(handle)}(?![\w@+-])", lambda _, name=name: name, message)  # type: ignore[misc]
    return message


def _answered(row: Request, command: Update, code: str, message: str) -> Receipt:
    return Receipt(command=command.id, code=code, message=message, at=timezone.now(), revision=row.revision)


def workflow_url(request_id: uuid.UUID) -> str:
    """Where Temporal's own interface shows the request's workflow; empty where none runs."""
    base = settings.TEMPORAL_UI_URL.rstrip("/")
    return (
        f"{base}/namespaces/{settings.TEMPORAL_NAMESPACE}/workflows/{workflow_id(str(request_id))}"
        if base
        else ""
    )
