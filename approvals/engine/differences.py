"""What has changed in a request since somebody last decided on it."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import JsonValue

from approvals.engine import events as e
from approvals.engine.model import Form, Model
from approvals.engine.policy import Policy
from approvals.engine.rounds import changed_fields
from approvals.engine.state import Decision


class Difference(Model):
    """One field whose value is another one now."""

    field: str
    before: JsonValue
    after: JsonValue


class Since(Model):
    """What differs from what a person decided on; ``decision`` is what they said then."""

    decision: Decision
    at: datetime
    round: int
    fields: tuple[Difference, ...]


def since_decided(policy: Policy, events: Iterable[e.Event], person: str) -> Since | None:
    """What differs between the form that a person last decided on and the form as it is now.

    Args:
        events: those of the request, the oldest first.

    Returns:
        None where the person has not decided, or nothing has changed since.
    """
    form: Form = {}
    round = 1
    seen: tuple[e.TaskDecided, Form, int] | None = None
    for event in events:
        if isinstance(event, e.RequestSubmitted):
            form = event.form
        elif isinstance(event, e.RequestResubmitted | e.RequestAmended):
            form, round = event.form, event.round
        elif isinstance(event, e.StageSentBack):
            round = event.round
        elif isinstance(event, e.TaskDecided) and event.actor == person:
            seen = (event, form, round)
    if seen is None:
        return None
    decided, before, then = seen
    fields = tuple(
        Difference(field=id, before=before.get(id), after=form.get(id))
        for id in changed_fields(policy, before, form)
    )
    return Since(decision=decided.decision, at=decided.at, round=then, fields=fields) if fields else None
