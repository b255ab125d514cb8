"""The worker as a process: it starts, works, and ends when it is asked to."""

import os
import signal
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from pytest_django import Settings

from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from approvals.requests.models import Command
from config.local.ports import free_port
from temporal_app import client, worker
from tests.requests.leave import submit_leave
from tests.servers import NOWHERE
from tests.temporal_app.working import until

pytestmark = pytest.mark.servers
Process = subprocess.Popen[str]


@contextmanager
def process(**environment: str) -> Iterator[Process]:
    """A worker with this in its environment; killed if the test fails before it has ended."""
    started = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "temporal_app.worker"],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def read_until(started: Process, words: str) -> None:
    """Read the worker's log up to a line with these words."""
    assert started.stdout is not None
    seen = []
    for line in started.stdout:
        seen.append(line)
        if words in line:
            return
    pytest.fail(f"The worker never said “{words}”:\n{''.join(seen)}")


def ends(started: Process, wish: signal.Signals) -> tuple[int, str]:
    """Ask it to end; its exit status and the rest of its log."""
    started.send_signal(wish)
    rest, _ = started.communicate(timeout=60)
    return started.returncode, rest


def database_url() -> str:
    """The test's own database."""
    at = connection.settings_dict
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_it_works_until_it_is_asked_to_end(
    *,
    wish: signal.Signals,
    temporal_address: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    people: dict[str, Person],
    leave: PolicyVersion,
) -> None:
    settings.TEMPORAL_TASK_QUEUE = f"test-{uuid.uuid4()}"
    client.forget()
    monkeypatch.setenv("TEMPORAL_ADDRESS", NOWHERE)  # so it is left to a courier
    row = submit_leave(people["ana"], leave)
    assert Command.objects.filter(request=row, sent_at=None).exists()

    port = free_port()
    with process(
        TEMPORAL_ADDRESS=temporal_address,
        TEMPORAL_TASK_QUEUE=settings.TEMPORAL_TASK_QUEUE,
        DATABASE_URL=database_url(),
        PLACET_METRICS_PORT=str(port),
    ) as started:
        read_until(started, "worker is ready")
        until(lambda: Command.objects.filter(request=row, code="ok", sent_at__isnull=False).exists())
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as metrics:
            assert b"temporal_local_activity_execution_latency" in metrics.read()
        status, log = ends(started, wish)
    client.forget()

    assert status == 0, log
    assert "worker has ended" in log
    assert "Traceback" not in log


def test_it_waits_for_a_server_and_can_be_asked_to_end_meanwhile() -> None:
    with process(TEMPORAL_ADDRESS=NOWHERE) as started:
        read_until(started, "does not answer")
        status, log = ends(started, signal.SIGTERM)

    assert status == 0, log
    assert "worker has ended" in log


def test_its_threads_leave_database_connections_for_the_couriers(settings: Settings) -> None:
    assert worker.THREADS + len(worker.couriers()) <= 20, "PLACET_DATABASE_POOL's default"
