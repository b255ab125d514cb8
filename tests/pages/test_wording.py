"""Times and people in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from approvals.engine.policy import Policy, Stage
from approvals.engine.voice import PLAIN, Voice
from approvals.pages import wording
from approvals.pages.who import Who
from approvals.policies.counting import quorum_in_words
from approvals.requests.progress import columns, comes_after
from approvals.requests.wording import several
from tests.pages.office import BODY

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=1, minutes=5, seconds=59), "1 h 5 min"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=6, hours=23, minutes=59), "6 d 23 h"),
        (timedelta(days=7, hours=5), "7 days"),
    ],
)
def test_lengths(span: timedelta, words: str) -> None:
    assert wording.length(span) == words


def test_what_is_left_and_what_is_over() -> None:
    assert wording.left(NOW + timedelta(hours=2), NOW) == "2 h left"
    assert wording.left(NOW - timedelta(hours=2), NOW) == "Overdue by 2 h"
    assert wording.left(NOW, NOW) == "Overdue by less than a minute"
    assert [wording.urgency(NOW + timedelta(hours=h), NOW) for h in (-1, 0, 3, 4)] == [
        "overdue", "overdue", "soon", "later"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=3, seconds=30), "3 min ago"),
        (timedelta(hours=47, minutes=59), "47 h ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_what_is_past(span: timedelta, words: str) -> None:
    assert wording.ago(NOW - span, NOW) == words


def test_moments_are_where_the_reader_is() -> None:
    at = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Amsterdam"):
        assert wording.moment_in_full(at) == "Thursday 1 January 2026, 00:30 CET"
    with timezone.override("America/New_York"):
        assert wording.moment(at) == "Wed 31 Dec 2025, 18:30"


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ana Lima", "AL"),
        ("Štefan Novák", "ŠN"),
        ("cher", "C"),
        ("Mark van der O’Neill", "MO"),
        ("(x) y", "Y"),
    ],
)
def test_initials(name: str, initials: str) -> None:
    assert Who("x", name).initials == initials


def test_several() -> None:
    assert [several(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


@pytest.mark.parametrize(
    ("quorum", "words"),
    [
        ("all", "All 3 must approve"),
        ("any", "One of 3 is enough"),
        ({"count": 2}, "2 of 3 must approve"),
        ({"percent": 50}, "50 % of 3 must approve"),
        ("first", "The first answer of 3 decides"),
        ("majority", "More than half of 3 must approve"),
    ],
)
def test_quorums(quorum: object, words: str) -> None:
    stage = Stage.model_validate(
        {"id": "s", "title": "S", "participants": [{"group": "g", "each": True}], "quorum": quorum}
    )
    assert quorum_in_words(stage, [PLAIN] * 3) == words
    assert quorum_in_words(stage, [PLAIN]) == ""


@pytest.mark.parametrize(
    ("quorum", "words"),
    [
        ({"count": 2}, "It takes 2 of 4 votes"),
        ({"percent": 50}, "It takes 50 % of 4 votes"),
        ("majority", "It takes more than half of 4 votes; the chair breaks a tie"),
    ],
)
def test_quorums_of_votes(quorum: object, words: str) -> None:
    stage = Stage.model_validate(
        {"id": "s", "title": "S", "participants": [{"group": "g", "each": True}], "quorum": quorum}
    )
    assert quorum_in_words(stage, [Voice(weight=2), PLAIN, Voice(chair=True)]) == words


def test_stages_stand_in_columns_and_what_columns_hide_is_said() -> None:
    stages = [
        {"id": "a", "title": "A", "participants": [{"user": "x"}]},
        {"id": "b", "title": "B", "after": ["a"], "participants": [{"user": "x"}]},
        {"id": "c", "title": "C", "after": [], "participants": [{"user": "x"}]},
        {"id": "d", "title": "D", "after": ["b", "c"], "participants": [{"user": "x"}]},
    ]
    policy = Policy.model_validate({**BODY, "stages": stages})
    grouped = columns(policy)
    assert grouped == [["a", "c"], ["b"], ["d"]]
    assert comes_after(policy, grouped) == {"b": "After A", "d": "After B and C"}
