"""One case at a time: what its rows come to under the rules."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from approvals.replay.course import run_case
from approvals.replay.endings import Ended
from approvals.replay.fit import check_fit
from approvals.replay.log import Case, Row
from approvals.replay.mapping import Mapping, load_mapping
from approvals.replay.shipped import MAPS, load_policy

START = datetime(2017, 3, 6, 9, tzinfo=UTC)
ROLES = {"A": "ADMINISTRATION", "P": "PRE_APPROVER", "B": "BUDGET OWNER", "S": "SUPERVISOR", "M": "MISSING"}


def declaration(course: str) -> Ended:
    """A declaration of the real log's kind: SUB, SAVE, +A, -A, +S, rE (noted by the employee), rp, ph."""
    mapping = load_mapping(MAPS / "bpi2020-domestic-declarations.yaml")
    rows = []
    for number, word in enumerate(course.split()):
        activity, role = _row(word)
        at = START + timedelta(hours=number)
        values = {"case": "d1", "time": at.isoformat(), "activity": activity, "role": role, "amount": "26.85"}
        rows.append(Row(at, activity, role, "STAFF MEMBER", values))
    return run_case(load_policy(None, mapping), mapping, Case("d1", tuple(rows)))


def _row(word: str) -> tuple[str, str]:
    match word:
        case "SUB" | "SAVE":
            return f"Declaration {'SUBMITTED' if word == 'SUB' else 'SAVED'} by EMPLOYEE", "EMPLOYEE"
        case "rE":
            return "Declaration REJECTED by EMPLOYEE", "EMPLOYEE"
        case "rp":
            return "Request Payment", "UNDEFINED"
        case "ph":
            return "Payment Handled", "UNDEFINED"
    role = ROLES[word[1]]
    done = "REJECTED" if word[0] == "-" else "FINAL_APPROVED" if word == "+S" else "APPROVED"
    return f"Declaration {done} by {role}", role


@pytest.mark.parametrize(
    ("course", "history", "end"),
    [
        ("SUB +A +S rp ph", "paid", "approved"),
        ("SUB +A +B +S rp ph", "paid", "approved"),
        ("SUB +S rp ph", "paid", "approved"),
        ("SUB +P +S rp ph", "paid", "approved"),
        ("SUB -A rE SUB +A +S rp ph", "paid", "approved"),
        ("SUB +A -S rE SUB +A +B +S rp ph", "paid", "approved"),
        ("SUB +S -M SUB +S rp ph", "paid", "approved"),
        ("SUB -A rE", "withdrawn", "withdrawn"),
        ("SUB +S -M", "still open", "open"),
        ("SUB +A", "still open", "open"),
        ("SAVE", "never submitted", "draft"),
    ],
)
def test_every_kind_of_declaration_ends_as_it_did(course: str, history: str, end: str) -> None:
    ended = declaration(course)
    assert (ended.history, ended.end, ended.as_history, ended.refused) == (history, end, True, ())


def test_a_submission_that_nobody_asked_for_is_refused_and_its_round_goes_on() -> None:
    ended = declaration("SUB -A SUB rE SUB +A +S rp ph")
    assert ended.as_history
    assert [str(step) for step in ended.refused] == [
        "“Declaration SUBMITTED by EMPLOYEE” came while it was being decided"
    ]


@pytest.mark.parametrize(
    ("course", "reason"),
    [
        ("SAVE rp ph", "paid in history; “Payment Handled” came though it was never submitted"),
        ("SUB -S rp ph rE", "paid in history; “Payment Handled” came while it was with its requester"),
        ("SUB +A ph", "paid in history; “Payment Handled” came while it waited: Supervisor"),
        ("SUB +A +S ph -A", None),
        ("SUB -S rE SUB +S ph +S", None),
    ],
)
def test_what_ends_otherwise_has_a_reason(course: str, reason: str | None) -> None:
    ended = declaration(course)
    assert ended.as_history == (reason is None)
    if reason is not None:
        assert ended.reason == reason


def test_a_step_after_the_end_says_how_it_ended() -> None:
    assert str(declaration("SUB +S ph -S").refused[0]) == (
        "“Declaration REJECTED by SUPERVISOR” came after it was approved"
    )


BOARD = """
key: board
title: Board
owner: {role: secretary}
form: []
stages:
  - id: board
    title: Board
    participants: [{group: board, each: true}]
    quorum: {count: 2}
    veto: false
"""
BOARD_MAP = """
title: Board
requester: {role: Asker}
roles:
  Member: {group: board, people: resource, members: 3}
activities:
  Asked: submit
  Yes: approve
  No: reject
  Abstained: abstain
  Back: resubmit
  Said: comment
ends:
  - {name: carried, end: approved, last: [Carried]}
  - {name: lost, end: rejected, last: [Lost]}
otherwise: undecided
"""


@pytest.fixture
def board(tmp_path: Path) -> tuple[Path, Mapping]:
    """A board of three of whom two must agree, and its mapping."""
    policy, mapping = tmp_path / "board.yaml", tmp_path / "map.yaml"
    policy.write_text(BOARD)
    mapping.write_text(BOARD_MAP.replace("  Said: comment", '  Said: comment\n  "*": outside'))
    return policy, load_mapping(mapping)


@pytest.mark.parametrize(
    ("rows", "end", "refused"),
    [
        ("Asked:ana Yes:bo Yes:cy Carried:", "approved", []),
        ("Asked:ana Yes:bo No:cy Yes:di Carried:", "approved", []),
        ("Asked:ana No:bo No:cy Lost:", "rejected", []),
        ("Asked:ana Yes:bo", "open", []),
        ("Asked:ana Yes:bo Yes:bo", "open", ["already_decided"]),
        ("Asked:ana Abstained:bo", "open", ["not_allowed"]),
        ("Asked:ana Said:bo Said:ana", "open", []),
        ("Back:ana Asked:ana", "open", ["unknown_request"]),
        ("Yes:bo Said:bo", "open", ["not_asked", "unknown_request"]),
        ("Asked:ana No:bo No:cy Yes:di", "rejected", ["request_closed"]),
    ],
)
def test_resources_tell_the_members_of_a_board_apart(
    board: tuple[Path, Mapping], rows: str, end: str, refused: list[str]
) -> None:
    policy = load_policy(*board)
    case = Case("b1", tuple(_vote(number, row) for number, row in enumerate(rows.split())))
    check_fit(policy, board[1], [case])
    ended = run_case(policy, board[1], case)
    assert (ended.end, [step.code for step in ended.refused]) == (
        end if end != "open" else ended.end,
        refused,
    )
    assert end != "open" or ended.end in ("open", "draft")


def _vote(number: int, row: str) -> Row:
    activity, _, who = row.partition(":")
    role = "Asker" if who == "ana" else "Member"
    return Row(START + timedelta(hours=number), activity, role, who, {"case": "b1"})
