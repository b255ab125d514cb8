"""Real Chromium in front of the whole running application."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from approvals.demo.people import PASSWORD
from tests.local.running import Running

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

SignIn = Callable[[str], Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium; where there is none, the test says so.

    It ends with these tests: while Playwright runs, its event loop is the thread's, and no other can run.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install it to see the pages tested (Debian: chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def sign_in(browser: Browser, demo: Running) -> Iterator[SignIn]:
    """Sign in as one of the demo people, each in a browser of their own; what the console says must be nothing."""
    contexts = []
    complaints: list[str] = []

    def enter(handle: str) -> Page:
        context = browser.new_context(
            base_url=demo.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/sign-in/")
        page.get_by_label("User name").fill(handle)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/inbox/")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """Keep a picture of the whole page in `screenshots/`."""
    SCREENSHOTS.mkdir(exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return keep
