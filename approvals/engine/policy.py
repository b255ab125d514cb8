"""A policy: who is asked, when, how many must agree, and by when.

A policy is data. People write it as YAML (see ``approvals/policies/library``), the JSON Schema is
generated from these models, and a published version never changes.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, StringConstraints, model_validator

from approvals.engine.errors import PolicyFault
from approvals.engine.model import Model
from approvals.engine.participant import FieldId, Handle, Key, Participant, Prose, Title, UpTo
from approvals.engine.rules import Condition, Rule
from approvals.engine.sla import Level, Reminder, Sla
from approvals.engine.voice import NO_SEAT, PLAIN, Voice
from approvals.engine.voting import voting_fault

__all__ = [
    "Condition",
    "FieldId",
    "Handle",
    "Key",
    "Level",
    "Participant",
    "Prose",
    "Reminder",
    "Sla",
    "Title",
    "UpTo",
]
"""The words of a policy that stand in modules of their own."""


class Quorum(StrEnum):
    """The quorums that need no number.

    ``first``: whoever answers first approves or rejects for all. ``one_of_each``: of every participant one
    person approves, each time somebody else.
    """

    ALL = "all"
    ANY = "any"
    FIRST = "first"
    MAJORITY = "majority"
    ONE_OF_EACH = "one_of_each"


class CountQuorum(Model):
    """At least ``count`` approvals; where participants have weights, at least that many votes."""

    count: int = Field(ge=1, le=1_000)


class PercentQuorum(Model):
    """At least ``percent`` of the votes, rounded up."""

    percent: int = Field(ge=1, le=100)


class FormField(Model):
    """One field of the form that a requester fills in."""

    id: FieldId
    label: Title
    type: Literal["text", "long_text", "money", "integer", "date", "choice", "boolean", "person"]
    required: bool = True
    help: Prose = ""
    choices: tuple[Title, ...] = ()
    min: int | None = Field(default=None, description="Least value; for money in minor units (cents).")
    max: int | None = Field(default=None, description="Greatest value; for money in minor units (cents).")
    max_length: int = Field(default=200, ge=1, le=20_000, description="Characters, for text and long_text.")
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"
    default: JsonValue = None

    @model_validator(mode="after")
    def _choices_belong_to_choice(self) -> Self:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError(f'Field "{self.id}": a choice needs choices, and only a choice has them.')
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f'Field "{self.id}": its least value is greater than its greatest.')
        return self


Repeated = Literal["ask_again", "carry_over"]
"""What becomes of a seat whose only person has approved another stage of the round already."""


class BackTo(Model):
    """A rejection sends the request back to an earlier stage, from which it goes on anew in the next round."""

    back_to: Key = Field(description="A stage that comes before, or the stage itself.")


class Stage(Model):
    """One step at which somebody decides."""

    id: Key
    title: Title
    after: tuple[Key, ...] | None = Field(
        default=None,
        description="Stages that come before; by default the one written above. [] starts at once.",
    )
    join: Literal["all", "any"] = Field(
        default="all",
        description="Starts once all the stages before it are done, or any of them was approved or passed.",
    )
    when: Condition | None = None
    participants: tuple[Participant, ...] = Field(min_length=1, max_length=50)
    quorum: Quorum | CountQuorum | PercentQuorum = Quorum.ALL
    veto: bool = Field(default=True, description="One rejection rejects the stage.")
    on_reject: Literal["reject", "return", "continue"] | BackTo = Field(
        default="reject",
        description="A rejected stage: ends the request, returns it for changes, is passed, or sends it back to "
        "an earlier stage. In the last round that is allowed it ends the request.",
    )
    allow: tuple[
        Literal["request_changes", "delegate", "abstain", "add_before", "add_beside", "add_after"], ...
    ] = Field(
        default=("request_changes", "delegate"),
        description="What its reviewers may do beside approving and rejecting. add_before, add_beside and "
        "add_after: have somebody asked before, beside or after themselves, on top of the quorum.",
    )
    when_back: Literal["stay", "return"] = Field(
        default="stay",
        description="A task that is with a substitute when the absence ends: stays there, or returns, "
        "unless the substitute has claimed it.",
    )
    sla: Sla | None = None
    rules: tuple[Rule, ...] = Field(
        default=(),
        max_length=20,
        description="Decide the stage without asking anybody, when it starts; the first that holds.",
    )
    watches: tuple[FieldId, ...] | None = Field(
        default=None,
        max_length=100,
        description="The fields that matter to this stage: once approved, it is asked again only if one of them "
        "changes. Left out, it is asked again in every round.",
    )

    already_approved: Repeated | None = Field(
        default=None, description="For this stage, instead of what the policy says."
    )

    @property
    def everybody(self) -> tuple[Participant, ...]:
        """Its participants, and those whom the rows of their tables name."""
        return tuple(named for who in self.participants for named in who.named)

    @property
    def deciders(self) -> tuple[Participant, ...]:
        """The participants whose decisions count; the others give advice."""
        return tuple(who for who in self.participants if not who.advisory)

    @property
    def voices(self) -> tuple[Voice, ...]:
        """How a seat of each participant counts."""
        if self.quorum is not Quorum.ONE_OF_EACH:
            return tuple(who.voice for who in self.participants)
        return tuple(
            who.voice if who.advisory else who.voice.model_copy(update={"of": index})
            for index, who in enumerate(self.participants)
        )

    @property
    def votes_wanted(self) -> int | None:
        """How many votes the quorum asks for, where it names a number."""
        return self.quorum.count if isinstance(self.quorum, CountQuorum) else None

    @property
    def counts_votes(self) -> bool:
        """Whether the quorum adds votes up, so that weights make a difference."""
        return isinstance(self.quorum, CountQuorum | PercentQuorum) or self.quorum is Quorum.MAJORITY

    @model_validator(mode="after")
    def _votes_can_be_counted(self) -> Self:
        if fault := voting_fault(self):
            raise ValueError(fault)
        return self


class SeparationOfDuties(Model):
    """Who may not decide, whatever stage asks for them. Nobody ever decides their own request."""

    four_eyes: tuple[Annotated[tuple[Key, ...], Field(min_length=2, max_length=50)], ...] = Field(
        default=(),
        max_length=50,
        description="Sets of stages: whoever has decided one stage of a set may not decide another one of it.",
    )
    no_subordinates: bool = Field(
        default=False, description="Nobody decides who reports to the requester, directly or through others."
    )

    def apart_from(self, stage: str) -> frozenset[str]:
        """The stages that must be decided by other people than this one."""
        return frozenset(other for stages in self.four_eyes if stage in stages for other in stages) - {stage}


class Policy(Model):
    """Everything that decides how a kind of request is approved."""

    key: Key
    title: Title
    description: Prose = ""
    subject: Condition | None = Field(
        default=None, description="A CEL expression that gives a request's title."
    )
    owner: Participant
    form: tuple[FormField, ...] = Field(max_length=100)
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=50)
    max_rounds: int = Field(default=10, ge=1, le=50, description="The first submission is round 1.")
    rules: tuple[Rule, ...] = Field(
        default=(),
        max_length=20,
        description="Decide the whole request, whenever a stage is about to start; the first that holds.",
    )
    amend: bool = Field(
        default=False, description="The requester may change the form while the request is being decided."
    )
    comment_required: tuple[Literal["approve", "reject", "request_changes", "abstain"], ...] = (
        "reject",
        "request_changes",
    )
    already_approved: Repeated = Field(
        default="ask_again",
        description="Whoever has approved another stage of the round, and is alone asked for a seat: is asked "
        "again, or has the earlier approval counted here at once.",
    )
    separation_of_duties: SeparationOfDuties = Field(
        default=SeparationOfDuties(), description="Who may not decide."
    )

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        _unique("field", [field.id for field in self.form])
        _unique("stage", [stage.id for stage in self.stages])
        self._owner_is_somebody()
        fields = {field.id: field for field in self.form}
        for stage in self.stages:
            people = [
                *stage.participants,
                *(who for level in (stage.sla.levels if stage.sla else ()) for who in level.to),
            ]
            tables = [who.table for who in people if who.table is not None]
            for column in (column for table in tables for column in table.inputs):
                if column.field is not None and column.field not in fields:
                    raise ValueError(
                        f'Stage "{stage.id}" has a table over the field "{column.field}", which the form has not.'
                    )
            self._chosen_before(stage)
            for who in (named for one in people for named in one.named):
                if who.field is not None and (who.field not in fields or fields[who.field].type != "person"):
                    raise ValueError(
                        f'Stage "{stage.id}" asks the field "{who.field}", which is no person field of the form.'
                    )
                amount = who.up_to.limit if who.up_to else None
                if amount is not None and (amount not in fields or fields[amount].type != "money"):
                    raise ValueError(
                        f'Stage "{stage.id}" goes by the limit for "{amount}", which is no money field of the form.'
                    )
        _unique("rule", [rule.name for rule in (*self.rules, *(r for s in self.stages for r in s.rules))])
        self._watched_is_there(fields.keys())
        self._no_cycle()
        self._goes_back()
        return self

    def _owner_is_somebody(self) -> None:
        if self.owner.voice != PLAIN:
            raise ValueError(NO_SEAT)
        if self.owner.user is None and self.owner.group is None and self.owner.role is None:
            raise ValueError(
                "The owner of a policy is a user, a group or a role: it must not hang on a request."
            )

    def _watched_is_there(self, fields: Iterable[str]) -> None:
        for index, stage in enumerate(self.stages):
            if unknown := set(stage.watches or ()).difference(fields):
                raise PolicyFault(
                    f'Stage "{stage.id}" watches the field "{min(unknown)}", which the form does not have.',
                    *("stages", index, "watches"),
                )

    def _no_cycle(self) -> None:
        done: set[str] = set()
        left = {stage.id: set(self.before(stage.id)) for stage in self.stages}
        for stage, before in left.items():
            if unknown := before - left.keys():
                message = f'Stage "{stage}" comes after "{min(unknown)}", which does not exist.'
                raise PolicyFault(message, "stages", self._index(stage), "after")
        while left:
            ready = [stage for stage, before in left.items() if before <= done]
            if not ready:
                circle = [id for id in left if any(id in self.all_before(other) for other in self.before(id))]
                message = f"These stages wait for each other: {', '.join(circle)}."
                raise PolicyFault(message, "stages", self._index(circle[0]), "after")
            done.update(ready)
            for stage in ready:
                del left[stage]

    def _goes_back(self) -> None:
        for index, stage in enumerate(self.stages):
            to = stage.on_reject.back_to if isinstance(stage.on_reject, BackTo) else stage.id
            if to != stage.id and to not in self.all_before(stage.id):
                raise PolicyFault(
                    f'Stage "{stage.id}" sends back to "{to}", which does not come before it.',
                    *("stages", index, "on_reject"),
                )

    def all_after(self, stage: str) -> frozenset[str]:
        """The ids of all stages that come after this one, at any distance."""
        return frozenset(other.id for other in self.stages if stage in self.all_before(other.id))

    def _index(self, stage: str) -> int:
        return [candidate.id for candidate in self.stages].index(stage)

    def stage(self, stage: str) -> Stage:
        """The stage of that id; KeyError where there is none."""
        for candidate in self.stages:
            if candidate.id == stage:
                return candidate
        raise KeyError(stage)

    def carries_over(self, stage: str) -> bool:
        """Whether an approval of another stage counts in this one."""
        return (self.stage(stage).already_approved or self.already_approved) == "carry_over"

    def before(self, stage: str) -> tuple[str, ...]:
        """The ids of the stages that must be done before this one starts."""
        previous: str | None = None
        for candidate in self.stages:
            if candidate.id == stage:
                if candidate.after is not None:
                    return candidate.after
                return () if previous is None else (previous,)
            previous = candidate.id
        raise KeyError(stage)

    def _chosen_before(self, stage: Stage) -> None:
        before = self.all_before(stage.id) if any(who.chosen_in for who in stage.everybody) else ()
        for who in stage.everybody:
            if who.chosen_in is not None and who.chosen_in not in before:
                raise ValueError(
                    f'Stage "{stage.id}" asks whom "{who.chosen_in}" chooses, which is no stage that comes before it.'
                )
        for level in stage.sla.levels if stage.sla else ():
            if any(named.chosen_in for who in level.to for named in who.named):
                raise ValueError(
                    f'Stage "{stage.id}" has a level that asks who was chosen: only "participants" can say that.'
                )

    def choices_in(self, stage: str) -> tuple[Stage, ...]:
        """The later stages for which whoever approves this one chooses a person."""
        return tuple(other for other in self.stages if any(who.chosen_in == stage for who in other.everybody))

    def all_before(self, stage: str) -> tuple[str, ...]:
        """The ids of all stages that come before this one, at any distance, in the order of the policy."""
        found: set[str] = set()
        waiting = list(self.before(stage))
        while waiting:
            if (id := waiting.pop()) not in found:
                found.add(id)
                waiting.extend(self.before(id))
        return tuple(stage.id for stage in self.stages if stage.id in found)


def _unique(what: str, ids: list[str]) -> None:
    for id in ids:
        if ids.count(id) > 1:
            raise ValueError(f'The {what} "{id}" stands twice.')
