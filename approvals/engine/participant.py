"""Whom a policy asks: the ways to name people."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from approvals.engine.model import Model
from approvals.engine.text import MAX_NAME
from approvals.engine.voice import Voice

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
FieldId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Prose = Annotated[str, StringConstraints(max_length=2_000)]
Handle = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]
"""A user name."""


class UpTo(Model):
    """Where the way up the reporting line ends: with the first manager who has all of this."""

    limit: FieldId | None = Field(
        default=None, description="A money field: the manager's approval limit covers its amount."
    )
    grade: int | None = Field(
        default=None, ge=1, le=1_000, description="The manager's grade is at least this."
    )

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.limit is None and self.grade is None:
            raise ValueError(
                '"up_to" says how far: "limit" with a money field, "grade" with a number, or both.'
            )
        return self


class Participant(Model):
    """Who is asked: exactly one of the ways to name people."""

    user: Handle | None = Field(default=None, description="One person, by user name.")
    group: Key | None = Field(default=None, description="A group, by its key.")
    role: Key | None = Field(
        default=None, description="Whoever holds the role, for the requester's unit first."
    )
    manager: int | None = Field(default=None, ge=1, le=10, description="The requester's n-th manager.")
    up_to: UpTo | None = Field(
        default=None,
        description="Up the requester's reporting line, to the first manager with the authority.",
    )
    field: FieldId | None = Field(default=None, description="The person named in this field of the form.")
    owner: Literal[True] | None = Field(default=None, description="The owner of the policy.")
    each: bool = Field(
        default=False,
        description="A seat for every member, not one seat for all of them; with up_to, for every manager on the way.",
    )

    weight: int = Field(
        default=1, ge=1, le=100, description="Votes of each of its seats, where the quorum counts votes."
    )
    veto: bool = Field(
        default=False, description="Its rejection alone rejects the stage, which itself says veto: false."
    )
    chair: bool = Field(
        default=False, description="A member whose side wins when a majority vote ends in a tie."
    )
    advisory: bool = Field(
        default=False,
        description="Asked for advice, which is shown but counts for nothing and is not waited for.",
    )

    @property
    def voice(self) -> Voice:
        """How each of its seats counts."""
        return Voice(weight=self.weight, veto=self.veto, chair=self.chair, advisory=self.advisory)

    @model_validator(mode="after")
    def _one_voice(self) -> Self:
        if self.chair and self.each:
            raise ValueError('A chair is one seat: leave "each" out.')
        if self.advisory and (self.weight > 1 or self.veto or self.chair):
            raise ValueError('Advice counts for nothing: leave "weight", "veto" and "chair" out.')
        return self

    @model_validator(mode="after")
    def _exactly_one_way(self) -> Self:
        named = [way for way in WAYS if getattr(self, way) is not None]
        if len(named) != 1:
            raise ValueError(f"A participant names one of: {', '.join(WAYS)}.")
        if self.each and named[0] not in SEVERAL:
            raise ValueError('"each" belongs to a group, a role or "up_to".')
        return self


WAYS = ("user", "group", "role", "manager", "up_to", "field", "owner")
SEVERAL = frozenset({"group", "role", "up_to"})
"""The ways that may come to several people, each of whom can have a seat."""
