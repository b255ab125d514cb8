"""What only a browser can show: pages that stay fresh, and never overwrite what somebody is writing."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.engine_in_process import EngineInProcess
from tests.pages.office import Office, open_office

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(transactional_db: None, engine: EngineInProcess) -> Office:
    """A small office that the server's threads see, too."""
    return open_office(engine)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium.

    Playwright runs an event loop on the test's thread; the test's own queries beside it are harmless.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install it to see the pages tested (Debian: chromium)")
    with pytest.MonkeyPatch.context() as patched, sync_playwright() as playwright:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def visit(
    browser: Browser, server: LiveServer, office: Office, who: str, path: str, *, script: bool = True
) -> Page:
    """Somebody's page; any fault in its script, or anything the content security policy stops, is an error."""
    # Without motion: colours would fade for a moment when a test changes the scheme, and axe would see that.
    context = browser.new_context(
        java_script_enabled=script, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    signed_in = Client()
    signed_in.force_login(office.people[who])
    context.add_cookies(
        [{"name": "sessionid", "value": signed_in.cookies["sessionid"].value, "url": server.url}]
    )
    page = context.new_page()
    page.on("pageerror", _fail)
    page.on("console", lambda line: _fail(line.text) if "Content Security Policy" in line.text else None)
    page.goto(server.url + path)
    return page


def _fail(error: object) -> None:
    raise AssertionError(str(error))


def test_news_comes_by_itself_and_what_is_being_written_stays(
    browser: Browser, live_server: LiveServer, office: Office
) -> None:
    row = office.submit()
    page = visit(browser, live_server, office, "bo", f"/requests/{row.pk}/")
    page.get_by_label("Comment needed to").fill("I think that")
    office.post(row, "comment", "ana", text="By the way: it is blue.")
    expect(page.locator("#request-history")).to_contain_text("By the way: it is blue.")
    expect(page.get_by_label("Comment needed to")).to_have_value("I think that")
    office.post(row, "withdraw", "ana")
    expect(page.locator("#request-head")).to_contain_text("Withdrawn")
    expect(page.get_by_label("Comment needed to")).to_have_value("I think that")
    expect(page.locator("#request-actions [data-news]")).to_be_visible()


def test_a_decision_is_answered_in_place_and_the_answer_is_read_out(
    browser: Browser, live_server: LiveServer, office: Office
) -> None:
    row = office.submit()
    page = visit(browser, live_server, office, "bo", f"/requests/{row.pk}/")
    page.locator("#comment-text").fill("A thought that is not finished")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#request-answer")).to_contain_text("Say why, in a sentence")
    page.get_by_label("Comment needed to").fill("Too high.")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#request-answer")).to_contain_text("You rejected.")
    expect(page.locator("[data-answer]")).to_be_focused()
    expect(page.locator("#request-head")).to_contain_text("Rejected")
    expect(page.locator("#comment-text")).to_have_value("A thought that is not finished")


def test_it_is_whole_without_javascript(browser: Browser, live_server: LiveServer, office: Office) -> None:
    page = visit(browser, live_server, office, "ana", "/requests/new/order/", script=False)
    page.get_by_label("Item").fill("Ladder")
    page.get_by_label("Amount").fill("12,50")
    page.get_by_label("Contact").fill("cy")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#course")).to_contain_text("Bo Berg")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".messages")).to_contain_text("Your request is submitted.")
    reviewer = visit(browser, live_server, office, "bo", "/inbox/", script=False)
    reviewer.get_by_role("link", name="Ladder for Ana Alves", exact=True).click()
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.locator(".messages")).to_contain_text("You approved.")


def test_the_look_ahead_follows_what_is_typed(
    browser: Browser, live_server: LiveServer, office: Office
) -> None:
    page = visit(browser, live_server, office, "ana", "/requests/new/order/")
    page.get_by_label("Item").fill("Ladder")
    page.get_by_label("Amount").fill("12,50")
    expect(page.locator("#course")).to_contain_text("Bo Berg")
    page.get_by_label("Contact").press_sequentially("col")
    expect(page.locator("#field-contact-people option")).to_have_attribute("value", "Cy Cole (cy)")


def test_signing_out_elsewhere_loses_nothing(
    browser: Browser, live_server: LiveServer, office: Office
) -> None:
    row = office.submit()
    page = visit(browser, live_server, office, "bo", f"/requests/{row.pk}/")
    page.locator("#comment-text").fill("Long considered.")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#trouble")).to_contain_text("You are signed out.")
    expect(page.locator("#comment-text")).to_have_value("Long considered.")
    with page.expect_popup() as opened:
        page.locator("#trouble a").click()
    opened.value.get_by_label("User name").fill("bo")
    opened.value.get_by_label("Password").fill("a-good-password")
    opened.value.get_by_role("button", name="Sign in").click()
    expect(opened.value.get_by_role("heading", name="Inbox")).to_be_visible()
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#request-history")).to_contain_text("Long considered.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_pages_are_accessible_and_fit(
    browser: Browser, live_server: LiveServer, office: Office, scheme: str, width: int
) -> None:
    row = office.submit(why="x" * 100)
    office.approve(row, "bo", "lead.1.1")
    page = visit(browser, live_server, office, "cy", "/inbox/")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/inbox/", "/requests/", "/requests/new/", "/requests/new/order/", f"/requests/{row.pk}/"):
        page.goto(live_server.url + path)
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_keyboard_reaches_everything_in_order(
    browser: Browser, live_server: LiveServer, office: Office
) -> None:
    row = office.submit()
    page = visit(browser, live_server, office, "bo", f"/requests/{row.pk}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#request-head a")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Why me?")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Comment needed to")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#request-answer")).to_contain_text("You approved.")
