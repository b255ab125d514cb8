"""What is wrong with a policy, and where in its file."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value: ``("stages", 0, "when")``."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend.

    Args:
        code: what a program reads, in snake_case.
        path: where in the policy; empty for the whole of it.
        message: a sentence to act on.
        line, column: where in the file, from 1, if it is known.
        severity: an ``error`` keeps the policy from being published; a ``warning`` does not.
    """

    code: str
    path: Path
    message: str
    line: int | None = None
    column: int | None = None
    severity: Literal["error", "warning"] = "error"

    @property
    def where(self) -> str:
        """The path as people write it: ``stages[0].when``."""
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return text.removeprefix(".")

    def __str__(self) -> str:
        where = f"{self.where}: " if self.path else ""
        return f"{where}{self.message}"


class InvalidPolicy(Exception):
    """A policy that cannot be used (code ``invalid_policy``), with every fault that was found."""

    code = "invalid_policy"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        self.message = " ".join(str(fault) for fault in self.faults)
        super().__init__(self.message)


class UnknownPolicy(Exception):
    """No policy of that key can be requested (code ``unknown_policy``)."""

    code = "unknown_policy"

    def __init__(self, key: str) -> None:
        self.message = f"There is no policy “{key}” that can be requested."
        super().__init__(self.message)


def at(fault: Fault, places: dict[Path, tuple[int, int]]) -> Fault:
    """The fault with its place in the file: that of its value, or of the nearest thing around it."""
    if fault.line is not None:
        return fault
    for length in range(len(fault.path), -1, -1):
        if (place := places.get(fault.path[:length])) is not None:
            return replace(fault, line=place[0], column=place[1])
    return fault
