"""Who is told what."""

import pytest

from approvals.engine import commands as c
from approvals.mail.models import Notification, ReplyToken
from approvals.requests import projection
from tests.engine.scene import policy
from tests.engine.world import World
from tests.mail.desk import Desk, sla

pytestmark = pytest.mark.django_db


def test_whoever_is_asked_is_told() -> None:
    desk = Desk(policy({"asks": ["bo", "cy"]}))
    assert desk.planned() == [("bo", "task", "s1.1.1"), ("cy", "task", "s1.1.2")]


def test_everybody_in_a_pool_is_told() -> None:
    desk = Desk(policy({"participants": [{"group": "g"}]}), World(groups={"g": ("bo", "cy")}))
    assert desk.planned() == [("bo", "task", "s1.1.1"), ("cy", "task", "s1.1.1")]


def test_a_batch_that_is_recorded_again_adds_nothing() -> None:
    desk = Desk()
    projection.record(str(desk.row.pk), desk.events)  # type: ignore[arg-type]
    assert Notification.objects.count() == 1


def test_a_task_that_is_over_within_the_batch_is_not_told() -> None:
    desk = Desk(policy({"asks": ["bo"]}, {"asks": ["cy"]}))
    desk.news()
    desk.approve("bo")
    desk.approve("cy", "s2.1.1")
    desk.record()
    assert ("cy", "task", "s2.1.1") not in desk.planned()


def test_people_who_left_or_have_no_address_are_passed_over() -> None:
    desk = Desk(policy({"asks": ["bo"]}, {"asks": ["cy", "max", "pia"]}))
    desk.people["cy"].is_active = False
    desk.people["cy"].save()
    desk.people["max"].email = ""
    desk.people["max"].save()
    desk.news()
    desk.approve("bo")
    desk.record()
    assert desk.news() == [("pia", "task", "s2.1.3"), ("ana", "decided", "")]


def test_a_delegate_is_told_and_not_the_one_who_delegated() -> None:
    desk = Desk()
    desk.news()
    desk.act(c.Delegate, "bo", task="s1.1.1", to="cy", comment="Please.")
    desk.record()
    assert desk.news() == [("cy", "task", "s1.1.1")]


def test_whoever_is_added_is_told_and_then_whose_turn_it_is() -> None:
    desk = Desk(policy({"asks": ["bo"], "allow": ["add_before", "add_after"]}))
    desk.news()
    desk.act(c.Invite, "bo", task="s1.1.1", to="cy", place="before")
    desk.act(c.Invite, "bo", task="s1.1.1", to="pia", place="after")
    desk.record()
    assert desk.news() == [("cy", "task", "s1.1.2")]
    desk.approve("cy", "s1.1.2")
    desk.record()
    assert ("bo", "task", "s1.1.1") in desk.news()
    desk.approve("bo")
    desk.record()
    assert ("pia", "task", "s1.1.3") in desk.news()


def test_whoever_has_a_conflict_of_interest_is_not_told_of_what_follows() -> None:
    desk = Desk()
    desk.news()
    desk.act(c.DeclareConflict, "bo", task="s1.1.1", reason="My cousin's.")
    desk.record()
    assert {(person, task) for person, _, task in desk.news()} == {("olga", "s1.1.1")}


def test_only_the_new_one_is_told_of_a_reassignment_and_old_addresses_end() -> None:
    desk = Desk()
    desk.news()
    desk.address("bo")
    desk.admin(c.Reassign, task="s1.1.1", to="cy")
    desk.record()
    assert desk.news() == [("cy", "task", "s1.1.1")]
    assert ReplyToken.objects.get().revoked_at is not None


def test_an_administrator_who_takes_the_task_is_not_told() -> None:
    desk = Desk()
    desk.news()
    desk.admin(c.Reassign, task="s1.1.1", to="ada")
    desk.record()
    assert desk.news() == []


def test_a_reminder_goes_to_who_has_not_decided() -> None:
    desk = Desk(policy({"asks": ["bo", "cy"], "sla": sla(reminders=[{"at": "50%"}])}))
    desk.approve("bo")
    desk.record()
    desk.news()
    desk.wait(5)
    desk.record()
    assert desk.news() == [("cy", "reminder", "s1.1.2")]


def test_a_breach_is_told_to_who_is_asked_and_to_the_requester() -> None:
    desk = Desk(policy({"asks": ["bo"], "sla": sla()}))
    desk.news()
    desk.wait(10)
    desk.record()
    assert desk.news() == [("bo", "breach", "s1.1.1"), ("ana", "breach", "")]


