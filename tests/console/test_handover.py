"""A leaver's tasks go to somebody else: what is shown before, and what comes of it."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.console import handover
from approvals.requests.models import Request
from temporal_app import client
from tests.console.desk import Desk
from tests.pages.office import text_of

PREVIEW = "handover/?leaver=bo&successor=di"


def keys(*rows: Request) -> list[str]:
    """Bo's seats in these trips."""
    return [f"{row.pk}:check.1.1" for row in rows]


def test_nothing_is_chosen_at_first(desk: Desk) -> None:
    words = text_of(desk.get("handover/?leaver=bo"))
    assert 'value="bo"' in words
    assert "Hand over to" not in words


def test_the_preview_shows_what_would_be_handed_over(desk: Desk) -> None:
    trip, order = desk.submit(), desk.office.submit()
    words = text_of(desk.get(PREVIEW))
    assert words.count('name="item"') == 2
    assert f'value="{trip.pk}:check.1.1"' in words
    assert f'value="{order.pk}:lead.1.1"' in words
    assert "Hand over to Di Dahl" in words
    assert 'value="Bo Berg (bo)"' in words
    assert desk.waits_for(trip)["check.1.1"] == ("bo",)


def test_those_who_are_asked_beside_the_leaver_are_named(desk: Desk) -> None:
    row = desk.submit()
    desk.act(row, "skip_stage", "check")
    words = text_of(desk.get("handover/?leaver=cy&successor=bo"))
    assert f'value="{row.pk}:sign.1.1"' in words
    assert "Di Dahl" in words


def test_a_task_that_somebody_else_has_claimed_is_handed_over_too(desk: Desk) -> None:
    row = desk.submit()
    desk.act(row, "skip_stage", "check")
    desk.office.post(row, "claim", "di", task="sign.1.1")
    words = text_of(desk.get("handover/?leaver=cy&successor=bo"))
    assert f'value="{row.pk}:sign.1.1"' in words
    assert "Claimed" in words
    desk.hand_over(f"{row.pk}:sign.1.1", leaver="cy", successor="bo")
    candidates = {one.person for one in desk.state(row).tasks["sign.1.1"].candidates}
    assert candidates == {"di", "bo"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("leaver=bo&successor=", "Write to whom."),
        ("leaver=&successor=bo", "Write whose tasks."),
        ("leaver=bo&successor=bo", "Choose somebody else: these are the same person."),
        ("leaver=zzz&successor=bo", "Nobody here is called “zzz”"),
        ("leaver=bo&successor=o", "“o” could be"),
    ],
)
def test_who_is_wrong(desk: Desk, query: str, sentence: str) -> None:
    response = desk.get(f"handover/?{query}")
    assert response.status_code == 422
    assert sentence in text_of(response)


def test_whoever_has_left_can_be_handed_over_but_gets_nothing(desk: Desk) -> None:
    bo = desk.office.people["bo"]
    desk.submit()
    bo.is_active = False
    bo.save()
    assert "Hand over to Di Dahl" in text_of(desk.get(PREVIEW))
    assert desk.get("handover/?leaver=cy&successor=bo").status_code == 422


def test_nothing_to_hand_over(desk: Desk) -> None:
    assert "Nothing to hand over" in text_of(desk.get(PREVIEW))


def test_what_the_successor_cannot_take_is_said_before(desk: Desk) -> None:
    own, decided, own_admin = desk.submit("di"), desk.submit(), desk.submit("max")
    desk.act(decided, "reassign", "check.1.2", to="di")
    desk.office.approve(decided, "di", "check.1.2")
    words = text_of(desk.get(PREVIEW))
    assert "3 cannot go to Di Dahl" in words
    assert "Nobody decides their own request. Choose somebody else." in words
    assert "Di Dahl has decided in this stage already." in words
    assert "Nobody decides their own request. Ask another administrator." in words
    assert all(f"#{row.number}" in words for row in (own, decided, own_admin))
    assert 'name="item"' not in words


def test_handing_over(desk: Desk) -> None:
    rows = [desk.submit() for _ in range(3)]
    response = desk.hand_over(*keys(*rows[:2]))
    assert response.status_code == 200
    assert "From Bo Berg to Di Dahl: 2 handed over." in text_of(response)
    assert [desk.waits_for(row)["check.1.1"] for row in rows] == [("di",), ("di",), ("bo",)]
    assert desk.state(rows[0]).tasks["check.1.1"].candidates[0].why == "max reassigned it: Bo leaves."


