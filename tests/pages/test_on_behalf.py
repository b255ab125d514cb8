"""Whoever decides in somebody's place does so on behalf of them, wherever one reads of it."""

from datetime import timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from approvals.mail.models import Notification
from approvals.mail.rendering import notification_letter
from approvals.people.models import Absence
from approvals.requests.models import Request
from tests.pages.office import Office, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(office: Office) -> Request:
    """A request that Cy decides, because Bo is away."""
    today = timezone.localdate(timezone=ZoneInfo("Europe/Amsterdam"))
    Absence.objects.create(
        person=office.people["bo"],
        first_day=today,
        last_day=today + timedelta(days=3),
        substitute=office.people["cy"],
    )
    return office.submit()


def page(office: Office, row: Request, who: str = "ana") -> str:
    return text_of(office.client(who).get(f"/requests/{row.pk}/"))


def test_the_page_says_it_before_and_after(office: Office, row: Request) -> None:
    before = page(office, row)
    assert "for Bo Berg</span>" in before
    assert "Cy Cole on behalf of Bo Berg was asked for “Team lead”." in before
    office.approve(row, "cy", "lead.1.1")
    after = page(office, row)
    assert "approved in “Team lead” on behalf of Bo Berg." in after
    assert "for Bo Berg</span>" in after


def test_a_claimed_task_says_it(office: Office, row: Request) -> None:
    office.post(row, "delegate", "cy", task="lead.1.1", to="di")
    assert "for Cy Cole</span>" in page(office, row)


def test_the_answer_says_it(office: Office, row: Request) -> None:
    said = office.post(row, "decide", "cy", htmx=True, task="lead.1.1", decision="approve")
    assert "You approved on behalf of Bo Berg." in text_of(said)


def test_who_comes_too_late_hears_it(office: Office, row: Request) -> None:
    office.post(row, "decide", "cy", task="lead.1.1", decision="approve")
    said = office.post(row, "decide", "cy", htmx=True, task="lead.1.1", decision="approve")
    assert "Cy Cole, on behalf of Bo Berg, approved on" in text_of(said)


def test_the_mail_about_changes_says_it(office: Office, row: Request) -> None:
    office.post(row, "decide", "cy", task="lead.1.1", decision="request_changes", comment="Shorter.")
    mail = Notification.objects.get(kind="changes")
    text = notification_letter(mail, office.state(row), "").text
    assert "Cy Cole, on behalf of Bo Berg, asks you for changes." in text


def test_the_console_says_it(office: Office, row: Request) -> None:
    assert "for Bo Berg</span>" in text_of(office.client("max").get("/console/"))
    managed = text_of(office.client("max").get(f"/console/requests/{row.pk}/"))
    assert "on behalf of Bo Berg</span>" in managed


def test_the_inbox_says_it(office: Office, row: Request) -> None:
    assert "for Bo Berg</span>" in text_of(office.client("cy").get("/inbox/"))


def test_the_command_says_it(office: Office, row: Request) -> None:
    out = StringIO()
    call_command("request", "show", str(row.pk), stdout=out)
    assert "lead.1.1: Cy Cole on behalf of Bo Berg" in out.getvalue()
