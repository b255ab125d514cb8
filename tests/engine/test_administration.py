"""What administrators do to a request, and what requesters do to their own."""

import pytest

from approvals.engine import commands as c
from approvals.engine import events as e
from tests.engine.scene import Scene, policy
from tests.engine.world import World

DESK = World(groups={"desk": ("pia", "quin", "rosa")})


def at_desk() -> Scene:
    return Scene(policy({"participants": [{"group": "desk"}]}), DESK)


def test_a_reassignment_replaces_everybody() -> None:
    scene = at_desk()
    assert scene.admin(c.Reassign, task="s1.1.1", to="zoe", reason="They are away.") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("zoe",)}
    assert scene.last(e.TaskReassigned).removed == ("pia", "quin", "rosa")
    assert scene.task().candidates[0].why == "ada reassigned it: They are away."


def test_a_reassignment_of_one_leaves_the_others() -> None:
    scene = at_desk()
    assert scene.admin(c.Reassign, task="s1.1.1", to="zoe", of="pia") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("quin", "rosa", "zoe")}
    assert scene.last(e.TaskReassigned).removed == ("pia",)


def test_a_reassignment_to_another_candidate_merges_the_two() -> None:
    scene = at_desk()
    assert scene.admin(c.Reassign, task="s1.1.1", to="quin", of="pia") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("rosa", "quin")}


def test_a_reassigned_candidate_acts_in_their_own_right() -> None:
    scene = Scene(policy({"asks": ["pia"]}), World(away={"pia": "yan"}))
    scene.admin(c.Reassign, task="s1.1.1", to="zoe", of="yan")
    scene.approve("zoe")
    assert scene.task().instead_of is None


def test_a_reassignment_ends_the_claim_of_whoever_had_it() -> None:
    scene = at_desk()
    scene.act(c.Claim, "pia", task="s1.1.1")
    scene.admin(c.Reassign, task="s1.1.1", to="zoe", of="pia")
    assert scene.task().owner is None


def test_a_reason_of_any_length_is_shortened_beside_the_candidate() -> None:
    scene = at_desk()
    scene.admin(c.Reassign, task="s1.1.1", to="zoe", reason="word " * 3_000)
    assert len(scene.task().candidates[0].why) < 250
    assert len(scene.last(e.TaskReassigned).reason) == 15_000


def test_it_is_not_taken_from_somebody_who_does_not_have_it() -> None:
    assert at_desk().admin(c.Reassign, task="s1.1.1", to="zoe", of="yan") == "not_assigned"


def test_it_is_not_given_to_whoever_has_it() -> None:
    scene = Scene(policy({"asks": ["pia"]}))
    assert scene.admin(c.Reassign, task="s1.1.1", to="pia") == "already_assigned"


def test_an_added_approver_has_a_seat_that_counts() -> None:
    scene = Scene(policy({"asks": ["pia"]}))
    assert scene.admin(c.AddApprover, stage="s1", person="zoe") == "ok"
    assert (scene.task("s1.1.2").label, scene.task("s1.1.2").added_by) == ("Added", "ada")
    scene.approve("pia")
    assert scene.outcome is None
    scene.approve("zoe", "s1.1.2")
    assert scene.outcome == "approved"


def test_nobody_is_added_twice() -> None:
    assert at_desk().admin(c.AddApprover, stage="s1", person="pia") == "already_assigned"


def test_nobody_is_added_to_a_stage_that_is_not_open() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"]}))
    assert scene.admin(c.AddApprover, stage="s2", person="zoe") == "stage_closed"


def test_a_removed_approver_is_not_waited_for() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"]}))
    scene.approve("pia")
    assert scene.admin(c.RemoveApprover, task="s1.1.2") == "ok"
    assert scene.outcome == "approved"
    assert scene.approve("quin", "s1.1.2") == "request_closed"


def test_a_removed_approver_decides_no_more() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"]}))
    scene.admin(c.RemoveApprover, task="s1.1.2")
    assert scene.approve("quin", "s1.1.2") == "stage_closed"


def test_the_only_seat_is_not_removed() -> None:
    assert at_desk().admin(c.RemoveApprover, task="s1.1.1") == "last_approver"


def test_a_removal_can_put_the_quorum_out_of_reach() -> None:
    scene = Scene(policy({"asks": ["pia", "quin", "rosa"], "quorum": {"count": 2}, "veto": False}))
    scene.reject("pia")
    scene.admin(c.RemoveApprover, task="s1.1.2")
    assert scene.outcome == "rejected"


def test_a_decided_task_is_not_taken_away() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"]}))
    scene.approve("pia")
    assert scene.admin(c.RemoveApprover, task="s1.1.1") == "stage_closed"
    assert scene.admin(c.Reassign, task="s1.1.1", to="zoe") == "stage_closed"


@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_an_override_ends_the_request(outcome: str) -> None:
    scene = at_desk()
    assert scene.admin(c.Override, outcome=outcome, reason="The board said so.") == "ok"
    assert (scene.outcome, scene.state.outcome_reason) == (outcome, "The board said so.")
    assert scene.waits_for() == {}
    assert scene.last(e.RequestClosed).actor == "ada"


def test_an_override_ends_a_request_that_is_with_its_requester() -> None:
    scene = at_desk()
    scene.request_changes("pia")
    assert scene.admin(c.Override, outcome="rejected") == "ok"
    assert scene.outcome == "rejected"


@pytest.mark.parametrize("wait", [False, True])
def test_the_requester_can_withdraw(wait: bool) -> None:
    scene = at_desk()
    if wait:
        scene.request_changes("pia")
    assert scene.act(c.Withdraw, "ana", reason="Not needed.") == "ok"
    assert (scene.outcome, scene.state.outcome_reason) == ("withdrawn", "Not needed.")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (c.Reassign, {"task": "s1.1.1", "to": "zoe"}),
        (c.AddApprover, {"stage": "s1", "person": "zoe"}),
        (c.RemoveApprover, {"task": "s1.1.1"}),
        (c.SkipStage, {"stage": "s1"}),
        (c.Override, {"outcome": "approved"}),
    ],
)
def test_an_administrator_does_not_arrange_their_own_approval(
    kind: type[c.AdminCommand], values: dict[str, str]
) -> None:
    scene = Scene(policy({"asks": ["pia", "quin"]}))
    assert scene.admin(kind, actor="ana", **values) == "self_approval"
    assert scene.waits_for() == {"s1.1.1": ("pia",), "s1.1.2": ("quin",)}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (c.Reassign, {"task": "s1.1.1", "to": "zoe"}),
        (c.AddApprover, {"stage": "s1", "person": "zoe"}),
        (c.RemoveApprover, {"task": "s1.1.1"}),
        (c.ExtendDeadline, {"stage": "s1", "by": "PT1H"}),
        (c.Pause, {}),
        (c.SkipStage, {"stage": "s1"}),
        (c.Override, {"outcome": "approved"}),
    ],
)
def test_an_administrator_gives_a_reason(kind: type[c.AdminCommand], values: dict[str, str]) -> None:
    assert at_desk().admin(kind, **values, reason=" ") == "reason_required"
