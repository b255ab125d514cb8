"""The table in `docs/patterns.md` and the tests say the same."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "docs" / "patterns.md"
TEST = re.compile(r"test_r(\d\d)_\w+")


@dataclass(frozen=True)
class Row:
    """What the table says of one pattern."""

    number: int
    status: str
    how: str
    shown_by: tuple[str, ...]


def rows() -> list[Row]:
    """The rows of all the groups, in their order."""
    lines = [line for line in TABLE.read_text().splitlines() if re.match(r"\| R\d", line)]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert all(len(row) == 5 for row in cells), "number, pattern, status, how or why, test"
    return [
        Row(int(number[1:]), status, how, tuple(re.findall(r"`(\w+)`", test)))
        for number, _, status, how, test in cells
    ]


def shown() -> list[str]:
    """The patterns' tests, by name."""
    trees = [ast.parse(path.read_text()) for path in sorted(HERE.glob("test_*.py"))]
    return [
        node.name
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and TEST.fullmatch(node.name)
    ]


def test_every_pattern_has_its_row() -> None:
    assert [row.number for row in rows()] == list(range(1, 44))
    assert {row.status for row in rows()} == {"supported", "partly", "not"}
    assert all(row.how for row in rows())


def test_what_is_there_is_shown_by_one_test_and_what_is_not_by_none() -> None:
    for row in rows():
        assert len(row.shown_by) == (row.status != "not"), f"R{row.number}"


def test_every_test_has_its_row_and_every_row_its_test() -> None:
    named = [(row.number, name) for row in rows() for name in row.shown_by]
    there = [(int(TEST.fullmatch(name)[1]), name) for name in shown()]  # type: ignore[index]
    assert sorted(named) == sorted(there)


def test_the_page_counts_them() -> None:
    said = [row.status for row in rows()]
    there, partly, missing = (said.count(status) for status in ("supported", "partly", "not"))
    assert f"{there} are supported, {partly} partly, {missing} not" in TABLE.read_text()
