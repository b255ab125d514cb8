"""Which deadlines a log's cases missed, counted with a calendar from a file."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from approvals.engine import events as e
from approvals.engine.state import Candidate, Decision, Outcome
from approvals.replay.measures import Missed, measure
from tests.replay.conftest import Files
from tests.replay.test_course import START

OFFICE = """
name: office
zone: Europe/Amsterdam
week: {mon: ["09:00-17:00"], tue: ["09:00-17:00"], wed: ["09:00-17:00"]}
"""


@pytest.fixture
def timed(holidays: Files, tmp_path: Path) -> list[str]:
    """The document's example with four hours for human resources and 2:01 for the team lead; its arguments."""
    for stage, target in (("team-lead", "PT2H1M"), ("human-resources", "PT4H")):
        holidays.change(
            holidays.policy,
            f"  - id: {stage}\n",
            f"  - id: {stage}\n    sla: {{target: {target}, calendar: office}}\n",
        )
    calendar = tmp_path / "office.yaml"
    calendar.write_text(OFFICE, "utf-8")
    return [*holidays.arguments(), "--calendar", str(calendar)]


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("replay_log", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def deadlines(*arguments: str) -> dict[str, Any]:
    return {one["stage"]: one for one in json.loads(printed(*arguments, "--json"))["deadlines"]}


def test_what_was_missed_is_told_by_stage(timed: list[str]) -> None:
    # h1: 09:00 to 11:30, 29 minutes late. h2: 10:00 to 09:10 the next day is 7:10 of business time; its
    # second round, 15:00 to 09:00, and h3, 10:00 to 12:00, are two hours.
    found = deadlines(*timed)
    assert (found["team-lead"]["clocks"], found["team-lead"]["cases"]) == (4, ["h1", "h2"])
    assert found["team-lead"]["median_business_hours_late"] == pytest.approx((29 + 309) / 2 / 60, abs=0.01)
    # h2: Tuesday 09:10 to Wednesday 14:00, in the first round; returned, its clock would go on, but is done.
    assert (found["human-resources"]["clocks"], found["human-resources"]["cases"]) == (1, ["h2"])


def test_the_table_says_it_in_words(timed: list[str]) -> None:
    told = printed(*timed)
    assert "Deadlines that were missed, by the times in the log:" in told
    assert "2  of 4 (50.0 %) within 2 hours 1 minute, half of them by more than 2.8 h" in told


def test_what_is_still_open_has_waited_until_the_log_ends(timed: list[str], holidays: Files) -> None:
    holidays.rows(
        "h1,2026-03-02T09:00:00+01:00,Ask for leave,Employee,ana,3",
        "h2,2026-03-03T09:00:00+01:00,Calendar updated,,,3",
    )
    found = deadlines(*timed, "--at-least", "0")["team-lead"]
    assert (found["cases"], found["median_business_hours_late"]) == (["h1"], 5.98)


def test_without_its_calendar_a_deadline_is_left_out_and_that_is_said(timed: list[str]) -> None:
    told = printed(*timed[:-2])
    assert "The calendar “office” is not known here" in told
    assert "Deadlines that" not in told
    assert json.loads(printed(*timed[:-2], "--json"))["deadlines_left_out"] == ["office"]


def test_a_calendar_that_is_none_is_refused(timed: list[str], tmp_path: Path) -> None:
    (tmp_path / "office.yaml").write_text("week: {}", "utf-8")
    with pytest.raises(CommandError, match=r"The calendar office\.yaml: ") as failed:
        printed(*timed)
    assert failed.value.returncode == 2
    with pytest.raises(CommandError, match=r"none\.yaml"):
        printed(*timed[:-1], str(tmp_path / "none.yaml"))


def test_a_request_s_figures_are_read_from_its_events() -> None:
    ana, bo = Candidate(person="ana"), Candidate(person="bo")
    told = measure(
        [
            e.RequestSubmitted(revision=1, at=START, title="", form={}),
            e.StageSkipped(revision=2, at=START, stage="first", reason=""),
            e.StageOpened(revision=3, at=START, stage="next", clock=None, last_resort=()),
            e.TaskOpened(revision=4, at=START, task="t", stage="next", candidates=(ana,), label="Lead"),
            e.TaskReassigned(revision=5, at=START, task="t", candidates=(bo,), removed=("ana",)),
            e.DeadlineBreached(revision=6, at=START, stage="next", alarm="breach", due=START),
            e.TaskDecided(
                revision=7, at=START, actor="bo", task="t", stage="next", decision=Decision.APPROVE
            ),
            e.RequestClosed(revision=8, at=START, actor="bo", outcome=Outcome.APPROVED),
        ]
    )
    seat = told.seats["t"]
    assert (list(seat.asked), seat.decided_by, seat.label) == (["ana", "bo"], "bo", "Lead")
    assert (told.skipped, told.missed) == (["first"], [Missed("next", START, START)])
    assert (told.outcome, told.by_itself, told.runs[0].ended_at) == (Outcome.APPROVED, False, START)
