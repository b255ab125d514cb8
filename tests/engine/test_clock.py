"""The clock of a stage: deadline, breach, pause, resume, extension, and instants that are out of date."""

from datetime import timedelta
from typing import Any

import pytest

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import pending_work, wake_at
from approvals.engine.state import Clock, StageStatus
from approvals.engine.work import ClockWork
from tests.engine.scene import START, Scene, policy

HOUR = timedelta(hours=1)


def timed(*, prepared: bool = True, **sla: Any) -> Scene:
    """Pia has eight hours."""
    return Scene(policy({"sla": {"target": "PT8H", "calendar": "always", **sla}}), prepared=prepared)


def clock(scene: Scene, stage: str = "s1") -> Clock:
    found = scene.state.stages[stage].clock
    assert found
    return found


def test_without_a_target_time_changes_nothing() -> None:
    scene = Scene(policy({}))
    assert wake_at(scene.state) is None
    scene.wait(10_000)
    assert scene.status() is StageStatus.OPEN


def test_the_clock_starts_when_the_tasks_are_open() -> None:
    scene = timed(prepared=False)
    scene.now += 2 * HOUR
    scene.answer()
    assert clock(scene).runs[0].start == START + 2 * HOUR
    assert wake_at(scene.state) == clock(scene).deadline == START + 10 * HOUR


def test_the_breach_happens_once_and_at_its_instant() -> None:
    scene = timed()
    scene.wait(7.99)
    assert scene.all(e.DeadlineBreached) == []
    scene.wait(0.01)
    scene.wait(10)
    assert [breach.due for breach in scene.all(e.DeadlineBreached)] == [START + 8 * HOUR]
    assert clock(scene).breached_at == START + 8 * HOUR
    assert wake_at(scene.state) is None


def test_a_late_wake_up_does_everything_that_was_due_in_its_order() -> None:
    scene = timed(reminders=[{"at": "50%"}, {"at": "PT1H before"}, {"at": "PT2H after", "times": 3}])
    scene.wait(13)
    due = [event.due for event in scene.events if isinstance(event, e.ReminderSent | e.DeadlineBreached)]
    assert due == [START + hours * HOUR for hours in (4, 7, 8, 10, 12)]
    assert wake_at(scene.state) == START + 14 * HOUR
    assert all(event.at == scene.now for event in scene.all(e.ReminderSent))


def test_a_reminder_goes_to_those_who_have_not_decided() -> None:
    sla = {"target": "PT8H", "calendar": "always", "reminders": [{"at": "50%"}]}
    scene = Scene(policy({"asks": ["pia", "quin", "rosa"], "sla": sla}))
    scene.approve("pia")
    scene.wait(4)
    assert scene.last(e.ReminderSent).people == ("quin", "rosa")


def test_a_reminder_goes_to_whoever_claimed_the_task() -> None:
    scene = timed(reminders=[{"at": "50%"}])
    scene.admin(c.Reassign, task="s1.1.1", to="quin")
    scene.wait(4)
    assert scene.last(e.ReminderSent).people == ("quin",)


def test_a_decision_stops_the_clock() -> None:
    scene = timed()
    scene.wait(3)
    scene.approve("pia")
    assert clock(scene).runs[-1].stop == START + 3 * HOUR
    scene.wait(100)
    assert scene.all(e.DeadlineBreached) == []


def test_the_end_of_the_request_stops_the_clock() -> None:
    scene = timed()
    scene.act(c.Withdraw, "ana")
    assert not clock(scene).running


def test_a_pause_stops_it_and_forgets_the_deadline() -> None:
    scene = timed()
    scene.wait(3)
    assert scene.admin(c.Pause) == "ok"
    assert clock(scene).deadline is None
    assert {alarm.at for alarm in clock(scene).alarms} == {None}
    assert wake_at(scene.state) is None
    scene.wait(100)
    assert scene.all(e.DeadlineBreached) == []


def test_a_resumed_clock_goes_on_with_what_it_had() -> None:
    scene = timed()
    scene.wait(3)
    scene.admin(c.Pause)
    scene.wait(100)
    assert scene.admin(c.Resume) == "ok"
    assert clock(scene).elapsed == 3 * 3600
    assert clock(scene).deadline == START + 108 * HOUR
    scene.wait(5)
    assert len(scene.all(e.DeadlineBreached)) == 1


