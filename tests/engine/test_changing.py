"""What is asked again when the form changes: after a return, or by an amendment while the request is open."""

from typing import Any

import pytest
from pydantic import ValidationError

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.state import StageStatus, Status
from tests.engine.scene import Scene, policy

FORM = [
    {"id": "amount", "label": "Amount", "type": "integer"},
    {"id": "vendor", "label": "Vendor", "type": "text", "required": False},
]
SLA = {"target": "PT8H", "calendar": "always"}


def scene(*stages: dict[str, Any], amount: int = 1, **changes: Any) -> Scene:
    """A request for an amount, which can be amended."""
    return Scene(policy(*stages, form=FORM, **{"amend": True, **changes}), form={"amount": amount})


def two(**first: Any) -> Scene:
    """Pia decides first, and looks at the amount alone; then Quin, who looks at everything."""
    return scene({"watches": ["amount"], **first}, {"asks": ["quin"]})


# After a return


def test_a_stage_keeps_its_approval_where_nothing_it_watches_changed() -> None:
    it = two()
    it.approve("pia")
    it.request_changes("quin", "s2.1.1")
    it.resubmit(form={"amount": 1, "vendor": "Acme"})
    assert it.last(e.RequestResubmitted).kept == ("s1",)
    assert it.last(e.StageKept).reason == "It depends on “Amount”, and nothing of that changed."
    assert it.waits_for() == {"s2.2.1": ("quin",)}
    it.approve("quin", "s2.2.1")
    assert it.outcome == "approved"


def test_a_stage_is_asked_again_where_something_it_watches_changed() -> None:
    it = two()
    it.approve("pia")
    it.request_changes("quin", "s2.1.1")
    it.resubmit(form={"amount": 2})
    assert it.last(e.StageAskedAgain).changed == ("amount",)
    assert it.waits_for() == {"s1.2.1": ("pia",)}


def test_a_stage_that_watches_nothing_says_so() -> None:
    it = two(watches=[])
    it.approve("pia")
    it.request_changes("quin", "s2.1.1")
    it.resubmit(form={"amount": 2})
    assert it.last(e.StageKept).reason == "It does not depend on the form."


def test_without_a_word_about_fields_every_stage_is_asked_again() -> None:
    it = scene({}, {"asks": ["quin"]})
    it.approve("pia")
    it.request_changes("quin", "s2.1.1")
    it.resubmit(form={"amount": 1})
    assert it.waits_for() == {"s1.2.1": ("pia",)}
    assert not it.all(e.StageKept)
    assert not it.all(e.StageAskedAgain)


def test_whoever_returned_it_is_asked_again_although_nothing_changed_for_them() -> None:
    it = two()
    it.request_changes("pia")
    it.resubmit(form={"amount": 1, "vendor": "Acme"})
    assert it.waits_for() == {"s1.2.1": ("pia",)}


def test_a_passed_rejection_is_no_approval_to_keep() -> None:
    it = two(on_reject="continue")
    it.reject("pia")
    it.request_changes("quin", "s2.1.1")
    it.resubmit(form={"amount": 1})
    assert it.waits_for() == {"s1.2.1": ("pia",)}


def test_an_approval_is_kept_over_several_rounds() -> None:
    it = two()
    it.approve("pia")
    for round in (1, 2):
        it.request_changes("quin", f"s2.{round}.1")
        it.resubmit(round, form={"amount": 1, "vendor": str(round)})
    assert it.state.stages["s1"].kept_from == 1
    assert it.state.has_decided("s1", "pia")
    assert it.waits_for() == {"s2.3.1": ("quin",)}


def test_what_follows_a_kept_stage_waits_for_what_comes_before_it() -> None:
    """Pia is asked again; Quin's approval is kept; Rosa comes after both."""
    it = scene({"watches": ["amount"]}, {"asks": ["quin"], "watches": ["vendor"]}, {"asks": ["rosa"]})
    it.approve("pia")
    it.approve("quin", "s2.1.1")
    it.request_changes("rosa", "s3.1.1")
    it.resubmit(form={"amount": 2})
    assert it.waits_for() == {"s1.2.1": ("pia",)}
    it.approve("pia", "s1.2.1")
    assert it.waits_for() == {"s3.2.1": ("rosa",)}


# An amendment