def test_a_repeated_click_gets_the_first_answers(desk: Desk) -> None:
    row, command = desk.submit(), "5b1f4f9e-0000-4000-8000-000000000000"
    first = desk.hand_over(*keys(row), command=command)
    before = desk.state(row)
    again = desk.hand_over(*keys(row), command=command)
    assert "1 handed over." in text_of(first)
    assert "1 handed over." in text_of(again)
    assert desk.state(row) == before


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"reason": " "}, "Say why, in a sentence"),
        ({"reason": "a\0"}, "Null characters are not allowed"),
        ({"item": []}, "Choose at least one task."),
        ({"successor": ""}, "Write to whom."),
        ({"successor": "bo"}, "these are the same person"),
    ],
)
def test_what_is_missing_is_said(desk: Desk, sent: dict[str, Any], sentence: str) -> None:
    rows = [desk.submit(), desk.submit()]
    response = desk.hand_over(*keys(*rows[:1]), **sent)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert desk.waits_for(rows[0])["check.1.1"] == ("bo",)


def test_what_was_chosen_and_written_is_kept(desk: Desk) -> None:
    chosen, other = desk.submit(), desk.submit()
    words = text_of(desk.hand_over(*keys(chosen), reason=""))
    assert words.count("checked") == 1
    assert f'value="{chosen.pk}:check.1.1"' in words.split("checked")[0].rsplit("<input", 1)[1]
    assert f'value="{other.pk}:check.1.1"' in words
    assert 'value="Bo leaves."' in text_of(desk.hand_over(item=[]))


def test_a_refusal_stops_none_of_the_others(desk: Desk) -> None:
    gone, row, own = desk.submit(), desk.submit(), desk.submit("di")
    desk.act(gone, "override", outcome="rejected")
    words = text_of(desk.hand_over(*keys(gone, own, row)))
    assert "1 handed over, 2 refused." in words
    assert "This request was rejected; nothing can be changed." in words
    assert "Nobody decides their own request. Choose somebody else." in words
    assert desk.waits_for(row)["check.1.1"] == ("di",)
    assert desk.waits_for(own)["check.1.1"] == ("bo",)


def test_what_was_taken_away_meanwhile(desk: Desk) -> None:
    row = desk.submit()
    desk.act(row, "reassign", "check.1.1", to="out")
    words = text_of(desk.hand_over(*keys(row)))
    assert "Nothing was handed over" in words
    assert "The task is not Bo Berg&#x27;s, so it cannot be taken from them." in words


@pytest.mark.parametrize(
    "key", ["", "nonsense", "x:y", "8d3c5bf0-7a0f-4f5a-9f0e-0d3f7f2c0000:check.1.1", "{row}:no.such.task"]
)
def test_a_forged_choice_is_passed_over(desk: Desk, key: str) -> None:
    row = desk.submit()
    words = text_of(desk.hand_over(key.format(row=row.pk)))
    assert "0 handed over" in words
    assert desk.waits_for(row)["check.1.1"] == ("bo",)


def test_only_so_many_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "AT_ONCE", 2)
    rows = [desk.submit() for _ in range(3)]
    words = text_of(desk.get(PREVIEW))
    assert words.count('name="item"') == 2
    assert "These are the 2 most pressing." in words
    words = text_of(desk.hand_over(*keys(*rows)))
    assert "2 handed over, 1 not tried." in words
    assert desk.waits_for(rows[2])["check.1.1"] == ("bo",)
    assert text_of(desk.get(PREVIEW)).count('name="item"') == 1


def test_what_takes_too_long_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "LONGEST", -1.0)
    words = text_of(desk.hand_over(*keys(desk.submit(), desk.submit())))
    assert "1 handed over, 1 not tried." in words
    assert "This took long" in words


def test_the_engine_goes_away_in_the_middle(desk: Desk) -> None:
    rows = [desk.submit() for _ in range(3)]
    answered: list[str] = []
    real = client.update

    def once(request: str, command: Any) -> Any:
        if answered:
            raise client.EngineAway("gone")
        answered.append(command.id)
        return real(request, command)

    with patch.object(client, "update", once):
        words = text_of(desk.hand_over(*keys(*rows)))
    assert "1 handed over, 1 not answered, 1 not tried." in words
    assert "The engine stopped answering, so the rest was left alone." in words
    assert [desk.waits_for(row)["check.1.1"] for row in rows] == [("di",), ("bo",), ("bo",)]
    assert len(answered) == 1


def test_the_number_of_queries_does_not_grow(desk: Desk) -> None:
    desk.submit()
    desk.get(PREVIEW)
    with CaptureQueriesContext(connection) as few:
        desk.get(PREVIEW)
    for _ in range(4):
        desk.submit()
    with CaptureQueriesContext(connection) as many:
        desk.get(PREVIEW)
    assert len(many) == len(few) <= 8
