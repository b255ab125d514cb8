"""The pages that are shown when something goes wrong."""

import pytest
from django.http import HttpRequest
from django.test import Client
from pytest_django import Settings

from approvals.pages import errors
from tests.pages.office import Office, text_of


@pytest.fixture(autouse=True)
def not_debugging(settings: Settings) -> None:
    """Django shows its own pages to programmers."""
    settings.DEBUG = False


def test_a_page_that_is_not_there(office: Office) -> None:
    for who in ("ana", ""):
        response = office.client(who).get("/nothing/")
        assert response.status_code == 404
        assert "There is no such page" in text_of(response)


def test_too_much_at_once_is_a_page_with_the_limit(office: Office, settings: Settings) -> None:
    row = office.submit()
    response = office.post(row, "comment", "ana", text="x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert response.status_code == 413
    assert "At most 1,000,000 bytes can be sent at once" in text_of(response)


def test_too_many_fields_is_a_page_with_the_limit(office: Office) -> None:
    sent = {f"field-{number}": "x" for number in range(1_001)}
    response = office.client("ana").post("/requests/new/order/", sent)
    assert response.status_code == 413
    assert "At most 1,000 fields can be sent at once" in text_of(response)


def test_a_form_just_under_the_limits_is_taken(office: Office) -> None:
    sent = {f"field-{number}": "x" for number in range(900)}
    assert office.client("ana").post("/requests/new/order/", sent).status_code == 200


def test_an_error_of_ours(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    row = office.submit()
    monkeypatch.setattr("approvals.requests.services.show", broken)
    browser = Client(raise_request_exception=False)
    browser.force_login(office.people["ana"])
    response = browser.get(f"/requests/{row.pk}/")
    assert response.status_code == 500
    assert "Something broke on our side" in text_of(response)


def test_what_cannot_be_understood() -> None:
    assert errors.bad_request(HttpRequest()).status_code == 400


def test_what_is_not_ones_own_says_why() -> None:
    response = errors.forbidden(HttpRequest(), PermissionError("Only on Sundays."))
    assert response.status_code == 403
    assert "Only on Sundays." in text_of(response)
    assert "ask an administrator" in text_of(errors.forbidden(HttpRequest()))
