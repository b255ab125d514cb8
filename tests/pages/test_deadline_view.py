"""How a deadline is counted, on a page: every stretch, the way to the target, and who may look."""

import copy
import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from approvals.calendars import services as calendars
from approvals.engine.commands import ExtendDeadline, Pause, Resume
from approvals.policies.models import PolicyVersion
from approvals.requests.models import Request
from tests.pages.office import BODY, Office, text_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FRIDAY_AFTERNOON = datetime(2026, 3, 6, 16, 0, tzinfo=AMSTERDAM)
OFFICE_HOURS: dict[str, Any] = {
    "name": "office",
    "zone": "Europe/Amsterdam",
    "week": {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": {"add": ["2026-03-09"]},
}


@pytest.fixture
def timed(office: Office) -> Request:
    """A request of a Friday afternoon whose first stage has four working hours."""
    office.engine.now = FRIDAY_AFTERNOON
    calendars.publish(OFFICE_HOURS, by="max")
    body = copy.deepcopy(BODY)
    body["stages"][0]["sla"] = {
        "target": "PT4H",
        "calendar": "office",
        "reminders": [{"at": "50%"}],
        "levels": [{"at": "PT8H after", "do": "notify", "up": 1}],
    }
    office.version = PolicyVersion.objects.create(
        policy=office.version.policy, number=2, body=body, digest=uuid.uuid4().hex
    )
    return office.submit()


def test_every_stretch_is_told_with_what_it_adds(office: Office, timed: Request) -> None:
    page = text_of(office.client("ana").get(f"/requests/{timed.pk}/deadline/lead/"))

    for words in (
        "Fri 6 Mar 2026, 16:00",
        "Working hours, counted",
        "Closed, not counted",
        "Holiday",
        "4 h of 4 h business time",
        "Remind those who are asked",
        "office, version 1",
    ):
        assert words in page.replace('<span class="visually-hidden">', "").replace("</span>", "")
    assert "Due <time" in page


def test_what_stands_still_is_told_too(office: Office, timed: Request) -> None:
    office.engine.now = datetime(2026, 3, 10, 9, 0, tzinfo=AMSTERDAM)
    office.engine.receive(str(timed.pk), Pause(id=str(uuid.uuid4()), actor="max", reason="A question."))
    page = text_of(office.client("ana").get(f"/requests/{timed.pk}/deadline/lead/"))
    assert "The clock stands still" in page
    assert "1 h of 4 h business time had passed" in page

    office.engine.now = datetime(2026, 3, 10, 11, 0, tzinfo=AMSTERDAM)
    office.engine.receive(str(timed.pk), Resume(id=str(uuid.uuid4()), actor="max", reason=""))
    extension = ExtendDeadline(id=str(uuid.uuid4()), actor="max", stage="lead", by="PT2H", reason="Fair.")
    office.engine.receive(str(timed.pk), extension)
    page = text_of(office.client("ana").get(f"/requests/{timed.pk}/deadline/lead/"))
    assert "The clock stood still" in page
    assert "extended by 2 hours" in page
    assert "6 h of 6 h business time" in page


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 200), ("bo", 200), ("max", 200), ("aud", 200), ("out", 404), ("", 302)]
)
def test_it_is_for_those_who_see_the_request(office: Office, timed: Request, who: str, status: int) -> None:
    assert office.client(who).get(f"/requests/{timed.pk}/deadline/lead/").status_code == status


@pytest.mark.parametrize("stage", ["finance", "unknown"])
def test_a_stage_without_a_clock_has_no_such_page(office: Office, timed: Request, stage: str) -> None:
    assert office.client("ana").get(f"/requests/{timed.pk}/deadline/{stage}/").status_code == 404


def test_the_progress_links_to_it(office: Office, timed: Request) -> None:
    page = office.client("ana").get(f"/requests/{timed.pk}/").content.decode()
    assert f'href="/requests/{timed.pk}/deadline/lead/"' in page
