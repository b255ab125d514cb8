"""Signing in and out."""

import pytest
from django.contrib.auth import get_user
from django.test import Client
from pytest_django import Settings

from tests.pages.office import Office, text_of

SENT = {"username": "ana", "password": "a-good-password"}


def test_one_lands_where_one_wanted_to_go(office: Office) -> None:
    browser = Client()
    first = browser.get("/requests/")
    assert first.headers["Location"] == "/sign-in/?next=/requests/"
    assert 'value="/requests/"' in text_of(browser.get(first.headers["Location"]))
    assert browser.post("/sign-in/", {**SENT, "next": "/requests/"}).headers["Location"] == "/requests/"
    assert browser.get("/sign-in/").headers["Location"] == "/inbox/"


@pytest.mark.parametrize("wanted", ["", "https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_never_leads_elsewhere(office: Office, wanted: str) -> None:
    assert Client().post("/sign-in/", {**SENT, "next": wanted}).headers["Location"] == "/inbox/"


def test_a_wrong_password_keeps_the_name_and_says_so(office: Office) -> None:
    response = Client().post("/sign-in/", {**SENT, "password": "wrong"})
    assert response.status_code == 422
    page = text_of(response)
    assert 'value="ana"' in page
    assert "wrong" not in page
    assert "correct username and password" in page


def test_somebody_who_has_left_cannot_sign_in(office: Office) -> None:
    office.people["ana"].is_active = False
    office.people["ana"].save()
    assert Client().post("/sign-in/", SENT).status_code == 422


def test_too_many_wrong_passwords_close_the_door_for_a_while(office: Office, settings: Settings) -> None:
    browser = Client()
    wrong = {**SENT, "password": "wrong"}
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert browser.post("/sign-in/", wrong).status_code == 422
    response = browser.post("/sign-in/", wrong)
    assert response.status_code == 429
    assert "closed for 15 minutes" in text_of(response)
    assert browser.post("/sign-in/", SENT).status_code == 429


def test_the_demo_offers_its_people_and_nothing_else_does(office: Office, settings: Settings) -> None:
    assert "This is a demo" in text_of(Client().get("/sign-in/"))
    settings.DEMO = False
    assert "This is a demo" not in text_of(Client().get("/sign-in/"))


def test_signing_out_takes_a_post(office: Office) -> None:
    browser = office.client("ana")
    assert browser.get("/sign-out/").status_code == 405
    assert get_user(browser).is_authenticated
    assert browser.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert not get_user(browser).is_authenticated
