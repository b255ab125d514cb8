"""A reviewer has somebody else asked: before, beside or after themselves."""

from typing import Any

import pytest

from approvals.engine import commands as c
from approvals.engine import events as e
from tests.engine.scene import Scene, policy
from tests.engine.world import World

ALLOW = ["add_before", "add_beside", "add_after", "abstain", "delegate", "request_changes"]
DESK = World(groups={"desk": ("pia", "quin")})


def scene_of(*asks: str, world: World | None = None, **stage: Any) -> Scene:
    return Scene(policy({"asks": list(asks), "allow": ALLOW, **stage}), world)


def add(scene: Scene, actor: str, to: str, place: str, task: str = "s1.1.1") -> str:
    return scene.act(c.Invite, actor, task=task, to=to, place=place, comment="You know them.")


# ---- whose turn it is ----------------------------------------------------------------------------


def test_before_ones_own_task_waits() -> None:
    scene = scene_of("pia")
    assert add(scene, "pia", "zoe", "before") == "ok"
    assert scene.said == "zoe is asked now, and you after that."
    opened = scene.last(e.TaskOpened)
    assert (opened.actor, opened.invited, opened.invited_for, opened.reason) == (
        "pia",
        "before",
        "s1.1.1",
        "You know them.",
    )
    assert opened.candidates[0].why == "pia added zoe: to decide first."
    assert scene.approve("pia") == "waits_for_other"
    assert scene.said == "zoe decides first. Your turn comes then."
    scene.approve("zoe", "s1.1.2")
    assert scene.last(e.TurnCame).task == "s1.1.1"
    assert scene.outcome is None
    scene.approve("pia")
    assert scene.outcome == "approved"


def test_a_rejection_before_ones_own_turn_rejects() -> None:
    scene = scene_of("pia")
    add(scene, "pia", "zoe", "before")
    scene.reject("zoe", "s1.1.2")
    assert scene.outcome == "rejected"


def test_beside_both_are_needed_in_any_order() -> None:
    scene = scene_of("pia")
    assert add(scene, "pia", "zoe", "beside") == "ok"
    scene.approve("pia")
    assert scene.waits_for() == {"s1.1.2": ("zoe",)}
    scene.approve("zoe", "s1.1.2")
    assert scene.outcome == "approved"


def test_after_is_asked_once_it_is_approved_and_the_stage_is_not_done_before() -> None:
    scene = scene_of("pia")
    assert add(scene, "pia", "zoe", "after") == "ok"
    assert scene.last(e.ApproverNamed).to == "zoe"
    assert scene.waits_for() == {"s1.1.1": ("pia",)}
    scene.approve("pia")
    assert scene.waits_for() == {"s1.1.2": ("zoe",)}
    assert scene.outcome is None
    scene.approve("zoe", "s1.1.2")
    assert scene.outcome == "approved"


@pytest.mark.parametrize("decision", ["reject", "abstain"])
def test_after_anything_but_an_approval_nobody_is_asked_next(decision: str) -> None:
    scene = scene_of("pia", "quin", veto=False)
    add(scene, "pia", "zoe", "after")
    scene.decide("pia", decision)
    assert "zoe" not in [person for people in scene.waits_for().values() for person in people]


def test_who_cannot_be_asked_any_more_is_passed_over_in_the_record() -> None:
    scene = scene_of("pia", "quin")
    add(scene, "pia", "zoe", "after")
    scene.admin(c.AddApprover, stage="s1", person="zoe")
    scene.approve("pia")
    assert scene.last(e.InvitationLapsed).to == "zoe"
    assert scene.waits_for() == {"s1.1.2": ("quin",), "s1.1.3": ("zoe",)}


def test_whoever_is_added_can_add_in_turn() -> None:
    scene = scene_of("pia")
    add(scene, "pia", "zoe", "before")
    assert add(scene, "zoe", "yan", "before", "s1.1.2") == "ok"
    assert scene.approve("zoe", "s1.1.2") == "waits_for_other"
    for person, task in (("yan", "s1.1.3"), ("zoe", "s1.1.2"), ("pia", "s1.1.1")):
        assert scene.approve(person, task) == "ok"
    assert scene.outcome == "approved"


@pytest.mark.parametrize("way", ["removed", "conflict"])
def test_the_turn_comes_however_the_other_seat_ends(way: str) -> None:
    scene = scene_of("pia")
    add(scene, "pia", "zoe", "before")
    if way == "removed":
        assert scene.admin(c.RemoveApprover, task="s1.1.2") == "ok"
    else:
        scene.act(c.DeclareConflict, "zoe", task="s1.1.2", reason="My cousin.")
    assert scene.waits_for() == {"s1.1.1": ("pia",)}
    scene.approve("pia")
    assert scene.outcome == "approved"


