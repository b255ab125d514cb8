"""The main job, as people do it: submit, approve, see the outcome."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

Screenshot = Callable[[Page, str], None]


def _submit(page: Page, purpose: str) -> None:
    page.goto("/requests/new/expense-declaration/")
    page.get_by_label("What was it for?").fill(purpose)
    page.get_by_label("When did you pay?").fill("2026-11-02")
    page.get_by_label("Amount").fill("42.50")


def _decide(page: Page, purpose: str, button: str) -> None:
    page.get_by_role("link", name=purpose).first.click()
    page.get_by_role("button", name=button, exact=True).click()


def test_a_request_is_submitted_approved_by_all_and_its_requester_sees_the_outcome(
    sign_in: SignIn, screenshot: Screenshot
) -> None:
    looking = sign_in("marieke.vandam")
    looking.goto("/inbox/?q=Ticket+to+Ghent")
    expect(looking.get_by_text("Nothing matches")).to_be_visible()
    ana = sign_in("ana.lima")
    _submit(ana, "Ticket to Ghent")
    expect(ana.get_by_text("Pieter Jansen", exact=True)).to_be_visible()
    screenshot(ana, "new-request")
    ana.get_by_role("button", name="Submit").click()
    expect(ana.get_by_role("heading", name="Ticket to Ghent, 42.50 EUR")).to_be_visible()

    # An inbox that has been open all the while finds it by itself.
    expect(looking.get_by_role("link", name="Ticket to Ghent").first).to_be_visible(timeout=30_000)

    for handle in ("marieke.vandam", "pieter.jansen", "roos.brouwer"):
        reviewer = sign_in(handle)
        reviewer.goto("/inbox/?q=Ticket+to+Ghent")
        screenshot(reviewer, f"inbox-{handle}")
        _decide(reviewer, "Ticket to Ghent", "Approve")
        expect(reviewer.get_by_text("You approved.")).to_be_visible()

    # Ana's page has been open all the while, and found out by itself.
    expect(ana.locator("#request-head").get_by_text("Approved", exact=True)).to_be_visible(timeout=30_000)
    screenshot(ana, "approved")


def test_it_works_without_javascript(sign_in: SignIn, screenshot: Screenshot) -> None:
    ana = sign_in("ana.lima")
    without = ana.context.browser
    assert without
    context = without.new_context(
        base_url=ana.url.split("/inbox")[0],
        java_script_enabled=False,
        storage_state=ana.context.storage_state(),
        viewport={"width": 320, "height": 700},
    )
    page = context.new_page()
    _submit(page, "Parking in Leuven")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Pieter Jansen").first).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Parking in Leuven, 42.50 EUR")).to_be_visible()
    page.locator("summary", has_text="Withdraw").first.click()
    page.get_by_role("button", name="Withdraw").first.click()
    expect(page.locator("#request-head").get_by_text("Withdrawn", exact=True)).to_be_visible()
    screenshot(page, "withdrawn-without-javascript")
    context.close()
