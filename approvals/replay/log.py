"""An event log: rows of cases, in a CSV file that may be compressed."""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from approvals.replay.errors import ReplayError
from approvals.replay.mapping import Columns


@dataclass(frozen=True, slots=True)
class Row:
    """Something that happened in a case. ``values`` has every column by its name."""

    at: datetime
    activity: str
    role: str
    resource: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One history, its rows in order of time."""

    id: str
    rows: tuple[Row, ...]

    @property
    def variant(self) -> tuple[str, ...]:
        """The sequence of its activities."""
        return tuple(row.activity for row in self.rows)


def read_cases(path: Path, columns: Columns, limit: int | None = None) -> list[Case]:
    """The cases of a log, in the order of their first rows; rows of different cases may interleave.

    Rows of one case are put in order of time; rows of the same instant stay as they stand. A row without a
    case belongs to none, and is passed over. All of it is kept in memory, about half a kilobyte for each row.

    Raises:
        ReplayError: the file cannot be read, lacks a column, or has a time that is none.
    """
    cases: dict[str, list[Row]] = {}
    for number, values in _rows(path, columns):
        case = values[columns.case]
        if not case:
            continue
        if case not in cases and limit is not None and len(cases) >= limit:
            continue
        cases.setdefault(case, []).append(_row(path, number, values, columns))
    if not cases:
        raise ReplayError(f"{path.name} has no rows below its first line that name a case.")
    return [Case(id, tuple(sorted(rows, key=lambda row: row.at))) for id, rows in cases.items()]


def _rows(path: Path, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw) if packed else raw as plain:
                reader = csv.DictReader(io.TextIOWrapper(plain, "utf-8-sig", newline=""))
                _check_columns(path, reader.fieldnames or (), columns)
                for values in reader:
                    yield reader.line_num, _whole(path, reader.line_num, values)
    except OSError as error:
        raise ReplayError(f"The log {path} cannot be read: {error.strerror or error}.") from error
    except (UnicodeDecodeError, EOFError, csv.Error) as error:
        raise ReplayError(f"The log {path} is not a CSV file in UTF-8: {error}.") from error


def _check_columns(path: Path, found: object, columns: Columns) -> None:
    names = list(found) if isinstance(found, list | tuple) else []
    wanted = {key: name for key, name in columns.model_dump().items() if name is not None}
    missing = [
        f'{path.name} has no column "{name}" for the {key}.'
        for key, name in wanted.items()
        if name not in names
    ]
    if missing:
        raise ReplayError(
            *missing, f"Its columns are: {', '.join(names)}. Name the right ones under columns:."
        )


def _whole(path: Path, number: int, values: dict[str | None, str | None]) -> dict[str, str]:
    if None in values or None in values.values():
        raise ReplayError(f"{path.name}, line {number}: it has more or fewer columns than the first line.")
    return {str(name): value or "" for name, value in values.items()}


def _row(path: Path, number: int, values: dict[str, str], columns: Columns) -> Row:
    text = values[columns.time]
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ReplayError(f'{path.name}, line {number}: "{text}" is not a time in ISO 8601.') from error
    if at.tzinfo is None:
        raise ReplayError(
            f'{path.name}, line {number}: the time "{text}" has no offset, such as +01:00 or Z.'
        )
    return Row(
        at=at,
        activity=values[columns.activity],
        role=values[columns.role] if columns.role else "",
        resource=values[columns.resource] if columns.resource else "",
        values=values,
    )
