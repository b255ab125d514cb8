"""Asking for changes, resubmitting, and what a rejected stage comes to."""

import pytest

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import pending_work, wake_at
from approvals.engine.state import StageStatus, Status
from tests.engine.scene import Scene, policy

FORM = [
    {"id": "days", "label": "Days", "type": "integer"},
    {"id": "note", "label": "Note", "type": "text", "required": False},
]
SLA = {"target": "PT8H", "calendar": "always"}


def test_a_request_for_changes_gives_it_back_to_the_requester() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"]}))
    assert scene.request_changes("pia", comment="Which days?") == "ok"
    assert scene.state.status is Status.RETURNED
    assert scene.waits_for() == {}
    assert scene.last(e.ChangesRequested).comment == "Which days?"
    assert pending_work(scene.state) == ()


def test_a_resubmission_starts_the_next_round_from_the_first_stage() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"]}))
    scene.approve("pia")
    scene.request_changes("quin", "s2.1.1")
    assert scene.resubmit() == "ok"
    assert scene.state.round == 2
    assert scene.state.title == "Nine days"
    assert scene.waits_for() == {"s1.2.1": ("pia",)}


def test_it_says_which_fields_changed() -> None:
    scene = Scene(policy({}, form=FORM), form={"days": 10})
    scene.request_changes("pia")
    scene.resubmit(form={"days": 9, "note": "By train."})
    assert scene.last(e.RequestResubmitted).changed == ("days", "note")


def test_a_decision_of_an_earlier_round_does_not_count() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"]}))
    scene.approve("pia")
    scene.request_changes("quin", "s1.1.2")
    scene.resubmit()
    assert scene.waits_for() == {"s1.2.1": ("pia",), "s1.2.2": ("quin",)}
    scene.approve("quin", "s1.2.2")
    assert scene.outcome is None


def test_the_last_allowed_resubmission_is_accepted() -> None:
    scene = Scene(policy({}, max_rounds=3))
    for number in (1, 2):
        assert scene.request_changes("pia", f"s1.{number}.1") == "ok"
        assert scene.resubmit(number) == "ok"
    assert scene.request_changes("pia", "s1.3.1") == "no_rounds_left"
    assert scene.approve("pia", "s1.3.1") == "ok"
    assert scene.outcome == "approved"


def test_a_policy_of_one_round_never_returns_a_request() -> None:
    scene = Scene(policy({"on_reject": "return"}, max_rounds=1))
    assert scene.request_changes("pia") == "no_rounds_left"
    assert scene.reject("pia") == "ok"
    assert scene.outcome == "rejected"


def test_a_rejection_ends_the_request_by_default() -> None:
    scene = Scene(policy({}, {}))
    scene.reject("pia", comment="No.")
    assert scene.status() is StageStatus.REJECTED
    assert (scene.outcome, scene.state.outcome_reason) == ("rejected", "No.")


def test_a_rejection_can_return_the_request_with_the_reviewers_words() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"], "on_reject": "return"}))
    scene.reject("quin", "s1.1.2", "Not in August.")
    assert scene.state.status is Status.RETURNED
    assert scene.last(e.ChangesRequested).comment == "Not in August."
    assert scene.resubmit() == "ok"
    scene.approve("pia", "s1.2.1")
    scene.approve("quin", "s1.2.2")
    assert scene.outcome == "approved"


def test_the_words_that_are_passed_on_are_the_latest_rejections() -> None:
    scene = Scene(policy({"asks": ["pia", "quin"], "quorum": "any", "veto": False}))
    scene.reject("quin", "s1.1.2", "First.")
    scene.now = scene.now.replace(hour=10)
    scene.reject("pia", "s1.1.1", "Second.")
    assert scene.state.outcome_reason == "Second."


def test_a_rejection_can_be_passed_over() -> None:
    scene = Scene(policy({"on_reject": "continue"}, {"asks": ["quin"]}))
    scene.reject("pia")
    assert scene.status() is StageStatus.PASSED
    assert scene.waits_for() == {"s2.1.1": ("quin",)}


