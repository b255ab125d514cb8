"""The application as `make run` starts it: everything that is promised on the terminal holds."""

import re
import urllib.request

import pytest

from tests.local.running import Running

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]


def test_it_prints_where_it_is_and_who_can_sign_in(demo: Running) -> None:
    assert f"Placet is ready: {demo.url}/" in demo.text
    told = demo.text.partition("Placet is ready")[2]
    assert "password" in told
    assert len(re.findall(r"^  [a-z.]+ ", told, re.MULTILINE)) >= 5


def test_it_is_ready_and_shows_where_to_sign_in(demo: Running) -> None:
    for address, text in (("/healthz", "alive"), ("/readyz", "ready"), ("/sign-in/", "<form")):
        with urllib.request.urlopen(demo.url + address) as answer:
            assert answer.status == 200
            assert text in answer.read().decode()
