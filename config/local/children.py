"""Child processes: each in a session of its own, ended together with whatever it started."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

#: Takes the name of a program and one line that it printed.
Hear = Callable[[str, str], None]

TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True)
class Account:
    """Whom a child runs as, by number."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """What to start: a name for people, the command, and how it is asked to stop.

    `log` takes what it prints; without one every line is handed to the `hear` of `start`.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    log: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None


@dataclass(eq=False)
class Child:
    """A started program."""

    program: Program
    process: subprocess.Popen[bytes]
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.program.name

    def ask_to_stop(self) -> None:
        """Send the program its stop signal; it ends when it is done."""
        if self.process.poll() is None:
            self.process.send_signal(self.program.stop_signal)

    def ends_within(self, seconds: float) -> bool:
        """Wait for the end, `seconds` at most; whether it came."""
        try:
            self.process.wait(max(0, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True

    def sweep(self) -> None:
        """Kill the program, where it still runs, and everything it left behind."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for thread in self.threads:
            thread.join(timeout=2)

    def ending(self) -> str:
        """How the program ended, in words."""
        status = self.process.returncode
        if status < 0:
            return f"was killed by {signal.Signals(-status).name}"
        return f"ended with status {status}"


def start(
    program: Program,
    *,
    hear: Hear,
    hear_errors: Hear | None = None,
    ended: Callable[[Child], None],
    keep: Sequence[int] = (),
) -> Child:
    """Start `program`; it will not outlive this process.

    `hear(name, line)` and `ended(child)` are called from other threads; standard error is heard with
    the rest unless `hear_errors` takes it. `keep` are file descriptors that the child inherits.
    Call this from the main thread: on Linux a child follows the thread that made it.
    """
    tether = [sys.executable, "-I", "-S", str(TETHER)]
    tether += ["--parent", str(os.getpid()), "--signal", str(int(program.stop_signal))]
    if program.account:
        tether += ["--account", f"{program.account.uid}:{program.account.gid}"]
    log = program.log.open("wb") if program.log else None
    try:
        process = subprocess.Popen(  # noqa: S603 - commands of our own
            [*tether, "--", *program.command],
            stdin=subprocess.DEVNULL,
            stdout=log or subprocess.PIPE,
            stderr=subprocess.PIPE if hear_errors else subprocess.STDOUT,
            env=dict(program.environment),
            cwd=program.directory,
            start_new_session=True,
            pass_fds=tuple(keep),
        )
    finally:
        if log:
            log.close()
    child = Child(program, process)
    for stream, heard_by in ((process.stdout, hear), (process.stderr, hear_errors)):
        if stream and heard_by:
            _in_thread(child, partial(_pump, stream, program.name, heard_by))
    _in_thread(child, partial(_await_end, child, ended))
    return child


def _in_thread(child: Child, work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work, name=child.name, daemon=True)
    thread.start()
    child.threads.append(thread)


def _pump(stream: IO[bytes], name: str, hear: Hear) -> None:
    with stream:
        for line in stream:
            hear(name, line.decode(errors="replace").rstrip())


def _await_end(child: Child, ended: Callable[[Child], None]) -> None:
    child.process.wait()
    ended(child)
