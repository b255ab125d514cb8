"""Who may use the console: administrators, and nobody else."""

import uuid

import pytest

from approvals.requests.models import Command
from tests.console.desk import Desk
from tests.pages.office import HTMX

PAGES = ("", "handover/", "requests/{row}/")
DOINGS = (
    *(
        f"requests/{{row}}/{kind}/"
        for kind in (
            "reassign", "remove_approver", "add_approver", "extend_deadline", "skip_stage", "pause", "resume",
            "override",
        )
    ),
    "handover/do/",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("who", "status"), [("max", 200), ("ana", 403), ("bo", 403), ("out", 403), ("aud", 403), ("", 302)]
)
def test_only_administrators_see_it(desk: Desk, page: str, who: str, status: int) -> None:
    response = desk.get(page.format(row=desk.submit().pk), who)
    assert response.status_code == status
    assert status != 302 or response["Location"].startswith("/sign-in/?next=/console/")


@pytest.mark.parametrize("doing", DOINGS)
@pytest.mark.parametrize(
    ("who", "status"), [("ana", 403), ("bo", 403), ("out", 403), ("aud", 403), ("", 302)]
)
def test_only_administrators_do_anything(desk: Desk, doing: str, who: str, status: int) -> None:
    row = desk.submit()
    before = desk.state(row), Command.objects.count()
    sent = {
        "target": "check.1.1", "reason": "Because.", "to": "di", "person": "di", "by": "1wd",
        "outcome": "approved", "leaver": "bo", "successor": "di", "item": f"{row.pk}:check.1.1",
    }  # fmt: skip
    response = desk.office.client(who).post(f"/console/{doing.format(row=row.pk)}", sent)
    assert response.status_code == status
    assert (desk.state(row), Command.objects.count()) == before


@pytest.mark.parametrize("doing", DOINGS)
def test_reading_changes_nothing(desk: Desk, doing: str) -> None:
    row = desk.submit()
    before = desk.state(row), Command.objects.count()
    assert desk.get(doing.format(row=row.pk)).status_code == 405
    assert (desk.state(row), Command.objects.count()) == before


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_only_read(desk: Desk, page: str) -> None:
    row = desk.submit()
    assert desk.office.client("max").post(f"/console/{page.format(row=row.pk)}").status_code == 405


def test_a_part_of_a_page_does_not_send_a_stranger_to_sign_in(desk: Desk) -> None:
    assert desk.get(who="", **HTMX).status_code == 401


@pytest.mark.parametrize("path", ["requests/{row}/", "requests/{row}/pause/"])
def test_an_unknown_request(desk: Desk, path: str) -> None:
    client = desk.office.client("max")
    address = f"/console/{path.format(row=uuid.uuid4())}"
    response = client.post(address, {"reason": "x"}) if "pause" in path else client.get(address)
    assert response.status_code == 404


def test_an_unknown_action(desk: Desk) -> None:
    assert desk.act(desk.submit(), "delete").status_code == 404
