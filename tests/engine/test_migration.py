"""A request that is moved to another version of its policy."""

from typing import Any

import pytest

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import pending_work, wake_at
from approvals.engine.policy import Policy
from approvals.engine.state import StageStatus, Status
from approvals.engine.versions import StageChange, compare
from tests.engine.scene import START, Scene, policy

SLA = {"target": "PT8H", "calendar": "always", "reminders": [{"at": "50%"}]}
NOTE = {"id": "note", "label": "Note", "type": "text"}
A, B, C = (
    {"id": "a", "asks": ["pia"]},
    {"id": "b", "asks": ["quin", "rosa"], "sla": SLA},
    {"id": "c", "asks": ["sam"]},
)


def begun(*stages: dict[str, Any]) -> Scene:
    """A, B and C, of which Pia has approved A; B waits for Quin and for Rosa."""
    scene = Scene(policy(*(stages or (A, B, C))))
    scene.approve("pia", "a.1.1")
    return scene


def migrate(
    scene: Scene, *stages: dict[str, Any], actor: str = "ada", version: int = 4, **changes: Any
) -> str:
    return scene.admin(c.Migrate, actor=actor, version=version, policy=policy(*stages, **changes))


def became(scene: Scene) -> dict[str, str]:
    """What became of each stage at the last migration."""
    return {change.stage: change.becomes for change in scene.last(e.PolicyMigrated).changes}


def test_what_has_not_changed_goes_on_with_its_clock() -> None:
    scene = begun()
    due = scene.state.stages["b"].clock
    scene.wait(1)
    assert migrate(scene, {**A, "title": "First"}, B, {**C, "asks": ["tom"]}) == "ok"
    assert became(scene) == {"a": "kept", "b": "continued", "c": "waits"}
    assert scene.state.policy_version == 4
    assert scene.state.stages["b"].clock == due
    assert scene.waits_for() == {"b.1.1": ("quin",), "b.1.2": ("rosa",)}
    scene.approve("quin", "b.1.1")
    scene.approve("rosa", "b.1.2")
    assert scene.waits_for() == {"c.1.1": ("tom",)}
    scene.approve("tom", "c.1.1")
    assert scene.outcome == "approved"


def test_an_approved_stage_keeps_its_result_whatever_the_new_version_says_of_it() -> None:
    scene = begun()
    migrate(scene, {**A, "asks": ["zoe"], "quorum": {"count": 1}}, B, C)
    assert scene.status("a") is StageStatus.APPROVED
    assert became(scene)["a"] == "kept"


def test_an_open_stage_whose_definition_changed_is_prepared_anew() -> None:
    scene = begun()
    scene.approve("quin", "b.1.1")
    migrate(scene, A, {**B, "asks": ["rosa", "sam"]}, C)
    assert became(scene)["b"] == "again"
    assert scene.waits_for() == {"b.1.3": ("rosa",), "b.1.4": ("sam",)}
    assert scene.task("b.1.1").superseded
    assert scene.task("b.1.1").decision == "approve"
    assert scene.task("b.1.2").status == "cancelled"


def test_who_decided_before_is_asked_again_where_the_stage_begins_anew() -> None:
    scene = begun()
    scene.approve("quin", "b.1.1")
    migrate(scene, A, {**B, "quorum": {"count": 2}}, C)
    assert scene.approve("quin", "b.1.3") == "ok"
    assert scene.approve("rosa", "b.1.4") == "ok"
    assert scene.status("b") is StageStatus.APPROVED


@pytest.mark.parametrize("sla", [SLA, {**SLA, "target": "PT4H"}, None])
def test_time_that_has_run_stays_counted_unless_the_clock_changed(sla: Any) -> None:
    scene = begun()
    scene.wait(2)
    migrate(scene, A, {**B, "asks": ["tom"], "sla": sla}, C)
    clock = scene.state.stages["b"].clock
    left = clock and clock.deadline and (clock.deadline - START).total_seconds() / 3600
    assert left == {"PT8H": 8, "PT4H": 6}[sla["target"]] if sla else left is None


def test_a_new_stage_comes_where_after_says() -> None:
    scene = begun()
    migrate(scene, A, B, {"id": "new", "asks": ["tom"], "after": ["a"]}, {**C, "after": ["b", "new"]})
    assert became(scene) == {"a": "kept", "b": "continued", "new": "added", "c": "waits"}
    assert scene.waits_for() == {"b.1.1": ("quin",), "b.1.2": ("rosa",), "new.1.1": ("tom",)}


def test_a_new_stage_before_an_approved_one_is_still_asked() -> None:
    scene = begun()
    migrate(scene, {"id": "new", "asks": ["tom"]}, A, {**B, "after": ["a"]}, C)
    assert scene.status("a") is StageStatus.APPROVED
    assert scene.waits_for() == {"new.1.1": ("tom",), "b.1.1": ("quin",), "b.1.2": ("rosa",)}


def test_an_open_stage_waits_for_a_new_one_that_comes_before_it() -> None:
    scene = begun()
    migrate(scene, A, {"id": "new", "asks": ["tom"]}, B, C)
    assert became(scene)["b"] == "again"
    assert scene.waits_for() == {"new.1.1": ("tom",)}
    scene.approve("tom", "new.1.1")
    assert scene.waits_for() == {"b.1.3": ("quin",), "b.1.4": ("rosa",)}


