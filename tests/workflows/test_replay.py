"""Requests that are under way outlive a change of the code: their recorded histories still replay."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from temporal_app.workflows.approval import ApprovalWorkflow
from tests.histories.record import DIRECTORY, STORIES

HISTORIES = sorted(DIRECTORY.rglob("*.json"))
"""Of today's code, and in folders of their own those from before a patch."""


def replayer() -> Replayer:
    return Replayer(
        workflows=[ApprovalWorkflow],
        data_converter=pydantic_data_converter,
        workflow_runner=SandboxedWorkflowRunner(),
    )


def recorded(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text("utf-8"))


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: str(file.relative_to(DIRECTORY).with_suffix("")))
async def test_a_recorded_history_replays(file: Path) -> None:
    await replayer().replay_workflow(recorded(file))


def test_every_story_has_its_history() -> None:
    assert {file.stem.rpartition("-")[0] for file in DIRECTORY.glob("*.json")} == set(STORIES)


async def test_a_history_of_other_code_would_be_noticed() -> None:
    old = DIRECTORY / "before_in_place" / "approved-1.json"
    changed = old.read_text("utf-8").replace('"prepare_stage"', '"prepare_other"')

    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(WorkflowHistory.from_json("changed", changed))
