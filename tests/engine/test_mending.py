"""A stage that nobody could decide goes on once it is mended, and what was done by hand stays."""

from dataclasses import replace

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import pending_work
from approvals.engine.state import SYSTEM
from tests.engine.scene import Scene, policy
from tests.engine.world import World

DESK = {"participants": [{"group": "desk"}]}
BOARD = {"participants": [{"group": "board", "each": True}]}


def changed(scene: Scene, **world: object) -> None:
    """People or groups change, and the shell has it looked up anew."""
    scene.world = replace(scene.world, **world)  # type: ignore[arg-type]
    assert scene.act(c.LookUp, SYSTEM, stage="s1") == "ok"


def test_an_empty_group_that_is_filled_takes_the_task_from_the_owner() -> None:
    scene = Scene(policy(DESK))
    assert scene.waits_for() == {"s1.1.1": ("olga",)}
    changed(scene, groups={"desk": ("pia", "quin")})
    assert scene.waits_for() == {"s1.1.2": ("pia", "quin")}
    assert scene.last(e.TaskCancelled).reason == "looked_up"
    assert not scene.state.stages["s1"].looking
    scene.approve("quin", "s1.1.2")
    assert scene.outcome == "approved"


def test_nothing_changes_while_nothing_is_mended() -> None:
    scene = Scene(policy(DESK))
    changed(scene)
    assert scene.waits_for() == {"s1.1.1": ("olga",)}
    assert len(scene.all(e.StageStuck)) == 1
    assert len(scene.all(e.StageLookedUp)) == 1


def test_who_has_left_is_taken_off_a_shared_task() -> None:
    scene = Scene(policy(DESK), World(groups={"desk": ("pia", "quin")}))
    changed(scene, gone=frozenset({"pia"}))
    assert scene.waits_for() == {"s1.1.1": ("quin",)}
    assert scene.last(e.TaskReassigned).removed == ("pia",)


def test_the_only_one_asked_has_left_and_the_owner_is_asked() -> None:
    scene = Scene(policy({"asks": ["pia"]}))
    changed(scene, gone=frozenset({"pia"}))
    assert scene.waits_for() == {"s1.1.2": ("olga",)}
    assert [one.person for one in scene.last(e.StageStuck).people] == ["olga"]
    changed(scene, gone=frozenset())
    assert scene.waits_for() == {"s1.1.3": ("pia",)}


def test_what_was_decided_stands() -> None:
    scene = Scene(policy(BOARD), World(groups={"board": ("pia", "quin")}))
    scene.approve("pia")
    changed(scene, groups={"board": ("quin", "rosa")})
    assert scene.waits_for() == {"s1.1.2": ("quin",)}
    scene.approve("quin", "s1.1.2")
    assert scene.outcome == "approved"


def test_the_owners_word_in_place_of_somebody_fills_that_seat() -> None:
    both = {"participants": [{"user": "pia"}, {"group": "desk"}], "quorum": {"count": 2}}
    scene = Scene(policy(both))
    scene.approve("olga", "s1.1.2")
    changed(scene, groups={"desk": ("quin",)})
    assert scene.waits_for() == {"s1.1.1": ("pia",)}


def test_a_member_more_gets_a_seat_and_a_member_less_loses_it() -> None:
    scene = Scene(policy(BOARD), World(groups={"board": ("pia", "quin")}))
    changed(scene, groups={"board": ("pia", "rosa")})
    assert sorted(scene.waits_for().values()) == [("pia",), ("rosa",)]
    changed(scene, groups={"board": ("pia",)})
    scene.approve("pia")
    assert scene.outcome == "approved"


def test_what_was_given_by_hand_stays_while_that_person_is_there() -> None:
    scene = Scene(policy(DESK), World(groups={"desk": ("pia", "quin")}))
    scene.admin(c.Reassign, task="s1.1.1", to="max")
    changed(scene, groups={"desk": ("rosa",)})
    assert scene.waits_for() == {"s1.1.1": ("max",)}
    changed(scene, gone=frozenset({"max"}))
    assert scene.waits_for() == {"s1.1.1": ("rosa",)}


