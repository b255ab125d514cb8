"""Whom a policy asks: the ways to name people."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from approvals.engine.model import Model
from approvals.engine.text import MAX_NAME
from approvals.engine.voice import PLAIN, Voice

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
FieldId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Prose = Annotated[str, StringConstraints(max_length=2_000)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
"""A CEL expression."""


def _as_written(value: object) -> object:
    """YAML reads 12 and true as more than text; in a cell they are what was written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


Cell = Annotated[str, BeforeValidator(_as_written), StringConstraints(min_length=1, max_length=500)]
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


class TableInput(Model):
    """A column of a decision table: what its cells are held against."""

    title: Title
    field: FieldId | None = Field(default=None, description="A field of the form.")
    value: Expression | None = Field(
        default=None,
        description="Or a CEL expression over form and requester that gives a number, text, date or yes/no.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.field is None) == (self.value is None):
            raise ValueError('An input has either a "field" of the form or a "value", a CEL expression.')
        return self


class TableRow(Model):
    """If every cell holds, these are asked."""

    when: tuple[Cell, ...] = Field(
        description="A cell for each input: -, 12, < 12, [1..5], (1..5], text, several with commas, or not(...)."
    )
    to: tuple["Participant", ...] = Field(min_length=1, max_length=20)


class DecisionTable(Model):
    """Whom to ask, by a table as in DMN: inputs from left to right, rows from above."""

    title: Title
    hit: Literal["unique", "first", "collect"] = Field(
        default="unique",
        description="unique: at most one row fits. first: the first that fits. collect: all that fit.",
    )
    inputs: tuple[TableInput, ...] = Field(min_length=1, max_length=10)
    rows: tuple[TableRow, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _square(self) -> Self:
        for number, row in enumerate(self.rows, 1):
            if len(row.when) != len(self.inputs):
                raise ValueError(
                    f"Row {number} has {len(row.when)} cells, and the table {len(self.inputs)} inputs: "
                    'write "-" for a cell that does not matter.'
                )
            if any(who.table for who in row.to):
                raise ValueError(f"Row {number} names another table: a table names people.")
            if any(who.voice != PLAIN for who in row.to):
                raise ValueError(
                    f"Row {number} says how a vote counts: say that beside the table, for all its rows."
                )
        return self


class Lookup(Model):
    """A service outside that says who is asked."""

    service: Key = Field(description="Its name, as whoever runs the application has set it up.")
    by: tuple[FieldId, ...] = Field(
        default=(), max_length=20, description="The fields of the form that it is told."
    )
    otherwise: "Participant | None" = Field(
        default=None,
        description="Who is asked where it does not answer or names nobody here; by default the policy's owner.",
    )

    @model_validator(mode="after")
    def _a_plain_way_out(self) -> Self:
        who = self.otherwise
        if who is None:
            return self
        if who.table is not None or who.lookup is not None or who.chosen_in is not None:
            raise ValueError('"otherwise" names people itself: no table, "lookup" or "chosen_in".')
        if who.each or who.pick or who.voice != PLAIN:
            raise ValueError(
                'Say "each" and how a vote counts beside "lookup", for whoever it is; "otherwise" only says who.'
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
    table: DecisionTable | None = Field(
        default=None, description="A decision table; each of those whom it names has a seat."
    )
    chosen_in: Key | None = Field(
        default=None, description="The person whom those who approve this earlier stage choose."
    )
    lookup: Lookup | None = Field(default=None, description="Whom a service outside names.")
    owner: Literal[True] | None = Field(default=None, description="The owner of the policy.")
    each: bool = Field(
        default=False,
        description="A seat for every member, not one seat for all of them; with up_to, for every manager on the way.",
    )
    pick: Literal["least_loaded"] | None = Field(
        default=None,
        description="Of a group or role only one is asked: whoever has the fewest open tasks of those who are there.",
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
            raise ValueError('"each" belongs to a group, a role, "up_to", "chosen_in" or "lookup".')
        if self.table is not None and self.chair:
            raise ValueError("A chair is one seat, and a table may open several.")
        if self.pick and (self.each or named[0] not in ("group", "role")):
            raise ValueError('"pick" belongs to one seat for a group or a role: leave "each" out.')
        return self

    @property
    def several(self) -> bool:
        """Whether it may come to more than one seat."""
        return self.each or self.table is not None

    @property
    def named(self) -> tuple["Participant", ...]:
        """Whom this can come to: the participants in the rows of its table, or itself and who else is asked."""
        if self.table is not None:
            return tuple(named for row in self.table.rows for who in row.to for named in who.named)
        return (self, self.lookup.otherwise) if self.lookup and self.lookup.otherwise else (self,)


WAYS = ("user", "group", "role", "manager", "up_to", "field", "table", "chosen_in", "lookup", "owner")
SEVERAL = frozenset({"group", "role", "up_to", "chosen_in", "lookup"})
"""The ways that may come to several people, each of whom can have a seat."""

for _model in (TableRow, DecisionTable, Lookup, Participant):
    _model.model_rebuild()