def test_an_amendment_asks_those_again_to_whom_it_matters() -> None:
    it = two()
    it.approve("pia")
    assert it.amend(form={"amount": 2}, comment="A second one.") == "ok"
    assert it.said == "Your request was changed."
    assert it.last(e.RequestAmended).changed == ("amount",)
    assert it.task("s2.1.1").status == "cancelled"
    assert it.waits_for() == {"s1.2.1": ("pia",)}
    assert it.state.form == {"amount": 2}
    assert it.state.title == "Nine days"


def test_an_open_stage_goes_on_where_nothing_that_it_watches_changed() -> None:
    it = scene({"asks": ["pia", "quin"], "watches": ["amount"], "sla": SLA})
    it.wait(3)
    it.approve("pia")
    it.amend(form={"amount": 1, "vendor": "Acme"})
    assert it.waits_for() == {"s1.1.2": ("quin",)}
    assert it.approve("quin", "s1.1.2") == "ok"
    assert it.outcome == "approved"


def test_a_decision_in_an_open_stage_is_asked_again_where_it_matters() -> None:
    it = scene({"asks": ["pia", "quin"], "watches": ["amount"]})
    it.approve("pia")
    it.amend(form={"amount": 2})
    assert it.waits_for() == {"s1.2.1": ("pia",), "s1.2.2": ("quin",)}
    assert it.approve("quin", "s1.1.2") == "stale_round"


def test_an_open_stage_that_is_asked_again_keeps_the_time_that_it_took() -> None:
    it = scene({"sla": SLA})
    it.wait(3)
    it.amend(form={"amount": 2})
    clock = it.state.stages["s1"].clock
    assert clock
    assert (clock.elapsed, len(clock.runs), clock.running) == (3 * 3600, 2, True)


def test_a_seat_that_is_added_to_a_kept_stage_counts_in_it() -> None:
    it = scene({"asks": ["pia"], "watches": ["amount"]})
    it.amend(form={"amount": 1, "vendor": "Acme"})
    it.admin(c.AddApprover, stage="s1", person="rosa")
    assert it.waits_for() == {"s1.1.1": ("pia",), "s1.1.2": ("rosa",)}
    it.approve("pia")
    assert it.outcome is None
    it.approve("rosa", "s1.1.2")
    assert it.outcome == "approved"


def test_a_stage_that_is_being_prepared_is_prepared_anew() -> None:
    it = Scene(policy({}, form=FORM, amend=True), form={"amount": 1}, prepared=False)
    assert it.amend(form={"amount": 2}) == "ok"
    assert it.status() is StageStatus.PREPARING
    it.answer()
    assert it.waits_for() == {"s1.2.1": ("pia",)}


def test_a_kept_stage_can_still_return_the_request() -> None:
    it = two()
    it.amend(form={"amount": 1, "vendor": "Acme"})
    assert it.request_changes("pia") == "ok"
    assert it.state.status is Status.RETURNED
    assert it.resubmit(2, form={"amount": 1}) == "ok"
    assert it.waits_for() == {"s1.3.1": ("pia",)}


@pytest.mark.parametrize(
    ("changes", "form", "round", "code"),
    [
        ({"amend": False}, {"amount": 2}, 1, "not_allowed"),
        ({}, {"amount": 1}, 1, "nothing_changed"),
        ({}, {"amount": 2}, 2, "stale_round"),
        ({}, {"amount": "two"}, 1, "invalid_form"),
        ({"max_rounds": 1}, {"amount": 2}, 1, "no_rounds_left"),
    ],
)
def test_an_amendment_is_refused(
    changes: dict[str, Any], form: dict[str, Any], round: int, code: str
) -> None:
    it = scene({}, **changes)
    assert it.amend(round, form) == code
    assert it.state.form == {"amount": 1}


def test_nobody_else_amends_a_request() -> None:
    it = scene({})
    amendment = {"round": 1, "title": "Mine", "form": {"amount": 2}}
    assert it.act(c.Amend, "pia", **amendment) == "not_requester"


def test_a_request_on_hold_or_returned_is_not_amended() -> None:
    it = scene({})
    it.admin(c.Pause)
    assert it.amend(form={"amount": 2}) == "paused"
    it.admin(c.Resume)
    it.request_changes("pia")
    assert it.amend(form={"amount": 2}) == "returned"


def test_a_policy_watches_only_fields_of_its_form() -> None:
    with pytest.raises(ValidationError, match='watches the field "colour", which the form does not have'):
        policy({"watches": ["colour"]}, form=FORM)