def test_a_return_takes_the_parallel_stages_along() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"], "after": []}))
    scene.request_changes("pia")
    assert scene.status("s1") is scene.status("s2") is StageStatus.RETURNED
    assert scene.approve("quin", "s2.1.1") == "returned"
    scene.resubmit()
    assert set(scene.waits_for()) == {"s1.2.1", "s2.2.1"}


def test_a_parallel_stage_that_was_decided_is_asked_again() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"], "after": []}))
    scene.approve("quin", "s2.1.1")
    scene.request_changes("pia")
    scene.resubmit()
    assert set(scene.waits_for()) == {"s1.2.1", "s2.2.1"}


def test_a_return_while_a_parallel_stage_is_prepared_makes_its_answer_stale() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"], "after": []}), prepared=False)
    first, second = pending_work(scene.state)
    scene.receive(scene.world.answer(first, scene.now, "1"))
    scene.request_changes("pia")
    scene.receive(scene.world.answer(second, scene.now, "2"))
    assert scene.status("s2") is StageStatus.RETURNED
    scene.resubmit()
    scene.receive(scene.world.answer(second, scene.now, "3"))
    assert scene.status("s2") is StageStatus.PREPARING
    scene.answer()
    assert set(scene.waits_for()) == {"s1.2.1", "s2.2.1"}


def test_the_clock_of_a_returned_stage_pauses_and_goes_on_with_what_it_had() -> None:
    scene = Scene(policy({"sla": SLA}))
    scene.wait(3)
    scene.request_changes("pia")
    assert wake_at(scene.state) is None
    clock = scene.state.stages["s1"].clock
    assert clock
    assert not clock.running
    assert clock.deadline is None
    scene.wait(100)
    assert scene.all(e.DeadlineBreached) == []
    scene.resubmit()
    clock = scene.state.stages["s1"].clock
    assert clock
    assert (clock.elapsed, len(clock.runs)) == (3 * 3600, 2)
    scene.wait(5)
    assert len(scene.all(e.DeadlineBreached)) == 1


def test_a_breach_is_not_repeated_in_the_next_round() -> None:
    scene = Scene(policy({"sla": SLA}))
    scene.wait(9)
    scene.request_changes("pia")
    scene.resubmit()
    scene.wait(9)
    assert len(scene.all(e.DeadlineBreached)) == 1


def test_a_paused_clock_survives_a_round_that_does_not_reach_its_stage() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"], "sla": SLA}))
    scene.approve("pia")
    scene.wait(3)
    scene.request_changes("quin", "s2.1.1")
    scene.resubmit(1)
    scene.request_changes("pia", "s1.2.1")
    scene.resubmit(2)
    scene.approve("pia", "s1.3.1")
    clock = scene.state.stages["s2"].clock
    assert clock
    assert clock.elapsed == 3 * 3600


def test_a_decided_stages_clock_begins_anew_in_the_next_round() -> None:
    scene = Scene(policy({"asks": ["pia"], "sla": SLA}, {"asks": ["quin"]}))
    scene.wait(3)
    scene.approve("pia")
    scene.request_changes("quin", "s2.1.1")
    scene.resubmit()
    clock = scene.state.stages["s1"].clock
    assert clock
    assert (clock.elapsed, len(clock.runs)) == (0, 1)


def test_an_extension_given_just_before_a_return_is_not_lost() -> None:
    scene = Scene(policy({"sla": SLA}), prepared=False)
    scene.answer()
    assert scene.admin(c.ExtendDeadline, stage="s1", by="PT2H") == "ok"
    scene.request_changes("pia")
    scene.resubmit()
    scene.answer()
    clock = scene.state.stages["s1"].clock
    assert clock
    assert clock.target == 10 * 3600
    assert clock.extensions == ()


@pytest.mark.parametrize("round", [0, 2, 99])
def test_a_resubmission_of_another_round_is_stale(round: int) -> None:
    scene = Scene(policy({}))
    scene.request_changes("pia")
    assert scene.resubmit(round) == "stale_round"
