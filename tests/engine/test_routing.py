"""Who is away or back while tasks are open, and tasks that are delegated for a time."""

from datetime import timedelta

import pytest

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import wake_at
from approvals.engine.state import Candidate, WhyStep
from tests.engine.scene import START, Scene, policy
from tests.engine.world import World

DESK: dict[str, tuple[str, ...]] = {"desk": ("pia", "quin")}


def lone() -> Scene:
    """Pia decides."""
    return Scene(policy({"asks": ["pia"]}))


def desk() -> Scene:
    """Pia or Quin decides."""
    return Scene(policy({"participants": [{"group": "desk"}]}), World(groups=DESK))


def reroute(
    scene: Scene, of: str, to: str, cause: str = "absence", *, task: str = "s1.1.1", why: str = ""
) -> int:
    """The number of events that it came to."""
    before = scene.state.revision
    said = why or f"{of} is {'away' if cause == 'absence' else 'not needed'}."
    command = c.Reroute(id=scene.id(), task=task, of=of, to=to, why=said, cause=cause)
    assert scene.send(command) is None
    return scene.state.revision - before


# ---- somebody leaves -----------------------------------------------------------------------------


def test_a_substitute_takes_an_open_task_and_decides_on_behalf() -> None:
    scene = lone()
    assert reroute(scene, "pia", "zoe", why="Pia is away, and Zoe stands in.") == 1
    moved = scene.last(e.TaskReassigned)
    assert (moved.cause, moved.removed, moved.actor) == ("absence", ("pia",), "")
    (zoe,) = scene.task().candidates
    assert (zoe.person, zoe.instead_of, zoe.stands_in) == ("zoe", "pia", True)
    assert zoe.why.endswith("Pia is away, and Zoe stands in.")
    assert scene.approve("pia") == "not_assigned"
    assert scene.approve("zoe") == "ok"
    assert scene.last(e.TaskDecided).instead_of == "pia"


def test_a_repeat_changes_nothing() -> None:
    scene = lone()
    reroute(scene, "pia", "zoe")
    assert reroute(scene, "pia", "zoe") == 0
    assert reroute(scene, "pia", "yan") == 0


def test_a_substitute_who_leaves_too_is_replaced_for_the_same_person() -> None:
    scene = lone()
    reroute(scene, "pia", "zoe")
    reroute(scene, "zoe", "yan")
    (yan,) = scene.task().candidates
    assert (yan.person, yan.instead_of) == ("yan", "pia")
    assert [step.kind for step in yan.steps] == ["lookup", "absence", "absence"]


def test_a_substitutes_substitute_who_was_meant_decides_in_their_own_right() -> None:
    scene = lone()
    reroute(scene, "pia", "zoe")
    reroute(scene, "zoe", "pia")
    assert scene.task().candidates == (Candidate(person="pia"),)


def test_the_others_at_the_desk_stay() -> None:
    scene = desk()
    reroute(scene, "pia", "zoe")
    assert scene.waits_for() == {"s1.1.1": ("zoe", "quin")}
    reroute(scene, "zoe", "quin")
    assert scene.task().candidates == (Candidate(person="quin"),), "asked anyway: in their own right"


def test_a_claim_of_who_leaves_ends_and_that_of_another_stands() -> None:
    scene = desk()
    scene.act(c.Claim, "quin", task="s1.1.1")
    assert reroute(scene, "pia", "zoe") == 0
    scene.act(c.Release, "quin", task="s1.1.1")
    scene.act(c.Claim, "pia", task="s1.1.1")
    assert reroute(scene, "pia", "zoe") == 1
    assert scene.waits_for() == {"s1.1.1": ("zoe", "quin")}


@pytest.mark.parametrize("to", ["ana", "pia"])
def test_nobody_stands_in_for_a_request_of_their_own_or_for_themselves(to: str) -> None:
    assert reroute(lone(), "pia", to) == 0


def test_nobody_takes_a_second_seat_of_a_stage() -> None:
    scene = Scene(policy({"asks": ["pia", "quin", "rosa"]}))
    assert reroute(scene, "pia", "quin") == 0
    scene.approve("rosa", "s1.1.3")
    assert reroute(scene, "pia", "rosa") == 0
    assert reroute(scene, "pia", "zoe", task="s9.1.1") == 0


def test_what_is_decided_closed_or_returned_stays_as_it_is() -> None:
    decided, closed, returned = (Scene(policy({"asks": ["pia", "quin"]})) for _ in range(3))
    decided.approve("pia")
    closed.act(c.Withdraw, "ana")
    returned.request_changes("pia")
    assert [reroute(scene, "pia", "zoe") for scene in (decided, closed, returned)] == [0, 0, 0]


def test_a_request_on_hold_is_rerouted_all_the_same() -> None:
    scene = lone()
    scene.admin(c.Pause)
    assert reroute(scene, "pia", "zoe") == 1


# ---- somebody is back ----------------------------------------------------------------------------


def test_the_task_comes_back() -> None:
    scene = lone()
    reroute(scene, "pia", "zoe")
    assert reroute(scene, "zoe", "pia", "return") == 1
    assert scene.task().candidates == (Candidate(person="pia"),)
    assert scene.last(e.TaskReassigned).cause == "return"


def test_who_has_claimed_it_keeps_it() -> None:
    scene = lone()
    reroute(scene, "pia", "zoe")
    scene.act(c.Claim, "zoe", task="s1.1.1")
    assert reroute(scene, "zoe", "pia", "return") == 0