def test_the_last_seat_of_the_policy_is_not_taken_away_because_of_an_added_one() -> None:
    scene = scene_of("pia")
    add(scene, "pia", "zoe", "beside")
    assert scene.admin(c.RemoveApprover, task="s1.1.1") == "last_approver"


def test_only_whose_turn_it_is_gets_a_reminder() -> None:
    scene = scene_of("pia", sla={"target": "PT8H", "calendar": "always", "reminders": [{"at": "50%"}]})
    add(scene, "pia", "zoe", "before")
    scene.wait(5)
    assert scene.last(e.ReminderSent).people == ("zoe",)


def test_a_task_that_others_could_take_is_claimed_by_adding() -> None:
    scene = Scene(policy({"participants": [{"group": "desk"}], "allow": ALLOW}), DESK)
    add(scene, "pia", "zoe", "before")
    assert scene.task().owner == "pia"


# ---- how it counts ---------------------------------------------------------------------------------


def test_nobody_brings_a_friend_to_make_up_the_number() -> None:
    scene = scene_of("pia", "quin", "rosa", quorum={"count": 2})
    add(scene, "pia", "zoe", "beside")
    scene.approve("pia")
    scene.approve("zoe", "s1.1.4")
    assert scene.outcome is None
    scene.approve("quin", "s1.1.2")
    assert scene.outcome == "approved"


def test_where_one_is_enough_the_stage_still_waits_for_whoever_was_added() -> None:
    scene = scene_of("pia", "quin", quorum="any")
    add(scene, "pia", "zoe", "before")
    scene.approve("quin", "s1.1.2")
    assert scene.outcome is None
    scene.approve("zoe", "s1.1.3")
    assert scene.outcome == "approved"


def test_without_a_veto_their_rejection_stands_in_the_record_alone() -> None:
    scene = scene_of("pia", veto=False)
    add(scene, "pia", "zoe", "beside")
    scene.reject("zoe", "s1.1.2")
    assert scene.outcome is None
    scene.approve("pia")
    assert scene.outcome == "approved"


# ---- who cannot be added -----------------------------------------------------------------------------


def test_only_where_the_policy_says_so() -> None:
    scene = Scene(policy({"asks": ["pia"], "allow": ["add_after"]}))
    assert add(scene, "pia", "zoe", "before") == "not_allowed"
    assert scene.said == "The policy does not let this stage's reviewers add somebody before themselves."
    assert add(scene, "pia", "zoe", "beside") == "not_allowed"
    assert add(scene, "pia", "zoe", "after") == "ok"


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("ana", "self_approval"),
        ("will", "subordinate"),
        ("sam", "four_eyes"),
        ("tom", "conflict_of_interest"),
        ("quin", "already_assigned"),
        ("pia", "already_assigned"),
        ("uma", "already_decided"),
        ("vic", "already_assigned"),
        ("", "unknown_person"),
    ],
)
@pytest.mark.parametrize("place", ["before", "beside", "after"])
def test_who_cannot_be_added(to: str, code: str, place: str) -> None:
    rules = policy(
        {"asks": ["sam"]},
        {"asks": ["pia", "quin", "uma", "tom"], "allow": ALLOW},
        separation_of_duties={"four_eyes": [["s1", "s2"]], "no_subordinates": True},
    )
    scene = Scene(rules, World(managers={"will": "ana"}))
    scene.approve("sam")
    scene.approve("uma", "s2.1.3")
    scene.act(c.DeclareConflict, "tom", task="s2.1.4", reason="My cousin.")
    add(scene, "pia", "vic", "after", "s2.1.1")
    assert add(scene, "pia", to, place, "s2.1.1") == code


def test_only_whoever_is_asked_adds_and_before_deciding() -> None:
    scene = scene_of("pia", "quin")
    assert add(scene, "eve", "zoe", "beside") == "not_assigned"
    scene.approve("pia")
    assert add(scene, "pia", "zoe", "beside") == "already_decided"


def test_a_stage_takes_only_so_many() -> None:
    scene = scene_of("pia")
    codes = [add(scene, "pia", f"friend-{number}", "beside") for number in range(21)]
    assert codes == ["ok"] * 20 + ["too_many_added"]
