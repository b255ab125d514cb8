"""What each event makes of the state. Nothing here decides anything, and nothing here can fail."""

from typing import Any

from approvals.engine import events as e
from approvals.engine.evolving import apply
from approvals.engine.state import RequestState


def evolve(state: RequestState, event: e.Event) -> RequestState:
    """The state after the event.

    Raises:
        ValueError: the event is not the next one of this request.
    """
    if event.revision != state.revision + 1:
        raise ValueError(
            f"Event {event.revision} does not follow revision {state.revision} of {state.request}."
        )
    known: dict[str, Any] = {"revision": event.revision}
    if event.actor and not isinstance(event, e.CommandRefused):
        known["involved"] = state.involved | {event.actor}
    return apply(event, state.model_copy(update=known))


def task_id(stage: str, round: int, seat: int) -> str:
    """Names a seat: the stage, the round, and its number from 1."""
    return f"{stage}.{round}.{seat}"