def test_only_what_an_absence_moved_comes_back() -> None:
    scene = lone()
    scene.act(c.Delegate, "pia", task="s1.1.1", to="zoe")
    assert reroute(scene, "zoe", "pia", "return") == 0
    assert reroute(scene, "zoe", "quin", "return") == 0


# ---- delegated for a time ------------------------------------------------------------------------


def lend(scene: Scene, by: str, to: str, hours: float) -> str:
    return scene.act(
        c.Delegate, by, task="s1.1.1", to=to, comment="", until=scene.now + timedelta(hours=hours)
    )


def test_a_task_that_was_delegated_for_a_time_comes_back() -> None:
    scene = lone()
    mine = scene.task().candidates
    assert lend(scene, "pia", "zoe", 5) == "ok"
    assert wake_at(scene.state) == START + timedelta(hours=5)
    scene.wait(4)
    assert scene.waits_for() == {"s1.1.1": ("zoe",)}
    scene.wait(1)
    assert scene.task().candidates == mine
    assert (scene.last(e.TaskReassigned).cause, scene.last(e.TaskReassigned).removed) == (
        "delegation_ended", ("zoe",),
    )  # fmt: skip
    assert wake_at(scene.state) is None
    assert scene.approve("pia") == "ok"


def test_what_was_decided_meanwhile_stays_decided() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"]}))
    lend(scene, "pia", "zoe", 5)
    scene.approve("zoe")
    assert wake_at(scene.state) is None


@pytest.mark.parametrize("hours", [0, -1])
def test_a_time_that_is_over_is_refused(hours: int) -> None:
    assert lend(lone(), "pia", "zoe", hours) == "until_past"


def test_it_comes_back_from_whoever_it_was_passed_on_to() -> None:
    scene = lone()
    lend(scene, "pia", "yan", 5)
    scene.act(c.Delegate, "yan", task="s1.1.1", to="zoe")
    reroute(scene, "zoe", "max")
    scene.wait(5)
    assert scene.waits_for() == {"s1.1.1": ("pia",)}


def test_delegations_for_a_time_end_one_after_the_other() -> None:
    scene = lone()
    lend(scene, "pia", "yan", 5)
    lend(scene, "yan", "zoe", 2)
    scene.wait(2)
    assert scene.waits_for() == {"s1.1.1": ("yan",)}
    scene.wait(3)
    assert scene.waits_for() == {"s1.1.1": ("pia",)}


def test_the_one_who_delegated_first_gets_it_back_first() -> None:
    scene = lone()
    lend(scene, "pia", "yan", 2)
    lend(scene, "yan", "zoe", 5)
    scene.wait(2)
    assert scene.waits_for() == {"s1.1.1": ("pia",)}
    assert wake_at(scene.state) is None


def test_at_a_desk_the_task_is_the_desks_again() -> None:
    scene = desk()
    lend(scene, "pia", "zoe", 2)
    scene.wait(2)
    assert set(scene.waits_for()["s1.1.1"]) == {"pia", "quin"}
    lend(scene, "pia", "quin", 2)
    scene.wait(2)
    assert set(scene.waits_for()["s1.1.1"]) == {"pia", "quin"}


def test_an_administrators_word_ends_it() -> None:
    scene = lone()
    lend(scene, "pia", "zoe", 2)
    scene.admin(c.Reassign, task="s1.1.1", to="rosa")
    assert wake_at(scene.state) is None


def test_on_hold_it_waits_and_comes_back_afterwards() -> None:
    scene = lone()
    lend(scene, "pia", "zoe", 2)
    scene.admin(c.Pause)
    scene.wait(5)
    assert scene.waits_for() == {"s1.1.1": ("zoe",)}
    scene.admin(c.Resume)
    scene.wait(0)
    assert scene.waits_for() == {"s1.1.1": ("pia",)}


def test_the_steps_tell_it_in_order() -> None:
    scene = lone()
    reroute(scene, "pia", "zoe", why="Pia went.")
    assert scene.task().candidates[0].steps == (
        WhyStep(kind="lookup", why=""), WhyStep(kind="absence", why="Pia went."),
    )  # fmt: skip


# ---- one of several is picked --------------------------------------------------------------------


PICK = {"group": "desk", "pick": "least_loaded"}


def test_of_a_group_only_the_first_is_asked() -> None:
    scene = Scene(policy({"participants": [PICK]}), World(groups=DESK))
    assert scene.waits_for() == {"s1.1.1": ("pia",)}


def test_two_seats_go_to_two_people() -> None:
    scene = Scene(policy({"participants": [PICK, PICK, PICK]}), World(groups=DESK))
    assert list(scene.waits_for().values()) == [("pia",), ("quin",), ("pia",)]


def test_who_may_not_decide_is_not_picked() -> None:
    stages = ({"asks": ["pia"]}, {"participants": [PICK]})
    scene = Scene(policy(*stages, separation_of_duties={"four_eyes": [["s1", "s2"]]}), World(groups=DESK))
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("quin",)}


def test_whoever_is_there_is_picked_before_a_substitute() -> None:
    scene = Scene(policy({"participants": [PICK]}), World(groups=DESK, away={"pia": "zoe"}))
    assert scene.waits_for() == {"s1.1.1": ("quin",)}


def test_who_was_picked_keeps_the_task_when_it_is_looked_up_anew() -> None:
    world = World(groups=DESK)
    scene = Scene(policy({"participants": [PICK]}), world)
    world.groups = {"desk": ("quin", "pia")}
    assert scene.act(c.LookUp, "", stage="s1") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("pia",)}
    world.groups = {"desk": ("quin", "rosa")}
    assert scene.act(c.LookUp, "", stage="s1") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("quin",)}
