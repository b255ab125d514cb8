"""Every reason to refuse, reached once by somebody it concerns; each is answered with a sentence."""

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import new_request, receive
from approvals.engine.text import MAX_TEXT
from tests.engine.scene import START, Scene, policy
from tests.engine.world import World

TWO = {"asks": ["pia", "quin"]}


def test_before_it_is_submitted_there_is_no_request() -> None:
    state = new_request("r1", policy({}), 1, "ana")
    for command in (
        c.Comment(id="1", actor="ana", text="Hello?"),
        c.Withdraw(id="2", actor="ana"),
        c.Escalate(id="3", actor="ana", stage="s1"),
        c.Resubmit(id="4", actor="ana", round=1, title="", form={}),
        c.Override(id="5", actor="ada", reason="Because.", outcome="approved"),
    ):
        _, _, receipt = receive(state, command, START)
        assert receipt
        assert receipt.code == "unknown_request"


def test_it_is_submitted_once() -> None:
    scene = Scene(policy({}))
    scene.act(c.Withdraw, "ana")
    assert scene.act(c.Submit, "ana", title="Again", form={}) == "already_submitted"
    assert scene.outcome == "withdrawn"


def test_nobody_submits_for_somebody_else() -> None:
    state = new_request("r1", policy({}), 1, "ana")
    _, _, receipt = receive(state, c.Submit(id="1", actor="eve", title="", form={}), START)
    assert receipt
    assert receipt.code == "not_requester"


def test_an_unknown_task_or_stage() -> None:
    scene = Scene(policy({}))
    assert scene.approve("pia", "s9.1.1") == "unknown_task"
    assert scene.admin(c.SkipStage, stage="s9") == "unknown_stage"


def test_somebody_elses_task() -> None:
    scene = Scene(policy(TWO))
    assert scene.approve("eve") == "not_assigned"
    assert scene.approve("quin", "s1.1.1") == "not_assigned"
    assert scene.act(c.Claim, "eve", task="s1.1.1") == "not_assigned"
    assert scene.act(c.Release, "eve", task="s1.1.1") == "not_assigned"
    assert scene.act(c.Delegate, "eve", task="s1.1.1", to="zoe") == "not_assigned"


def test_who_has_no_part_in_it_learns_nothing_from_a_refusal() -> None:
    scene = Scene(policy(TWO))
    scene.approve("pia")
    scene.approve("quin", "s1.1.2")
    assert scene.approve("eve") == "not_assigned"
    assert scene.act(c.Comment, "eve", text="Hm.") == "not_involved"
    assert scene.act(c.Withdraw, "eve") == "not_requester"


def test_the_first_decision_stands_and_the_second_hears_whose_it_is_and_of_when() -> None:
    scene = Scene(policy({"participants": [{"group": "desk"}]}), World(groups={"desk": ("pia", "quin")}))
    assert scene.approve("pia") == "ok"
    assert scene.reject("quin") == "already_decided"
    assert scene.said == "pia approved on 2 March 2026, 09:00 UTC; the first decision stands."
    assert scene.reject("pia") == "already_decided"
    assert scene.outcome == "approved"


def test_a_task_of_an_earlier_round() -> None:
    scene = Scene(policy(TWO))
    scene.request_changes("pia")
    scene.resubmit()
    assert scene.approve("quin", "s1.1.2") == "stale_round"
    assert "round 2" in scene.said
    assert scene.approve("pia", "s1.1.1") == "already_decided"


def test_a_task_of_an_earlier_round_of_a_closed_request() -> None:
    scene = Scene(policy(TWO))
    scene.request_changes("pia")
    scene.resubmit()
    scene.act(c.Withdraw, "ana")
    assert scene.approve("quin", "s1.1.2") == "request_closed"


def test_a_request_that_is_with_its_requester() -> None:
    scene = Scene(policy(TWO))
    scene.request_changes("pia")
    assert scene.approve("quin", "s1.1.2") == "returned"
    assert scene.act(c.Escalate, "ana", stage="s1") == "returned"
    assert scene.admin(c.SkipStage, stage="s1") == "returned"


def test_a_stage_that_was_decided_without_you() -> None:
    scene = Scene(policy({**TWO, "quorum": "any"}, {"asks": ["rosa"]}))
    scene.approve("pia")
    assert scene.approve("quin", "s1.1.2") == "stage_closed"
    assert scene.admin(c.SkipStage, stage="s1") == "stage_closed"


