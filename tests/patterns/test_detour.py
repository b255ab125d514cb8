"""Detour: the work goes another way than it began."""

from datetime import timedelta
from typing import Any

from approvals.engine import commands as c
from approvals.engine.state import StageStatus
from tests.engine.scene import START, Scene, policy
from tests.engine.world import World

SLA: dict[str, Any] = {"target": "PT8H", "calendar": "always"}


def deadline(scene: Scene) -> timedelta:
    """When the first stage is due, counted from the submission."""
    clock = scene.state.stages["s1"].clock
    assert clock
    assert clock.deadline
    return clock.deadline - START


def test_r27_delegation() -> None:
    scene = Scene(policy({"asks": ["pia"]}))
    assert scene.act(c.Delegate, "pia", task="s1.1.1", to="zoe") == "ok"
    assert scene.approve("pia") == "not_assigned"
    assert scene.approve("zoe") == "ok"
    assert (scene.task().decided_by, scene.task().instead_of) == ("zoe", "pia")


def test_r28_escalation() -> None:
    level = {"at": "100%", "do": "reassign", "to": [{"user": "max"}]}
    scene = Scene(policy({"asks": ["pia"], "sla": {**SLA, "levels": [level]}}))
    scene.wait(7.9)
    assert scene.waits_for() == {"s1.1.1": ("pia",)}
    scene.wait(0.1)
    assert scene.waits_for() == {"s1.1.1": ("max",)}
    assert scene.approve("pia") == "not_assigned"


def test_r29_deallocation() -> None:
    desk = World(groups={"desk": ("pia", "quin")})
    scene = Scene(policy({"participants": [{"group": "desk"}]}), desk)
    scene.act(c.Claim, "pia", task="s1.1.1")
    assert scene.approve("quin") == "claimed_by_other"
    assert scene.act(c.Release, "pia", task="s1.1.1") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("pia", "quin")}
    assert scene.approve("quin") == "ok"


def test_r30_stateful_reallocation() -> None:
    allow = ["add_before"]
    scene = Scene(policy({"asks": ["pia"], "sla": SLA, "allow": allow}))
    scene.act(c.Invite, "pia", task="s1.1.1", to="sam", place="before")
    scene.wait(4)
    assert scene.admin(c.Reassign, task="s1.1.1", to="zoe") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("zoe",), "s1.1.2": ("sam",)}
    assert scene.approve("zoe") == "waits_for_other", "what was arranged for the task still holds"
    assert deadline(scene) == timedelta(hours=8), "the time that it took still counts"


def test_r32_suspension_and_resumption() -> None:
    scene = Scene(policy({"asks": ["pia"], "sla": SLA}))
    scene.wait(2)
    assert scene.admin(c.Pause) == "ok"
    scene.wait(100)
    assert scene.approve("pia") == "paused"
    assert scene.admin(c.Resume) == "ok"
    assert deadline(scene) == timedelta(hours=108), "two of eight hours had gone"
    assert scene.approve("pia") == "ok"


def test_r33_skip() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"], "allow": ["abstain"]}, {"asks": ["sam"]}))
    assert scene.decide("pia", "abstain") == "ok"
    assert scene.approve("quin", "s1.1.2") == "ok"
    assert scene.status("s1") is StageStatus.APPROVED, "without Pia"
    assert scene.admin(c.SkipStage, stage="s2") == "ok"
    assert scene.status("s2") is StageStatus.SKIPPED
    assert scene.outcome == "approved"


def test_r34_redo() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"], "on_reject": {"back_to": "s1"}}))
    scene.approve("pia")
    scene.reject("quin", "s2.1.1")
    assert scene.waits_for() == {"s1.2.1": ("pia",)}
    assert scene.approve("pia", "s1.2.1") == "ok"
    assert scene.waits_for() == {"s2.2.1": ("quin",)}, "and what came after it is done again too"
