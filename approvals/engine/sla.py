"""How long a stage may take: lengths and moments as a policy writes them, reminders, and the ladder."""

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from approvals.engine.model import Model
from approvals.engine.participant import Key, Participant
from approvals.engine.voice import NO_SEAT, PLAIN

DURATION = re.compile(
    r"P(?=[T0-9])([0-9]{1,3}D)?(T(?=[0-9])([0-9]{1,4}H)?([0-9]{1,6}M)?([0-9]{1,8}S)?)?\Z", re.ASCII
)
"""ISO 8601 in days, hours, minutes and seconds, within what a calendar can be asked for."""
WORKING_DAYS = re.compile(r"[1-9][0-9]{0,2}wd\Z")
SHARE = re.compile(r"(100|[1-9][0-9]?)%\Z")


def is_length(text: str) -> bool:
    """Whether a text is a length of business time (PT8H) or working days (2wd), longer than nothing."""
    return bool(WORKING_DAYS.match(text) or (DURATION.match(text) and re.search("[1-9]", text)))


def _length(text: str) -> str:
    if not is_length(text):
        raise ValueError(f'"{text}" is not a length: write business time as PT8H or working days as 2wd.')
    return text


def _moment(text: str) -> str:
    length, _, word = text.partition(" ")
    if SHARE.match(text) or (word in ("before", "after") and DURATION.match(length) and is_length(length)):
        return text
    raise ValueError(
        f'"{text}" is not a moment: write a share of the target (50%), "PT4H before" or "PT8H after".'
    )


class Reminder(Model):
    """Tell those who have not decided yet."""

    at: str
    times: int = Field(default=1, ge=1, le=20, description="With 'after': repeated every such length.")

    _at = field_validator("at")(_moment)


class Level(Model):
    """One step of the escalation ladder."""

    at: str
    times: int = Field(default=1, ge=1, le=20, description="With 'after': repeated every such length.")
    do: Literal[
        "remind", "notify", "add", "reassign", "raise_priority", "approve", "reject", "expire", "move_on"
    ]
    to: tuple[Participant, ...] = ()
    up: int | None = Field(default=None, ge=1, le=10, description="The n-th manager of those who are asked.")

    _at = field_validator("at")(_moment)

    @model_validator(mode="after")
    def _people_where_needed(self) -> Self:
        needs_people = self.do in ("notify", "add", "reassign")
        if needs_people != bool(self.to or self.up):
            raise ValueError(
                f'A level that does "{self.do}" {"needs" if needs_people else "takes no"} people ("to" or "up").'
            )
        if any(who.voice != PLAIN for who in self.to):
            raise ValueError(NO_SEAT)
        return self


class Sla(Model):
    """How long a stage may take, in business time, and what happens on the way."""

    target: str
    calendar: Key
    reminders: tuple[Reminder, ...] = Field(default=(), max_length=20)
    levels: tuple[Level, ...] = Field(default=(), max_length=20)

    _target = field_validator("target")(_length)
