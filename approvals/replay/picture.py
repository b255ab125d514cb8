"""Numbers in pairs as bars: what was, and what the draft makes of it. The template draws them."""

from collections.abc import Iterable
from dataclasses import dataclass

from approvals.replay.comparison import Pair
from approvals.replay.telling import figure

ROW = 50
"""Height of a pair of bars with its label, in pixels."""
WIDEST = 78.0
"""What of the width the longest bar takes, of a hundred: the number stands beside it."""
MOST = 12
"""Pairs that one picture shows; the table below has all of them."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; lengths are shares of the width, of a hundred."""

    share: str
    number: str
    y: int

    @property
    def middle(self) -> int:
        """Where its number stands."""
        return self.y + 9


@dataclass(frozen=True, slots=True)
class Bars:
    """A label with its two bars, ``y`` from the top."""

    label: str
    y: int
    then: Bar
    draft: Bar


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its title, and in ``words`` what it shows."""

    id: str
    title: str
    words: str
    rows: tuple[Bars, ...]
    more: int

    @property
    def height(self) -> int:
        """In pixels."""
        return len(self.rows) * ROW


def picture(id: str, title: str, pairs: Iterable[tuple[str, Pair]]) -> Picture:
    """The pairs as bars, in their order."""
    known = [(label, pair) for label, pair in pairs if pair.then or pair.draft]
    shown = known[:MOST]
    most = max((max(pair.then, pair.draft) for _, pair in shown), default=0)
    rows = tuple(
        Bars(
            label, at * ROW + 13, _bar(pair.then, most, at * ROW + 19), _bar(pair.draft, most, at * ROW + 32)
        )
        for at, (label, pair) in enumerate(shown)
    )
    words = "; ".join(
        f"{label}: {figure(pair.then)} then, {figure(pair.draft)} draft" for label, pair in shown
    )
    return Picture(id, title, words, rows, len(known) - len(shown))


def _bar(number: float, most: float, y: int) -> Bar:
    return Bar(f"{WIDEST * number / most if most else 0:.2f}%", figure(number), y)
