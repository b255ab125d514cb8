"""A request's page: who sees it, and what it says."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from approvals.engine.state import Clock, RequestState, Run, StageState
from approvals.requests.models import Command
from tests.pages.office import HTMX, Office, text_of


@pytest.mark.parametrize(
    ("who", "status"),
    [("ana", 200), ("bo", 200), ("max", 200), ("aud", 200), ("cy", 404), ("out", 404), ("", 302)],
)
def test_only_those_who_have_to_do_with_it_see_it(office: Office, who: str, status: int) -> None:
    row = office.submit()
    assert office.client(who).get(f"/requests/{row.pk}/").status_code == status
    live = office.client(who).get(f"/requests/{row.pk}/live?revision=0", **HTMX)
    assert live.status_code == {302: 401}.get(status, status)


def test_an_unknown_request_looks_like_a_forbidden_one(office: Office) -> None:
    row = office.submit()
    unknown = office.client("out").get(f"/requests/{uuid.uuid4()}/")
    forbidden = office.client("out").get(f"/requests/{row.pk}/")
    assert (unknown.status_code, unknown.content) == (forbidden.status_code, forbidden.content)
    assert "There is no such request for you" in text_of(unknown)


def test_it_shows_people_by_name_and_values_as_people_read_them(office: Office) -> None:
    row = office.submit(contact="cy", needed_by="2026-12-24", pieces=1200, urgent=True, why="<b>now</b>")
    page = text_of(office.client("ana").get(f"/requests/{row.pk}/"))
    for words in (
        "Ladder for Ana Alves",
        "12.50 EUR",
        "Cy Cole",
        "24 December 2026",
        "1,200",
        "Yes",
        "Bo Berg",
    ):
        assert words in page
    assert "<b>now</b>" not in page
    assert f"#{row.number}" in page


def test_the_picture_has_every_stage_with_its_state(office: Office) -> None:
    row = office.submit()
    office.approve(row, "bo", "lead.1.1")
    response = office.client("ana").get(f"/requests/{row.pk}/")
    states = {stage.title: stage.sign.word for column in response.context["page"].columns for stage in column}
    assert states == {"Team lead": "Approved", "Finance": "Being decided", "Legal": "Being decided"}
    assert [len(column) for column in response.context["page"].columns] == [1, 2]
    assert "At the same time" in text_of(response)


def test_each_reader_is_offered_what_is_theirs_to_do(office: Office) -> None:
    row = office.submit()
    offers = {}
    for who in ("ana", "bo", "max", "aud"):
        page = text_of(office.client(who).get(f"/requests/{row.pk}/"))
        offers[who] = {kind for kind in KINDS if f"/requests/{row.pk}/{kind}/" in page}
    assert offers == {
        "ana": {"comment", "withdraw", "escalate"},
        "bo": {"decide", "delegate", "comment", "escalate"},
        "max": set(),
        "aud": set(),
    }


KINDS = ("decide", "delegate", "claim", "release", "comment", "escalate", "withdraw", "resubmit")


def test_a_shared_task_can_be_claimed_and_a_claimed_one_released(office: Office) -> None:
    row = office.submit()
    office.approve(row, "bo", "lead.1.1")
    assert "claim/" in text_of(office.client("cy").get(f"/requests/{row.pk}/"))
    office.post(row, "claim", "cy", task="finance.1.1")
    assert "release/" in text_of(office.client("cy").get(f"/requests/{row.pk}/"))
    assert "Cy Cole</span></span> is working on this task" in text_of(
        office.client("di").get(f"/requests/{row.pk}/")
    )


def test_nothing_is_offered_once_it_is_over(office: Office) -> None:
    row = office.submit()
    office.post(row, "withdraw", "ana")
    page = text_of(office.client("ana").get(f"/requests/{row.pk}/"))
    assert "Withdrawn" in page
    assert not any(f"/requests/{row.pk}/{kind}/" in page for kind in KINDS)
    assert "look from:body" not in page


def test_a_look_for_news_gets_nothing_until_something_has_changed(office: Office) -> None:
    row = office.submit()
    revision = office.state(row).revision
    look = f"/requests/{row.pk}/live?revision={revision}"
    assert office.client("ana").get(look, **HTMX).status_code == 204
    office.approve(row, "bo", "lead.1.1")
    news = office.client("ana").get(look, **HTMX)
    assert news.status_code == 200
    words = text_of(news)
    assert "Bo Berg" in words
    assert "<html" not in words
    assert 'id="request-answer"' not in words
    assert f"revision={office.state(row).revision}" in words


def test_news_by_a_link_is_the_page_itself(office: Office) -> None:
    row = office.submit()
    response = office.client("ana").get(f"/requests/{row.pk}/live")
    assert response.headers["Location"] == f"/requests/{row.pk}/"


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 40, "²"])
def test_a_strange_revision_gets_the_news(office: Office, revision: str) -> None:
    row = office.submit()
    response = office.client("ana").get(f"/requests/{row.pk}/live", {"revision": revision}, **HTMX)
    assert response.status_code == 200


def test_without_the_engine_it_says_as_of_when(office: Office) -> None:
    row = office.submit()
    office.engine.away = True
    response = office.client("ana").get(f"/requests/{row.pk}/")
    assert "The engine does not answer. You see this request as of" in text_of(response)
    seen = office.state(row).revision
    look = f"/requests/{row.pk}/live?revision={seen}&live=0"
    assert office.client("ana").get(look, **HTMX).status_code == 204
    office.engine.away = False
    back = office.client("ana").get(look, **HTMX)
    assert back.status_code == 200
    assert "does not answer" not in text_of(back)


def test_a_request_that_the_engine_has_not_seen_yet_is_shown_as_submitted(office: Office) -> None:
    office.engine.away = True
    row = office.submit(item="Rope")
    page = text_of(office.client("ana").get(f"/requests/{row.pk}/"))
    assert "Rope" in page
    assert "Your submission of" in page
    assert "Being started" in page


def test_times_are_in_the_readers_zone(office: Office) -> None:
    row = office.submit()
    happened = office.state(row).submitted_at
    assert happened is not None
    office.people["aud"].time_zone = "Asia/Tokyo"
    office.people["aud"].save()
    in_tokyo = happened + timedelta(hours=9)
    assert f"{in_tokyo:%H:%M}</time>" in text_of(office.client("aud").get(f"/requests/{row.pk}/"))


def test_the_number_of_queries_does_not_grow_with_the_history(
    office: Office, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row = office.submit()
    for number in range(30):
        office.post(row, "comment", "ana", text=f"Number {number}")
    office.approve(row, "bo", "lead.1.1")
    browser = office.client("ana")
    with django_assert_max_num_queries(10):
        page = browser.get(f"/requests/{row.pk}/")
    assert "Number 29" in text_of(page)
    with django_assert_max_num_queries(4):
        browser.get(f"/requests/{row.pk}/live?revision={office.state(row).revision}", **HTMX)


def test_a_page_shown_changes_nothing(office: Office) -> None:
    row = office.submit()
    before = Command.objects.count(), office.state(row)
    for who in ("ana", "bo", "max", "aud"):
        office.client(who).get(f"/requests/{row.pk}/")
    assert (Command.objects.count(), office.state(row)) == before


def test_a_missed_deadline_is_said_in_words(office: Office) -> None:
    row = office.submit()
    state = office.state(row)
    office.engine.states[str(row.pk)] = state.model_copy(update={"stages": _late(state)})
    assert "Overdue by 2 h" in text_of(office.client("bo").get(f"/requests/{row.pk}/"))


def _late(state: RequestState) -> dict[str, StageState]:
    then = timezone.now() - timedelta(hours=2, seconds=5)
    clock = Clock(
        calendar="always-open",
        calendar_version=1,
        zone="UTC",
        target=60,
        runs=(Run(start=then),),
        deadline=then,
        breached_at=then,
    )
    return {**state.stages, "lead": state.stages["lead"].model_copy(update={"clock": clock})}
