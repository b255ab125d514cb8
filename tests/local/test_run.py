"""`make run` starts everything, keeps everything, and leaves nothing running."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.local.temporal import TEMPORAL
from tests.local.running import WORKER, Running

pytestmark = pytest.mark.servers


@pytest.fixture
def runs() -> Iterator[list[Running]]:
    """Runs to be ended with the test, however it ends."""
    started: list[Running] = []
    yield started
    for run in started:
        if run.process.poll() is None:
            run.process.kill()
            run.ended()


def temporal(run: Running, *words: str) -> str:
    """Say something to a run's Temporal server."""
    command = [TEMPORAL, "workflow", *words, "--address", run.temporal]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_it_starts_keeps_and_stops_everything(tmp_path: Path, runs: list[Running]) -> None:
    first = Running(tmp_path / "data", processes=WORKER)
    runs.append(first)
    first.until_told()
    assert f"http://localhost:{first.port}/" in first.text
    with psycopg.connect(first.database) as connection:
        connection.execute("CREATE TABLE kept (what text)")
        connection.execute("INSERT INTO kept VALUES ('a request')")
    temporal(first, "start", "--type", "Kept", "--task-queue", "none", "--workflow-id", "kept")

    assert first.end(signal.SIGINT) == 0
    assert "Everything has stopped." in first.text
    assert first.left_over() == {}

    second = Running(tmp_path / "data", processes=WORKER)
    runs.append(second)
    second.until_told()
    with psycopg.connect(second.database) as connection:
        assert connection.execute("SELECT what FROM kept").fetchall() == [("a request",)]
    assert "Kept" in temporal(second, "describe", "--workflow-id", "kept")

    assert second.end(signal.SIGTERM) == 0
    assert second.left_over() == {}


def test_two_data_directories_run_side_by_side_and_one_only_once(tmp_path: Path, runs: list[Running]) -> None:
    one, other = Running(tmp_path / "one", processes=WORKER), Running(tmp_path / "other", processes=WORKER)
    runs += [one, other]
    one.until_told()
    other.until_told()
    assert one.database != other.database

    again = Running(tmp_path / "one", processes=WORKER)
    runs.append(again)
    assert again.ended() == 1
    assert f"Placet already runs on {tmp_path / 'one'} (process {one.process.pid})." in again.text

    same_port = Running(tmp_path / "third", processes=WORKER, port=one.port)
    runs.append(same_port)
    assert same_port.ended() == 1
    assert f"Port {one.port} cannot be used" in same_port.text

    assert one.end() == 0
    assert other.left_over()
    assert other.end() == 0


def test_a_process_that_ends_is_named_and_stops_the_rest(tmp_path: Path, runs: list[Running]) -> None:
    run = Running(tmp_path / "data", processes="worker: sh -c 'echo out of order; exit 3'")
    runs.append(run)
    assert run.ended() == 1
    assert "worker  | out of order" in run.lines
    assert "“worker” ended with status 3, so everything is stopped." in run.text
    assert run.left_over() == {}


def test_a_server_that_is_killed_is_named_with_its_log(tmp_path: Path, runs: list[Running]) -> None:
    run = Running(tmp_path / "data", processes=WORKER)
    runs.append(run)
    run.until_told()
    (server,) = [pid for pid, command in run.left_over().items() if "temporal server" in command]
    os.kill(server, signal.SIGKILL)
    assert run.ended() == 1
    log = tmp_path / "data" / "temporal.log"
    assert f"“temporal” was killed by SIGKILL, so everything is stopped. Its log is {log}." in run.text
    assert run.left_over() == {}


def test_nothing_survives_a_killed_supervisor_and_the_next_start_waits_for_that(
    tmp_path: Path, runs: list[Running]
) -> None:
    killed = Running(tmp_path / "data", processes="worker: sleep 1000")
    runs.append(killed)
    killed.until_told()
    assert killed.end(signal.SIGKILL) == -signal.SIGKILL

    # The lock of the data directory is free only when the last server has gone.
    following = Running(tmp_path / "data", processes=WORKER)
    runs.append(following)
    following.until_told()
    servers = [command for command in following.left_over().values() if "bin/postgres -D" in command]
    assert len(servers) == 1
    assert following.end() == 0
    assert following.left_over() == {}
