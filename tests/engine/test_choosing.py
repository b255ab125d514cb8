"""Whoever approves a stage chooses who decides a later one."""

import pytest
from pydantic import ValidationError

from approvals.engine import commands as c
from approvals.engine import pending_work
from approvals.engine.state import Decision
from approvals.engine.work import StageWork
from tests.engine.scene import Scene, policy

CHOSEN = {"participants": [{"chosen_in": "s1"}]}


def approve(scene: Scene, actor: str, task: str = "s1.1.1", **choices: str) -> str:
    return scene.code(
        c.Decide(id=scene.id(), actor=actor, task=task, decision=Decision.APPROVE, choices=choices)
    )


def test_the_approver_chooses_and_that_person_is_asked() -> None:
    scene = Scene(policy({}, CHOSEN))
    assert approve(scene, "pia", s2="quin") == "ok"
    assert scene.waits_for() == {"s2.1.1": ("quin",)}
    assert scene.approve("quin", "s2.1.1") == "ok"
    assert scene.outcome == "approved"


def test_an_approval_without_a_choice_is_refused() -> None:
    scene = Scene(policy({}, CHOSEN))
    assert approve(scene, "pia") == "choice_required"
    assert scene.said == "Choose who decides “S2”: the policy leaves it to you."
    assert approve(scene, "pia", s2="  ") == "choice_required"
    assert approve(scene, "pia", s2="ana") == "self_approval"
    assert approve(scene, "pia", s2="x" * 200) == "unknown_person"


def test_a_rejection_needs_none() -> None:
    scene = Scene(policy({}, CHOSEN))
    assert scene.reject("pia") == "ok"


def test_several_approvers_choose_one_each() -> None:
    several = {"participants": [{"chosen_in": "s1", "each": True}]}
    scene = Scene(policy({"asks": ["pia", "rosa"]}, several))
    approve(scene, "pia", s2="quin")
    approve(scene, "rosa", "s1.1.2", s2="sam")
    assert sorted(scene.waits_for().values()) == [("quin",), ("sam",)]


def test_a_stage_between_does_not_matter_and_each_round_chooses_anew() -> None:
    scene = Scene(policy({}, {"asks": ["rosa"]}, {"participants": [{"chosen_in": "s1"}]}))
    approve(scene, "pia", s3="quin")
    scene.request_changes("rosa", "s2.1.1")
    scene.resubmit()
    approve(scene, "pia", "s1.2.1", s3="sam")
    scene.approve("rosa", "s2.2.1")
    assert scene.waits_for() == {"s3.2.1": ("sam",)}


def test_who_was_chosen_is_told_to_the_shell() -> None:
    scene = Scene(policy({}, CHOSEN), prepared=False)
    scene.answer()
    approve(scene, "pia", s2="quin")
    work = pending_work(scene.state)[0]
    assert isinstance(work, StageWork)
    assert [(one.stage, one.by, one.person) for one in work.chosen] == [("s1", "pia", "quin")]


def test_a_stage_that_was_skipped_has_chosen_nobody() -> None:
    scene = Scene(policy({"when": "false"}, CHOSEN))
    assert scene.waits_for() == {"s2.1.1": ("olga",)}


@pytest.mark.parametrize("stages", [[CHOSEN, {}], [{}, {"participants": [{"chosen_in": "s9"}]}]])
def test_the_choice_is_made_before(stages: list[dict[str, object]]) -> None:
    with pytest.raises(ValidationError, match="which is no stage that comes before it"):
        policy(*stages)


def test_the_ladder_cannot_ask_who_was_chosen() -> None:
    sla = {
        "target": "PT1H",
        "calendar": "x",
        "levels": [{"at": "100%", "do": "add", "to": [{"chosen_in": "s1"}]}],
    }
    with pytest.raises(ValidationError, match=r"only .participants. can say that"):
        policy({}, {"sla": sla})