def test_on_hold_nobody_decides() -> None:
    scene = timed()
    scene.admin(c.Pause)
    assert scene.approve("pia") == "paused"
    assert scene.act(c.Claim, "pia", task="s1.1.1") == "paused"
    assert scene.act(c.Delegate, "pia", task="s1.1.1", to="zoe") == "paused"
    assert scene.act(c.Escalate, "pia", stage="s1") == "paused"
    assert scene.admin(c.SkipStage, stage="s1") == "paused"
    assert scene.admin(c.RemoveApprover, task="s1.1.1") == "paused"
    assert scene.admin(c.Pause) == "paused"


def test_on_hold_a_leavers_task_can_be_passed_on() -> None:
    scene = timed()
    scene.admin(c.Pause)
    assert scene.admin(c.Reassign, task="s1.1.1", to="zoe") == "ok"
    scene.admin(c.Resume)
    assert scene.approve("zoe") == "ok"


def test_only_what_is_on_hold_is_resumed() -> None:
    assert timed().admin(c.Resume) == "not_paused"


def test_a_stage_prepared_on_hold_opens_without_a_running_clock() -> None:
    scene = timed(prepared=False)
    scene.admin(c.Pause)
    scene.answer()
    assert scene.status() is StageStatus.OPEN
    assert not clock(scene).running
    assert wake_at(scene.state) is None
    scene.now += 5 * HOUR
    scene.admin(c.Resume)
    scene.answer()
    assert clock(scene).deadline == START + 13 * HOUR


def test_on_hold_nothing_is_approved_because_no_stage_applies() -> None:
    scene = Scene(policy({"when": "false"}, {"when": "false"}), prepared=False)
    scene.admin(c.Pause)
    scene.answer()
    assert scene.status("s1") is StageStatus.SKIPPED
    assert scene.status("s2") is StageStatus.WAITING
    scene.admin(c.Resume)
    scene.answer()
    assert scene.outcome == "approved"


def test_the_last_stage_skipped_on_hold_ends_the_request_on_resume() -> None:
    scene = Scene(policy({"when": "false"}), prepared=False)
    scene.admin(c.Pause)
    scene.answer()
    assert scene.outcome is None
    scene.admin(c.Resume)
    assert scene.outcome == "approved"


def test_a_resubmission_on_hold_starts_its_round_on_resume() -> None:
    scene = timed()
    scene.request_changes("pia")
    scene.admin(c.Pause)
    assert scene.resubmit() == "ok"
    assert pending_work(scene.state) == ()
    scene.admin(c.Resume)
    assert scene.waits_for() == {"s1.2.1": ("pia",)}


def test_a_hold_while_the_requester_has_it_changes_no_stage() -> None:
    scene = Scene(policy({}, {"after": []}, {"after": ["s1"]}))
    scene.request_changes("pia")
    scene.admin(c.Pause)
    scene.admin(c.Resume)
    assert [scene.status(id) for id in ("s1", "s2", "s3")] == [
        StageStatus.RETURNED,
        StageStatus.RETURNED,
        StageStatus.WAITING,
    ]


def test_an_extension_moves_the_deadline() -> None:
    scene = timed()
    assert scene.admin(c.ExtendDeadline, stage="s1", by="PT4H") == "ok"
    assert clock(scene).target == 12 * 3600
    assert wake_at(scene.state) == START + 12 * HOUR


def test_an_extension_on_hold_counts_on_resume() -> None:
    scene = timed()
    scene.admin(c.Pause)
    assert scene.admin(c.ExtendDeadline, stage="s1", by="1wd") == "ok"
    assert pending_work(scene.state) == ()
    scene.admin(c.Resume)
    assert clock(scene).target == 32 * 3600


def test_an_extension_never_takes_a_breach_back() -> None:
    scene = timed()
    scene.wait(9)
    scene.admin(c.ExtendDeadline, stage="s1", by="PT4H")
    assert clock(scene).breached_at == START + 8 * HOUR
    scene.wait(10)
    assert len(scene.all(e.DeadlineBreached)) == 1


@pytest.mark.parametrize("by", ["8h", "PT0S", "P", "PT", "0wd", "PT8H\n", "PT٨H", "P99999D", "", "1000wd"])
def test_what_is_no_length_does_not_move_it(by: str) -> None:
    scene = timed()
    assert scene.admin(c.ExtendDeadline, stage="s1", by=by) == "invalid_length"


def test_a_stage_without_a_deadline_has_none_to_move() -> None:
    assert Scene(policy({})).admin(c.ExtendDeadline, stage="s1", by="PT1H") == "no_deadline"


