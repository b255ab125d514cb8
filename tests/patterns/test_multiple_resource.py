"""Multiple resource: one person with several tasks, one task with several people."""

from approvals.engine import commands as c
from tests.engine.scene import Scene, policy
from tests.engine.world import World


def test_r42_simultaneous_execution() -> None:
    desk = {"participants": [{"group": "desk"}]}
    scene = Scene(policy(desk, {**desk, "after": []}), World(groups={"desk": ("pia", "quin")}))
    assert scene.act(c.Claim, "pia", task="s1.1.1") == "ok"
    assert scene.act(c.Claim, "pia", task="s2.1.1") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("pia",), "s2.1.1": ("pia",)}


def test_r43_additional_resources() -> None:
    scene = Scene(policy({"asks": ["pia"], "allow": ["add_beside"]}))
    assert scene.act(c.Invite, "pia", task="s1.1.1", to="zoe", place="beside") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("pia",), "s1.1.2": ("zoe",)}
    scene.approve("pia")
    assert scene.outcome is None, "Zoe is needed too"
    scene.approve("zoe", "s1.1.2")
    assert scene.outcome == "approved"
