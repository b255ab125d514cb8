"""Events in portions that fit into a message."""

from collections.abc import Sequence

from approvals.engine.events import AnyEvent

BATCH_BYTES = 500_000
"""Of events as JSON in one batch; Temporal refuses a message of 2 MB."""


def batch_of(events: Sequence[AnyEvent]) -> tuple[AnyEvent, ...]:
    """As many events as fit into one message, at least one."""
    size = 0
    for count, event in enumerate(events):
        size += len(event.model_dump_json())
        if count and size > BATCH_BYTES:
            return tuple(events[:count])
    return tuple(events)
