"""The inbox."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from approvals.inbox.models import Assignment
from approvals.requests.models import Request
from tests.pages.office import HTMX, Office, text_of


def due(row: Request, at: datetime | None, priority: int = 0) -> Request:
    """Move a request's deadline as its projection has it."""
    Assignment.objects.filter(task__request=row).update(due_at=at, priority=priority)
    return row


def titles(office: Office, who: str = "bo", query: str = "") -> list[str]:
    """What the inbox lists, in its order."""
    response = office.client(who).get(f"/inbox/{query}")
    return [assignment.task.request.title.split()[0] for assignment in response.context["page"]]


@pytest.mark.parametrize(
    ("who", "status"), [("bo", 200), ("ana", 200), ("max", 200), ("aud", 200), ("", 302)]
)
def test_everybody_who_is_signed_in_has_one(office: Office, who: str, status: int) -> None:
    assert office.client(who).get("/inbox/").status_code == status
    assert office.client(who).get("/").headers["Location"] == "/inbox/"


def test_it_rejects_post(office: Office) -> None:
    assert office.client("bo").post("/inbox/").status_code == 405


def test_it_lists_only_what_waits_for_the_reader(office: Office) -> None:
    row = office.submit()
    assert titles(office) == ["Ladder"]
    assert titles(office, "cy") == titles(office, "max") == titles(office, "ana") == []
    office.approve(row, "bo", "lead.1.1")
    assert titles(office) == []
    assert titles(office, "cy") == ["Ladder"]


def test_raised_ones_come_first_then_the_oldest_deadline_then_those_without(office: Office) -> None:
    now = timezone.now()
    due(office.submit(item="None"), None)
    due(office.submit(item="Later"), now + timedelta(days=2))
    due(office.submit(item="Late"), now - timedelta(days=1))
    due(office.submit(item="Raised"), now + timedelta(days=3), priority=1)
    assert titles(office) == ["Raised", "Late", "Later", "None"]


def test_it_says_how_long_is_left_in_words(office: Office) -> None:
    due(office.submit(), timezone.now() - timedelta(hours=3, seconds=5))
    due(office.submit(), timezone.now() + timedelta(days=3, hours=2, seconds=30))
    page = text_of(office.client("bo").get("/inbox/"))
    assert "Overdue by 3 h" in page
    assert "3 d 2 h left" in page
    assert 'data-urgency="overdue"' in page


def test_filters_and_counts(office: Office) -> None:
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    due(office.submit(item="Late"), now - timedelta(days=1))
    due(office.submit(item="Later"), midnight + timedelta(days=2))
    today = due(office.submit(item="Today"), now + (midnight - now) / 2)
    assert titles(office, query="?due=overdue") == ["Late"]
    assert titles(office, query="?due=nonsense") == ["Late", "Today", "Later"]
    assert titles(office, query="?q=later") == ["Later"]
    assert titles(office, query="?q=ana+today") == ["Today"]
    assert titles(office, query=f"?q=%23{today.number}") == ["Today"]
    assert titles(office, query="?policy=order") == ["Late", "Today", "Later"]
    assert titles(office, query="?policy=other") == []
    counts = office.client("bo").get("/inbox/").context["counts"]
    assert (counts.all, counts.overdue) == (3, 1)


def test_it_says_so_when_nothing_waits_and_when_nothing_matches(office: Office) -> None:
    assert "Nothing waits for you" in text_of(office.client("bo").get("/inbox/"))
    office.submit()
    assert "Nothing matches" in text_of(office.client("bo").get("/inbox/?q=zebra"))


@pytest.mark.parametrize("query", ["?page=x", "?page=99", "?q=%00", "?q=" + "9" * 40, "?due=%00&policy=%00"])
def test_a_strange_address_is_harmless(office: Office, query: str) -> None:
    office.submit()
    assert office.client("bo").get(f"/inbox/{query}").status_code == 200


def test_a_look_for_news_gets_nothing_until_the_list_changes(office: Office) -> None:
    office.submit()
    mark = office.client("bo").get("/inbox/").context["counts"].mark
    assert office.client("bo").get(f"/inbox/?seen={mark}", **HTMX).status_code == 204
    office.submit(item="New")
    news = office.client("bo").get(f"/inbox/?seen={mark}", **HTMX)
    assert news.status_code == 200
    words = text_of(news)
    assert "<html" not in words
    assert "New for Ana Alves" in words
    assert "seen=" + mark not in words


def test_pages_follow_each_other_and_keep_the_filters(office: Office) -> None:
    for number in range(27):
        office.submit(item=f"Thing {number}")
    first = office.client("bo").get("/inbox/?q=thing")
    assert "1–25 of 27" in text_of(first)
    assert "?q=thing&amp;page=2" in text_of(first)
    assert len(titles(office, query="?q=thing&page=2")) == 2


def test_a_shared_task_can_be_claimed_in_place(office: Office) -> None:
    row = office.submit()
    office.approve(row, "bo", "lead.1.1")
    task = Assignment.objects.get(person=office.people["cy"]).task_id
    assert f"/inbox/{task}/claim/" in text_of(office.client("cy").get("/inbox/"))
    office.engine.unrecorded = True
    answer = office.client("cy").post(f"/inbox/{task}/claim/", **HTMX)
    words = text_of(answer)
    assert "The task is yours." in words
    assert "Yours</span>" in words
    assert "/claim/" not in words
    late = office.client("di").post(f"/inbox/{task}/claim/", **HTMX)
    assert "Cy Cole is working on this task and can release it." in text_of(late)


def test_without_javascript_claiming_leads_to_the_request(office: Office) -> None:
    row = office.submit()
    office.approve(row, "bo", "lead.1.1")
    task = Assignment.objects.get(person=office.people["cy"]).task_id
    answer = office.client("cy").post(f"/inbox/{task}/claim/")
    assert answer.headers["Location"] == f"/requests/{row.pk}/"
    assert "The task is yours." in text_of(office.client("cy").get(answer.headers["Location"]))


def test_a_task_of_ones_own_is_not_offered_for_claiming(office: Office) -> None:
    office.submit()
    assert "/claim/" not in text_of(office.client("bo").get("/inbox/"))


@pytest.mark.parametrize(
    ("who", "status"), [("bo", 404), ("ana", 404), ("max", 404), ("aud", 404), ("", 302)]
)
def test_nobody_claims_what_does_not_wait_for_them(office: Office, who: str, status: int) -> None:
    row = office.submit()
    office.approve(row, "bo", "lead.1.1")
    task = Assignment.objects.get(person=office.people["cy"]).task_id
    assert office.client(who).post(f"/inbox/{task}/claim/").status_code == status
    assert office.state(row).tasks["finance.1.1"].owner is None


def test_claiming_rejects_get(office: Office) -> None:
    assert office.client("cy").get("/inbox/1/claim/").status_code == 405


def test_the_number_of_queries_does_not_grow(
    office: Office, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = office.client("bo")
    for _ in range(25):
        office.submit(contact="cy")
    with django_assert_max_num_queries(8):
        page = browser.get("/inbox/")
    mark = page.context["counts"].mark
    with django_assert_max_num_queries(3):
        assert browser.get(f"/inbox/?seen={mark}", **HTMX).status_code == 204


def test_the_menu_counts_what_waits(office: Office) -> None:
    office.submit()
    assert 'aria-label="1 waiting">1</span>' in text_of(office.client("bo").get("/requests/"))
    assert "waiting-count" not in text_of(office.client("ana").get("/requests/"))
