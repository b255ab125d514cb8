"""Advisory seats: asked and shown, never counted, never waited for."""

from typing import Any

import pytest
from pydantic import ValidationError

from approvals.engine import commands as c
from approvals.engine import events as e
from tests.engine.scene import Scene, policy
from tests.engine.world import World

ADVISER = {"user": "quin", "advisory": True}
SLA = {"target": "PT1H", "calendar": "always"}


def advised(*participants: dict[str, Any], world: World | None = None, **stage: Any) -> Scene:
    """Pia decides, Quin advises."""
    asked = list(participants) or [{"user": "pia"}, ADVISER]
    return Scene(policy({"participants": asked, **stage}), world)


def test_the_stage_does_not_wait_for_advice() -> None:
    scene = advised()
    assert scene.waits_for() == {"s1.1.1": ("pia",), "s1.1.2": ("quin",)}
    scene.approve("pia")
    assert scene.outcome == "approved"
    assert scene.last(e.TaskCancelled).reason == "stage_decided"
    assert scene.approve("quin", "s1.1.2") == "request_closed"


@pytest.mark.parametrize("quorum", ["all", "any", "first", "majority", {"count": 1}, {"percent": 100}])
@pytest.mark.parametrize("advice", ["approve", "reject", "abstain"])
def test_advice_counts_for_nothing(quorum: Any, advice: str) -> None:
    scene = advised(quorum=quorum, allow=["abstain"])
    assert scene.decide("quin", advice, "s1.1.2", "Because.") == "ok"
    assert scene.outcome is None
    assert scene.task("s1.1.2").comment == "Because."
    scene.approve("pia")
    assert scene.outcome == "approved"


def test_who_advised_is_told_so() -> None:
    scene = advised()
    scene.reject("quin", "s1.1.2")
    assert scene.said == "You advised to reject."


def test_advice_cannot_return_the_request() -> None:
    scene = advised(allow=["request_changes"])
    assert scene.request_changes("quin", "s1.1.2") == "not_allowed"
    assert "asked for advice" in scene.said
    assert scene.request_changes("pia") == "ok"


def test_a_rejection_quotes_who_decided_and_not_who_advised() -> None:
    scene = advised({"user": "pia"}, {"user": "rosa"}, ADVISER, veto=False)
    scene.reject("quin", "s1.1.3", "Do not.")
    scene.reject("pia", comment="Too dear.")
    assert scene.outcome == "rejected"
    assert scene.state.outcome_reason == "Too dear."


def test_who_advised_can_still_decide() -> None:
    world = World(groups={"board": ("pia", "quin")})
    scene = advised({"group": "board"}, {"group": "board", "advisory": True}, world=world)
    scene.approve("pia", "s1.1.2")
    assert scene.approve("pia") == "ok"
    assert scene.outcome == "approved"


def test_who_decided_is_not_asked_for_advice_any_more() -> None:
    world = World(groups={"board": ("pia", "quin")})
    asked = {"user": "pia"}, {"user": "rosa"}, {"group": "board", "advisory": True}
    scene = advised(*asked, world=world)
    scene.approve("pia")
    assert scene.waits_for() == {"s1.1.2": ("rosa",), "s1.1.3": ("quin",)}


def test_an_adviser_advises_once() -> None:
    scene = advised({"user": "pia"}, ADVISER, ADVISER)
    scene.approve("quin", "s1.1.2")
    assert scene.waits_for() == {"s1.1.1": ("pia",)}


def test_with_nobody_but_advisers_the_owner_decides() -> None:
    scene = advised({"group": "empty"}, ADVISER)
    assert scene.waits_for() == {"s1.1.1": ("quin",), "s1.1.2": ("olga",)}
    scene.approve("quin")
    assert scene.outcome is None
    scene.approve("olga", "s1.1.2")
    assert scene.outcome == "approved"


def test_an_adviser_may_be_added_to_those_who_decide() -> None:
    scene = advised()
    assert scene.admin(c.AddApprover, stage="s1", person="quin") == "ok"
    scene.approve("quin", "s1.1.3")
    assert scene.task("s1.1.2").status == "cancelled"


def test_an_adviser_can_be_taken_away_and_the_last_who_decides_cannot() -> None:
    scene = advised()
    assert scene.admin(c.RemoveApprover, task="s1.1.1") == "last_approver"
    assert scene.admin(c.RemoveApprover, task="s1.1.2") == "ok"
    assert scene.outcome is None


def test_time_urges_only_those_who_decide() -> None:
    ladder = [{"at": "100%", "do": "reassign", "to": [{"user": "max"}]}]
    scene = advised(sla={**SLA, "reminders": [{"at": "50%"}], "levels": ladder})
    scene.wait(0.5)
    assert scene.last(e.ReminderSent).people == ("pia",)
    scene.wait(0.5)
    assert scene.waits_for() == {"s1.1.1": ("max",), "s1.1.2": ("quin",)}


def test_advice_does_not_bind_the_other_eyes() -> None:
    rules = policy(
        {"participants": [{"user": "pia"}, ADVISER]},
        {"asks": ["quin"]},
        separation_of_duties={"four_eyes": [["s1", "s2"]]},
    )
    scene = Scene(rules)
    scene.approve("quin", "s1.1.2")
    scene.approve("pia")
    assert scene.approve("quin", "s2.1.1") == "ok"


@pytest.mark.parametrize(
    ("participants", "reason"),
    [
        ([ADVISER], "asks for nothing but advice"),
        ([{"user": "pia"}, {**ADVISER, "weight": 2}], "Advice counts for nothing"),
        ([{"user": "pia"}, {**ADVISER, "veto": True}], "Advice counts for nothing"),
        ([{"user": "pia"}, {**ADVISER, "chair": True}], "Advice counts for nothing"),
    ],
)
def test_what_makes_no_sense_is_refused(participants: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        advised(*participants)


def test_a_quorum_cannot_be_met_by_advisers() -> None:
    with pytest.raises(ValidationError, match="wants 2 approvals and has 1 seat:"):
        advised(quorum={"count": 2})
