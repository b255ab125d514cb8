"""A mapping file: what each row of a log means for a policy. docs/replay.md explains it with an example."""

from collections.abc import Iterable
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from approvals.engine.model import Model
from approvals.engine.policy import FieldId, Key, Participant
from approvals.policies import reading
from approvals.policies.faults import Fault, InvalidPolicy, at
from approvals.replay.errors import ReplayError

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Patterns = Annotated[tuple[Name, ...], Field(min_length=1)]
"""Activities as the log writes them; ``*`` stands for any signs."""
Plain = bool | int | str
End = Literal["approved", "rejected", "withdrawn", "expired", "failed", "open", "draft"]
"""``open`` is a request that waits for somebody, its requester included; ``draft`` was never submitted."""
Doing = Literal[
    "submit", "resubmit", "approve", "reject", "request_changes", "abstain", "withdraw", "comment", "outside"
]
DECISIONS = frozenset({"approve", "reject", "request_changes", "abstain"})


class Columns(Model):
    """What the log's columns are called."""

    case: Name = "case"
    time: Name = "time"
    activity: Name = "activity"
    role: Name | None = "role"
    resource: Name | None = "resource"


class Step(Model):
    """What an activity does.

    ``submit`` is the first submission, and a resubmission after that. ``outside`` is no part of the approval.
    """

    do: Doing
    by: Name | None = Field(default=None, description="Who does it, by role; by default the row's own role.")
    stage: Key | None = Field(default=None, description="Only needed where somebody has two tasks at once.")
    last: Doing | None = Field(default=None, description="What it does instead as the last row of its case.")


class Who(Participant):
    """A role of the log as the participant that the policy asks."""

    people: Literal["one", "resource"] = Field(
        default="one", description="Whether the role is one person, or each resource in the log is another."
    )
    members: int = Field(
        default=1, ge=1, le=100, description="How many there are at least; unseen ones make up the number."
    )

    @model_validator(mode="after")
    def _each_is_the_policy_s(self) -> Self:
        if self.each:
            raise ValueError('"each" stands in the policy. Here, "people: resource" tells people apart.')
        if self.members > 1 and self.people == "one":
            raise ValueError('"members" goes with "people: resource".')
        return self


