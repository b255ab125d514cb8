"""How the seats of a stage count: as they are prepared, previewed and told."""

import json

import pytest

from approvals.engine.policy import Policy, Stage
from approvals.engine.work import Seat
from approvals.people.models import Person
from approvals.policies import services
from approvals.policies.description import describe
from approvals.policies.preparation import prepare_stage
from approvals.policies.preview import StagePreview, preview
from tests.policies.cast import NOW, away, group, person, policy, role, work

pytestmark = pytest.mark.django_db

VOTE = {"quorum": "majority", "veto": False}


@pytest.fixture(autouse=True)
def ana() -> Person:
    """Ana below Max, the policy's owner, and a board of three."""
    person("owner")
    group("board", person("bo"), person("cara"), person("dan"))
    return person("ana", person("max"))


def seats(*participants: dict[str, object], **stage: object) -> tuple[Seat, ...]:
    return prepare_stage(work({"participants": participants, **stage}), NOW).seats


def told(*participants: dict[str, object], **stage: object) -> tuple[str, ...]:
    """How many must agree, then who is asked, in the words of the policy's page."""
    (text,) = describe(policy({"id": "s", "title": "S", "participants": participants, **stage}))
    return (text.quorum, *text.who)


def shown(*participants: dict[str, object], **stage: object) -> StagePreview:
    version = services.publish(policy({"id": "s", "title": "S", "participants": participants, **stage}))
    return preview(version, Person.objects.get(username="ana"), {}, NOW).stages[0]


def test_every_seat_of_a_participant_has_its_voice() -> None:
    found = seats({"group": "board", "each": True, "weight": 2}, {"manager": 1, "chair": True}, **VOTE)
    assert [(seat.candidates[0].person, seat.voice.weight, seat.voice.chair) for seat in found] == [
        ("bo", 2, False),
        ("cara", 2, False),
        ("dan", 2, False),
        ("max", 1, True),
    ]


def test_the_chair_of_a_board_sits_there_once_as_its_chair() -> None:
    role("speaker", Person.objects.get(username="cara"))
    found = seats({"group": "board", "each": True}, {"role": "speaker", "chair": True}, **VOTE)
    assert [(seat.candidates[0].person, seat.voice.chair) for seat in found] == [
        ("bo", False),
        ("dan", False),
        ("cara", True),
    ]


def test_a_member_who_stands_in_for_the_chair_is_the_chair() -> None:
    bo, speaker = Person.objects.get(username="bo"), person("speaker")
    away(speaker, NOW.date(), bo)
    found = seats({"group": "board", "each": True}, {"user": "speaker", "chair": True}, **VOTE)
    assert [(seat.candidates[0].person, seat.voice.chair) for seat in found] == [
        ("cara", False),
        ("dan", False),
        ("bo", True),
    ]


def test_whoever_takes_an_empty_seat_has_its_voice() -> None:
    found = seats({"group": "board", "each": True}, {"role": "nobody", "weight": 3}, **VOTE)
    assert [(seat.label, seat.voice.weight) for seat in found] == [
        ("Board", 1),
        ("Board", 1),
        ("Board", 1),
        ("Policy owner", 3),
    ]


@pytest.mark.parametrize(("count", "asked"), [(3, 3), (4, 4)])
def test_an_empty_seat_is_left_out_where_the_votes_suffice_without_it(count: int, asked: int) -> None:
    who = {"group": "board", "each": True}, {"role": "nobody", "weight": 2}
    assert len(seats(*who, quorum={"count": count})) == asked


def test_a_policy_tells_how_it_counts() -> None:
    board = {"group": "board", "each": True}
    assert told(board, quorum="first") == (
        "The first answer decides, be it an approval or a rejection.",
        "Each of Board",
    )
    assert told({**board, "weight": 2}, {"user": "max", "veto": True}, quorum={"count": 3}, veto=False) == (
        "It takes 3 votes; only a rejection by Max rejects at once.",
        "Each of Board, with 2 votes each",
        "Max, with a veto",
    )
    assert told(board, {"user": "max", "chair": True}, **VOTE) == (
        "More than half must approve; one rejection alone does not reject."
        " If the votes are equal, the side of Max wins.",
        "Each of Board",
        "Max, as the chair",
    )
    assert told({**board, "weight": 2}, quorum={"percent": 60})[0] == (
        "It takes 60 % of the votes; one rejection rejects."
    )


def test_advice_is_asked_beside_those_who_decide_and_keeps_nobody_waiting() -> None:
    max: dict[str, object] = {"user": "max"}
    asked = max, {"group": "board", "each": True, "advisory": True}
    assert [(seat.candidates[0].person, seat.voice.advisory) for seat in seats(*asked)] == [
        ("max", False),
        ("bo", True),
        ("cara", True),
        ("dan", True),
    ]
    stage = shown(*asked)
    assert (stage.needed, stage.quorum) == (1, "")
    assert [seat.marks for seat in stage.seats] == [(), ("advisory",), ("advisory",), ("advisory",)]
    assert told(*asked) == (
        "It takes one approval.",
        "Max",
        "Each of Board, for advice that nobody waits for",
    )


