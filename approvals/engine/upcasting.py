"""Reading what an older version of the engine wrote.

Records are for ever and workflows live for weeks, so the shape of an event, of a command and of the state
stays readable once it was released. A field that is new and has a default needs nothing here: its default
means what was so before. Any other change raises the *generation* of that shape: the model gets a field
``generation: Literal[2] = 2``, and here stands a step that makes the second generation out of the first. What
bears no generation is of the first. Steps are pure, and each is kept for ever.
"""

from collections.abc import Callable, Mapping
from typing import Any

Body = dict[str, Any]
Step = Callable[[Body], Body]
"""Makes the next generation of a body out of one, without changing that one. It may rename its type."""
Steps = Mapping[tuple[str, int], Step]
"""By the name of a shape (an event's ``type``, a command's ``kind``) and the generation that a step reads."""

STATE = "state"
"""How the shape of a request's state is called."""

EVENTS: Steps = {}
COMMANDS: Steps = {}
STATES: Steps = {}


def event(body: object) -> object:
    """An event as it was written, in the shape that it has now. What is no mapping is passed on as it is."""
    return upcast(body, EVENTS, "type")


def command(body: object) -> object:
    """A command as it was written, in the shape that it has now."""
    return upcast(body, COMMANDS, "kind")


def state(body: object) -> object:
    """A request's state as it was written, in the shape that it has now."""
    return upcast(body, STATES)


def upcast(body: object, steps: Steps, name: str | None = None) -> object:
    """Take every step that leads on from a body's generation.

    Args:
        name: the key under which a body bears the name of its shape; None for the state.
    """
    if not steps or not isinstance(body, dict):
        return body
    while step := steps.get((body.get(name, "") if name else STATE, body.get("generation", 1))):
        generation = body.get("generation", 1)
        body = {**step(body), "generation": generation + 1}
    return body
