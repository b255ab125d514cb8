"""What only a browser can show of a migration: it goes on by itself, and its pages bar nobody."""

from unittest.mock import patch

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from approvals.migration import services
from tests import engine_in_process
from tests.console.desk import Desk, open_desk
from tests.migration.test_pages import CHECK, SIGN, followed, version
from tests.pages import test_in_browser
from tests.pages.office import open_office

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

browser = test_in_browser.browser


@pytest.fixture
def desk(transactional_db: None, engine: engine_in_process.EngineInProcess) -> Desk:
    """A desk that the server's threads see, too, with a second version of the trip."""
    made = open_desk(open_office(engine))
    look = {"id": "look", "title": "Look", "participants": [{"user": "out"}]}
    version(made, {**CHECK, "participants": [{"user": "bo"}, {"user": "di"}]}, look, SIGN)
    return made


def test_a_long_migration_goes_on_by_itself(browser: Browser, live_server: LiveServer, desk: Desk) -> None:
    rows = [desk.submit() for _ in range(3)]
    page = test_in_browser.visit(browser, live_server, desk.office, "max", "/policies/trip/")
    page.get_by_role("link", name="See what each would become").click()
    page.get_by_role("button", name="Move all 3 that match").click()
    page.get_by_label("Why").fill("New law.")
    move = services.move
    with patch.object(services, "move", lambda plan, rows: move(plan, rows, -1.0)):
        page.get_by_role("button", name="Move 3 requests").click()
        expect(page.locator("#migration [role=status]")).to_have_text("3 of 3 moved.")
    assert [followed(desk, row) for row in rows] == [(2, 2)] * 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_bars_anybody_or_is_wider_than_its_window(
    browser: Browser, live_server: LiveServer, desk: Desk, scheme: str, width: int
) -> None:
    desk.submit()
    desk.submit("max")
    desk.submit("di")
    page = test_in_browser.visit(browser, live_server, desk.office, "max", "/policies/trip/")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    _is_sound(page)
    page.get_by_role("link", name="See what each would become").click()
    _is_sound(page)
    for box in page.locator("input[name=item]").all():
        box.check()
    page.get_by_role("button", name="Move the chosen").click()
    _is_sound(page)
    page.get_by_label("Why").fill("New law.")
    page.get_by_role("button", name="Move 2 requests").click()
    expect(page.locator("#migration [role=status]")).to_have_text("2 of 2 moved.")
    _is_sound(page)


def _is_sound(page: Page) -> None:
    """No barrier that axe knows, and nothing beside the window."""
    assert Axe().run(page).response["violations"] == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
