"""`/healthz` and `/readyz`."""

import threading

import pytest
from django.db import OperationalError, connection
from django.test import Client

from config import readiness
from temporal_app import client


@pytest.fixture
def browser() -> Client:
    return Client()


def fine() -> None:
    """A check that finds everything in place."""


def missing() -> None:
    raise readiness.Missing("It has gone for a walk.")


def test_healthz_asks_nobody(browser: Client) -> None:
    """No database may be used in this test, and the host name is not one of ours."""
    response = browser.get("/healthz", headers={"host": "10.1.2.3"})
    assert response.status_code == 200
    assert response.json() == {"status": "alive"}
    assert response["Cache-Control"] == "no-store"


def test_readyz_is_200_when_nothing_is_missing(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_database", fine)
    monkeypatch.setattr(readiness, "_engine", fine)
    response = browser.get("/readyz", headers={"host": "10.1.2.3"})
    assert response.status_code == 200
    assert response.json() == {"status": "ready"}


def test_readyz_names_each_missing_part_and_why(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_database", fine)
    monkeypatch.setattr(readiness, "_engine", missing)
    response = browser.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "missing": {"engine": "It has gone for a walk."}}


def test_readyz_does_not_wait_for_what_hangs(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(readiness, "LIMIT_SECONDS", 0.01)
    monkeypatch.setattr(readiness, "_database", released.wait)
    monkeypatch.setattr(readiness, "_engine", fine)
    try:
        response = browser.get("/readyz")
    finally:
        released.set()
    assert response.status_code == 503
    assert "did not answer within" in response.json()["missing"]["database"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_answers_is_not_missing() -> None:
    readiness._database()


def test_a_database_that_is_away_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused\n")

    monkeypatch.setattr(connection, "cursor", refuse)
    with pytest.raises(readiness.Missing, match=r"^The database cannot be used: connection refused$"):
        readiness._database()


def test_the_engine_is_missing_where_temporal_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise client.EngineAway("connection refused")

    monkeypatch.setattr(client, "workers", away)
    with pytest.raises(readiness.Missing, match=r"^Temporal cannot be reached: connection refused$"):
        readiness._engine()


def test_the_engine_is_missing_without_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "workers", lambda: 0)
    with pytest.raises(readiness.Missing, match=r"^No worker polls the task queue “placet”\.$"):
        readiness._engine()


def test_the_engine_is_there_with_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "workers", lambda: 1)
    readiness._engine()
