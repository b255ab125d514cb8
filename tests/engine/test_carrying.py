"""The same person only once: an approval counts in a later stage too, where the policy says so."""

from typing import Any

import pytest

from approvals.engine import events as e
from tests.engine.scene import Scene, policy
from tests.engine.world import World

CARRY: Any = {"already_approved": "carry_over"}


def test_who_approved_before_is_not_asked_again_and_the_record_says_by_which_rule() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["pia", "quin"]}, **CARRY))
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.2": ("quin",)}
    carried = scene.last(e.ApprovalCarriedOver)
    assert (carried.person, carried.earlier, carried.rule, carried.actor) == (
        "pia",
        "s1.1.1",
        "already_approved",
        "",
    )
    task = scene.task("s2.1.1")
    assert (task.decided_by, task.carried_from) == ("pia", "s1.1.1")
    scene.approve("quin", "s2.1.2")
    assert scene.outcome == "approved"


def test_a_stage_that_has_all_it_needs_is_done_at_once() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["pia"]}, {"asks": ["quin"]}, **CARRY))
    scene.approve("pia")
    assert scene.waits_for() == {"s3.1.1": ("quin",)}
    assert [(done.stage, done.result) for done in scene.all(e.StageDecided)] == [
        ("s1", "approved"),
        ("s2", "approved"),
    ]


def test_by_default_they_are_asked_again() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["pia"]}))
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("pia",)}


@pytest.mark.parametrize(
    ("stage", "rules", "asked"),
    [
        ("ask_again", CARRY, True),
        ("carry_over", {}, False),
        ("carry_over", {"already_approved": "ask_again"}, False),
    ],
)
def test_a_stage_says_otherwise_than_its_policy(stage: str, rules: dict[str, Any], asked: bool) -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["pia", "quin"], "already_approved": stage}, **rules))
    scene.approve("pia")
    assert ("s2.1.1" in scene.waits_for()) is asked


def test_a_seat_that_others_could_take_is_left_to_all_of_them() -> None:
    desk = {"participants": [{"group": "desk"}]}
    scene = Scene(policy({"asks": ["pia"]}, desk, **CARRY), World(groups={"desk": ("pia", "quin")}))
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("pia", "quin")}


def test_only_an_approval_counts() -> None:
    first = {"asks": ["pia", "quin"], "allow": ["abstain"]}
    scene = Scene(policy(first, {"asks": ["pia"]}, **CARRY))
    scene.decide("pia", "abstain")
    scene.approve("quin", "s1.1.2")
    assert scene.waits_for() == {"s2.1.1": ("pia",)}


def test_what_was_approved_in_an_earlier_round_was_another_form() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"]}, {"asks": ["pia"]}, **CARRY))
    scene.approve("pia")
    scene.request_changes("quin", "s2.1.1")
    scene.resubmit()
    assert scene.waits_for() == {"s1.2.1": ("pia",)}


def test_other_eyes_are_not_replaced_by_what_was_approved() -> None:
    scene = Scene(
        policy(
            {"asks": ["pia"]}, {"asks": ["pia"]}, separation_of_duties={"four_eyes": [["s1", "s2"]]}, **CARRY
        )
    )
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("olga",)}
    assert not scene.all(e.ApprovalCarriedOver)


def test_one_word_counts_once_in_the_stage_too() -> None:
    second = {"asks": ["pia", "pia", "quin"], "quorum": {"count": 2}}
    scene = Scene(policy({"asks": ["pia"]}, second, **CARRY))
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.3": ("quin",)}
