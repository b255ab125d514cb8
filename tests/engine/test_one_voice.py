"""One person's word counts once in a stage, however many seats name them."""

from approvals.engine import commands as c
from approvals.engine import events as e
from tests.engine.scene import Scene, policy
from tests.engine.world import World


def test_a_quorum_of_two_needs_two_people() -> None:
    scene = Scene(policy({"asks": ["pia", "pia", "quin"], "quorum": {"count": 2}}))
    scene.approve("pia")
    assert scene.outcome is None
    assert scene.waits_for() == {"s1.1.3": ("quin",)}
    scene.approve("quin", "s1.1.3")
    assert scene.outcome == "approved"


def test_whoever_has_two_seats_is_asked_once() -> None:
    scene = Scene(policy({"asks": ["pia", "pia"]}))
    scene.approve("pia")
    assert scene.outcome == "approved"
    assert scene.task("s1.1.2").decision is None


def test_the_seat_that_falls_away_says_so() -> None:
    scene = Scene(policy({"asks": ["pia", "pia", "quin"]}))
    scene.approve("pia")
    assert scene.last(e.TaskCancelled).reason == "decided_elsewhere"
    assert scene.approve("pia", "s1.1.2") == "already_decided"
    assert "your word counts for it once" in scene.said


def test_a_second_seat_that_others_can_take_is_left_to_them() -> None:
    world = World(groups={"money": ("pia", "quin"), "law": ("pia", "rosa")})
    scene = Scene(policy({"participants": [{"group": "money"}, {"group": "law"}]}), world)
    scene.approve("pia")
    assert scene.waits_for() == {"s1.1.2": ("rosa",)}
    assert scene.approve("pia", "s1.1.2") == "not_assigned"
    scene.approve("rosa", "s1.1.2")
    assert scene.outcome == "approved"


def test_the_claim_of_another_is_not_disturbed() -> None:
    world = World(groups={"money": ("pia", "quin"), "law": ("pia", "rosa")})
    scene = Scene(policy({"participants": [{"group": "money"}, {"group": "law"}]}), world)
    scene.act(c.Claim, "rosa", task="s1.1.2")
    scene.approve("pia")
    assert scene.task("s1.1.2").owner == "rosa"


def test_an_abstention_is_a_word_too() -> None:
    scene = Scene(policy({"asks": ["pia", "pia", "quin"], "allow": ["abstain"]}))
    scene.decide("pia", "abstain")
    assert scene.waits_for() == {"s1.1.3": ("quin",)}


def test_too_few_people_for_the_seats_is_a_case_for_the_owner() -> None:
    scene = Scene(policy({"asks": ["pia", "pia"], "quorum": {"count": 2}}))
    scene.approve("pia")
    assert scene.outcome is None
    assert len(scene.all(e.StageStuck)) == 1
    assert scene.waits_for() == {"s1.1.3": ("olga",)}
    scene.approve("olga", "s1.1.3")
    assert scene.outcome == "approved"


def test_who_has_decided_is_given_no_second_seat() -> None:
    scene = Scene(policy({"asks": ["pia", "quin", "rosa"]}))
    scene.approve("pia")
    assert scene.admin(c.Reassign, task="s1.1.2", to="pia") == "already_decided"
    assert scene.admin(c.AddApprover, stage="s1", person="pia") == "already_decided"
    assert scene.act(c.Delegate, "quin", task="s1.1.2", to="pia") == "already_decided"


def test_the_ladder_gives_no_second_seat_either() -> None:
    ladder = [{"at": "PT1H after", "do": "reassign", "to": [{"user": "pia"}]}]
    sla = {"target": "PT1H", "calendar": "always", "levels": ladder}
    scene = Scene(policy({"asks": ["pia", "quin"], "sla": sla}))
    scene.approve("pia")
    scene.wait(2)
    assert scene.all(e.Escalated)[0].did == "fell_through"
    assert scene.waits_for() == {"s1.1.2": ("quin", "olga")}


def test_a_manager_who_takes_over_every_seat_decides_once() -> None:
    ladder = [{"at": "100%", "do": "reassign", "to": [{"user": "max"}]}]
    sla = {"target": "PT1H", "calendar": "always", "levels": ladder}
    scene = Scene(policy({"asks": ["pia", "quin", "rosa"], "quorum": {"count": 2}, "sla": sla}))
    scene.wait(1)
    assert set(scene.waits_for().values()) == {("max",)}
    scene.approve("max")
    assert scene.outcome is None
    assert scene.waits_for() == {"s1.1.4": ("olga",)}


def test_a_new_stage_or_round_asks_again() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["pia"]}))
    scene.approve("pia")
    assert scene.approve("pia", "s2.1.1") == "ok"
    scene = Scene(policy({"asks": ["pia", "quin"]}))
    scene.approve("pia")
    scene.request_changes("quin", "s1.1.2")
    scene.resubmit()
    assert scene.approve("pia", "s1.2.1") == "ok"
