"""The engine's front door."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from approvals.engine import administration, changing, clocks, deciding, flow, inviting, mending, routing
from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.draft import Draft
from approvals.engine.errors import Refused
from approvals.engine.reseating import reseat
from approvals.engine.state import Receipt, RequestState
from approvals.engine.turns import bring_turns

MAX_COMMANDS = 5_000
"""Answered commands that one request remembers: at 100 characters an id, 0.5 MB of the 2 MB that a
continued run can carry."""

_HANDLERS: dict[type[c.Command], Callable[[Draft, Any], None]] = {
    c.Submit: flow.submit,
    c.StagePrepared: mending.stage_prepared,
    c.ClockPrepared: clocks.clock_prepared,
    c.Tick: clocks.tick,
    c.Reroute: routing.reroute,
    c.Decide: deciding.decide,
    c.Comment: deciding.comment,
    c.Claim: deciding.claim,
    c.Release: deciding.release,
    c.Delegate: deciding.delegate,
    c.Invite: inviting.invite,
    c.DeclareConflict: deciding.declare_conflict,
    c.Resubmit: changing.resubmit,
    c.Amend: changing.amend,
    c.Withdraw: deciding.withdraw,
    c.Escalate: clocks.escalate,
    c.LookUp: mending.look_up,
    c.Reassign: administration.reassign,
    c.AddApprover: administration.add_approver,
    c.RemoveApprover: administration.remove_approver,
    c.ExtendDeadline: administration.extend_deadline,
    c.Pause: administration.pause,
    c.Resume: administration.resume,
    c.SkipStage: administration.skip,
    c.Override: administration.override,
    c.Migrate: administration.migrate,
    c.LookUpAnew: mending.look_up_anew,
}
_OWN = (c.StagePrepared, c.ClockPrepared, c.Tick, c.Reroute)
"""Commands of the shell itself: answered to nobody, and harmless when repeated."""


def handle(state: RequestState, command: c.Command, now: datetime) -> tuple[e.Event, ...]:
    """What the command causes at ``now`` (aware).

    Raises:
        Refused: the rules do not allow it; nothing happens.
    """
    return tuple(_draft(state, command, now).events)


def receive(
    state: RequestState, command: c.Command, now: datetime
) -> tuple[RequestState, tuple[e.Event, ...], Receipt | None]:
    """Handle a command whatever it is: the state after it, its events, and its receipt.

    A command id that was answered before changes nothing and gets the first answer again. A refusal is an
    event too, so that it stands in the record. The shell's own commands have no receipt.
    """
    if isinstance(command, _OWN):  # whatever its id: nobody can use it up by giving it to a comment
        draft = _draft(state, command, now)
        return draft.state, tuple(draft.events), None
    if command.id in state.seen:
        return state, (), state.receipt(command.id) or _unrecorded(state, command, now, *_REPEATED)
    if len(state.seen) >= MAX_COMMANDS:
        return state, (), _unrecorded(state, command, now, *_TOO_MANY)
    try:
        draft = _draft(state, command, now)
    except Refused as refusal:
        draft = Draft(state, now, command.actor, command.id)
        draft.emit(e.CommandRefused, code=refusal.code, message=refusal.message)
    return draft.state, tuple(draft.events), draft.state.receipt(command.id)


_REPEATED = ("repeated", "This was answered before; the record has the answer.")
_TOO_MANY = ("too_many_commands", f"This request has answered {MAX_COMMANDS:,} commands and takes no more.")


def _draft(state: RequestState, command: c.Command, now: datetime) -> Draft:
    draft = Draft(state, now, command.actor, None if isinstance(command, _OWN) else command.id)
    _HANDLERS[type(command)](draft, command)
    reseat(draft)
    bring_turns(draft)
    return draft


def _unrecorded(state: RequestState, command: c.Command, now: datetime, code: str, message: str) -> Receipt:
    return Receipt(command=command.id, code=code, message=message, at=now, revision=state.revision)
