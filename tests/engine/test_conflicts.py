"""A reviewer with an interest of their own says so, and decides nothing any more."""

import pytest

from approvals.engine import commands as c
from approvals.engine import events as e
from tests.engine.scene import Scene, policy
from tests.engine.world import World

DESK = World(groups={"desk": ("pia", "quin")})
DESK_STAGE = {"participants": [{"group": "desk"}]}


def declare(scene: Scene, actor: str, task: str = "s1.1.1", reason: str = "It is my cousin's.") -> str:
    return scene.act(c.DeclareConflict, actor, task=task, reason=reason)


def test_the_seat_is_left_to_the_others() -> None:
    scene = Scene(policy(DESK_STAGE), DESK)
    assert declare(scene, "pia") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("quin",)}
    declared = scene.last(e.ConflictDeclared)
    assert (declared.actor, declared.stage, declared.reason) == ("pia", "s1", "It is my cousin's.")
    assert scene.last(e.TaskReassigned).removed == ("pia",)
    assert not scene.all(e.StageStuck)


def test_without_others_the_owner_hears_of_it_and_has_the_seat() -> None:
    scene = Scene(policy({"asks": ["pia"]}))
    declare(scene, "pia")
    assert scene.waits_for() == {"s1.1.1": ("olga",)}
    assert scene.last(e.StageStuck).reason == "Whoever was asked here has a conflict of interest."


def test_where_the_owner_has_one_too_the_seat_waits_for_an_administrator() -> None:
    scene = Scene(policy({"asks": ["olga", "pia"]}))
    declare(scene, "olga")
    assert scene.waits_for() == {"s1.1.1": (), "s1.1.2": ("pia",)}
    assert "an administrator can reassign it" in scene.last(e.StageStuck).reason
    scene.approve("pia", "s1.1.2")
    assert scene.outcome is None
    assert scene.admin(c.Reassign, task="s1.1.1", to="olga") == "conflict_of_interest"
    assert scene.admin(c.Reassign, task="s1.1.1", to="zoe") == "ok"


def test_it_holds_for_every_stage_and_every_round() -> None:
    scene = Scene(policy(DESK_STAGE, {**DESK_STAGE, "after": []}, {"asks": ["rosa"], "after": []}), DESK)
    declare(scene, "pia")
    assert scene.waits_for() == {"s1.1.1": ("quin",), "s2.1.1": ("quin",), "s3.1.1": ("rosa",)}
    scene.request_changes("rosa", "s3.1.1")
    scene.resubmit()
    assert scene.waits_for() == {"s1.2.1": ("quin",), "s2.2.1": ("quin",), "s3.2.1": ("rosa",)}
    assert [one.rule for one in scene.state.stages["s1"].left_out] == ["conflict_of_interest"]


def test_nobody_can_bring_them_back() -> None:
    ladder = [{"at": "50%", "do": "add", "to": [{"user": "pia"}]}]
    sla = {"target": "PT8H", "calendar": "always", "levels": ladder}
    scene = Scene(policy({**DESK_STAGE, "sla": sla}), DESK)
    declare(scene, "pia")
    scene.wait(5)
    assert scene.waits_for() == {"s1.1.1": ("quin", "olga")}, "the step falls through to the last resort"
    assert scene.act(c.Delegate, "quin", task="s1.1.1", to="pia") == "conflict_of_interest"
    assert scene.said == "pia has declared a conflict of interest. Choose somebody else."
    assert scene.admin(c.AddApprover, stage="s1", person="pia") == "conflict_of_interest"
    assert scene.approve("pia") == "conflict_of_interest"
    assert scene.said == "You have declared a conflict of interest, so you decide nothing here."


def test_the_claim_of_another_does_not_stand_in_the_way() -> None:
    scene = Scene(policy(DESK_STAGE), DESK)
    scene.act(c.Claim, "quin", task="s1.1.1")
    assert declare(scene, "pia") == "ok"
    assert scene.task().owner == "quin"


def test_one_who_has_it_claimed_gives_it_up() -> None:
    scene = Scene(policy(DESK_STAGE), DESK)
    scene.act(c.Claim, "pia", task="s1.1.1")
    declare(scene, "pia")
    assert scene.waits_for() == {"s1.1.1": ("quin",)}
    assert scene.approve("quin") == "ok"


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_conflict_needs_a_reason(reason: str) -> None:
    scene = Scene(policy({"asks": ["pia"]}))
    assert declare(scene, "pia", reason=reason) == "reason_required"
    assert declare(scene, "pia", reason="x" * 20_001) == "text_too_long"


def test_only_whoever_is_asked_declares_one_and_before_deciding() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"]}))
    assert declare(scene, "eve") == "not_assigned"
    scene.approve("pia")
    assert declare(scene, "pia") == "already_decided"
    scene.admin(c.Pause)
    assert declare(scene, "quin", "s1.1.2") == "paused"
