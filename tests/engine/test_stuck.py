"""A request that its reviewers cannot decide: its policy's owner hears of it."""

from approvals.engine import commands as c
from approvals.engine import events as e
from tests.engine.scene import Scene, policy
from tests.engine.world import World


def test_an_empty_group_is_a_case_for_the_owner() -> None:
    scene = Scene(policy({"participants": [{"group": "nobody"}]}))
    stuck = scene.last(e.StageStuck)
    assert [candidate.person for candidate in stuck.people] == ["olga"]
    assert scene.state.stages["s1"].reason == "Too few people can decide this stage."
    assert scene.waits_for() == {"s1.1.1": ("olga",)}
    assert scene.task().label == "Policy owner"


def test_a_group_smaller_than_its_quorum_is_too() -> None:
    world = World(groups={"board": ("pia", "quin")})
    scene = Scene(policy({"participants": [{"group": "board", "each": True}], "quorum": {"count": 3}}), world)
    assert scene.waits_for() == {"s1.1.1": ("pia",), "s1.1.2": ("quin",), "s1.1.3": ("olga",)}
    for number, person in enumerate(("pia", "quin", "olga"), 1):
        scene.approve(person, f"s1.1.{number}")
    assert scene.outcome == "approved"


def test_a_stage_that_only_the_requester_could_decide_goes_to_the_owner() -> None:
    scene = Scene(policy({"asks": ["ana"]}))
    assert scene.waits_for() == {"s1.1.1": ("olga",)}


def test_nobody_decides_on_behalf_of_the_requester_either() -> None:
    scene = Scene(policy({"asks": ["ana"]}), World(away={"ana": "zoe"}))
    assert scene.waits_for() == {"s1.1.1": ("olga",)}


def test_a_stand_in_for_the_requester_keeps_the_right_of_their_own() -> None:
    world = World(groups={"desk": ("ana", "zoe")}, away={"ana": "zoe"})
    scene = Scene(policy({"participants": [{"group": "desk"}]}), world)
    assert scene.waits_for() == {"s1.1.1": ("zoe",)}


def test_an_owner_who_made_the_request_is_told_but_does_not_decide() -> None:
    scene = Scene(policy({"asks": ["ana"]}, owner={"user": "ana"}))
    assert scene.waits_for() == {}
    assert [candidate.person for candidate in scene.last(e.StageStuck).people] == ["ana"]
    assert scene.admin(c.AddApprover, stage="s1", person="zoe") == "ok"
    scene.approve("zoe")
    assert scene.outcome == "approved"


def test_an_owner_who_cannot_decide_either_leaves_the_stage_marked() -> None:
    world = World(groups={"board": ("pia",)})
    board = {"participants": [{"group": "board", "each": True}], "quorum": {"count": 3}}
    scene = Scene(policy(board), world)
    scene.approve("pia")
    assert len(scene.all(e.StageStuck)) == 2
    scene.approve("olga", "s1.1.2")
    assert len(scene.all(e.StageStuck)) == 3
    assert scene.waits_for() == {}
    assert scene.outcome is None
    assert scene.admin(c.Override, outcome="approved") == "ok"


def test_who_is_told_may_comment() -> None:
    scene = Scene(
        policy({"participants": [{"group": "nobody"}]}, owner={"group": "owners"}),
        World(groups={"owners": ("olga", "otto")}),
    )
    assert scene.act(c.Comment, "otto", text="I see to it.") == "ok"


def test_the_owners_seat_is_nobodys_doing() -> None:
    scene = Scene(policy({"asks": ["pia"], "allow": ["abstain"]}))
    scene.decide("pia", "abstain")
    assert scene.task("s1.1.2").added_by is None


def test_removing_the_last_voice_is_a_case_for_the_owner() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"], "allow": ["abstain"]}))
    scene.decide("pia", "abstain")
    assert scene.admin(c.RemoveApprover, task="s1.1.2") == "ok"
    assert scene.waits_for() == {"s1.1.3": ("olga",)}


def test_the_ladder_opens_a_seat_in_a_stage_that_has_none() -> None:
    ladder = [{"at": "100%", "do": "add", "to": [{"user": "max"}]}]
    sla = {"target": "PT1H", "calendar": "always", "levels": ladder}
    scene = Scene(policy({"asks": ["ana"], "sla": sla}, owner={"user": "ana"}))
    scene.wait(1)
    assert scene.waits_for() == {"s1.1.1": ("max",)}
    assert scene.task().label == "Escalation"
    scene.approve("max")
    assert scene.outcome == "approved"