def test_a_dropped_open_stage_is_cancelled() -> None:
    scene = begun()
    migrate(scene, A, {**C, "after": ["a"]})
    assert became(scene)["b"] == "dropped"
    assert scene.waits_for() == {"c.1.1": ("sam",)}
    assert [event.reason for event in scene.all(e.TaskCancelled)] == ["migrated", "migrated"]
    assert scene.state.stage_title("b") == "B"
    assert scene.approve("quin", "b.1.1") == "stage_closed"
    assert wake_at(scene.state) is None


def test_without_anything_left_to_decide_the_request_is_approved() -> None:
    scene = begun()
    migrate(scene, A)
    assert scene.outcome == "approved"


def test_a_stage_that_was_passed_over_is_looked_at_again_under_another_condition() -> None:
    scene = Scene(policy({"id": "a", "when": "false"}, {"id": "b", "when": "false"}, C))
    migrate(scene, {"id": "a", "when": "false"}, {"id": "b"}, C)
    assert became(scene) == {"a": "kept", "b": "again", "c": "again"}
    assert scene.waits_for() == {"b.1.1": ("pia",)}


def test_a_stage_that_comes_back_begins_anew() -> None:
    """Its seats and its questions have ids of their own, or nobody would answer them."""
    scene = begun()
    asked = {work.id for work in pending_work(scene.state)}
    scene.approve("quin", "b.1.1")
    migrate(scene, A, {**C, "after": ["a"]})
    migrate(scene, A, B, C, version=5)
    assert became(scene) == {"a": "kept", "b": "added", "c": "again"}
    assert scene.waits_for() == {"b.1.3": ("quin",), "b.1.4": ("rosa",)}
    assert scene.state.former == {}
    assert not asked & {work.id for work in pending_work(scene.state)}


def test_every_preparation_has_a_name_of_its_own() -> None:
    scene = Scene(policy(A, B), prepared=False)
    names = {work.id for work in pending_work(scene.state)}
    for version in (4, 5):
        migrate(scene, {**A, "asks": [f"p{version}"]}, B, version=version)
        fresh = {work.id for work in pending_work(scene.state)}
        assert len(fresh) == 1
        assert not fresh & names
        names |= fresh


def test_an_answer_about_the_earlier_version_changes_nothing() -> None:
    scene = Scene(policy(A, B), prepared=False)
    late = scene.world.answer(pending_work(scene.state)[0], scene.now, "late")
    migrate(scene, {**A, "asks": ["zoe"]}, B)
    scene.receive(late)
    assert scene.waits_for() == {}
    scene.answer()
    assert scene.waits_for() == {"a.1.1": ("zoe",)}


def test_on_hold_nothing_starts_before_it_is_resumed() -> None:
    scene = begun()
    scene.admin(c.Pause)
    migrate(scene, A, {**B, "asks": ["tom"]}, C)
    assert scene.waits_for() == {}
    scene.admin(c.Resume)
    assert scene.waits_for() == {"b.1.3": ("tom",)}


def test_with_its_requester_the_form_may_change() -> None:
    scene = begun()
    scene.request_changes("quin", "b.1.1")
    assert migrate(scene, A, {"id": "new"}, C, form=[NOTE]) == "ok"
    assert scene.state.status is Status.RETURNED
    assert scene.resubmit() == "invalid_form"
    assert scene.resubmit(form={"note": "Here."}) == "ok"
    assert list(scene.state.stages) == ["a", "new", "c"]


def test_a_form_that_does_not_fit_is_refused_with_what_is_missing() -> None:
    scene = begun()
    assert migrate(scene, A, B, C, form=[NOTE]) == "form_does_not_fit"
    assert scene.said.startswith("The form does not fit version 4: Note is needed.")
    assert scene.state.policy_version == 3


def test_a_field_that_the_version_has_no_more_is_left_out() -> None:
    scene = Scene(policy(A, B, form=[NOTE]), form={"note": "Here."})
    assert migrate(scene, A, B) == "ok"
    assert scene.last(e.PolicyMigrated).left_out == ("note",)
    assert scene.state.form == {}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"version": 3}, "same_version"),
        ({"key": "other"}, "other_policy"),
        ({"actor": "ana"}, "self_approval"),
    ],
)
def test_what_cannot_be_done_is_refused(values: dict[str, Any], code: str) -> None:
    scene = begun()
    assert migrate(scene, A, B, **values) == code


def test_a_reason_is_needed() -> None:
    scene = begun()
    rules = policy(A, B)
    assert scene.admin(c.Migrate, version=4, policy=rules, reason=" ") == "reason_required"


def test_what_has_ended_stays_as_it_was() -> None:
    scene = begun(A)
    assert migrate(scene, A, B) == "request_closed"


def test_the_comparison_says_which_parts_differ() -> None:
    scene = begun()
    later: Policy = policy(A, {**B, "asks": ["tom"], "veto": False}, C)
    (_, b, _) = compare(scene.state, later)
    assert b == StageChange(
        stage="b", title="B", becomes="again", was=StageStatus.OPEN, changed=("participants", "veto")
    )
