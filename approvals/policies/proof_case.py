"""One request to be walked through, and what comes of it."""

from dataclasses import dataclass

from approvals.engine.model import Form
from approvals.policies.proof_result import Kind


@dataclass(frozen=True, slots=True)
class Case:
    """A request to be walked through: who asks, what for, and in which round."""

    requester: str
    form: Form
    round: int = 1


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's approval in a stage, on the way; or a rejection, where the policy lets it pass."""

    stage: str
    person: str
    rejects: bool = False


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A stage that cannot be decided by those whom the policy asks.

    Args:
        certain: whoever approves; otherwise it depends on who does, and ``path`` is the shortest way there.
        people: those who could decide it if they were there, or if they might.
    """

    stage: str
    kind: Kind
    reason: str
    certain: bool
    path: tuple[Approval, ...]
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of a case: the stages that cannot be decided, and those that were asked.

    ``complete`` is False where there were more ways than were walked, or something that a proof cannot know.
    ``possible`` is False where no request can be like that.
    """

    obstacles: tuple[Obstacle, ...] = ()
    opened: frozenset[str] = frozenset()
    complete: bool = True
    possible: bool = True