def test_advice_that_nobody_can_give_is_left_out_without_a_fault() -> None:
    plan = prepare_stage(work({"participants": [{"user": "max"}, {"role": "nobody", "advisory": True}]}), NOW)
    assert [seat.candidates[0].person for seat in plan.seats] == ["max"]
    assert plan.reason == ""


def test_who_decides_is_not_asked_for_advice_too() -> None:
    found = seats({"group": "board", "each": True, "advisory": True}, {"user": "cara"})
    assert [(seat.candidates[0].person, seat.voice.advisory) for seat in found] == [
        ("cara", False),
        ("bo", True),
        ("dan", True),
    ]


def test_the_owner_takes_a_seat_and_gives_no_advice_in_somebodys_place() -> None:
    found = seats({"user": "bo"}, {"role": "nobody"}, {"user": "cara", "advisory": True})
    assert [(seat.label, seat.voice.advisory) for seat in found] == [
        ("Bo", False),
        ("Policy owner", False),
        ("Cara", True),
    ]


def test_a_preview_tells_how_many_votes_it_takes() -> None:
    stage = shown({"group": "board", "each": True, "weight": 2}, {"user": "max"}, quorum={"count": 5})
    assert (stage.needed, stage.quorum) == (5, "It takes 5 of 7 votes")
    assert [seat.marks for seat in stage.seats] == [("2 votes",), ("2 votes",), ("2 votes",), ()]
    stage = shown({"group": "board", "each": True}, {"user": "max", "chair": True}, **VOTE)
    assert stage.quorum == "More than half of 4 must approve; the chair breaks a tie"
    assert [seat.marks for seat in stage.seats] == [(), (), (), ("chair",)]


def test_too_few_votes_at_run_time_are_a_case_for_the_owner() -> None:
    stage = shown({"group": "board", "each": True}, quorum={"count": 5})
    assert [seat.label for seat in stage.seats] == ["Board", "Board", "Board", "Policy owner"]
    assert stage.reason == "Too few people can decide this stage."


@pytest.mark.parametrize(
    ("stage", "reason"),
    [
        (
            {"participants": [{"user": "bo", "weight": 2}], "quorum": {"count": 3}},
            "wants 3 votes and its participants have 2 together",
        ),
        ({"participants": [{"user": "bo", "chair": True}]}, "no vote there can end in a tie"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_its_place(stage: dict[str, object], reason: str) -> None:
    body = policy({"id": "s", "title": "S", "participants": [{"owner": True}]}).model_dump(mode="json")
    body["stages"][0].update(stage)
    found = services.review(json.dumps(body))
    (fault,) = found.errors
    assert fault.where == "stages[0]"
    assert reason in fault.message


def test_the_schema_explains_the_marks() -> None:
    properties = services.json_schema()["$defs"]["Participant"]["properties"]
    for mark in ("weight", "veto", "chair", "advisory"):
        assert properties[mark]["description"]
    assert {*services.json_schema()["$defs"]["Quorum"]["enum"]} >= {"all", "any", "first", "majority"}


def test_an_older_policy_reads_as_before() -> None:
    old = {
        "id": "s",
        "title": "S",
        "participants": [{"group": "board", "each": True}],
        "quorum": {"count": 2},
    }
    assert Stage.model_validate(old).participants[0].voice.weight == 1
    assert Policy.model_validate(policy(old).model_dump(mode="json")) == policy(old)


def test_one_of_each_is_told_previewed_and_filled() -> None:
    who: tuple[dict[str, object], ...] = ({"group": "board"}, {"user": "max"})
    assert told(*who, quorum="one_of_each")[0] == (
        "Of each of these one must approve, each time somebody else; one rejection rejects."
    )
    stage = shown(*who, quorum="one_of_each")
    assert (stage.needed, stage.quorum) == (2, "One from each of 2 must approve")
    assert [seat.voice.of for seat in seats(*who, quorum="one_of_each")] == [0, 1]


def test_whoever_alone_can_take_a_seat_is_kept_for_it_in_the_preview() -> None:
    stage = shown({"group": "board"}, {"user": "bo"}, quorum="one_of_each")
    assert [list(seat.names) for seat in stage.seats] == [["cara", "dan"], ["bo"]]


def test_who_would_have_to_be_two_of_each_is_joined_by_the_owner() -> None:
    role("speaker", Person.objects.get(username="bo"))
    found = seats({"user": "bo"}, {"role": "speaker"}, quorum="one_of_each")
    assert [(seat.label, seat.candidates[0].person, seat.voice.of) for seat in found] == [
        ("Bo", "bo", 0),
        ("Policy owner", "owner", 1),
    ]


def test_a_group_that_is_empty_is_spoken_for_by_the_owner() -> None:
    found = seats({"user": "bo"}, {"role": "nobody", "each": True}, quorum="one_of_each")
    assert [(seat.label, seat.voice.of) for seat in found] == [("Bo", 0), ("Policy owner", 1)]
