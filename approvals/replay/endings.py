"""How a case ended, in history and here, and what was refused on the way."""

from dataclasses import dataclass, field

from approvals.engine.state import Outcome, RequestState, StageStatus, Status
from approvals.replay.log import Case, Row
from approvals.replay.mapping import End, Ending, Mapping, fits
from approvals.replay.measures import Measured


@dataclass(frozen=True, slots=True)
class RefusedStep:
    """A row of the log that the policy did not allow: what, and why in words."""

    activity: str
    code: str
    why: str

    def __str__(self) -> str:
        return f"“{self.activity}” {self.why}"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a case ended, in history and here."""

    case: str
    history: str
    expected: End
    end: End
    refused: tuple[RefusedStep, ...]
    waiting: str = ""
    measured: Measured = field(default_factory=Measured)

    @property
    def as_history(self) -> bool:
        """Whether the request ended as the case did."""
        return self.end == self.expected

    @property
    def reason(self) -> str:
        """Why it ended otherwise, in words that other cases can share."""
        if self.refused:
            return f"{self.history} in history; {self.refused[0]}"
        where = f" and waits: {self.waiting}" if self.waiting else ""
        return f"{self.history} in history; here it is {self.end}{where}"


def ended(
    mapping: Mapping,
    case: Case,
    state: RequestState,
    refused: tuple[RefusedStep, ...],
    measured: Measured | None = None,
) -> Ended:
    """How the case ended in history, by its rows alone, and how its request did."""
    ending = history_end(mapping, case)
    return Ended(
        case=case.id,
        history=ending.name if ending else mapping.otherwise,
        expected=ending.end if ending else "open",
        end=end_of(state),
        refused=refused,
        waiting=waiting_for(state) if state.status is Status.OPEN else "",
        measured=measured or Measured(),
    )


_WHY = {
    "returned": "came while it was with its requester",
    "not_returned": "came while it was being decided",
    "already_decided": "came when this had been decided",
    "stale_round": "came when it had been submitted anew",
    "stage_closed": "came when the stage no longer needed it",
    "unknown_request": "came though it was never submitted",
}


def refusal(row: Row, code: str, message: str, state: RequestState) -> RefusedStep:
    """A refused row in words that are the same for every case it happens to."""
    if state.status is Status.NEW:
        why = _WHY["unknown_request"] if code in ("not_asked", "unknown_request") else message
    elif state.status is Status.CLOSED:
        why = f"came after it was {state.outcome}"
    elif code == "not_asked":
        waiting = waiting_for(state)
        why = f"came while it waited: {waiting}" if waiting else _WHY["returned"]
    else:
        why = _WHY.get(code, f"was refused: {message}")
    return RefusedStep(row.activity, code, why)


def waiting_for(state: RequestState) -> str:
    """The titles of the stages that are open."""
    waiting = (StageStatus.OPEN, StageStatus.PREPARING)
    return ", ".join(state.policy.stage(s.id).title for s in state.stages.values() if s.status in waiting)


_ENDS: dict[Outcome, End] = {
    Outcome.APPROVED: "approved",
    Outcome.REJECTED: "rejected",
    Outcome.WITHDRAWN: "withdrawn",
    Outcome.EXPIRED: "expired",
    Outcome.FAILED: "failed",
}


def end_of(state: RequestState) -> End:
    """How a request stands at the end of its log."""
    if state.status is Status.NEW:
        return "draft"
    return "open" if state.outcome is None else _ENDS[state.outcome]


def history_end(mapping: Mapping, case: Case) -> Ending | None:
    """The first ending of the mapping that fits the case's rows."""
    return next((ending for ending in mapping.ends if _fits(ending, case)), None)


def _fits(ending: Ending, case: Case) -> bool:
    names = case.variant
    if ending.any is not None and not any(fits(name, ending.any) for name in names):
        return False
    if ending.never is not None and any(fits(name, ending.never) for name in names):
        return False
    return ending.last is None or fits(names[-1], ending.last)
