"""A run of `python -m config.local` as a person at a terminal sees it."""

import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

from config.local.ports import free_port

#: A process that answers `/readyz`, and says where its servers are.
WEB = """
import http.server, os
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready)
print("database", os.environ["DATABASE_URL"], flush=True)
print("temporal", os.environ["TEMPORAL_ADDRESS"], flush=True)
server.serve_forever()
"""

#: A process that has a child of its own and does nothing else.
WORKER = "worker: sh -c 'sleep 1000 & wait'"

#: Two slow cores that other tests use too, and a demo to fill.
START_SECONDS = 300

#: What the test run sets for itself, and a run must not take over.
SERVERS = {"DATABASE_URL", "PLACET_DATABASE_POOL", "TEMPORAL_ADDRESS"}

ROOT = Path(__file__).resolve().parents[2]


def procfile(data: Path, processes: str) -> Path:
    """A Procfile of `processes` and of a web process that only says that it is ready."""
    script, file = data.with_suffix(".py"), data.with_suffix(".procfile")
    script.write_text(WEB)
    file.write_text(f"web: python {script}\n{processes}\n")
    return file


class Running:
    """One supervisor, with our own processes in the demo, or with others where they are given.

    Processes that are given get a web process of the tests beside them, that only says that it is ready.
    """

    def __init__(self, data: Path, *, processes: str = "", port: int | None = None) -> None:
        self.data = data
        self.port = port or free_port()
        data.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "config.local"]
        settings = {"PLACET_DEMO": "1"}
        if processes:
            command += ["--procfile", str(procfile(data, processes))]
            settings = {"PLACET_DEMO": "0", "SECRET_KEY": "k" * 50}
        self.process = subprocess.Popen(
            command,
            env={
                **{name: value for name, value in os.environ.items() if name not in SERVERS},
                **settings,
                "PLACET_DATA_DIR": str(data),
                "PORT": str(self.port),
            },
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._heard: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self._heard.put(line.rstrip())
        self._heard.put(None)

    def until(self, text: str) -> str:
        """Wait for a line with `text` in it, and return that line."""
        while (line := self._heard.get(timeout=START_SECONDS)) is not None:
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"ended without “{text}”:\n" + "\n".join(self.lines))

    @property
    def url(self) -> str:
        """The address of the application, without a slash at its end."""
        return f"http://localhost:{self.port}"

    def until_ready(self) -> None:
        """Wait until everything can be used."""
        self.until("Ctrl-C stops everything")

    def until_told(self) -> None:
        """Wait until everything can be used, and the tests' own web process said where the servers are:
        `database` and `temporal`."""
        self.until_ready()
        while len(told := self._told()) < 2:  # a process can answer before its lines have come through
            self.until("web")
        self.database, self.temporal = told["database"], told["temporal"]

    def _told(self) -> dict[str, str]:
        said = [line.split("| ")[1].split(" ", 1) for line in self.lines if line.startswith("web")]
        return {words[0]: words[1] for words in said if words[0] in ("database", "temporal")}

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal; the exit status, once it came within the 15 s that are promised."""
        self.process.send_signal(number)
        return self.ended(seconds=15)

    def ended(self, seconds: float = START_SECONDS) -> int:
        """Wait for the end; the exit status."""
        status = self.process.wait(seconds)
        while (line := self._heard.get(timeout=5)) is not None:
            self.lines.append(line)
        return status

    @property
    def text(self) -> str:
        """Everything it printed so far."""
        return "\n".join(self.lines)

    def left_over(self) -> dict[int, str]:
        """The processes that carry this data directory in their environment, by number."""
        mark = f"PLACET_DATA_DIR={self.data}".encode()
        found = {}
        for directory in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (directory / "environ").read_bytes().split(b"\0"):
                    found[int(directory.name)] = (directory / "cmdline").read_text().replace("\0", " ")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return found
