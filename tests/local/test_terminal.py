"""Ctrl-C at a terminal, below `make`."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from config.local.ports import free_port
from tests.local.running import ROOT, SERVERS, WORKER, procfile

pytestmark = pytest.mark.servers


def test_ctrl_c_below_make_ends_with_status_0(tmp_path: Path) -> None:
    """make shares the terminal with what it runs; all the same it must not take the Ctrl-C as its own."""
    command = f"{sys.executable} -m config.local --procfile {procfile(tmp_path / 'data', WORKER)}"
    (tmp_path / "Makefile").write_text(f"run:\n\t@exec {command}\n")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in SERVERS},
        "PLACET_DEMO": "0",
        "SECRET_KEY": "k" * 50,
        "PLACET_DATA_DIR": str(tmp_path / "data"),
        "PORT": str(free_port()),
    }
    terminal, below = pty.openpty()
    make = subprocess.Popen(
        ["setsid", "--ctty", "make", "--file", tmp_path / "Makefile", "run"],
        stdin=below,
        stdout=below,
        stderr=below,
        env=environment,
        cwd=ROOT,
    )
    os.close(below)

    printed = b""
    while b"Ctrl-C stops everything" not in printed:
        printed += os.read(terminal, 4096)
    os.write(terminal, b"\x03")
    while b"Everything has stopped." not in printed:
        printed += os.read(terminal, 4096)
    assert make.wait(15) == 0
    os.close(terminal)
