"""Servers and worlds for workflows."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from config.local.temporal import TEMPORAL
from tests.workflows.world import World

EVENTS_BEFORE_CONTINUING = 40


@pytest.fixture
def world() -> World:
    """What the activities find."""
    return World()


@pytest.fixture
async def client(temporal_address: str) -> Client:
    """A client of the real server."""
    return await Client.connect(temporal_address, data_converter=pydantic_data_converter)


@pytest.fixture
async def impatient_client() -> AsyncIterator[Client]:
    """A client of a real server that suggests to continue as new after a few events."""
    limit = f"limit.historyCount.suggestContinueAsNew={EVENTS_BEFORE_CONTINUING}"
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=TEMPORAL,
        dev_server_extra_args=["--dynamic-config-value", limit],
    ) as environment:
        yield environment.client
