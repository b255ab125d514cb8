"""From stage to stage: in sequence, in parallel, joined, skipped."""

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import pending_work
from approvals.engine.state import StageStatus
from tests.engine.scene import Scene, policy


def test_a_stage_starts_when_the_one_written_above_is_done() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"]}))
    assert scene.waits_for() == {"s1.1.1": ("pia",)}
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("quin",)}
    scene.approve("quin", "s2.1.1")
    assert scene.outcome == "approved"


def test_stages_after_nothing_start_at_once_and_join() -> None:
    scene = Scene(
        policy({"asks": ["pia"]}, {"asks": ["quin"], "after": []}, {"asks": ["rosa"], "after": ["s1", "s2"]})
    )
    assert scene.waits_for() == {"s1.1.1": ("pia",), "s2.1.1": ("quin",)}
    scene.approve("quin", "s2.1.1")
    assert scene.status("s3") is StageStatus.WAITING
    scene.approve("pia")
    assert scene.waits_for() == {"s3.1.1": ("rosa",)}


def test_a_branch_does_not_wait_for_another() -> None:
    scene = Scene(
        policy({"asks": ["pia"]}, {"asks": ["quin"], "after": []}, {"asks": ["rosa"], "after": ["s1"]})
    )
    scene.approve("pia")
    assert set(scene.waits_for()) == {"s2.1.1", "s3.1.1"}
    scene.approve("rosa", "s3.1.1")
    assert scene.outcome is None
    scene.approve("quin", "s2.1.1")
    assert scene.outcome == "approved"


def test_a_rejection_ends_the_parallel_stages_too() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"], "after": []}))
    scene.reject("quin", "s2.1.1", "Too dear.")
    assert scene.outcome == "rejected"
    assert scene.state.outcome_reason == "Too dear."
    assert scene.waits_for() == {}
    assert scene.task().status == "cancelled"


def test_a_stage_that_does_not_apply_is_passed_over_and_says_why() -> None:
    scene = Scene(policy({"asks": ["pia"], "when": "false"}, {"asks": ["quin"]}))
    assert scene.status("s1") is StageStatus.SKIPPED
    assert scene.state.stages["s1"].reason == "It is not needed."
    assert scene.waits_for() == {"s2.1.1": ("quin",)}


def test_if_no_stage_applies_the_record_says_that_nobody_decided() -> None:
    scene = Scene(policy({"when": "false"}, {"when": "false"}))
    assert scene.outcome == "approved"
    assert scene.state.outcome_reason == "No stage had anything to decide."


def test_a_passed_stage_is_somebodys_decision() -> None:
    scene = Scene(policy({"when": "false"}, {"on_reject": "continue"}))
    scene.reject("pia", "s2.1.1")
    assert scene.outcome == "approved"
    assert scene.state.outcome_reason == ""


def test_an_administrator_skips_a_stage_that_is_being_decided() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"]}))
    assert scene.admin(c.SkipStage, stage="s1", reason="Pia has left.") == "ok"
    assert scene.status("s1") is StageStatus.SKIPPED
    assert scene.last(e.TaskCancelled).reason == "skipped"
    assert scene.waits_for() == {"s2.1.1": ("quin",)}


def test_a_stage_skipped_while_it_is_prepared_stays_skipped() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"]}), prepared=False)
    question = pending_work(scene.state)[0]
    assert scene.admin(c.SkipStage, stage="s1") == "ok"
    before = scene.state
    scene.receive(scene.world.answer(question, scene.now, "late"))
    assert scene.state == before


def test_what_is_asked_of_the_world_is_asked_once_for_each_stage() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"], "after": []}), prepared=False)
    assert [work.id for work in pending_work(scene.state)] == ["s1.1", "s2.1"]
    scene.answer()
    assert pending_work(scene.state) == ()


def test_one_answer_opens_a_stage_once() -> None:
    scene = Scene(policy({"asks": ["pia"]}), prepared=False)
    answer = scene.world.answer(pending_work(scene.state)[0], scene.now, "a")
    scene.receive(answer)
    before = scene.state
    scene.receive(answer)
    assert scene.state == before


def test_fifty_stages_follow_each_other() -> None:
    scene = Scene(policy(*({"asks": ["pia"]} for _ in range(50))))
    for number in range(1, 51):
        assert scene.approve("pia", f"s{number}.1.1") == "ok"
    assert scene.outcome == "approved"
