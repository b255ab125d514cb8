"""What every test may ask for.

The environment is settled here, before Django reads it.
"""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import django
import pytest
from django.conf import settings
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from temporal_app.shutdown import release_temporal
from tests.local.running import Running
from tests.servers import NOWHERE, Servers

_servers = Servers()
_own_postgres = "DATABASE_URL" not in os.environ
_own_temporal = os.environ.setdefault("TEMPORAL_ADDRESS", NOWHERE) == NOWHERE

if _own_postgres:
    # Where it will be: the first test that uses the database starts it.
    os.environ["DATABASE_URL"] = _servers.cluster.url()

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ["PLACET_DEMO"] = "1"
os.environ["PLACET_DATA_DIR"] = str(_servers.directory)
# Threads of a test come and go, and its database is dropped under them: no pool.
os.environ["PLACET_DATABASE_POOL"] = "0"

django.setup()
# A sign-in costs nothing.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_configure(config: pytest.Config) -> None:
    """With several test processes, start the server that they share."""
    if _own_postgres and config.getoption("numprocesses", None):
        _servers.start_postgres()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Leave nothing behind, and let go of Temporal before Python shuts down."""
    release_temporal()
    _servers.stop()


@pytest.fixture(scope="session")
def postgres() -> str:
    """The `DATABASE_URL` of a running PostgreSQL."""
    if _own_postgres:
        _servers.start_postgres()
    return os.environ["DATABASE_URL"]


@pytest.fixture(scope="session")
def django_db_setup(postgres: str, django_db_setup: None) -> None:
    """pytest-django's own, with a server for it."""


@pytest.fixture(scope="session")
def temporal_address() -> str:
    """The address of a running Temporal server with our search attributes; Temporal's client finds
    it in `TEMPORAL_ADDRESS` too from now on."""
    if _own_temporal:
        os.environ["TEMPORAL_ADDRESS"] = _servers.start_temporal()
    return os.environ["TEMPORAL_ADDRESS"]


@pytest.fixture
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A server of its own whose clock jumps to the next timer: one workflow at a time.

    It knows no search attributes.
    """
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter,
        test_server_existing_path=str(Path(sys.prefix) / "bin" / "temporal-test-server"),
    ) as environment:
        yield environment


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The whole application as `make run` starts it, with the demo's people and requests; `demo.url`.

    One for all tests that look at it from outside, so each changes only what is its own.
    """
    running = Running(tmp_path_factory.mktemp("demo") / "data")
    try:
        running.until_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.end()
