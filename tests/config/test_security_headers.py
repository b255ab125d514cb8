"""What every answer tells the browser."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<h1>Hello</h1>")


urlpatterns = [path("page/", page)]

pytestmark = pytest.mark.urls(__name__)


def test_nothing_inline_and_nothing_foreign_runs(client: Client) -> None:
    policy = client.get("/page/")["Content-Security-Policy"]
    directives = dict(directive.strip().split(" ", 1) for directive in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["form-action"] == "'self'"
    assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert "unsafe" not in policy


def test_pages_are_not_framed_sniffed_or_named_to_others(client: Client) -> None:
    response = client.get("/page/")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_an_unknown_host_is_refused(client: Client) -> None:
    assert client.get("/page/", headers={"host": "evil.example.org"}).status_code == 400
