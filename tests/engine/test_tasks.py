"""Claiming, releasing, delegating: who holds a task."""

from approvals.engine import commands as c
from approvals.engine.state import Candidate
from tests.engine.scene import Scene, policy
from tests.engine.world import World

DESK = World(groups={"desk": ("pia", "quin", "rosa")})


def at_desk(**stage: object) -> Scene:
    """One seat that any of three can take."""
    return Scene(policy({"participants": [{"group": "desk"}], **stage}), DESK)


def test_a_group_shares_one_seat() -> None:
    assert at_desk().waits_for() == {"s1.1.1": ("pia", "quin", "rosa")}


def test_each_of_a_group_gets_a_seat() -> None:
    scene = Scene(policy({"participants": [{"group": "desk", "each": True}]}), DESK)
    assert scene.waits_for() == {"s1.1.1": ("pia",), "s1.1.2": ("quin",), "s1.1.3": ("rosa",)}


def test_a_claim_keeps_the_others_out() -> None:
    scene = at_desk()
    assert scene.act(c.Claim, "pia", task="s1.1.1") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("pia",)}
    assert scene.approve("quin") == "claimed_by_other"
    assert scene.act(c.Claim, "quin", task="s1.1.1") == "claimed_by_other"
    assert scene.approve("pia") == "ok"


def test_a_claim_can_be_repeated() -> None:
    scene = at_desk()
    scene.act(c.Claim, "pia", task="s1.1.1")
    revision = scene.state.revision
    assert scene.act(c.Claim, "pia", task="s1.1.1") == "ok"
    assert scene.state.revision == revision + 1


def test_a_release_lets_the_others_in_again() -> None:
    scene = at_desk()
    scene.act(c.Claim, "pia", task="s1.1.1")
    assert scene.act(c.Release, "quin", task="s1.1.1") == "claimed_by_other"
    assert scene.act(c.Release, "pia", task="s1.1.1") == "ok"
    assert scene.approve("quin") == "ok"


def test_only_what_was_claimed_can_be_released() -> None:
    assert at_desk().act(c.Release, "pia", task="s1.1.1") == "not_claimed"


def test_a_task_that_nobody_else_can_take_is_not_released() -> None:
    scene = Scene(policy({"asks": ["pia"]}))
    scene.act(c.Claim, "pia", task="s1.1.1")
    assert scene.act(c.Release, "pia", task="s1.1.1") == "only_candidate"


def test_a_decision_without_a_claim_takes_the_task() -> None:
    scene = at_desk()
    scene.approve("rosa")
    assert scene.task().owner == scene.task().decided_by == "rosa"


def test_a_delegate_decides_on_behalf_of_whoever_delegated() -> None:
    scene = Scene(policy({"asks": ["pia"]}))
    assert scene.act(c.Delegate, "pia", task="s1.1.1", to="zoe", comment="You know better.") == "ok"
    assert scene.approve("pia") == "not_assigned"
    assert scene.approve("zoe") == "ok"
    assert (scene.task().decided_by, scene.task().instead_of) == ("zoe", "pia")


def test_a_delegate_holds_a_shared_task_until_released() -> None:
    scene = at_desk()
    scene.act(c.Delegate, "pia", task="s1.1.1", to="zoe")
    assert scene.waits_for() == {"s1.1.1": ("zoe",)}
    assert scene.act(c.Release, "zoe", task="s1.1.1") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("quin", "rosa", "zoe")}


def test_who_is_a_candidate_already_keeps_the_right_of_their_own() -> None:
    scene = at_desk()
    assert scene.act(c.Delegate, "pia", task="s1.1.1", to="quin") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("quin",)}
    assert scene.task().candidate("pia") is None
    scene.approve("quin")
    assert scene.task().instead_of is None


def test_a_delegation_can_be_passed_on() -> None:
    scene = Scene(policy({"asks": ["pia"]}))
    scene.act(c.Delegate, "pia", task="s1.1.1", to="yan")
    scene.act(c.Delegate, "yan", task="s1.1.1", to="zoe")
    scene.approve("zoe")
    assert scene.task().instead_of == "yan"


def test_nobody_delegates_to_themselves() -> None:
    assert at_desk().act(c.Delegate, "pia", task="s1.1.1", to="pia") == "already_assigned"


def test_nobody_delegates_to_the_requester() -> None:
    assert at_desk().act(c.Delegate, "pia", task="s1.1.1", to="ana") == "self_approval"


def test_nobody_delegates_to_nobody() -> None:
    scene = at_desk()
    for name in ("", "  ", "x" * 151, "a\0b", "\ud800"):
        assert scene.act(c.Delegate, "pia", task="s1.1.1", to=name) == "unknown_person"


def test_nobody_delegates_to_a_fellow_reviewer_of_the_stage() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"]}))
    assert scene.act(c.Delegate, "pia", task="s1.1.1", to="quin") == "already_assigned"
    scene.approve("quin", "s1.1.2")
    assert scene.act(c.Delegate, "pia", task="s1.1.1", to="quin") == "already_decided"


def test_a_stand_in_decides_on_behalf_of_who_is_away() -> None:
    scene = Scene(policy({"asks": ["pia"]}), World(away={"pia": "zoe"}))
    assert scene.waits_for() == {"s1.1.1": ("zoe",)}
    scene.approve("zoe")
    assert scene.task().instead_of == "pia"


def test_a_stand_in_who_is_asked_anyway_decides_in_their_own_right() -> None:
    world = World(groups={"desk": ("pia", "zoe")}, away={"pia": "zoe"})
    scene = Scene(policy({"participants": [{"group": "desk"}]}), world)
    assert scene.task().candidates == (Candidate(person="zoe"),)


def test_a_task_says_who_may_decide_it() -> None:
    scene = at_desk()
    assert [scene.task().may_decide(person) for person in ("pia", "quin", "zoe")] == [True, True, False]
    scene.act(c.Claim, "pia", task="s1.1.1")
    assert [scene.task().may_decide(person) for person in ("pia", "quin", "zoe")] == [True, False, False]
