"""The rules of approval, as a pure function.

``receive(state, command, now)`` gives the state after a command, the events it caused and its receipt.
``wake_at(state)`` says when time alone will change something; ``pending_work(state)`` says what has to be
found out about the world first. The engine knows no clock, no random number and no identifier that was not
handed to it, so the workflow, the preview and the simulation run the same code.
"""

from approvals.engine.clocks import wake_at
from approvals.engine.errors import Refused
from approvals.engine.evolve import evolve
from approvals.engine.handle import handle, receive
from approvals.engine.state import new_request
from approvals.engine.work import pending_work

__all__ = ["Refused", "evolve", "handle", "new_request", "pending_work", "receive", "wake_at"]
