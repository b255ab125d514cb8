"""What each event makes of the state. The events stand by what they are about."""

from approvals.engine.evolving import clocks, request, stages, tasks
from approvals.engine.evolving.parts import apply

__all__ = ["apply", "clocks", "request", "stages", "tasks"]
"""The modules are named for they teach ``apply`` its events: whoever imports it has all of them."""
