"""A replayed draft as its page shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from approvals.pages.who import People, Who
from approvals.replay.comparison import Comparison, Different, Pair, Work
from approvals.replay.picture import Picture, picture
from approvals.replay.replays import Replayed
from approvals.replay.telling import ENDS, SAME, busiest, change, ends, figure, left_out, summary, totals

LISTED = 100
"""Requests that end otherwise, and people, that the page lists."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair in words."""

    name: str
    then: str
    draft: str
    change: str

    @property
    def differs(self) -> bool:
        """Whether the draft changes it."""
        return self.change != SAME


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    label: str
    cells: tuple[Cell, ...]
    who: Who | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of pairs; ``columns`` are the names of its cells, ``first`` that of its lines."""

    id: str
    title: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Turned:
    """A request that would have ended otherwise."""

    request: Different
    then: str
    draft: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the page says of a replay."""

    summary: str
    changes: bool
    nothing: bool
    left_out: tuple[str, ...]
    older: int
    pictures: tuple[Picture, ...]
    turned: tuple[Turned, ...]
    more_turned: int
    tables: tuple[Table, ...]
    assumed: tuple[str, ...]


def shown(replayed: Replayed) -> Shown:
    """A result as tables and pictures."""
    found = replayed.comparison
    names = People(replayed.people)
    return Shown(
        summary=summary(found),
        changes=bool(found.different),
        nothing=not found.requests,
        left_out=tuple(left_out(replayed)),
        older=replayed.older,
        pictures=tuple(_pictures(found, names)),
        turned=tuple(Turned(one, ENDS[one.then], ENDS[one.draft]) for one in found.different[:LISTED]),
        more_turned=max(len(found.different) - LISTED, 0),
        tables=tuple(_tables(found, names)),
        assumed=replayed.assumed,
    )


def _pictures(found: Comparison, names: Mapping[str, Who]) -> Iterable[Picture]:
    works = [(names[who].name, work.decided) for who, work in busiest(found.people)]
    every = [
        picture("ends", "How requests end", ends(found)),
        picture("work", "Decisions by person", works),
        picture("hours", "Business hours that requests wait, by role",
                [(label, work.hours) for label, work in busiest(found.labels)]),
        picture("missed", "Deadlines missed, by stage",
                [(stage.title, stage.missed) for stage in found.stages.values()]),
    ]  # fmt: skip
    return [one for one in every if one.rows]


_IN_SUM = ("Number",)
_STAGES = ("Decided", "Deadlines", "Missed", "By the ladder", "By a rule")
_WORK = ("Tasks", "Decisions", "Business hours")


def _tables(found: Comparison, names: Mapping[str, Who]) -> Iterable[Table]:
    yield Table(
        "sum", "In sum", "What", _IN_SUM, tuple(_row(words, _IN_SUM, pair) for words, pair in totals(found))
    )
    stages = (
        _row(stage.title, _STAGES, stage.opened, stage.clocks, stage.missed, stage.by_ladder, stage.by_rule)
        for stage in found.stages.values()
    )
    yield Table("stages", "By stage", "Stage", _STAGES, tuple(stages))
    roles = (_work(label, work) for label, work in busiest(found.labels))
    yield Table("roles", "By role", "Role", _WORK, tuple(roles))
    people = (_work(names[who].name, work, names[who]) for who, work in busiest(found.people)[:LISTED])
    yield Table("people", "By person", "Person", _WORK, tuple(people))


def _work(label: str, work: Work, who: Who | None = None) -> Row:
    return _row(label, _WORK, work.asked, work.decided, work.hours, who=who)


def _row(label: str, columns: tuple[str, ...], *pairs: Pair, who: Who | None = None) -> Row:
    cells = (
        Cell(name, figure(pair.then), figure(pair.draft), change(pair))
        for name, pair in zip(columns, pairs, strict=True)
    )
    return Row(label, tuple(cells), who)
