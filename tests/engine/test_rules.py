"""Rules that decide a stage, or the whole request, and what later conditions see of earlier decisions."""

from typing import Any

import pytest
from pydantic import ValidationError

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import pending_work
from approvals.engine.rules import Said
from approvals.engine.state import StageStatus, Status
from approvals.engine.work import StageWork
from tests.engine.scene import Scene, policy


def rule(do: str = "approve", when: str = "true", name: str = "Small") -> dict[str, Any]:
    return {"name": name, "when": when, "do": do}


def test_a_rule_approves_a_stage_and_nobody_is_asked() -> None:
    scene = Scene(policy({"rules": [rule()]}, {"asks": ["quin"]}))
    applied = scene.last(e.RuleApplied)
    assert (applied.stage, applied.rule, applied.do, applied.whole) == ("s1", "Small", "approve", False)
    assert scene.last(e.StageDecided).reason == "By the rule “Small”."
    assert scene.state.stages["s1"].rule == "Small"
    assert scene.waits_for() == {"s2.1.1": ("quin",)}


def test_a_rule_that_does_not_hold_changes_nothing() -> None:
    scene = Scene(policy({"rules": [rule(when="false")]}))
    assert scene.waits_for() == {"s1.1.1": ("pia",)}


def test_the_first_rule_that_holds_decides() -> None:
    rules = [rule(when="false", name="One"), rule("reject", name="Two"), rule(name="Three")]
    scene = Scene(policy({"rules": rules}))
    assert scene.outcome == "rejected"
    assert scene.state.outcome_reason == "By the rule “Two”."


def test_a_rejection_by_a_rule_does_what_the_policy_says_of_rejections() -> None:
    passed = Scene(policy({"rules": [rule("reject")], "on_reject": "continue"}, {"asks": ["quin"]}))
    assert passed.status() is StageStatus.PASSED
    assert passed.waits_for() == {"s2.1.1": ("quin",)}
    returned = Scene(policy({"rules": [rule("reject")], "on_reject": "return"}))
    assert returned.state.status is Status.RETURNED
    assert returned.last(e.ChangesRequested).comment == "By the rule “Small”."


def test_a_rule_of_the_policy_decides_the_whole_request() -> None:
    scene = Scene(policy({}, {"asks": ["quin"]}, rules=[rule()]))
    assert scene.outcome == "approved"
    assert scene.state.outcome_reason == "By the rule “Small”. So."
    assert scene.last(e.RuleApplied).whole
    assert scene.all(e.TaskOpened) == []


def test_a_rule_of_the_policy_comes_before_those_of_the_stage() -> None:
    scene = Scene(policy({"rules": [rule()]}, rules=[rule("reject", name="Never")]))
    assert scene.outcome == "rejected"


def test_rules_are_asked_again_in_the_next_round() -> None:
    scene = Scene(policy({"rules": [rule()], "watches": ["a"]}, {"asks": ["quin"]}, form=[
        {"id": "a", "label": "A", "type": "integer", "required": False}]))  # fmt: skip
    scene.request_changes("quin", "s2.1.1")
    scene.resubmit()
    assert len(scene.all(e.RuleApplied)) == 2


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match='The rule "Small" stands twice'):
        policy({"rules": [rule()]}, rules=[rule()])


def question(scene: Scene) -> StageWork:
    (work,) = pending_work(scene.state)
    assert isinstance(work, StageWork)
    return work


def test_a_stage_is_told_what_came_before() -> None:
    scene = Scene(
        policy(
            {"asks": ["pia", "quin"], "quorum": "any", "veto": False},
            {"when": "false"},
            {"rules": [rule()]},
            {"asks": ["rosa"]},
        )
    )
    scene.reject("quin", "s1.1.2")
    scene.wait(1)
    scene._prepared = False
    scene.approve("pia")
    asked = question(scene)
    assert asked.decisions == {"s1": Said(result="approved", by=("quin", "pia"), approvals=1, rejections=1)}
    assert asked.titles == {"s1": "S1", "s2": "S2", "s3": "S3", "s4": "S4"}
    scene.receive(scene.world.answer(asked, scene.now, "w1"))
    scene.receive(scene.world.answer(question(scene), scene.now, "w2"))
    told = question(scene).decisions
    assert (told["s2"].result, told["s3"]) == ("skipped", Said(result="approved", rule="Small"))


def test_a_rejection_that_was_passed_and_a_skip_are_told_as_such() -> None:
    scene = Scene(policy({"on_reject": "continue"}, {"asks": ["quin"]}, {"asks": ["rosa"]}))
    scene.reject("pia")
    scene._prepared = False
    scene.admin(c.SkipStage, stage="s2")
    told = question(scene).decisions
    assert (told["s1"].result, told["s1"].rejections, told["s2"].result) == ("rejected", 1, "skipped")


def test_the_decisions_of_a_kept_stage_are_told() -> None:
    form = [{"id": "a", "label": "A", "type": "integer", "required": False}]
    scene = Scene(policy({"watches": []}, {"asks": ["quin"]}, form=form))
    scene.approve("pia")
    scene.request_changes("quin", "s2.1.1")
    scene._prepared = False
    scene.resubmit(form={"a": 1})
    assert question(scene).decisions["s1"].by == ("pia",)
