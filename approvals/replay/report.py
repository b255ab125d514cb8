"""What a replay came to: as a table for people, and as JSON for programs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from approvals.replay.endings import Ended

EXAMPLES = 3


@dataclass
class Tally:
    """The cases of one name: how many, and a few by their ids."""

    number: int = 0
    cases: list[str] = field(default_factory=list)

    def add(self, case: str) -> None:
        """Count a case."""
        self.number += 1
        self.cases.append(case)


class Report:
    """Counts cases as they end."""

    def __init__(self) -> None:
        self.cases = 0
        self.as_history: Counter[str] = Counter()
        self.history: Counter[str] = Counter()
        self.reasons: dict[str, Tally] = {}
        self.on_the_way: dict[str, Tally] = {}

    def add(self, ended: Ended) -> None:
        """Count a case that ended."""
        self.cases += 1
        self.history[ended.history] += 1
        if not ended.as_history:
            self.reasons.setdefault(ended.reason, Tally()).add(ended.case)
            return
        self.as_history[ended.history] += 1
        for step in dict.fromkeys(map(str, ended.refused)):
            self.on_the_way.setdefault(step, Tally()).add(ended.case)

    @property
    def matching(self) -> int:
        """Cases that ended as history did."""
        return sum(self.as_history.values())

    @property
    def percent(self) -> float:
        """The share of them, of a hundred."""
        return 100 * self.matching / self.cases if self.cases else 0.0

    def table(self) -> str:
        """The report as text."""
        lines = [_line("As history did", self.matching, self.percent)]
        lines += [
            _line(
                f"  {name}",
                number,
                None,
                "" if number == self.history[name] else f"of {self.history[name]:,}",
            )
            for name, number in _ordered(self.as_history)
        ]
        other = self.cases - self.matching
        lines.append(_line("Otherwise", other, 100 - self.percent))
        lines += _tallies(self.reasons)
        if self.on_the_way:
            lines.append("")
            lines.append("Ended as history did, but with a step on the way that the policy does not allow:")
            lines += _tallies(self.on_the_way)
        return "\n".join(lines)

    def as_json(self) -> dict[str, JsonValue]:
        """The report as a value; every case that did not end as history did is named."""
        return {
            "cases": self.cases,
            "as_history": self.matching,
            "percent_as_history": round(self.percent, 3),
            "ends": [
                {"name": name, "cases": number, "as_history": self.as_history[name]}
                for name, number in _ordered(self.history)
            ],
            "otherwise": _listed(self.reasons),
            "refused_on_the_way": _listed(self.on_the_way),
        }


def _ordered(counter: Counter[str]) -> Sequence[tuple[str, int]]:
    return sorted(counter.items(), key=lambda entry: (-entry[1], entry[0]))


def _line(label: str, number: int, percent: float | None, note: str = "") -> str:
    share = "" if percent is None else f"{percent:8.2f} %"
    return f"{label:<28}{number:>10,}{share or f'  {note}'.rstrip()}"


def _tallies(tallies: dict[str, Tally]) -> Iterable[str]:
    for reason, tally in sorted(tallies.items(), key=lambda entry: -entry[1].number):
        some = ", ".join(tally.cases[:EXAMPLES]) + (", …" if tally.number > EXAMPLES else "")
        yield f"  {tally.number:>6,}  {reason} ({some})"


def _listed(tallies: dict[str, Tally]) -> list[JsonValue]:
    ordered = sorted(tallies.items(), key=lambda entry: -entry[1].number)
    return [
        {"reason": reason, "number": tally.number, "cases": list(tally.cases)} for reason, tally in ordered
    ]
