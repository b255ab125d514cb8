"""The calendars' pages: what they say, what they work out, and who publishes."""

from typing import Any

import pytest
from django.test import Client

from approvals.calendars import services
from approvals.calendars.models import CalendarVersion
from approvals.people.models import Person

OFFICE: dict[str, Any] = {
    "name": "office",
    "zone": "Europe/Amsterdam",
    "week": {day: ["09:00-12:30", "13:30-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": {"country": "NL"},
}
FILE = 'name: office\nzone: Europe/Amsterdam\nweek:\n  mon: ["09:00-17:00"]\n'


@pytest.fixture
def office(db: None) -> CalendarVersion:
    """A published calendar."""
    return services.publish(OFFICE, by="")


def signed_in(admin: bool = False) -> Client:
    """A browser of somebody."""
    person = Person.objects.create_user(
        "max" if admin else "ana", "x@example.org", "a-good-password", is_admin=admin
    )
    client = Client()
    client.force_login(person)
    return client


def text(answer: Any) -> str:
    """A page's words."""
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("page", ["/calendars/", "/calendars/office/", "/calendars/publish/"])
def test_nobody_reads_them_without_signing_in(office: CalendarVersion, page: str) -> None:
    assert Client().get(page).status_code == 302


def test_a_calendar_says_its_hours_and_holidays(office: CalendarVersion) -> None:
    client = signed_in()
    assert "Europe/Amsterdam" in text(client.get("/calendars/"))
    page = text(client.get("/calendars/office/"))
    assert "<dt>Monday</dt><dd>09:00–12:30, 13:30–17:00</dd>" in page
    assert "<dt>Sunday</dt><dd>Closed</dd>" in page
    assert "Christmas Day" in page
    assert "Publish" not in page


def test_it_works_out_an_end_and_every_minute(office: CalendarVersion) -> None:
    page = text(signed_in().get("/calendars/office/", {"start": "2026-03-06T16:00", "length": "PT2H"}))
    assert "It ends Mon 9 Mar 2026, 10:00" in page
    assert "after 2 h of business time" in page
    assert "Closed" in page


@pytest.mark.parametrize(
    ("start", "length", "said"),
    [("soon", "PT2H", "is not a date and time"), ("2026-03-06T16:00", "P2M", "write business time as")],
)
def test_what_cannot_be_read_is_kept_and_explained(
    office: CalendarVersion, start: str, length: str, said: str
) -> None:
    answer = signed_in().get("/calendars/office/", {"start": start, "length": length})
    assert answer.status_code == 422
    assert said in text(answer)
    assert f'value="{start}"' in text(answer)


@pytest.mark.parametrize("page", ["/calendars/none/", "/calendars/office/7/"])
def test_there_is_no_page_of_what_is_not_there(office: CalendarVersion, page: str) -> None:
    assert signed_in().get(page).status_code == 404


def test_only_administrators_publish(office: CalendarVersion) -> None:
    client = signed_in()
    assert client.get("/calendars/publish/").status_code == 403
    assert client.post("/calendars/publish/", {"source": FILE, "do": "publish"}).status_code == 403
    assert CalendarVersion.objects.count() == 1


def test_the_next_version_is_checked_then_published(office: CalendarVersion) -> None:
    client = signed_in(admin=True)
    assert "13:30-17:00" in text(client.get("/calendars/publish/?from=office"))
    checked = client.post("/calendars/publish/", {"source": FILE, "do": "check"})
    assert "The file is right" in text(checked)
    assert CalendarVersion.objects.count() == 1
    answer = client.post("/calendars/publish/", {"source": FILE, "do": "publish"}, follow=True)
    assert "office is published as version 2" in text(answer)
    assert CalendarVersion.objects.filter(published_by="max", number=2).exists()
    again = client.post("/calendars/publish/", {"source": FILE, "do": "publish"}, follow=True)
    assert "Nothing differs from version 2" in text(again)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("name: office\nzone: Europe/Amsterdam\nweek: {}\n", "no open time"),
        ("zone: Europe/Amsterdam\nalways: true\n", "Give the calendar a name"),
        ("name: office\nname: other\n", "stands twice"),
        ("name: office\nzone: Europe/Nowhere\nalways: true\n", "<code>zone</code>"),
    ],
)
def test_a_wrong_file_is_kept_and_says_what_to_mend(office: CalendarVersion, source: str, said: str) -> None:
    answer = signed_in(admin=True).post("/calendars/publish/", {"source": source, "do": "publish"})
    assert answer.status_code == 422
    assert said in text(answer)
    assert source.splitlines()[0].split("[")[0].strip() in text(answer)
    assert CalendarVersion.objects.count() == 1
