"""What a proof comes to, in a form that can be kept."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from approvals.engine.model import Form, Model

Kind = Literal["nobody", "owner"]
"""Nobody at all could decide a stage, or only the policy's owner, whom it falls to."""


class Step(Model):
    """An approval, or a rejection that the policy passes over, on the way to a counter-example."""

    stage: str
    person: str
    rejects: bool = False


class Counterexample(Model):
    """A request whose approval gets stuck, as small as one was found."""

    stage: str = Field(description="The stage that cannot be decided.")
    kind: Kind = Field(
        description="nobody: no one at all could decide. owner: it falls to the policy's owner."
    )
    certain: bool = Field(description="Whoever approves on the way; otherwise it depends on who does.")
    reason: str = Field(description="What the engine or the preparation says about it.")
    requester: str = Field(description="Whose request it is, by handle.")
    round: int = 1
    form: Form = Field(description="The whole form.")
    matters: tuple[str, ...] = Field(description="The fields without whose values it would not happen.")
    path: tuple[Step, ...] = Field(description="Who approved before, where it depends on that.")
    missing: tuple[str, ...] = Field(
        default=(), description="Who could decide it if they were there, or if they might; by handle."
    )
    combinations: int = Field(description="In how many of the combinations that were tried it happens.")
    requesters: int = Field(description="How many people can be the requester.")
    anybody: bool = Field(description="It happens whoever asks.")


class Coverage(Model):
    """What was tried.

    ``combinations`` of ``of``; ``exhaustive`` says that it was all of them, and each in every way. ``unreached``
    are stages that none of them led to.
    """

    combinations: int
    of: int
    exhaustive: bool
    people: int
    classes: int
    unreached: tuple[str, ...] = ()
    unfinished: int = Field(default=0, description="Combinations with more ways than were walked.")
    seconds: float = 0.0


class Proof(Model):
    """What a proof came to. ``today`` holds what is wrong only while somebody is away."""

    policy: str
    made_at: datetime
    coverage: Coverage
    findings: tuple[Counterexample, ...] = ()
    today: tuple[Counterexample, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether no counter-example was found; see ``coverage`` for how far that goes."""
        return not self.findings
