"""How a stage counts: weights, a majority with a chair, who has a veto, and the first answer."""

from typing import Any

import pytest
from pydantic import ValidationError

from approvals.engine import commands as c
from approvals.engine import events as e
from tests.engine.scene import Scene, policy
from tests.engine.world import World

WORDS = {"a": "approve", "r": "reject", "-": "abstain"}
PEOPLE = ("pia", "quin", "rosa", "sam")


def sitting(decisions: str, *marks: dict[str, Any], **stage: Any) -> Scene:
    """As many people as there are marks decide in turn; a dot is somebody who has not yet."""
    asked = [{"user": person, **mark} for person, mark in zip(PEOPLE, marks, strict=False)]
    values = {"veto": False, **stage}
    scene = Scene(policy({"participants": asked, "allow": ["abstain"], **values}))
    for number, sign in enumerate(decisions):
        if sign != ".":
            assert scene.decide(PEOPLE[number], WORDS[sign], f"s1.1.{number + 1}") == "ok"
    return scene


ONE: dict[str, Any] = {}
TWO = {"weight": 2}
VETO = {"veto": True}
CHAIR = {"chair": True}


@pytest.mark.parametrize(
    ("quorum", "decisions", "outcome"),
    [
        ({"count": 2}, "a", "approved"),
        ({"count": 2}, ".a", None),
        ({"count": 2}, "raa", "approved"),
        ({"count": 3}, "r", "rejected"),
        ({"count": 3}, "aa", "approved"),
        ({"percent": 50}, "a", "approved"),
        ({"percent": 51}, "a", None),
        ({"percent": 51}, ".aa", None),
        ({"percent": 51}, "r", "rejected"),
        ({"percent": 51}, "-aa", "approved"),
        ("majority", "a.", None),
        ("majority", "aa", "approved"),
        ("majority", "r", "rejected"),
        ("majority", "-a", None),
        ("majority", "-aa", "approved"),
    ],
)
def test_a_vote_of_weight_two_counts_twice(quorum: Any, decisions: str, outcome: str | None) -> None:
    assert sitting(decisions, TWO, ONE, ONE, quorum=quorum).outcome == outcome


@pytest.mark.parametrize(
    ("decisions", "outcome"),
    [
        ("aa", None),
        ("aaa", "approved"),
        ("rr", "rejected"),
        ("aar", None),
        ("aarr", "rejected"),
        ("r-", None),
        ("r-aa", "approved"),
    ],
)
def test_a_majority_is_more_than_half_of_those_who_do_not_abstain(decisions: str, outcome: str) -> None:
    assert sitting(decisions, ONE, ONE, ONE, ONE, quorum="majority").outcome == outcome


@pytest.mark.parametrize(
    ("decisions", "outcome"),
    [
        ("a", None),
        ("aa", "approved"),
        (".aa", None),
        ("ar-a", "approved"),
        ("raar", "rejected"),
        ("rr", "rejected"),
        (".rr", None),
        ("arr", None),
        (".rra", None),
        ("arr-", "rejected"),
        ("-ar", None),
        ("-aa", "approved"),
        ("-ar-", "rejected"),
        ("----", None),
    ],
)
def test_the_side_of_the_chair_wins_a_tie(decisions: str, outcome: str | None) -> None:
    assert sitting(decisions, CHAIR, ONE, ONE, ONE, quorum="majority").outcome == outcome


def test_the_chair_cannot_outvote_a_majority() -> None:
    assert sitting("arrr", CHAIR, ONE, ONE, ONE, quorum="majority").outcome == "rejected"


@pytest.mark.parametrize(
    ("decisions", "outcome"), [("r", "rejected"), (".r", None), ("ara", None), ("araa", "approved")]
)
def test_only_whoever_has_a_veto_rejects_alone(decisions: str, outcome: str | None) -> None:
    assert sitting(decisions, VETO, ONE, ONE, ONE, quorum={"count": 3}).outcome == outcome


@pytest.mark.parametrize(
    ("decisions", "outcome"),
    [("a", "approved"), ("r", "rejected"), (".a", "approved"), ("-", None), ("-r", "rejected")],
)
def test_the_first_answer_decides(decisions: str, outcome: str | None) -> None:
    assert sitting(decisions, ONE, ONE, ONE, quorum="first", veto=True).outcome == outcome