def test_a_delegation_stays_too() -> None:
    scene = Scene(policy({"asks": ["pia"]}))
    scene.act(c.Delegate, "pia", task="s1.1.1", to="max")
    changed(scene)
    assert scene.waits_for() == {"s1.1.1": ("max",)}


def test_a_seat_that_was_added_for_somebody_who_left_goes_to_the_owner() -> None:
    scene = Scene(policy({"asks": ["pia"]}))
    scene.admin(c.AddApprover, stage="s1", person="max")
    changed(scene)
    assert scene.waits_for() == {"s1.1.1": ("pia",), "s1.1.2": ("max",)}
    changed(scene, gone=frozenset({"max"}))
    assert scene.waits_for() == {"s1.1.1": ("pia",), "s1.1.2": ("olga",)}


def test_it_does_not_undo_the_ladder() -> None:
    ladder = [{"at": "100%", "do": "reassign", "to": [{"user": "max"}]}]
    sla = {"target": "PT1H", "calendar": "always", "levels": ladder}
    scene = Scene(policy({"asks": ["pia"], "sla": sla}))
    scene.wait(1)
    changed(scene)
    assert scene.waits_for() == {"s1.1.1": ("max",)}


def test_nobody_is_asked_who_may_not_decide() -> None:
    scene = Scene(policy(BOARD), World(groups={"board": ("pia", "quin")}))
    changed(scene, groups={"board": ("ana", "pia", "quin")})
    assert sorted(scene.waits_for().values()) == [("pia",), ("quin",)]


def test_the_owner_and_administrators_can_ask_for_it_and_nobody_else() -> None:
    scene = Scene(policy(DESK))
    assert scene.act(c.LookUp, "ana", stage="s1") == "not_owner"
    assert scene.act(c.LookUp, "olga", stage="s1") == "ok"
    assert scene.admin(c.LookUpAnew, stage="s1") == "ok"
    assert scene.admin(c.LookUpAnew, stage="s1", reason="") == "reason_required"
    assert scene.admin(c.LookUpAnew, stage="s9") == "unknown_stage"


def test_after_the_stage_it_is_too_late_and_the_shell_leaves_no_trace_of_it() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"]}))
    scene.approve("pia")
    assert scene.act(c.LookUp, "olga", stage="s1") == "stage_closed"
    changed(scene)
    assert scene.all(e.LookupStarted) == []


def test_twice_at_once_is_once() -> None:
    scene = Scene(policy(DESK), prepared=False)
    scene.answer()
    for _ in range(2):
        scene.receive(c.LookUp(id=scene.id(), stage="s1"))
    assert len(scene.all(e.LookupStarted)) == 1
    assert [work.id for work in pending_work(scene.state)] == ["s1.1.lookup-1"]
    scene.answer()
    scene.receive(c.LookUp(id=scene.id(), stage="s1"))
    assert [work.id for work in pending_work(scene.state)] == ["s1.1.lookup-2"]


def test_an_answer_that_comes_after_the_stage_changes_nothing() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"]}), prepared=False)
    scene.answer()
    scene.receive(c.LookUp(id=scene.id(), stage="s1"))
    late = scene.world.answer(pending_work(scene.state)[0], scene.now, scene.id())
    scene.approve("pia")
    before = scene.state
    scene.receive(late)
    assert scene.state == before


def test_a_stage_without_a_clock_gets_the_one_that_can_be_computed_now() -> None:
    scene = Scene(policy({"asks": ["pia"], "sla": {"target": "PT4H", "calendar": "always"}}), prepared=False)
    unclocked = scene.world.answer(pending_work(scene.state)[0], scene.now, scene.id())
    assert isinstance(unclocked, c.StagePrepared)
    scene.receive(unclocked.model_copy(update={"plan": unclocked.plan.model_copy(update={"clock": None})}))
    without = scene.state
    assert without.stages["s1"].clock is None
    scene.receive(c.LookUp(id=scene.id(), stage="s1"))
    scene.answer()
    clock = scene.state.stages["s1"].clock
    assert clock is not None
    assert clock.running
