"""A draft over past requests: what stays, what changes, and what is assumed."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.replay.conftest import Files

HR = """  - id: human-resources
    title: Human resources
    when: form.days >= 10
    participants: [{role: human-resources}]
    on_reject: return
"""
BOARD = "  - id: board\n    title: Board\n    participants: [{group: board}]\n"


@pytest.fixture
def base(holidays: Files, tmp_path: Path) -> Path:
    """The document's policy as it was, while `holidays.policy` becomes the draft."""
    base = tmp_path / "base.yaml"
    base.write_text(holidays.policy.read_text("utf-8"), "utf-8")
    return base


def replay(holidays: Files, base: Path, *more: str) -> str:
    out = StringIO()
    arguments = [str(holidays.policy), "--policy", str(base), "--log", str(holidays.log)]
    call_command(
        "policy", "replay", *arguments, "--map", str(holidays.map), *more, stdout=out, stderr=StringIO()
    )
    return out.getvalue()


def result(holidays: Files, base: Path, *more: str) -> Any:
    return json.loads(replay(holidays, base, "--json", *more))


def test_the_same_policy_comes_out_the_same(holidays: Files, base: Path) -> None:
    told = result(holidays, base)
    assert (told["requests"], told["as_history"], told["assumed_decisions"]) == (3, 3, 0)
    assert all(pair["then"] == pair["draft"] for pair in told["totals"].values())
    assert told["totals"]["decisions"] == {"then": 5, "draft": 5}
    assert told["different"] == []
    assert "All 3 requests would have ended as they did." in replay(holidays, base)


def test_a_stage_that_is_dropped_saves_its_decisions_and_its_rounds(holidays: Files, base: Path) -> None:
    holidays.change(holidays.policy, HR, "")
    told = result(holidays, base)
    assert told["totals"]["decisions"] == {"then": 5, "draft": 2}
    assert told["totals"]["rounds"] == {"then": 4, "draft": 3}
    assert told["people"]["role:human-resources"]["decided"] == {"then": 2, "draft": 0}
    assert [stage["decided"] for stage in told["stages"] if stage["id"] == "human-resources"] == [
        {"then": 2, "draft": 0}
    ]


def test_a_rejection_that_ends_the_request_ends_it(holidays: Files, base: Path) -> None:
    holidays.change(holidays.policy, HR, HR.replace("return", "reject"))
    told = result(holidays, base)
    assert [(one["id"], one["then"], one["draft"], one["why"]) for one in told["different"]] == [
        ("h2", "approved", "rejected", "Human resources refuses")
    ]
    assert "h2: approved, under the draft rejected. Human resources refuses" in replay(holidays, base)


def test_who_is_newly_asked_approves_after_the_median(holidays: Files, base: Path) -> None:
    holidays.policy.write_text(holidays.policy.read_text("utf-8") + BOARD, "utf-8")
    told = result(holidays, base)
    assert told["assumed_decisions"] == 2  # h3 was cancelled before its turn came
    # Without a calendar every hour counts. The decisions took 2:30, 23:10, 28:50, 18:00 and 1:00.
    assert told["people"]["group:board"]["business_hours"] == {"then": 0, "draft": 36}
    assert told["assumptions"][0].startswith("2 of 7 decisions under the draft are assumed")
    assert told["as_history"] == 3


def test_a_return_that_history_does_not_have_stays_with_the_requester(holidays: Files, base: Path) -> None:
    holidays.change(base, HR, HR.replace("return", "reject"))
    holidays.rows(
        "h2,2026-03-02T10:00:00+01:00,Ask for leave,Employee,cy,15",
        "h2,2026-03-03T09:10:00+01:00,Team lead agrees,Team lead,bo,15",
        "h2,2026-03-04T14:00:00+01:00,Human resources refuses,Human resources,di,15",
        "h2,2026-03-09T14:00:00+01:00,Calendar updated,,,15",
    )
    told = result(holidays, base)
    assert [(one["then"], one["draft"]) for one in told["different"]] == [("rejected", "returned")]
    assert "not known" in told["different"][0]["why"]


def test_a_form_that_the_draft_does_not_take_could_not_have_been_submitted(
    holidays: Files, base: Path
) -> None:
    holidays.change(holidays.policy, "min: 1}", "min: 1, max: 12}")
    told = result(holidays, base)
    assert [(one["id"], one["draft"], one["why"]) for one in told["different"]] == [
        ("h2", "refused", "How many days? is at most 12.")
    ]


def test_a_new_field_is_taken_to_be_empty_and_that_is_said(holidays: Files, base: Path) -> None:
    holidays.change(holidays.policy, "min: 1}", "min: 1}\n  - {id: where, label: Where to, type: text}")
    told = result(holidays, base)
    assert told["as_history"] == 3
    assert "The new field “Where to” is taken to be empty." in told["assumptions"]


def test_the_draft_s_deadlines_are_missed_or_kept(holidays: Files, base: Path, tmp_path: Path) -> None:
    (tmp_path / "office.yaml").write_text('zone: Europe/Amsterdam\nweek: {mon: ["09:00-17:00"]}\n', "utf-8")
    holidays.change(
        holidays.policy, "    participants: [{manager: 1}]",
        "    participants: [{manager: 1}]\n    sla: {target: PT2H30M, calendar: office}",
    )  # fmt: skip
    told = result(holidays, base, "--calendar", str(tmp_path / "office.yaml"))
    lead = next(stage for stage in told["stages"] if stage["id"] == "team-lead")
    assert (lead["deadlines"]["draft"], lead["missed"]) == (4, {"then": 0, "draft": 2})


def test_a_log_tells_its_progress_and_a_limit_bounds_it(holidays: Files, base: Path) -> None:
    told = StringIO()
    call_command(
        "policy", "replay", str(holidays.policy), "--policy", str(base), "--log", str(holidays.log),
        "--map", str(holidays.map), "--limit", "2", stdout=StringIO(), stderr=told,
    )  # fmt: skip
    assert "2 of 2 cases read" in told.getvalue()
    assert "2 of 2 cases replayed" in told.getvalue()


def test_what_cannot_be_used_is_said_and_exits_with_2(holidays: Files, base: Path) -> None:
    def failure(*arguments: str) -> str:
        with pytest.raises(CommandError) as failed:
            call_command("policy", "replay", *arguments, stdout=StringIO(), stderr=StringIO())
        assert failed.value.returncode == 2
        return str(failed.value)

    draft, log = str(holidays.policy), ["--log", str(holidays.log), "--map", str(holidays.map)]
    assert "cannot be read" in failure("none.yaml", "--policy", str(base), *log)
    assert "cannot be read" in failure(draft, "--policy", "none.yaml", *log)
    assert "goes with a log" in failure(draft, "--policy", "x", "--map", str(holidays.map))
    holidays.change(holidays.policy, "form.days", "form.dais")
    assert 'The form has no field "dais"' in failure(draft, "--policy", str(base), *log)