def test_nothing_happens_to_a_closed_request() -> None:
    scene = Scene(policy(TWO))
    scene.act(c.Withdraw, "ana")
    commands: list[tuple[type[c.Command], str, dict[str, object]]] = [
        (c.Decide, "pia", {"task": "s1.1.1", "decision": "approve"}),
        (c.Comment, "pia", {"text": "Pity."}),
        (c.Claim, "pia", {"task": "s1.1.1"}),
        (c.Release, "pia", {"task": "s1.1.1"}),
        (c.Delegate, "pia", {"task": "s1.1.1", "to": "zoe"}),
        (c.Resubmit, "ana", {"round": 1, "title": "", "form": {}}),
        (c.Withdraw, "ana", {}),
        (c.Escalate, "ana", {"stage": "s1"}),
        (c.Reassign, "ada", {"task": "s1.1.1", "to": "zoe", "reason": "Because."}),
        (c.AddApprover, "ada", {"stage": "s1", "person": "zoe", "reason": "Because."}),
        (c.RemoveApprover, "ada", {"task": "s1.1.1", "reason": "Because."}),
        (c.ExtendDeadline, "ada", {"stage": "s1", "by": "PT1H", "reason": "Because."}),
        (c.Pause, "ada", {"reason": "Because."}),
        (c.Resume, "ada", {}),
        (c.SkipStage, "ada", {"stage": "s1", "reason": "Because."}),
        (c.Override, "ada", {"outcome": "approved", "reason": "Because."}),
    ]
    for kind, actor, values in commands:
        assert scene.act(kind, actor, **values) == "request_closed", kind
    assert scene.said == "This request was withdrawn on 2 March 2026, 09:00 UTC; nothing can be changed."


def test_what_the_policy_does_not_allow() -> None:
    scene = Scene(policy({"allow": []}))
    assert scene.request_changes("pia") == "not_allowed"
    assert scene.decide("pia", "abstain") == "not_allowed"
    assert scene.act(c.Delegate, "pia", task="s1.1.1", to="zoe") == "not_allowed"


def test_a_rejection_without_a_word() -> None:
    scene = Scene(policy({}, comment_required=["reject", "request_changes"]))
    assert scene.reject("pia", comment=" \n ") == "comment_required"
    assert scene.request_changes("pia") == "comment_required"
    assert scene.reject("pia", comment="Too dear.") == "ok"


def test_an_empty_comment() -> None:
    assert Scene(policy({})).act(c.Comment, "ana", text=" ") == "comment_required"


def test_a_text_that_is_too_long_is_refused_with_the_limit() -> None:
    scene = Scene(policy({}))
    long = "é" * (MAX_TEXT // 2) + "!"
    assert scene.act(c.Comment, "ana", text=long) == "text_too_long"
    assert scene.said == "The text has 20,001 bytes; at most 20,000 are allowed."
    assert scene.act(c.Comment, "ana", text=long[:-1]) == "ok"
    assert scene.reject("pia", comment=long) == "text_too_long"
    assert scene.act(c.Delegate, "pia", task="s1.1.1", to="zoe", comment=long) == "text_too_long"
    assert scene.act(c.Escalate, "ana", stage="s1", reason=long) == "text_too_long"
    assert scene.act(c.Withdraw, "ana", reason=long) == "text_too_long"
    assert scene.admin(c.Pause, reason=long) == "text_too_long"
    assert scene.outcome is None


def test_a_text_that_cannot_be_kept() -> None:
    scene = Scene(policy({}))
    for text in ("a\0b", "half \ud83d"):
        assert scene.act(c.Comment, "ana", text=text) == "invalid_text"


def test_a_form_that_its_fields_do_not_allow() -> None:
    rules = policy({}, form=[{"id": "days", "label": "Days", "type": "integer"}])
    scene = Scene(rules, form={"days": "ten"})
    assert scene.said == "Days is a whole number."
    assert scene.state.receipts[-1].code == "invalid_form"
    assert scene.act(c.Submit, "ana", title="", form={"days": 10}) == "ok"
    scene.request_changes("pia")
    assert scene.resubmit(form={}) == "invalid_form"
    assert scene.said == "Days is needed."


def test_only_the_requester_resubmits() -> None:
    scene = Scene(policy({}))
    scene.request_changes("pia")
    assert scene.act(c.Resubmit, "pia", round=1, title="", form={}) == "not_requester"


def test_nobody_resubmits_unasked() -> None:
    assert Scene(policy({})).resubmit() == "not_returned"


def test_the_requester_never_gets_a_task_of_their_own_request() -> None:
    scene = Scene(policy(TWO))
    assert scene.admin(c.Reassign, task="s1.1.1", to="ana") == "self_approval"
    assert scene.admin(c.AddApprover, stage="s1", person="ana") == "self_approval"
    assert scene.act(c.Delegate, "pia", task="s1.1.1", to="ana") == "self_approval"
    assert scene.approve("ana") == "not_assigned"


def test_nobody_is_no_approver() -> None:
    scene = Scene(policy(TWO))
    assert scene.admin(c.Reassign, task="s1.1.1", to="") == "unknown_person"
    assert scene.admin(c.Reassign, task="s1.1.1", to="zoe", of="x" * 100_000) == "unknown_person"
    assert scene.admin(c.AddApprover, stage="s1", person=" ") == "unknown_person"


def test_a_forged_command_does_not_make_its_actor_involved() -> None:
    scene = Scene(policy(TWO))
    scene.approve("eve")
    scene.act(c.Comment, "eve", text="Let me in.")
    assert "eve" not in scene.state.involved
    assert scene.last(e.CommandRefused).actor == "eve"


def test_those_who_take_part_may_comment() -> None:
    scene = Scene(policy(TWO))
    for person in ("ana", "pia", "quin"):
        assert scene.act(c.Comment, person, text="Well?") == "ok"
    assert scene.state.comments == 3