class Source(Model):
    """Where a value of the form comes from: exactly one of value, column and seen.

    Money is written as the log has it, in the currency's units: 26.85, not cents.
    """

    value: Plain | None = None
    column: Name | None = Field(
        default=None, description="A column, as the row that begins the round has it."
    )
    at_least: Decimal | None = Field(
        default=None, description="With a column of numbers: what lies below is this."
    )
    at_most: Decimal | None = Field(default=None, description="The same for what lies above.")
    seen: dict[str, Patterns] | None = Field(
        default=None, description="A value, and activities: it holds if the round has a row of one of them."
    )
    otherwise: Plain | None = Field(default=None, description="With seen: where none of them was.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = {"value", "column", "seen"} & self.model_fields_set
        if len(given) != 1:
            raise ValueError('Give one of "value", "column" and "seen".')
        if "otherwise" in self.model_fields_set and self.seen is None:
            raise ValueError('"otherwise" goes with "seen".')
        if self.column is None and (self.at_least is not None or self.at_most is not None):
            raise ValueError('"at_least" and "at_most" go with "column".')
        return self


class Requester(Model):
    """Who asks: the role whose rows are the requester's, and what conditions may know of the person."""

    role: Name
    handle: Name = Field(default="requester", description="In the demo: whose requests these are.")
    unit: Source = Source(value="")
    title: Source = Source(value="")
    grade: Source = Source(value=0)
    groups: tuple[Key, ...] = ()
    roles: tuple[Key, ...] = ()


class Ending(Model):
    """One way in which a history ends, and what that is for a request. The first that fits counts."""

    name: Name
    end: End
    any: Patterns | None = Field(default=None, description="Fits if the case has a row of one of these.")
    never: Patterns | None = Field(default=None, description="Fits if the case has no row of any of these.")
    last: Patterns | None = Field(default=None, description="Fits if the case's last row is one of these.")

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if self.any is None and self.never is None and self.last is None:
            raise ValueError('Say when a history ends so: "any", "never" or "last", with activities.')
        return self


class Mapping(Model):
    """What a log means for a policy."""

    title: Name
    source: str = Field(default="", description="Where the log comes from, to be cited.")
    policy: Key | None = Field(default=None, description="The library's policy for it, if none is given.")
    columns: Columns = Columns()
    requester: Requester
    roles: dict[Name, Who] = Field(min_length=1)
    activities: dict[Name, Step] = Field(min_length=1)
    form: dict[FieldId, Source] = Field(default_factory=dict)
    ends: tuple[Ending, ...] = Field(min_length=1)
    otherwise: Name = Field(default="open", description="What a history is called that no ending fits.")
    elsewhere: tuple[Name, ...] = Field(
        default=(), description="Activities of other approvals in the same case; they are outside this one."
    )

    @field_validator("activities", mode="before")
    @classmethod
    def _one_word_is_what_it_does(cls, activities: Any) -> Any:
        if not isinstance(activities, dict):
            return activities
        return {name: {"do": step} if isinstance(step, str) else step for name, step in activities.items()}

    @model_validator(mode="after")
    def _names_known_roles(self) -> Self:
        for activity, step in self.activities.items():
            if step.by not in (None, self.requester.role, *self.roles):
                raise ValueError(f'"{activity}" is done by "{step.by}", which is not among the roles.')
        return self

    def step(self, activity: str) -> Step | None:
        """What an activity does, by its own name first, then by the first pattern it fits; None: unknown."""
        found = self.activities.get(activity)
        if found is not None:
            return found
        fitting = (step for name, step in self.activities.items() if fits(activity, (name,)))
        return next(fitting, _OUTSIDE if fits(activity, self.elsewhere) else None)

    def beside(self, others: Iterable["Mapping"]) -> "Mapping":
        """The same mapping, where those of the log's other approvals say what their rows do."""
        names = dict.fromkeys(name for other in others for name in other.activities)
        return self.model_copy(update={"elsewhere": (*self.elsewhere, *names)})

    def concerns(self, activities: Iterable[str]) -> bool:
        """Whether one of these activities is part of the approval, or may be: it is not named."""
        return any((step := self.step(name)) is None or step.do != "outside" for name in activities)


_OUTSIDE = Step(do="outside")


@lru_cache(maxsize=10_000)
def fits(activity: str, patterns: tuple[str, ...]) -> bool:
    """Whether an activity is one of those that the patterns mean."""
    return any(activity == pattern or fnmatchcase(activity, pattern) for pattern in patterns)


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file.

    Raises:
        ReplayError: it cannot be read, or is no mapping, with a sentence for each fault.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ReplayError(f"The mapping {path} cannot be read: {error}.") from error
    if ":" not in text:
        raise ReplayError(f'{path.name}: the file holds no mapping; it begins with "title:".')
    try:
        document = reading.read(text)
    except InvalidPolicy as error:
        raise ReplayError(*(_sentence(path, fault) for fault in error.faults)) from error
    try:
        return Mapping.model_validate(document.value)
    except ValidationError as error:
        faults = (Fault("invalid", fault["loc"], _message(fault)) for fault in error.errors())
        raise ReplayError(*(_sentence(path, at(fault, document.places)) for fault in faults)) from error


def _message(fault: ErrorDetails) -> str:
    if fault["type"] == "extra_forbidden":
        return "this is not known here; docs/replay.md names the keys."
    text = fault["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{text[:1].lower()}{text[1:]}."


def _sentence(path: Path, fault: Fault) -> str:
    line = f", line {fault.line}" if fault.line else ""
    return f"{path.name}{line}: {fault}"
