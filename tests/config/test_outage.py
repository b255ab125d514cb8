"""A database that is away: the page says so and gives the form back."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path


def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a mistake of ours")


def fine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


urlpatterns = [path("away/", away), path("broken/", broken), path("fine/", fine)]
handler500 = "config.outage.server_error"


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


pytestmark = pytest.mark.urls(__name__)


def inputs(page: str) -> dict[str, str]:
    """The text areas and hidden fields of a page by name, without the token against forgery."""
    areas = re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in [*areas, *hidden] if name[:4] != "csrf"}


def test_it_says_so_with_503_and_when_to_ask_again(browser: Client) -> None:
    response = browser.get("/away/?page=2")
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert "no-store" in response["Cache-Control"]
    assert "The database is away" in response.content.decode()
    assert 'href="/away/?page=2"' in response.content.decode()


def test_it_gives_a_sent_form_back_unchanged(browser: Client) -> None:
    comment = 'First line\n\n<script>alert("no")</script> & so on'
    response = browser.post("/away/?a=1", {"comment": comment, "command": "c-1", "vote": ["x", "y"]})
    assert response.status_code == 503
    assert inputs(response.content.decode()) == {"comment": comment, "command": "c-1", "vote": "y"}
    page = response.content.decode()
    assert page.count('name="vote"') == 2
    assert '<form method="post" action="/away/?a=1"' in page
    assert "<script>" not in page


def test_it_never_shows_a_password(browser: Client) -> None:
    response = browser.post("/away/", {"username": "ada", "password": "correct horse"})
    page = response.content.decode()
    assert "correct horse" not in page
    assert '<input type="password" name="password"' in page


def test_it_names_files_to_choose_again(browser: Client) -> None:
    response = browser.post("/away/", {"receipt": SimpleUploadedFile("hotel.pdf", b"%PDF")})
    assert "hotel.pdf" in response.content.decode()


def test_it_covers_errors_outside_of_views(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(self: object, request: HttpRequest) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("django.contrib.sessions.middleware.SessionMiddleware.process_request", unreadable)
    response = browser.post("/fine/", {"comment": "kept"})
    assert response.status_code == 503
    assert inputs(response.content.decode())["comment"] == "kept"


def test_it_leaves_other_errors_alone(browser: Client) -> None:
    assert browser.get("/broken/").status_code == 500