def test_a_breach_and_a_reminder_at_once_are_one_message() -> None:
    desk = Desk(policy({"asks": ["bo"], "sla": sla(reminders=[{"at": "50%"}, {"at": "PT1H before"}])}))
    desk.news()
    desk.wait(11)
    desk.record()
    assert [row for row in desk.news() if row[0] == "bo"] == [("bo", "breach", "s1.1.1")]


def test_a_level_that_notifies_tells_the_people_it_names() -> None:
    desk = Desk(
        policy({"asks": ["bo"], "sla": sla(levels=[{"at": "80%", "do": "notify", "up": 1}])}),
        World(managers={"bo": "max"}),
    )
    desk.news()
    desk.wait(8)
    desk.record()
    assert desk.news() == [("max", "escalation", "")]


@pytest.mark.parametrize(
    ("do", "told"),
    [
        ("add", [("cy", "escalation", "s1.1.1")]),
        ("reassign", [("cy", "escalation", "s1.1.1"), ("bo", "escalation", "")]),
    ],
)
def test_a_level_that_hands_over_asks_the_new_ones_and_tells_the_old(do: str, told: list[object]) -> None:
    desk = Desk(
        policy({"asks": ["bo"], "sla": sla(levels=[{"at": "80%", "do": do, "to": [{"user": "cy"}]}])})
    )
    desk.news()
    desk.wait(8)
    desk.record()
    assert desk.news() == told


@pytest.mark.parametrize(
    ("do", "told"),
    [
        ("remind", [("bo", "reminder", "s1.1.1")]),
        ("raise_priority", [("bo", "escalation", "s1.1.1")]),
        ("approve", [("bo", "escalation", ""), ("ana", "outcome", "")]),
        ("expire", [("bo", "escalation", ""), ("ana", "outcome", "")]),
    ],
)
def test_a_level_without_people_tells_those_who_are_asked(do: str, told: list[object]) -> None:
    desk = Desk(policy({"asks": ["bo"], "sla": sla(levels=[{"at": "80%", "do": do}])}))
    desk.news()
    desk.wait(8)
    desk.record()
    assert desk.news() == told


def test_the_last_resort_is_asked() -> None:
    desk = Desk()
    desk.news()
    desk.act(c.Escalate, "ana", stage="s1", reason="It burns.")
    desk.record()
    assert desk.news() == [("olga", "escalation", "s1.1.1")]


def test_the_owner_hears_of_a_stuck_stage_once_and_can_decide_it() -> None:
    desk = Desk(policy({"participants": [{"group": "nobody"}]}))
    assert desk.news() == [("olga", "stuck", "s1.1.1")]


def test_the_requester_hears_of_each_decision() -> None:
    desk = Desk(policy({"asks": ["bo", "cy"]}))
    desk.news()
    desk.approve("bo")
    desk.record()
    assert desk.news() == [("ana", "decided", "")]


def test_the_last_decision_is_told_with_the_outcome_and_to_who_took_part() -> None:
    desk = Desk(policy({"asks": ["bo", "cy"]}))
    desk.approve("bo")
    desk.record()
    desk.news()
    desk.approve("cy")
    desk.decide("cy", "approve", "s1.1.2")
    desk.record()
    assert desk.news() == [("ana", "outcome", ""), ("bo", "outcome", "")]


def test_a_request_for_changes_is_one_message_to_the_requester() -> None:
    desk = Desk()
    desk.news()
    desk.request_changes("bo", comment="Which week?")
    desk.record()
    assert desk.news() == [("ana", "changes", "")]


def test_a_withdrawal_is_not_told_to_who_withdrew() -> None:
    desk = Desk()
    desk.news()
    desk.act(c.Withdraw, "ana")
    desk.record()
    assert desk.news() == []


def test_a_comment_goes_to_the_others_who_have_a_part() -> None:
    desk = Desk()
    desk.news()
    desk.act(c.Comment, "bo", text="One question.")
    desk.record()
    assert desk.news() == [("ana", "comment", "")]
    desk.act(c.Comment, "ana", text="Yes?")
    desk.record()
    assert desk.news() == [("bo", "comment", "s1.1.1")]


def test_a_comment_leaves_a_pool_in_peace() -> None:
    desk = Desk(policy({"participants": [{"group": "g"}]}), World(groups={"g": ("bo", "cy")}))
    desk.news()
    desk.act(c.Comment, "ana", text="Anybody?")
    desk.record()
    assert desk.news() == []
