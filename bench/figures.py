"""A measured figure, what it is compared with, and how it is printed."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

WIDTHS = (54, 13, 34, 8)


@dataclass(frozen=True)
class Yardstick:
    """What the same run measured of something bare."""

    what: str
    value: float


@dataclass(frozen=True)
class Aim:
    """A bound on the figure itself, or on its ratio to the yardstick."""

    limit: float
    at_most: bool = True
    of_ratio: bool = False

    def holds(self, value: float) -> bool:
        """Whether a value keeps to the bound."""
        return value <= self.limit if self.at_most else value >= self.limit


def no_slower_than(times: float) -> Aim:
    """At most so many times the yardstick."""
    return Aim(times, at_most=True, of_ratio=True)


def no_less_than(share: float) -> Aim:
    """At least such a share of the yardstick."""
    return Aim(share, at_most=False, of_ratio=True)


@dataclass(frozen=True)
class Figure:
    """One line of the report; `unit` is ms, s, /s, MB, or what is counted."""

    what: str
    value: float
    unit: str
    yardstick: Yardstick | None = None
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """The figure as a multiple of its yardstick."""
        return self.value / self.yardstick.value if self.yardstick and self.yardstick.value else None

    @property
    def missed(self) -> bool:
        """Whether there is an aim and it does not hold."""
        if self.aim is None:
            return False
        bounded = self.ratio if self.aim.of_ratio else self.value
        return bounded is None or not self.aim.holds(bounded)

    @property
    def line(self) -> str:
        """The figure beside its yardstick, their ratio and the aim."""
        beside = f"{written(self.yardstick.value, self.unit)} {self.yardstick.what}" if self.yardstick else ""
        ratio = f"{self.ratio:.2f}x" if self.ratio is not None else ""
        cells = (self.what, written(self.value, self.unit), beside, ratio)
        row = "".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True))
        return (row + self._verdict()).rstrip()

    def _verdict(self) -> str:
        if self.aim is None:
            return ""
        limit = f"{self.aim.limit:g}x" if self.aim.of_ratio else written(self.aim.limit, self.unit)
        return f"{'≤' if self.aim.at_most else '≥'} {limit:<11}{'MISSED' if self.missed else 'met'}"

    def as_json(self) -> dict[str, Any]:
        """The figure with what follows from it."""
        return {**asdict(self), "ratio": self.ratio, "missed": self.missed}


def heading() -> str:
    """The names of the columns."""
    cells = ("what", "figure", "yardstick", "ratio")
    return "".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)) + "aim"


def written(value: float, unit: str) -> str:
    """A value as people read it, with its unit."""
    if unit == "s":
        return f"{value:.2f} s"
    digits = 0 if unit in ("MB", "queries", "requests") or value >= 100 else 1
    return f"{value:.{digits}f}{'' if unit.startswith('/') else ' '}{unit}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * share / 100) - 1, 0)]