def test_out_of_date_instants_do_not_count() -> None:
    scene = timed(prepared=False)
    scene.answer()
    scene.receive(c.ExtendDeadline(id="x", actor="ada", reason="More.", stage="s1", by="PT4H"))
    assert clock(scene).stale
    assert wake_at(scene.state) is None
    scene.now += 100 * HOUR
    scene.receive(c.Tick(id="t"))
    assert scene.all(e.DeadlineBreached) == []


def test_an_extension_that_comes_while_the_clock_is_computed_is_not_lost() -> None:
    scene = timed(prepared=False)
    scene.answer()
    scene.receive(c.ExtendDeadline(id="x", actor="ada", reason="More.", stage="s1", by="PT4H"))
    first = scene.world.answer(pending_work(scene.state)[0], scene.now, "a")
    scene.receive(c.ExtendDeadline(id="y", actor="ada", reason="More.", stage="s1", by="PT2H"))
    scene.receive(first)
    assert clock(scene).stale
    second = pending_work(scene.state)[0]
    assert isinstance(second, ClockWork)
    assert second.clock.extensions == ("PT4H", "PT2H")
    scene.answer()
    assert clock(scene).target == 14 * 3600


def test_one_answer_about_the_clock_counts_once() -> None:
    scene = timed(prepared=False)
    scene.answer()
    scene.receive(c.ExtendDeadline(id="x", actor="ada", reason="More.", stage="s1", by="PT4H"))
    answer = scene.world.answer(pending_work(scene.state)[0], scene.now, "a")
    scene.receive(answer)
    before = scene.state
    scene.receive(answer)
    assert scene.state == before


def test_a_hold_while_the_clock_is_computed_makes_the_answer_stale() -> None:
    scene = timed(prepared=False)
    scene.answer()
    scene.receive(c.ExtendDeadline(id="x", actor="ada", reason="More.", stage="s1", by="PT4H"))
    answer = scene.world.answer(pending_work(scene.state)[0], scene.now, "a")
    scene.admin(c.Pause)
    scene.receive(answer)
    assert clock(scene).deadline is None
    scene.admin(c.Resume)
    scene.receive(answer)
    assert clock(scene).stale
    scene.answer()
    assert clock(scene).target == 12 * 3600


def test_the_answer_for_a_stage_that_was_decided_meanwhile_changes_nothing() -> None:
    scene = timed(prepared=False)
    scene.answer()
    scene.receive(c.ExtendDeadline(id="x", actor="ada", reason="More.", stage="s1", by="PT4H"))
    answer = scene.world.answer(pending_work(scene.state)[0], scene.now, "a")
    scene.approve("pia")
    before = scene.state
    scene.receive(answer)
    assert scene.state == before


@pytest.mark.parametrize("change", ["delegate", "reassign"])
def test_whoever_has_the_task_now_has_other_managers(change: str) -> None:
    ladder = [{"at": "50%", "do": "add", "up": 1}]
    scene = Scene(policy({"sla": {"target": "PT8H", "calendar": "always", "levels": ladder}}))
    scene.world.managers = {"pia": "max", "zoe": "mia"}
    if change == "delegate":
        scene.act(c.Delegate, "pia", task="s1.1.1", to="zoe")
    else:
        scene.admin(c.Reassign, task="s1.1.1", to="zoe")
    scene.wait(4)
    assert scene.waits_for() == {"s1.1.1": ("zoe", "mia")}


def test_elapsed_time_is_carried_over_a_delegation() -> None:
    scene = timed()
    scene.wait(6)
    scene.act(c.Delegate, "pia", task="s1.1.1", to="zoe")
    assert clock(scene).deadline == START + 8 * HOUR
    assert clock(scene).elapsed == 6 * 3600


def test_parallel_stages_have_clocks_of_their_own() -> None:
    long = {"target": "PT8H", "calendar": "always"}
    short = {"target": "PT2H", "calendar": "always"}
    scene = Scene(policy({"asks": ["pia"], "sla": long}, {"asks": ["quin"], "after": [], "sla": short}))
    assert wake_at(scene.state) == START + 2 * HOUR
    scene.wait(8)
    assert [breach.stage for breach in scene.all(e.DeadlineBreached)] == ["s2", "s1"]


def test_a_tick_before_anything_is_due_changes_nothing() -> None:
    scene = timed()
    before = scene.state
    scene.wait(1)
    scene.wait(0)
    assert scene.state == before
