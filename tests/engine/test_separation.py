"""Who may not decide: separation of duties, however somebody comes to a seat."""

from typing import Any

import pytest

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.state import LeftOut
from tests.engine.scene import Scene, policy
from tests.engine.world import World

APART: Any = {"four_eyes": [["s1", "s2"]]}
DESK = World(groups={"desk": ("pia", "quin")})
ASKS_DESK = {"participants": [{"group": "desk"}]}
TEAM = World(managers={"pia": "quin", "quin": "ana", "zoe": "pia"}, groups={"desk": ("pia", "rosa")})


def sequence(*stages: dict[str, Any], world: World | None = None, **duties: Any) -> Scene:
    return Scene(policy(*stages, separation_of_duties=duties), world)


# ---- four eyes ---------------------------------------------------------------------------------


def test_whoever_decided_one_stage_is_not_asked_for_the_other() -> None:
    scene = sequence(ASKS_DESK, ASKS_DESK, world=DESK, **APART)
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("quin",)}
    assert scene.state.stages["s2"].left_out == (LeftOut(person="pia", rule="four_eyes", stage="s1"),)
    scene.approve("quin", "s2.1.1")
    assert scene.outcome == "approved"


def test_stages_outside_the_set_may_have_the_same_people() -> None:
    scene = sequence({"asks": ["pia"]}, {"asks": ["quin"]}, {"asks": ["pia"]}, **APART)
    scene.approve("pia")
    scene.approve("quin", "s2.1.1")
    assert scene.waits_for() == {"s3.1.1": ("pia",)}


def test_a_stage_whose_only_reviewer_decided_the_other_goes_to_the_owner() -> None:
    scene = sequence({"asks": ["pia"]}, {"asks": ["pia"]}, **APART)
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("olga",)}
    assert scene.task("s2.1.1").label == "Policy owner"


def test_a_seat_less_is_no_approval_less() -> None:
    scene = sequence({"asks": ["pia"]}, {"asks": ["pia", "quin"]}, **APART)
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("quin",), "s2.1.2": ("olga",)}


def test_a_seat_that_the_quorum_does_not_need_falls_away() -> None:
    scene = sequence({"asks": ["pia"]}, {"asks": ["pia", "quin"], "quorum": "any"}, **APART)
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("quin",)}


def test_where_the_owner_may_not_decide_either_the_owner_hears_of_it() -> None:
    scene = sequence({"asks": ["olga"]}, {"asks": ["olga"]}, **APART)
    scene.approve("olga")
    assert scene.waits_for() == {}
    assert [candidate.person for candidate in scene.last(e.StageStuck).people] == ["olga"]
    assert scene.admin(c.AddApprover, stage="s2", person="zoe") == "ok"


def test_side_by_side_the_first_decision_takes_the_other_seat_away() -> None:
    scene = sequence(ASKS_DESK, {**ASKS_DESK, "after": []}, world=DESK, **APART)
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("quin",)}
    moved = scene.last(e.TaskReassigned)
    assert (moved.actor, moved.removed) == ("", ("pia",))
    assert scene.approve("pia", "s2.1.1") == "four_eyes"
    assert scene.said == "You have decided “S1”, and the policy wants other eyes here."


def test_side_by_side_the_only_reviewers_seat_goes_to_the_owner() -> None:
    scene = sequence({"asks": ["pia"]}, {"asks": ["pia"], "after": []}, **APART)
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("olga",)}
    assert scene.last(e.StageStuck).reason.startswith("Whoever was asked here has decided another stage")


def test_side_by_side_a_seat_waits_for_an_administrator_where_nobody_else_may() -> None:
    scene = sequence({"asks": ["olga"]}, {"asks": ["olga", "pia"], "after": []}, **APART)
    scene.approve("olga")
    assert scene.waits_for() == {"s2.1.1": (), "s2.1.2": ("pia",)}
    scene.approve("pia", "s2.1.2")
    assert scene.status("s2") == "open", "one approval less is not enough"
    assert scene.admin(c.Reassign, task="s2.1.1", to="zoe") == "ok"
    scene.approve("zoe", "s2.1.1")
    assert scene.outcome == "approved"


def test_side_by_side_a_seat_that_the_quorum_does_not_need_falls_away() -> None:
    scene = sequence({"asks": ["pia"]}, {"asks": ["pia", "quin"], "after": [], "quorum": "any"}, **APART)
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.2": ("quin",)}
    assert scene.last(e.TaskCancelled).reason == "barred"


def test_other_eyes_stay_other_eyes_in_the_next_round() -> None:
    scene = sequence(ASKS_DESK, ASKS_DESK, world=DESK, **APART)
    scene.approve("pia")
    scene.request_changes("quin", "s2.1.1")
    scene.resubmit()
    assert scene.waits_for() == {"s1.2.1": ("pia",)}


# ---- nobody who reports to the requester -----------------------------------------------------------


def test_subordinates_are_left_out_however_far_down() -> None:
    scene = sequence(ASKS_DESK, world=TEAM, no_subordinates=True)
    assert scene.waits_for() == {"s1.1.1": ("rosa",)}
    assert scene.last(e.SubordinatesFound).people == ("pia", "quin", "zoe")
    assert scene.state.stages["s1"].left_out == (LeftOut(person="pia", rule="subordinate"),)


def test_without_the_rule_they_are_asked_as_ever() -> None:
    scene = sequence(ASKS_DESK, world=TEAM)
    assert scene.waits_for() == {"s1.1.1": ("pia", "rosa")}
    assert not scene.all(e.SubordinatesFound)


def test_an_owner_who_reports_to_the_requester_hears_of_it_and_does_not_decide() -> None:
    scene = sequence(
        {"asks": ["pia"]}, world=World(managers={"pia": "ana", "olga": "ana"}), no_subordinates=True
    )
    assert scene.waits_for() == {}
    assert [candidate.person for candidate in scene.last(e.StageStuck).people] == ["olga"]


def test_the_ladder_and_the_last_resort_ask_nobody_who_may_not_decide() -> None:
    ladder = [
        {"at": "50%", "do": "add", "to": [{"user": "zoe"}]},
        {"at": "100%", "do": "reassign", "to": [{"user": "pia"}]},
    ]
    stage = {"asks": ["rosa"], "sla": {"target": "PT8H", "calendar": "always", "levels": ladder}}
    scene = sequence(stage, world=TEAM, no_subordinates=True)
    scene.wait(9)
    assert scene.waits_for() == {"s1.1.1": ("rosa", "olga")}


# ---- by another way ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "code"), [("ana", "self_approval"), ("zoe", "subordinate"), ("sam", "four_eyes")]
)
def test_nobody_hands_a_seat_to_somebody_who_may_not_decide(to: str, code: str) -> None:
    scene = sequence({"asks": ["sam"]}, {"asks": ["rosa"]}, world=TEAM, no_subordinates=True, **APART)
    scene.approve("sam")
    assert scene.act(c.Delegate, "rosa", task="s2.1.1", to=to) == code
    assert scene.said.endswith("Choose somebody else.")
    assert scene.admin(c.Reassign, task="s2.1.1", to=to) == code
    assert scene.admin(c.AddApprover, stage="s2", person=to) == code
    assert scene.waits_for() == {"s2.1.1": ("rosa",)}
