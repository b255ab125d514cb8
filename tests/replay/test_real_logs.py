"""The real logs, where they lie beside the repository: every case, as docs/replay.md claims."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.timeout(600)
LOGS = Path(__file__).parents[3] / "shared" / "data" / "bpi2020"


def replayed(log: str, *more: str) -> Any:
    """What replaying a log comes to: with the shipped mapping and the library's policy, or with others."""
    path = LOGS / log
    if not path.exists():
        pytest.skip(f"The log {log} of the BPI Challenge 2020 is not beside the repository.")
    printed = StringIO()
    call_command("replay_log", str(path), *more, "--json", stdout=printed, stderr=StringIO())
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
    assert {one["stage"]: (one["missed"], one["clocks"]) for one in told["deadlines"] if one["clocks"]} == {
        "pre-approver": (38, 699),
        "administration": (400, 8_258),
        "budget-owner": (212, 2_777),
        "supervisor": (237, 10_073),
        "payment": (2_719, 9_938),
    }
    assert [other["reason"] for other in told["otherwise"]] == [
        "paid in history; “Payment Handled” came though it was never submitted",
        "paid in history; “Payment Handled” came while it was with its requester",
    ]


def test_every_request_for_payment_ends_as_it_did_but_one() -> None:
    told = replayed("RequestForPayment.csv.gz")
    assert (told["cases"], told["as_history"]) == (6_760, 6_759)
    assert [other["cases"] for other in told["otherwise"]] == [["requestforpayment151297"]]


def test_a_policy_and_a_mapping_written_by_the_document_alone_do_as_well() -> None:
    written = Path(__file__).parent / "payments"
    told = replayed(
        "RequestForPayment.csv.gz",
        "--policy",
        str(written / "policy.yaml"),
        "--map",
        str(written / "map.yaml"),
    )
    assert (told["cases"], told["as_history"]) == (6_760, 6_759)
    assert [other["cases"] for other in told["otherwise"]] == [["requestforpayment151297"]]
    missed = {one["stage"]: (one["missed"], one["clocks"]) for one in told["deadlines"] if one["clocks"]}
    assert missed == {"supervisor": (1_800, 6_311)}
