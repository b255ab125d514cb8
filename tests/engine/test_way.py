"""Stages that send back to an earlier one, and stages that start once any of several is done."""

from typing import Any

import pytest
from pydantic import ValidationError

from approvals.engine import events as e
from approvals.engine.policy import BackTo
from approvals.engine.state import StageStatus
from tests.engine.scene import Scene, policy

SLA = {"target": "PT8H", "calendar": "always"}


def three(**last: Any) -> Scene:
    """Pia, then Quin, then Rosa, who sends back to Quin."""
    return Scene(policy({}, {"asks": ["quin"]}, {"asks": ["rosa"], "on_reject": {"back_to": "s2"}, **last}))


def to_the_third(scene: Scene) -> Scene:
    scene.approve("pia")
    scene.approve("quin", "s2.1.1")
    return scene


def test_a_rejection_sends_back_to_an_earlier_stage() -> None:
    scene = to_the_third(three())
    assert scene.reject("rosa", "s3.1.1", "Look again.") == "ok"
    back = scene.last(e.StageSentBack)
    assert (back.stage, back.to, back.round, back.kept, back.reason) == (
        "s3",
        "s2",
        2,
        ("s1",),
        "Look again.",
    )
    assert scene.state.round == 2
    assert scene.waits_for() == {"s2.2.1": ("quin",)}
    assert scene.status("s3") is StageStatus.WAITING
    scene.approve("quin", "s2.2.1")
    scene.approve("rosa", "s3.2.1")
    assert scene.outcome == "approved"


def test_what_was_decided_before_goes_on_to_count() -> None:
    scene = to_the_third(three())
    scene.reject("rosa", "s3.1.1")
    assert scene.state.has_decided("s1", "pia")
    assert scene.approve("quin", "s2.1.1") == "already_decided"


def test_going_back_ends_with_the_last_round() -> None:
    rules = policy({"on_reject": {"back_to": "s1"}}, max_rounds=2)
    scene = Scene(rules)
    scene.reject("pia")
    assert scene.waits_for() == {"s1.2.1": ("pia",)}
    scene.reject("pia", "s1.2.1", "Never.")
    assert (scene.outcome, scene.state.outcome_reason) == ("rejected", "Never.")


def test_a_stage_beside_it_goes_on() -> None:
    scene = Scene(policy({"on_reject": {"back_to": "s1"}}, {"asks": ["quin"], "after": [], "sla": SLA}))
    scene.wait(3)
    scene.reject("pia")
    assert scene.waits_for() == {"s2.1.1": ("quin",), "s1.2.1": ("pia",)}
    clock = scene.state.stages["s2"].clock
    assert clock
    assert clock.running
    assert scene.approve("quin", "s2.1.1") == "ok"
    scene.approve("pia", "s1.2.1")
    assert scene.outcome == "approved"


def test_a_stage_beside_it_that_follows_is_asked_again() -> None:
    scene = Scene(
        policy(
            {},
            {"asks": ["quin"], "on_reject": {"back_to": "s1"}},
            {"asks": ["rosa"], "after": ["s1"]},
        )
    )
    scene.approve("pia")
    scene.reject("quin", "s2.1.1")
    assert scene.task("s3.1.1").status == "cancelled"
    assert scene.waits_for() == {"s1.2.1": ("pia",)}
    assert scene.approve("rosa", "s3.1.1") == "stale_round"


def test_a_rule_can_send_back_too() -> None:
    rule = {"name": "No", "when": "true", "do": "reject"}
    scene = Scene(policy({}, {"rules": [rule], "on_reject": {"back_to": "s1"}}, max_rounds=3))
    for round in (1, 2, 3):
        scene.approve("pia", f"s1.{round}.1")
    assert scene.outcome == "rejected"
    assert len(scene.all(e.StageSentBack)) == 2


def test_one_goes_back_only_to_what_comes_before() -> None:
    with pytest.raises(ValidationError, match='sends back to "s2", which does not come before it'):
        policy({"on_reject": {"back_to": "s2"}}, {})
    with pytest.raises(ValidationError, match='sends back to "s1", which does not come before it'):
        policy({}, {"after": [], "on_reject": {"back_to": "s1"}})
    rules = policy({}, {"on_reject": {"back_to": "s1"}})
    assert rules.stage("s2").on_reject == BackTo(back_to="s1")


# Joins


def joined(**second: Any) -> Scene:
    """Pia and Quin side by side; Rosa after whoever is first."""
    return Scene(
        policy(
            {"on_reject": "continue"},
            {"asks": ["quin"], "after": [], **second},
            {"asks": ["rosa"], "after": ["s1", "s2"], "join": "any"},
        )
    )


def test_a_stage_starts_once_any_of_those_before_is_approved() -> None:
    scene = joined()
    scene.approve("quin", "s2.1.1")
    assert scene.waits_for() == {"s1.1.1": ("pia",), "s3.1.1": ("rosa",)}
    scene.approve("rosa", "s3.1.1")
    assert scene.state.closed_at is None
    scene.approve("pia")
    assert scene.outcome == "approved"
    assert len([event for event in scene.all(e.StagePreparing) if event.stage == "s3"]) == 1


def test_a_passed_rejection_is_enough_and_a_skipped_stage_is_not() -> None:
    scene = joined(when="false")
    assert "s3.1.1" not in scene.waits_for()
    scene.reject("pia")
    assert scene.waits_for() == {"s3.1.1": ("rosa",)}


def test_where_none_of_them_is_needed_it_starts_all_the_same() -> None:
    skipped = {"after": [], "when": "false"}
    scene = Scene(policy(skipped, skipped, {"asks": ["rosa"], "after": ["s1", "s2"], "join": "any"}))
    assert scene.waits_for() == {"s3.1.1": ("rosa",)}
