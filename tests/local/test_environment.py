"""What `python -m config.local` reads: the Procfile, ports, the data directory."""

import os
import socket
from pathlib import Path

import pytest

from config.local import procfile, told
from config.local.data_directory import DataDirectory
from config.local.errors import LocalError
from config.local.ports import LOOPBACK, free_port, port_number, refuse_taken

ROOT = Path(__file__).resolve().parents[2]


def test_our_processes_are_web_worker_and_mail() -> None:
    assert list(procfile.read(ROOT / "Procfile")) == ["web", "worker", "mail"]


def test_comments_and_blank_lines_say_nothing(tmp_path: Path) -> None:
    file = tmp_path / "Procfile"
    file.write_text("# ours\n\nweb: serve --port $PORT  \n")
    assert procfile.read(file) == {"web": "serve --port $PORT"}


@pytest.mark.parametrize("line", ["web", "web:", ": serve", "web: a\nweb: b"])
def test_a_line_that_is_no_entry_is_refused_by_number(tmp_path: Path, line: str) -> None:
    file = tmp_path / "Procfile"
    file.write_text(f"{line}\n")
    with pytest.raises(LocalError, match=r"^Procfile, line \d: expected one “name: command”"):
        procfile.read(file)


def test_a_missing_procfile_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="cannot be read"):
        procfile.read(tmp_path / "Procfile")


def test_a_port_is_free_unless_the_environment_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_taken("PORT", free_port("PLACET_TEST_PORT"))
    monkeypatch.setenv("PLACET_TEST_PORT", "4711")
    assert free_port("PLACET_TEST_PORT") == 4711


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(LocalError, match=f"^PORT is “{text}”"):
        port_number("PORT", text)


def test_a_taken_port_is_refused_with_another_to_choose() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LocalError, match=f"PORT={port + 1} make run$"):
            refuse_taken("PORT", port)


def test_a_data_directory_can_be_had_again_after_its_release(tmp_path: Path) -> None:
    first = DataDirectory(tmp_path / "data")
    with pytest.raises(LocalError, match="Placet already runs on"):
        DataDirectory(tmp_path / "data")
    first.release()
    DataDirectory(tmp_path / "data").release()


def test_a_data_directory_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalError, match="Name another one with PLACET_DATA_DIR"):
        DataDirectory(tmp_path / "file" / "data")


def without(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Take a variable away, and take away after the test what was put in its place."""
    monkeypatch.setenv(name, "")
    monkeypatch.delenv(name)


def test_another_terminal_adopts_what_a_running_placet_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACET_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "8123")
    without(monkeypatch, "TEMPORAL_UI_URL")
    told.tell(tmp_path, {"PORT": "9000", "TEMPORAL_UI_URL": "http://localhost:4711", "SECRET_KEY": "no"})
    assert (tmp_path / "running.env").stat().st_mode & 0o777 == 0o600
    assert "SECRET_KEY" not in (tmp_path / "running.env").read_text()

    told.adopt(ROOT)
    assert os.environ["TEMPORAL_UI_URL"] == "http://localhost:4711"
    assert os.environ["PORT"] == "8123", "what this terminal says itself counts more"


def test_nothing_is_adopted_when_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACET_DATA_DIR", str(tmp_path))
    told.tell(tmp_path, {"TEMPORAL_UI_URL": "http://localhost:4711"})
    told.forget(tmp_path)
    without(monkeypatch, "TEMPORAL_UI_URL")
    told.adopt(ROOT)
    assert "TEMPORAL_UI_URL" not in os.environ
