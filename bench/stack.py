"""The running application that is measured: the same servers and processes as `make run`, on free ports."""

import os
import sys
import tempfile
import urllib.request
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Self

from config.local import procfile
from config.local.children import Program
from config.local.output import Output
from config.local.ports import LOOPBACK, free_port
from config.local.postgres import Cluster, remove
from config.local.supervision import APPLICATION, DATABASE, WORKFLOWS, Supervision
from config.local.temporal import Server

ROOT = Path(__file__).resolve().parents[1]
SERVER_SECONDS = 60
APPLICATION_SECONDS = 120
YARDSTICK = "yardstick"


class Journal(Output):
    """What the bench says goes to standard error; what the processes say is kept for the case of a fault."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.lines: deque[str] = deque(maxlen=60)

    def line(self, name: str, text: str) -> None:
        """Keep a line of a process."""
        self.lines.append(f"{name:<10}| {text}")


class Stack:
    """Everything that runs, by name; use it as a context, which stops all of it at the end."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.pids: dict[str, int] = {}
        self.port = free_port()
        self._directory = Path(tempfile.mkdtemp(prefix="placet-bench-"))
        # PostgreSQL does not run as root: its account passes through here.
        self._directory.chmod(0o711)
        self._supervision = Supervision(self.journal)

    def __enter__(self) -> Self:
        try:
            self._start_servers()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        if error is not None and not isinstance(error, KeyboardInterrupt):
            self.journal.say("The last words of the processes:")
            for line in self.journal.lines:
                self.journal.say(line)

    def start_application(self) -> None:
        """Start the processes of the Procfile, and the yardstick's worker; the database must be migrated."""
        for name, command in procfile.read(ROOT / "Procfile").items():
            self._start(APPLICATION, Program(name, ["/bin/sh", "-c", f"exec {command}"], os.environ, ROOT))
        bare = [sys.executable, "-m", "bench.bare_worker"]
        self._start(APPLICATION, Program(YARDSTICK, bare, os.environ, ROOT))
        self._supervision.until_ready("The application", self._is_ready, APPLICATION_SECONDS)

    def must_be_whole(self) -> None:
        """Raise `LocalError` where one of the processes has ended."""
        looks = iter((False, True))
        self._supervision.until_ready("Everything", lambda: next(looks), SERVER_SECONDS, every=0.01)

    def _start(self, group: object, program: Program) -> None:
        child = self._supervision.start(group, program)  # type: ignore[arg-type]
        self.pids[program.name] = child.process.pid

    def _start_servers(self) -> None:
        """Start PostgreSQL and Temporal, and let this process's environment name them."""
        cluster = Cluster(self._directory, free_port())
        server = Server(self._directory, free_port(), ui_port=free_port())
        self._settle_environment(cluster, server)
        self.journal.say("Starting PostgreSQL and Temporal ...")
        cluster.create(self.journal.say)
        self._start(DATABASE, cluster.program(os.environ))
        self._start(WORKFLOWS, server.program(os.environ))
        self._supervision.until_ready("PostgreSQL", cluster.answers, SERVER_SECONDS)
        cluster.ensure_database()
        self._supervision.until_ready("Temporal", server.answers, SERVER_SECONDS)

    def _settle_environment(self, cluster: Cluster, server: Server) -> None:
        for name in [name for name in os.environ if name.startswith("TEMPORAL_")]:
            del os.environ[name]
        os.environ.update(
            DATABASE_URL=cluster.url(),
            DJANGO_SETTINGS_MODULE="config.settings",
            PATH=f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            PLACET_DATA_DIR=str(self._directory),
            PLACET_DEMO="1",
            PLACET_LMTP_PORT=str(free_port()),
            PORT=str(self.port),
            PYTHONUNBUFFERED="1",
            TEMPORAL_ADDRESS=server.address,
            TEMPORAL_UI_URL=f"http://localhost:{server.ui_port}",
        )

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _stop(self) -> None:
        self._supervision.stop()
        remove(self._directory)
