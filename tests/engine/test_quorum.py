"""What the decisions of a stage's seats come to."""

from typing import Any

import pytest

from tests.engine.scene import Scene, policy

THREE = ["pia", "quin", "rosa"]


def sitting(decisions: str, **stage: Any) -> Scene:
    """Pia, Quin and Rosa decide in turn: ``a`` approve, ``r`` reject, ``-`` abstain."""
    scene = Scene(policy({"asks": THREE, "allow": ["abstain", "request_changes"], **stage}))
    words = {"a": "approve", "r": "reject", "-": "abstain"}
    for number, (person, sign) in enumerate(zip(THREE, decisions, strict=False), 1):
        assert scene.decide(person, words[sign], f"s1.1.{number}") == "ok"
    return scene


@pytest.mark.parametrize(
    ("quorum", "veto", "decisions", "outcome"),
    [
        ("all", True, "aa", None),
        ("all", True, "aaa", "approved"),
        ("all", True, "ar", "rejected"),
        ("all", False, "r", "rejected"),
        ("all", False, "aa-", "approved"),
        ("any", True, "a", "approved"),
        ("any", True, "r", "rejected"),
        ("any", False, "r", None),
        ("any", False, "rr", None),
        ("any", False, "rra", "approved"),
        ("any", False, "rrr", "rejected"),
        ({"count": 2}, True, "a", None),
        ({"count": 2}, True, "aa", "approved"),
        ({"count": 2}, True, "ar", "rejected"),
        ({"count": 2}, False, "ar", None),
        ({"count": 2}, False, "ara", "approved"),
        ({"count": 2}, False, "rr", "rejected"),
        ({"count": 2}, False, "-r", "rejected"),
        ({"percent": 50}, True, "a", None),
        ({"percent": 50}, True, "aa", "approved"),
        ({"percent": 67}, True, "aa", None),
        ({"percent": 67}, True, "aaa", "approved"),
        ({"percent": 66}, True, "aa", "approved"),
        ({"percent": 50}, True, "-a", "approved"),
        ({"percent": 50}, False, "r-", None),
        ({"percent": 1}, True, "a", "approved"),
    ],
)
def test_it_counts(quorum: Any, veto: bool, decisions: str, outcome: str | None) -> None:
    assert sitting(decisions, quorum=quorum, veto=veto).outcome == outcome


def test_the_order_of_decisions_does_not_matter() -> None:
    forwards = sitting("ara", quorum={"count": 2}, veto=False)
    backwards = sitting("raa", quorum={"count": 2}, veto=False)
    assert forwards.outcome == backwards.outcome == "approved"


def test_seats_that_are_not_needed_any_more_are_closed() -> None:
    scene = sitting("a", quorum="any")
    assert [task.status for task in scene.state.tasks.values()] == ["decided", "cancelled", "cancelled"]


def test_a_percentage_of_those_who_have_not_abstained() -> None:
    scene = sitting("--", quorum={"percent": 100})
    assert scene.outcome is None
    assert scene.approve("rosa", "s1.1.3") == "ok"
    assert scene.outcome == "approved"


@pytest.mark.parametrize("quorum", ["all", "any", {"count": 1}, {"percent": 50}])
def test_if_everybody_abstains_the_owner_decides(quorum: Any) -> None:
    scene = sitting("---", quorum=quorum)
    assert scene.outcome is None
    assert scene.waits_for() == {"s1.1.4": ("olga",)}
    assert scene.approve("olga", "s1.1.4") == "ok"
    assert scene.outcome == "approved"
