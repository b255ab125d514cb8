"""The escalation ladder: what each level does, and who it falls to when nobody is found."""

from datetime import timedelta
from typing import Any

import pytest

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import wake_at
from approvals.engine.state import StageStatus, Status
from tests.engine.scene import START, Scene, policy
from tests.engine.world import World


def climbing(*levels: dict[str, Any], world: World | None = None, **stage: Any) -> Scene:
    """Pia has eight hours, and a ladder."""
    sla = {"target": "PT8H", "calendar": "always", "levels": list(levels)}
    return Scene(policy({"sla": sla, **stage}, {"asks": ["sam"]}), world)


def level(do: str, at: str = "100%", **values: Any) -> dict[str, Any]:
    return {"at": at, "do": do, **values}


MAX: dict[str, Any] = {"to": [{"user": "max"}]}


def test_it_reminds_those_who_are_asked() -> None:
    scene = climbing(level("remind"), asks=["pia", "quin"])
    scene.wait(8)
    assert [candidate.person for candidate in scene.last(e.Escalated).people] == ["pia", "quin"]


def test_it_tells_somebody_who_may_then_comment() -> None:
    scene = climbing(level("notify", **MAX))
    scene.wait(8)
    assert scene.waits_for() == {"s1.1.1": ("pia",)}
    assert scene.act(c.Comment, "max", text="I ask Pia.") == "ok"


def test_it_adds_somebody_to_every_open_seat() -> None:
    scene = climbing(level("add", **MAX), asks=["pia", "quin"])
    scene.approve("pia")
    scene.wait(8)
    assert scene.waits_for() == {"s1.1.2": ("quin", "max")}


def test_whoever_is_added_can_act_although_somebody_had_claimed() -> None:
    scene = climbing(level("add", **MAX))
    scene.act(c.Claim, "pia", task="s1.1.1")
    scene.wait(8)
    assert scene.approve("max") == "ok"


def test_nobody_is_added_twice() -> None:
    scene = climbing(level("add", **MAX), level("add", at="PT1H after", **MAX))
    scene.wait(9)
    assert scene.waits_for() == {"s1.1.1": ("pia", "max")}
    assert len(scene.all(e.TaskReassigned)) == 1


def test_it_reassigns_to_somebody_else() -> None:
    scene = climbing(level("reassign", **MAX))
    scene.wait(8)
    assert scene.waits_for() == {"s1.1.1": ("max",)}
    assert scene.last(e.TaskReassigned).removed == ("pia",)
    assert scene.approve("pia") == "not_assigned"


def test_it_goes_up_the_line_of_those_who_are_asked() -> None:
    scene = climbing(level("add", up=2), world=World(managers={"pia": "max", "max": "mia"}))
    scene.wait(8)
    assert scene.waits_for() == {"s1.1.1": ("pia", "mia")}


def test_its_own_steps_do_not_move_its_clock() -> None:
    scene = climbing(level("reassign", at="50%", **MAX))
    scene.wait(4)
    clock = scene.state.stages["s1"].clock
    assert clock
    assert not clock.stale
    assert clock.number == 0


def test_it_raises_the_priority() -> None:
    scene = climbing(level("raise_priority"), level("raise_priority", at="PT1H after"))
    scene.wait(9)
    assert scene.state.stages["s1"].priority == 2


def test_it_approves() -> None:
    scene = climbing(level("approve"))
    scene.wait(8)
    assert scene.status() is StageStatus.APPROVED
    assert scene.state.stages["s1"].reason == "Nobody decided in time: the policy approves S1."
    assert scene.waits_for() == {"s2.1.1": ("sam",)}
    assert scene.approve("pia") == "stage_closed"


def test_it_rejects() -> None:
    scene = climbing(level("reject"))
    scene.wait(8)
    assert scene.outcome == "rejected"
    assert scene.state.outcome_reason == "Nobody decided in time: the policy rejects S1."


def test_its_rejection_follows_the_stages_rule() -> None:
    scene = climbing(level("reject"), on_reject="return")
    scene.wait(8)
    assert scene.state.status is Status.RETURNED
    scene = climbing(level("reject"), on_reject="continue")
    scene.wait(8)
    assert scene.status() is StageStatus.PASSED


def test_it_expires_the_request() -> None:
    scene = climbing(level("expire"))
    scene.wait(8)
    assert (scene.outcome, scene.state.outcome_reason) == ("expired", "S1 was not decided in time.")


def test_it_moves_on() -> None:
    scene = climbing(level("move_on"))
    scene.wait(8)
    assert scene.status() is StageStatus.SKIPPED
    assert scene.waits_for() == {"s2.1.1": ("sam",)}


def test_a_level_after_the_breach_is_repeated_as_often_as_it_says() -> None:
    scene = climbing(level("notify", at="PT2H after", times=3, **MAX))
    for _ in range(30):
        scene.wait(1)
    due = [step.due for step in scene.all(e.Escalated)]
    assert due == [START + timedelta(hours=hours) for hours in (10, 12, 14)]
    assert wake_at(scene.state) is None


@pytest.mark.parametrize("do", ["approve", "reject", "expire", "move_on"])
def test_a_breach_at_the_instant_at_which_the_stage_ends_is_recorded(do: str) -> None:
    scene = climbing(level(do), level("notify", **MAX), level("raise_priority", at="PT1H after"))
    sla = scene.state.stages["s1"].clock
    assert sla
    late_breach = sla.model_copy(update={"alarms": sla.alarms[::-1]})
    stage = scene.state.stages["s1"].model_copy(update={"clock": late_breach})
    scene.state = scene.state.model_copy(update={"stages": {**scene.state.stages, "s1": stage}})
    scene.wait(20)
    assert len(scene.all(e.DeadlineBreached)) == 1


