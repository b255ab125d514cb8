"""The servers of a test run: made for it, used by all its tests, and gone after it.

`DATABASE_URL` and `TEMPORAL_ADDRESS` name other servers to use instead. Nothing starts before a test
asks for it, so tests of pure code begin at once.
"""

import atexit
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from config.local.children import Child, Program, start
from config.local.ports import LOOPBACK, free_port
from config.local.postgres import FORGETFUL, Cluster, remove
from config.local.temporal import Server

#: Nobody listens here; a test that means Temporal must ask for it.
NOWHERE = f"{LOOPBACK}:1"

READY_SECONDS = 60


class Servers:
    """The servers of this test run, each started when it is first needed."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="placet-test-"))
        self._children: list[Child] = []
        # Also where the run fails before its first test.
        atexit.register(self.stop)
        self.cluster = Cluster(self.directory, free_port())
        self.temporal = Server(self.directory, free_port(), keeps=False)

    def start_postgres(self) -> str:
        """Start PostgreSQL; its `DATABASE_URL`."""
        self.cluster.create(print)
        self._start(self.cluster.program(os.environ, *FORGETFUL), self.cluster.answers)
        self.cluster.ensure_database()
        return self.cluster.url()

    def start_temporal(self) -> str:
        """Start Temporal's development server in memory; its `TEMPORAL_ADDRESS`."""
        self._start(self.temporal.program(os.environ), self.temporal.answers)
        return self.temporal.address

    def stop(self) -> None:
        """Stop what was started and remove every file."""
        for child in reversed(self._children):
            child.ask_to_stop()
        for child in self._children:
            child.ends_within(10)
            child.sweep()
        self._children.clear()
        remove(self.directory)

    def _start(self, program: Program, ready: Callable[[], bool]) -> None:
        child = start(program, hear=_ignore, ended=_ignore)
        self._children.append(child)
        until = time.monotonic() + READY_SECONDS
        while not ready():
            if child.process.poll() is not None or time.monotonic() > until:
                log = program.log.read_text() if program.log else ""
                raise RuntimeError(f"{program.name} did not start:\n{log}")
            time.sleep(0.02)


def _ignore(*_: object) -> None:
    """Nobody listens."""
