"""What only a browser can show of the pages of console, people and policies."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from approvals.people.models import ApprovalLimit
from tests import engine_in_process
from tests.console.desk import Desk, open_desk
from tests.pages import test_in_browser
from tests.pages.office import open_office

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

browser = test_in_browser.browser


@pytest.fixture
def desk(transactional_db: None, engine: engine_in_process.EngineInProcess) -> Desk:
    """A desk that the server's threads see, too."""
    return open_desk(open_office(engine))


def test_filtering_while_typing_and_going_back(browser: Browser, live_server: LiveServer, desk: Desk) -> None:
    desk.submit()
    desk.office.submit()
    page = test_in_browser.visit(browser, live_server, desk.office, "max", "/console/")
    rows = page.locator("#tasks tbody tr")
    expect(rows).to_have_count(3)
    page.get_by_label("Search by title or number").press_sequentially("ladder")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=ladder"))
    page.get_by_label("Who is asked").press_sequentially("bo b")
    expect(page.locator("#console-person-people option")).to_have_attribute("value", "Bo Berg (bo)")
    expect(page).to_have_url(re.compile(r"/console/\?q=ladder"))
    page.locator("#tasks .task-title").click()
    page.go_back()
    expect(page.locator("header.top")).to_have_count(1)
    expect(rows).to_have_count(1)


def test_reassigning_by_name(browser: Browser, live_server: LiveServer, desk: Desk) -> None:
    row = desk.submit()
    page = test_in_browser.visit(browser, live_server, desk.office, "max", f"/console/requests/{row.pk}/")
    page.locator("summary", has_text="Reassign").first.click()
    page.get_by_label("To").and_(page.locator(":visible")).press_sequentially("dahl")
    expect(page.locator("details[open] datalist option")).to_have_attribute("value", "Di Dahl (di)")
    page.get_by_label("Why").and_(page.locator(":visible")).fill("Bo is ill.")
    page.locator("details[open] button").click()
    expect(page.locator(".messages")).to_contain_text("The task was reassigned to Di Dahl.")
    assert desk.waits_for(row)["check.1.1"] == ("di",)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_bars_anybody_or_is_wider_than_its_window(
    browser: Browser, live_server: LiveServer, desk: Desk, scheme: str, width: int
) -> None:
    row = desk.submit()
    held = desk.submit()
    desk.act(held, "pause")
    ApprovalLimit.objects.create(grade=5, currency="EUR", amount=500_000)
    ApprovalLimit.objects.create(person=desk.office.people["bo"], currency="EUR")
    page = test_in_browser.visit(browser, live_server, desk.office, "max", "/console/")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    for path in (
        "/console/",
        "/console/?state=paused",
        f"/console/requests/{row.pk}/",
        f"/console/requests/{held.pk}/",
        "/console/handover/?leaver=bo&successor=di",
        "/people/",
        "/people/bo/",
        "/people/-/limits/",
        "/policies/",
        "/policies/trip/",
        "/policies/publish/?from=trip",
    ):
        page.goto(live_server.url + path)
        for fold in page.locator("details.fold > summary").all():
            fold.click()
        faults = Axe().run(page)
        assert faults.violations_count == 0, f"{path}: {faults.generate_report()}"
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), path
