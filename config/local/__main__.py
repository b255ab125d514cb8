"""`make run`: from a virtual environment to the running application, and back to nothing."""

import argparse
import os
import signal
import sys
import urllib.request
from pathlib import Path

from config.local import procfile, told
from config.local.children import Program
from config.local.data_directory import DataDirectory
from config.local.errors import Interrupted, LocalError
from config.local.output import Output
from config.local.ports import LOOPBACK, free_port, port_number, refuse_taken
from config.local.postgres import Cluster
from config.local.supervision import APPLICATION, DATABASE, WORKFLOWS, Supervision
from config.local.temporal import Server
from config.local.terminal import foreground

ROOT = Path(__file__).resolve().parents[2]

#: How long each may take to answer for the first time, in seconds; a slow machine needs a part of it.
SERVER_SECONDS = 60
APPLICATION_SECONDS = 120


class Run:
    """One run of everything, in the order in which it is read here."""

    def __init__(self, output: Output, processes: dict[str, str]) -> None:
        """Hold the data directory; `processes` are shell commands by name."""
        self.output = output
        self.processes = processes
        self.port = port_number("PORT", os.environ.get("PORT") or "8000")
        path = Path(os.environ.get("PLACET_DATA_DIR") or ROOT / ".data").absolute()
        self.data = DataDirectory(path)
        refuse_taken("PORT", self.port)
        # What the servers write below the data directory is for this account only.
        os.umask(0o077)
        self.supervision = Supervision(output, keep=[self.data.lock])
        self.environment = {
            **os.environ,
            "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "PYTHONUNBUFFERED": "1",
            "PORT": str(self.port),
            "PLACET_DATA_DIR": str(path),
        }
        self.closing_words: list[str] = []

    def __call__(self) -> int:
        """Run until interrupted; the exit status: 0 where it was asked to stop, otherwise 1."""
        self.supervision.heed_signals()
        status = 1
        try:
            self.start()
            self.supervision.watch()
        except Interrupted:
            self.output.say("Stopping ...")
            status = 0
        except LocalError as error:
            self.output.say(f"\n{error}")
        finally:
            told.forget(self.data.path)
            self.supervision.stop()
            self.data.release()
        self.output.say("Everything has stopped.")
        return status

    def start(self) -> None:
        """Start the servers, prepare the database, start the processes, and say so."""
        self.start_postgres()
        self.start_temporal()
        self.output.say("Preparing the database ...")
        self.supervision.run(self.python("prepare", "-m", "config.local.prepare"), hear=self.note)
        self.start_application()
        self.output.say(f"\nPlacet is ready: http://localhost:{self.port}/")
        for line in self.closing_words:
            self.output.say(line)
        self.output.say("Ctrl-C stops everything; the next start finds it as it was.\n")

    def start_postgres(self) -> None:
        """Start PostgreSQL unless `DATABASE_URL` names one."""
        if self.environment.get("DATABASE_URL"):
            self.output.say("Using the database of DATABASE_URL.")
            return
        cluster = Cluster(self.data.path, free_port("PLACET_POSTGRES_PORT"))
        self.output.say(f"Starting PostgreSQL (port {cluster.port}) ...")
        cluster.create(self.output.say)
        self.supervision.start(DATABASE, cluster.program(self.environment))
        self.supervision.until_ready("PostgreSQL", cluster.answers, SERVER_SECONDS)
        cluster.ensure_database()
        self.environment["DATABASE_URL"] = cluster.url()

    def start_temporal(self) -> None:
        """Start Temporal unless `TEMPORAL_ADDRESS` names one."""
        if self.environment.get("TEMPORAL_ADDRESS"):
            self.output.say("Using the Temporal server of TEMPORAL_ADDRESS.")
            return
        server = Server(
            self.data.path,
            free_port("PLACET_TEMPORAL_PORT"),
            ui_port=free_port("PLACET_TEMPORAL_UI_PORT"),
            namespace=self.environment.get("TEMPORAL_NAMESPACE") or "default",
        )
        self.output.say(f"Starting Temporal (port {server.port}) ...")
        self.supervision.start(WORKFLOWS, server.program(self.environment))
        self.supervision.until_ready("Temporal", server.answers, SERVER_SECONDS)
        server.ensure_search_attributes()
        self.environment["TEMPORAL_ADDRESS"] = server.address
        self.environment["TEMPORAL_UI_URL"] = f"http://localhost:{server.ui_port}"

    def start_application(self) -> None:
        """Start the Procfile's processes and wait until they can be used."""
        self.environment["PLACET_LMTP_PORT"] = str(free_port("PLACET_LMTP_PORT"))
        told.tell(self.data.path, self.environment)
        self.output.say(f"Starting {', '.join(self.processes)} ...")
        for name, command in self.processes.items():
            shell = ["/bin/sh", "-c", f"exec {command}"]
            self.supervision.start(APPLICATION, Program(name, shell, self.environment, ROOT))
        self.supervision.until_ready(
            "The application", self.application_is_ready, APPLICATION_SECONDS, every=0.25
        )

    def python(self, name: str, *arguments: str) -> Program:
        """A program of ours in the same interpreter."""
        return Program(name, [sys.executable, *arguments], self.environment, ROOT)

    def note(self, name: str, line: str) -> None:
        """Keep a line for the end."""
        self.closing_words.append(line)

    def application_is_ready(self) -> bool:
        """Whether `/readyz` says that everything can be used."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def main() -> int:
    """Run; the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="python -m config.local", description=__doc__)
    parser.add_argument("--procfile", type=Path, default=ROOT / "Procfile", help="the processes to run")
    arguments = parser.parse_args()
    output = Output()
    try:
        with foreground():
            return Run(output, procfile.read(arguments.procfile))()
    except LocalError as error:
        output.say(str(error))
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
