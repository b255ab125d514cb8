"""The real logs, where they lie beside the repository: every case, as docs/replay.md claims."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

LOGS = Path(__file__).parents[3] / "shared" / "data" / "bpi2020"


def replayed(log: str) -> Any:
    """What replaying a log with the shipped mapping and the library's policy comes to."""
    path = LOGS / log
    if not path.exists():
        pytest.skip(f"The log {log} of the BPI Challenge 2020 is not beside the repository.")
    printed = StringIO()
    call_command("replay_log", str(path), "--json", stdout=printed, stderr=StringIO())
    return json.loads(printed.getvalue())


def test_every_domestic_declaration_ends_as_it_did_but_two() -> None:
    told = replayed("DomesticDeclarations.csv.gz")
    assert (told["cases"], told["as_history"]) == (10_357, 10_355)
    assert {end["name"]: end["cases"] for end in told["ends"]} == {
        "paid": 9_912,
        "withdrawn": 283,
        "never submitted": 134,
        "still open": 28,
    }
    assert [other["reason"] for other in told["otherwise"]] == [
        "paid in history; “Payment Handled” came though it was never submitted",
        "paid in history; “Payment Handled” came while it was with its requester",
    ]


def test_every_request_for_payment_ends_as_it_did_but_one() -> None:
    told = replayed("RequestForPayment.csv.gz")
    assert (told["cases"], told["as_history"]) == (6_760, 6_759)
    assert [other["cases"] for other in told["otherwise"]] == [["requestforpayment151297"]]