def test_every_member_of_a_group_has_its_weight() -> None:
    world = World(groups={"board": ("pia", "quin")})
    asked = [{"group": "board", "each": True, "weight": 2}, {"user": "rosa"}]
    scene = Scene(policy({"participants": asked, "quorum": {"count": 4}, "veto": False}), world)
    assert [task.voice.weight for task in scene.state.tasks.values()] == [2, 2, 1]
    scene.approve("pia")
    scene.approve("rosa", "s1.1.3")
    assert scene.outcome is None
    scene.approve("quin", "s1.1.2")
    assert scene.outcome == "approved"


def test_a_seat_keeps_its_weight_when_it_is_passed_on() -> None:
    scene = sitting("", TWO, ONE, quorum={"count": 2}, allow=["delegate"])
    scene.act(c.Delegate, "pia", task="s1.1.1", to="sam")
    scene.approve("sam")
    assert scene.outcome == "approved"


def test_whoever_stands_in_for_missing_votes_has_the_votes_of_one_seat() -> None:
    scene = sitting("-", TWO, ONE, ONE, quorum={"count": 4})
    assert scene.last(e.StageStuck).reason == "Too few people can decide this stage."
    assert scene.task("s1.1.4").voice.weight == 2
    for person, task in (("quin", "s1.1.2"), ("rosa", "s1.1.3"), ("olga", "s1.1.4")):
        assert scene.outcome is None
        scene.approve(person, task)
    assert scene.outcome == "approved"


def test_without_weights_whoever_stands_in_has_one_vote() -> None:
    scene = sitting("---", ONE, ONE, ONE, quorum={"count": 3})
    assert scene.task("s1.1.4").voice.weight == 1


@pytest.mark.parametrize(
    ("participants", "stage", "reason"),
    [
        ([TWO, ONE], {"quorum": {"count": 4}}, "wants 4 votes and its participants have 3 together"),
        ([ONE, ONE], {"quorum": {"count": 3}}, "wants 3 approvals and has 2 seats: a group is one seat"),
        ([TWO, ONE], {"quorum": "all"}, 'gives weights, but its quorum "all" counts no votes'),
        ([TWO, ONE], {"quorum": "first"}, 'gives weights, but its quorum "first" counts no votes'),
        ([VETO, ONE], {"quorum": "all"}, "there every rejection rejects"),
        ([ONE, ONE], {"quorum": "first", "veto": False}, "decided by the first answer"),
        ([CHAIR, CHAIR], {"quorum": "majority", "veto": False}, "has 2 chairs"),
        ([CHAIR, ONE], {"quorum": "majority"}, "no vote there can end in a tie"),
        ([CHAIR, ONE], {"quorum": {"count": 1}, "veto": False}, "no vote there can end in a tie"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    participants: list[dict[str, Any]], stage: dict[str, Any], reason: str
) -> None:
    asked = [{"user": person, **mark} for person, mark in zip(PEOPLE, participants, strict=False)]
    with pytest.raises(ValidationError, match=reason):
        policy({"participants": asked, **stage})


@pytest.mark.parametrize("weight", [0, -1, 101])
def test_a_weight_is_between_one_and_a_hundred(weight: int) -> None:
    with pytest.raises(ValidationError, match="weight"):
        sitting("", {"weight": weight}, quorum={"count": 1})


def test_a_chair_is_one_seat() -> None:
    asked = [{"group": "board", "each": True, "chair": True}]
    with pytest.raises(ValidationError, match="A chair is one seat"):
        policy({"participants": asked, "quorum": "majority", "veto": False})


def test_only_participants_of_a_stage_have_votes() -> None:
    with pytest.raises(ValidationError, match="How much a vote counts"):
        policy({"asks": ["pia"]}, owner={"user": "olga", "weight": 2})
    ladder = [{"at": "100%", "do": "add", "to": [{"user": "max", "veto": True}]}]
    sla = {"target": "PT1H", "calendar": "always", "levels": ladder}
    with pytest.raises(ValidationError, match="How much a vote counts"):
        policy({"asks": ["pia"], "sla": sla})
