"""What one log holds: an approval of every case, or several that interleave, each a request of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from approvals.engine.policy import Policy
from approvals.replay.errors import ReplayError
from approvals.replay.fit import check_fit
from approvals.replay.log import Case, read_cases
from approvals.replay.mapping import Mapping, load_mapping
from approvals.replay.shipped import find_mapping, load_policy


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request in a log: its rules, what the rows mean to it, and its cases."""

    policy: Policy
    mapping: Mapping
    cases: list[Case]

    @property
    def rows(self) -> int:
        """How many rows its cases have."""
        return sum(len(case.rows) for case in self.cases)

    @property
    def until(self) -> datetime:
        """The time of the last row."""
        return max(case.rows[-1].at for case in self.cases)


def read_kinds(
    log: Path, policies: Sequence[Path], maps: Sequence[Path], limit: int | None = None
) -> list[Kind]:
    """The kinds of request that mappings see in a log, each under the policy given in the same place.

    With several mappings a case is a request of each kind of which it has a row; what only another mapping
    names is outside.

    Raises:
        ReplayError: a file cannot be used, they do not go together, or a kind has no case.
    """
    if len(policies) > max(len(maps), 1):
        raise ReplayError("There are more policies than mappings: give each --policy with its --map.")
    if not maps:
        mapping, cases = find_mapping(log, limit)
        return [_kind(next(iter(policies), None), mapping, cases)]
    mappings = [load_mapping(path) for path in maps]
    kinds = []
    for index, mapping in enumerate(mappings):
        policy = policies[index] if index < len(policies) else None
        if len(mappings) == 1:
            return [_kind(policy, mapping, read_cases(log, mapping.columns, limit))]
        others = mappings[:index] + mappings[index + 1 :]
        kinds.append(_one_of_several(log, policy, mapping.beside(others), limit))
    return kinds


def _one_of_several(log: Path, policy: Path | None, mapping: Mapping, limit: int | None) -> Kind:
    cases = [case for case in read_cases(log, mapping.columns, limit) if mapping.concerns(case.variant)]
    if not cases:
        raise ReplayError(f"No case of {log.name} has a row that is part of “{mapping.title}”.")
    return _kind(policy, mapping, cases)


def _kind(policy: Path | None, mapping: Mapping, cases: list[Case]) -> Kind:
    rules = load_policy(policy, mapping)
    check_fit(rules, mapping, cases)
    return Kind(rules, mapping, cases)
