"""Rules that decide in nobody's place: what a policy says of them, and what earlier decisions they can look at."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from approvals.engine.model import Model
from approvals.engine.participant import Title

Condition = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
"""A CEL expression over ``form``, ``requester``, ``round`` and ``decisions`` that is true or false."""


class Rule(Model):
    """Decides without asking anybody, where its condition holds. Of several the first that holds decides."""

    name: Title = Field(description="What the record, the preview and the timeline call it.")
    when: Condition
    do: Literal["approve", "reject"]


class Ruling(Model):
    """A rule whose condition held when a stage was prepared."""

    rule: str
    do: Literal["approve", "reject"]
    whole: bool = Field(default=False, description="It decides the request, not only the stage.")
    reason: str = Field(default="", description="What its condition found.")


class Said(Model):
    """What a stage that is done came to, as conditions of later ones can look at it."""

    result: Literal["approved", "rejected", "skipped"]
    by: tuple[str, ...] = Field(default=(), description="Who decided, the first first.")
    approvals: int = 0
    rejections: int = 0
    abstentions: int = 0
    rule: str = Field(default="", description="The rule that decided, where it was one.")
