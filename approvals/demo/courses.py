"""How the demo's requests go: which steps, how far apart, and how long ago they began."""

import random
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from approvals.demo.story import read_story
from approvals.engine.model import Model

Act = Literal[
    "approve", "reject", "request_changes", "delegate", "claim", "reassign", "escalate", "extend",
    "comment", "resubmit", "withdraw", "pause", "resume", "wait",
]  # fmt: skip
_SIGNS: dict[str, Act] = {
    "+": "approve",
    "-": "reject",
    "?": "request_changes",
    ">": "delegate",
    "!": "claim",
    "~": "reassign",
    "^": "escalate",
    "=": "extend",
}
_WORDS: tuple[Act, ...] = ("comment", "resubmit", "withdraw", "pause", "resume", "wait")
SAYING_SOMETHING = 0.15
PERCENTILES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing that somebody does, in a stage where it is about one."""

    act: Act
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """A request to be told: of which policy, with which beats, submitted so many hours ago."""

    policy: str
    beats: tuple[Beat, ...]
    hours_ago: float

    @property
    def stages(self) -> frozenset[str]:
        """Every stage that it comes to, or would come to."""
        return frozenset(beat.stage for beat in self.beats if beat.stage)


class Way(Model):
    """A way that ``times`` requests take, submitted between so and so many hours ago."""

    times: int = Field(ge=1)
    hours: tuple[float, float]
    course: str


class LogWay(Model):
    """A way that so many cases of the log took."""

    cases: int
    course: str


class FromTheLog(Model):
    """How many requests are drawn from the log's ways, and from when."""

    times: int
    hours: tuple[float, float]


class Facts(Model):
    """What was counted in the log."""

    variants: tuple[LogWay, ...]
    amounts: tuple[float, ...] = Field(min_length=21, max_length=21)
    hours: dict[str, tuple[float, ...]]


class Ways(Model):
    """Every way of the demo, and how long each step takes."""

    pace: dict[str, tuple[float, ...]]
    from_the_log: FromTheLog
    courses: dict[str, tuple[Way, ...]]


def facts() -> Facts:
    """The facts that expenses are drawn from."""
    return Facts.model_validate(read_story("facts"))


def all_courses(chance: random.Random) -> list[Course]:
    """Every request of the demo, the one that was submitted first at the beginning."""
    ways = Ways.model_validate(read_story("courses"))
    counted = facts()
    drawn = chance.choices(
        [way.course for way in counted.variants],
        weights=[way.cases for way in counted.variants],
        k=ways.from_the_log.times,
    )
    found = [
        Course(
            "expense-declaration", _with_words(beats(text), chance), chance.uniform(*ways.from_the_log.hours)
        )
        for text in drawn
    ]
    for policy, of_policy in ways.courses.items():
        for way in of_policy:
            found += [Course(policy, beats(way.course), chance.uniform(*way.hours)) for _ in range(way.times)]
    return sorted(found, key=lambda course: -course.hours_ago)


def _with_words(course: tuple[Beat, ...], chance: random.Random) -> tuple[Beat, ...]:
    """Now and then the requester says something on the way; the log knows nothing of that."""
    if chance.random() > SAYING_SOMETHING:
        return course
    place = chance.randrange(len(course))
    return (*course[:place], Beat("comment"), *course[place:])


def beats(text: str) -> tuple[Beat, ...]:
    """The beats of a course as it is written: ``administration+ supervisor- wait``.

    Raises:
        ValueError: a word that is no beat.
    """
    return tuple(_beat(word) for word in text.split())


def _beat(word: str) -> Beat:
    if word[-1] in _SIGNS:
        return Beat(_SIGNS[word[-1]], word[:-1])
    if word not in _WORDS:
        raise ValueError(f'"{word}" is no beat of a course.')
    return Beat(word)


class Pace:
    """How long people take."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._other = Ways.model_validate(read_story("courses")).pace
        self._logged = facts().hours

    def hours(self, beat: Beat) -> float:
        """Hours until the beat, from what came before it."""
        key = beat.stage if beat.act in ("approve", "reject", "request_changes") else beat.act
        table = self._logged.get(key) or self._other.get(key) or self._other["other"]
        return draw(self._chance, table)


def draw(chance: random.Random, percentiles: tuple[float, ...]) -> float:
    """A value distributed as the 5th, 10th, 25th, 50th, 75th, 90th and 95th percentile say."""
    points = (percentiles[0], *percentiles, percentiles[-1] * 1.2)
    share = chance.random()
    index = next(i for i in range(1, len(PERCENTILES)) if share <= PERCENTILES[i])
    low, high = PERCENTILES[index - 1], PERCENTILES[index]
    return points[index - 1] + (points[index] - points[index - 1]) * (share - low) / (high - low)
