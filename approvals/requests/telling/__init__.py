"""What happened, one sentence an event. The sentences stand by what they are about."""

from approvals.requests.telling import clocks, request, stages, tasks
from approvals.requests.telling.entries import Entry, Telling, tell

__all__ = ["Entry", "Telling", "clocks", "request", "stages", "tasks", "tell"]
"""The modules are named for they teach ``tell`` its sentences: whoever imports it has all of them."""
