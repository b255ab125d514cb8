"""What every event bears."""

from datetime import datetime

from approvals.engine.model import Model
from approvals.engine.state import SYSTEM


class Event(Model):
    """``revision`` numbers a request's events from 1; ``command`` is what caused it, where something did."""

    revision: int
    at: datetime
    actor: str = SYSTEM
    command: str | None = None
