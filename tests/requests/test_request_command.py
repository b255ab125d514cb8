"""`manage.py request show`: a request on the terminal."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from approvals.requests.models import Request

pytestmark = pytest.mark.django_db


def _shown(*arguments: str) -> str:
    printed = StringIO()
    call_command("request", "show", *arguments, stdout=printed)
    return printed.getvalue()


def test_it_shows_who_is_asked_and_what_happened(request_row: Request) -> None:
    text = _shown(str(request_row.pk))
    assert f"#{request_row.number}" in text
    assert ": Bo" in text
    assert "Ana submitted the request" in text


def test_a_request_is_found_by_its_number(request_row: Request) -> None:
    assert _shown(f"#{request_row.number}") == _shown(str(request_row.number)) != ""


def test_the_whole_state_comes_as_json(request_row: Request) -> None:
    told = json.loads(_shown(str(request_row.pk), "--json"))
    assert told["state"]["request"] == str(request_row.pk)
    assert told["events"][0]["type"] == "request_submitted"


@pytest.mark.parametrize("id", ["99999999", "no-such-id", "7a0b6f0e-5d6a-4f8e-9d6d-0a4f5f3f9b11"])
def test_an_unknown_request_is_refused_with_a_sentence(db: None, id: str) -> None:
    with pytest.raises(CommandError, match="There is no request") as refused:
        _shown(id)
    assert refused.value.returncode == 1
