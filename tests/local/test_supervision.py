"""Starting, noticing and stopping single programs."""

import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.local.children import Program
from config.local.errors import LocalError
from config.local.output import Output
from config.local.supervision import Group, Supervision

pytestmark = pytest.mark.servers

IMPATIENT = Group("impatient", 0.2)


class Terminal:
    """A supervision of its own, and what it printed."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.supervision = Supervision(Output(self.stream), groups=[IMPATIENT])

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    terminal = Terminal()
    yield terminal
    terminal.supervision.stop()
    for number, handler in before.items():
        signal.signal(number, handler)


def python(code: str, name: str = "script") -> Program:
    return Program(name, [sys.executable, "-u", "-c", code], os.environ, Path.cwd())


def test_a_program_that_ends_well_is_heard(terminal: Terminal) -> None:
    heard: list[tuple[str, str]] = []
    code = "import sys; print('to tell'); print('progress', file=sys.stderr)"
    terminal.supervision.run(python(code), hear=lambda name, line: heard.append((name, line)))
    assert heard == [("script", "to tell")]
    assert terminal.lines == ["script  | progress"]


def test_a_program_that_fails_is_named_with_its_status(terminal: Terminal) -> None:
    with pytest.raises(LocalError, match=r"^“script” ended with status 7\.$"):
        terminal.supervision.run(python("raise SystemExit(7)"), hear=terminal.supervision.output.line)


def test_a_program_that_does_not_exist_is_named(terminal: Terminal) -> None:
    missing = Program("ghost", ["/no/such/program"], os.environ, Path.cwd())
    with pytest.raises(LocalError, match=r"^“ghost” ended with status 127\.$"):
        terminal.supervision.run(missing, hear=terminal.supervision.output.line)
    assert terminal.lines == ["ghost   | /no/such/program: No such file or directory"]


def test_a_stubborn_program_is_killed_with_all_it_started(terminal: Terminal) -> None:
    code = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "child = os.fork(); print(os.getpid(), flush=True); time.sleep(1000)"
    )
    child = terminal.supervision.start(IMPATIENT, python(code))
    terminal.supervision.until_ready("both", lambda: len(terminal.lines) == 2, seconds=20)
    terminal.supervision.stop()
    assert terminal.lines[-1] == "“script” did not stop within 0.2 s: killed."
    # Both held its standard output: that it was heard to its end means that both have gone.
    assert not any(thread.is_alive() for thread in child.threads)


def test_what_is_never_ready_is_given_up_with_a_sentence(terminal: Terminal) -> None:
    with pytest.raises(LocalError, match=r"^PostgreSQL did not answer within 0\.1 seconds\.$"):
        terminal.supervision.until_ready("PostgreSQL", lambda: False, seconds=0.1)


def test_a_server_that_ends_while_it_is_awaited_is_named(terminal: Terminal) -> None:
    terminal.supervision.start(IMPATIENT, python("raise SystemExit(1)", name="server"))
    with pytest.raises(LocalError, match="“server” ended with status 1"):
        terminal.supervision.until_ready("The server", lambda: False, seconds=20)
