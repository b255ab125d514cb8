"""The mappings that come with Placet, and which of them is for a log."""

from pathlib import Path

from approvals.engine.policy import Policy
from approvals.policies import services as policies
from approvals.policies.faults import InvalidPolicy
from approvals.replay.errors import ReplayError
from approvals.replay.fit import speaks_of
from approvals.replay.log import Case, read_cases
from approvals.replay.mapping import Columns, Mapping, load_mapping

MAPS = Path(__file__).parent / "maps"


def find_mapping(log: Path, limit: int | None) -> tuple[Mapping, list[Case]]:
    """The first shipped mapping that names every activity of the log, and the log's cases.

    Raises:
        ReplayError: the log cannot be read, or none is for it.
    """
    cases = read_cases(log, Columns(), limit)
    for path in sorted(MAPS.glob("*.yaml")):
        mapping = load_mapping(path)
        if mapping.columns == Columns() and speaks_of(mapping, cases):
            return mapping, cases
    raise ReplayError(
        f"No mapping that comes with Placet names the activities of {log.name}. "
        "Write one (docs/replay.md shows how) and give it with --map."
    )


def load_policy(path: Path | None, mapping: Mapping | None) -> Policy:
    """The policy in a file, or else the one of the library that the mapping names.

    Raises:
        ReplayError: there is none, or it has faults.
    """
    if path is None:
        if mapping is None or mapping.policy is None:
            raise ReplayError("Give the policy to replay under with --policy: the mapping names none.")
        path = policies.LIBRARY / f"{mapping.policy}.yaml"
    try:
        review = policies.review(path.read_text("utf-8"), with_world=False)
    except (OSError, UnicodeDecodeError) as error:
        raise ReplayError(f"The policy {path} cannot be read: {error}.") from error
    except InvalidPolicy as error:
        raise ReplayError(*(f"{path.name}: {fault}" for fault in error.faults)) from error
    if review.policy is None or review.errors:
        raise ReplayError(
            *(
                f"{path.name}{f', line {fault.line}' if fault.line else ''}: {fault}"
                for fault in review.errors
            )
        )
    return review.policy