def test_what_was_due_later_does_not_happen_once_the_stage_has_ended() -> None:
    scene = climbing(level("move_on"), level("notify", at="PT1H after", **MAX))
    scene.wait(20)
    assert [step.did for step in scene.all(e.Escalated)] == ["move_on"]


def test_the_end_of_the_request_silences_the_other_stages() -> None:
    sla = {"target": "PT8H", "calendar": "always"}
    first, second = {**sla, "levels": [level("expire")]}, {**sla, "levels": [level("notify", **MAX)]}
    scene = Scene(policy({"sla": first}, {"asks": ["quin"], "after": [], "sla": second}))
    scene.wait(8)
    assert [breach.stage for breach in scene.all(e.DeadlineBreached)] == ["s1", "s2"]
    assert [step.did for step in scene.all(e.Escalated)] == ["expire"]
    assert scene.events[-1] == scene.last(e.RequestClosed)


def test_a_level_without_people_falls_through_to_the_next() -> None:
    scene = climbing(level("add", up=1), level("reassign", at="PT8H after", **MAX))
    scene.wait(8)
    assert [step.did for step in scene.all(e.Escalated)] == ["fell_through", "reassign"]
    assert scene.waits_for() == {"s1.1.1": ("max",)}
    scene.wait(100)
    assert len(scene.all(e.Escalated)) == 2


def test_next_is_next_in_time_whatever_the_order_in_the_file() -> None:
    scene = climbing(level("reassign", **MAX), level("notify", at="50%", up=1))
    scene.wait(4)
    assert [step.level for step in scene.all(e.Escalated)] == [1, 0]
    assert scene.waits_for() == {"s1.1.1": ("max",)}


def test_falling_through_never_decides_ahead_of_time() -> None:
    scene = climbing(level("add", up=1), level("expire", at="PT8H after"))
    scene.wait(8)
    assert scene.outcome is None
    assert scene.waits_for() == {"s1.1.1": ("pia", "olga")}
    scene.wait(8)
    assert scene.outcome == "expired"


def test_the_last_resort_is_the_policys_owner() -> None:
    scene = climbing(level("notify", up=1))
    scene.wait(8)
    last = scene.last(e.Escalated)
    assert (last.did, last.level, last.alarm) == ("last_resort", None, "last-resort-level-0.0")
    assert scene.approve("olga") == "ok"


def test_the_last_resort_is_called_once() -> None:
    scene = climbing(level("notify", at="PT1H after", times=3, up=1))
    scene.wait(20)
    assert [step.did for step in scene.all(e.Escalated)].count("last_resort") == 1


def test_a_repeated_level_falls_through_to_another_and_is_tried_again_at_its_time() -> None:
    scene = climbing(level("notify", at="PT1H after", times=2, up=1))
    scene.wait(9)
    assert [step.did for step in scene.all(e.Escalated)] == ["fell_through", "last_resort"]
    scene.wait(1)
    assert [step.did for step in scene.all(e.Escalated)] == ["fell_through", "last_resort", "fell_through"]


def test_the_requester_is_no_step_of_the_ladder() -> None:
    scene = climbing(level("add", to=[{"user": "ana"}]))
    scene.wait(8)
    assert scene.waits_for() == {"s1.1.1": ("pia", "olga")}


def test_somebody_pulls_the_next_step_forward() -> None:
    scene = climbing(level("notify", **MAX), level("add", at="PT1H after", to=[{"user": "mia"}]))
    assert scene.act(c.Escalate, "ana", stage="s1", reason="It is urgent.") == "ok"
    step = scene.last(e.Escalated)
    assert (step.did, step.actor, step.reason) == ("notify", "ana", "It is urgent.")
    assert scene.act(c.Escalate, "pia", stage="s1") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("pia", "mia")}
    scene.wait(100)
    assert len(scene.all(e.Escalated)) == 2


@pytest.mark.parametrize("do", ["approve", "reject", "expire", "move_on"])
def test_asking_for_escalation_never_decides(do: str) -> None:
    scene = climbing(level(do, at="50%"), level("notify", **MAX))
    for _ in range(5):
        scene.act(c.Escalate, "ana", stage="s1")
    assert scene.status() is StageStatus.OPEN
    assert [step.did for step in scene.all(e.Escalated)] == ["notify", "last_resort"]


def test_a_stage_without_a_ladder_escalates_to_the_owner_once() -> None:
    scene = Scene(policy({}))
    assert scene.act(c.Escalate, "ana", stage="s1") == "ok"
    assert scene.waits_for() == {"s1.1.1": ("pia", "olga")}
    assert scene.act(c.Escalate, "ana", stage="s1") == "already_escalated"


def test_only_those_who_wait_or_are_asked_escalate() -> None:
    scene = climbing(level("notify", **MAX))
    assert scene.act(c.Escalate, "quin", stage="s1") == "not_involved"
    assert scene.act(c.Escalate, "sam", stage="s2") == "not_involved"
    assert scene.act(c.Escalate, "ana", stage="s2") == "stage_closed"
    assert scene.act(c.Escalate, "ana", stage="s9") == "unknown_stage"
