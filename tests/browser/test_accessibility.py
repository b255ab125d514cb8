"""No page breaks a rule that axe can see, in light or dark, wide or narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

PAGES = (
    "/inbox/",
    "/requests/",
    "/requests/new/",
    "/requests/new/purchase-order/",
    "/policies/",
    "/policies/purchase-order/",
    "/people/",
    "/people/ana.lima/",
    "/console/",
    "/console/handover/",
    "/dev/mailbox/",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_is_accessible_and_fits(sign_in: SignIn, scheme: str, width: int) -> None:
    page = sign_in("femke.deboer")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/console/")
    request = page.locator("main a[href^='/requests/']").first.get_attribute("href")
    assert request
    faults = {}
    for address in (*PAGES, request, request.replace("/requests/", "/console/requests/")):
        page.goto(address)
        found = Axe().run(page)
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if found.violations_count or overflow > 0:
            faults[address] = (overflow, [violation["id"] for violation in found.response["violations"]])
    assert not faults
