"""One place that starts children, waits for them, notices when one ends, and stops them all."""

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import FrameType

from config.local.children import Child, Hear, Program, start
from config.local.errors import Interrupted, LocalError
from config.local.output import Output

#: Between two looks at whether something is ready, in seconds.
LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Group:
    """Programs that stop together, and how many seconds they have for it."""

    name: str
    seconds: float


#: In the order of stopping: what uses a server goes before it. Together less than 15 s.
APPLICATION = Group("application", 9.5)
WORKFLOWS = Group("workflows", 2.5)
DATABASE = Group("database", 2.5)


@dataclass
class Supervision:
    """The children of this process, by group.

    Everything here runs on the main thread and waits on one queue, into which signals and the ends of
    children are put; so nothing is ever interrupted half-way.
    """

    output: Output
    keep: Sequence[int] = ()
    groups: Sequence[Group] = (APPLICATION, WORKFLOWS, DATABASE)
    _happenings: SimpleQueue[Child | None] = field(default_factory=SimpleQueue)
    _children: list[tuple[Group, Child]] = field(default_factory=list)
    _passing: Child | None = None

    def heed_signals(self) -> None:
        """From now on SIGINT, SIGTERM and SIGHUP make the next wait raise `Interrupted`."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._signalled)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self._happenings.put(None)

    def start(self, group: Group, program: Program) -> Child:
        """Start a program that is to run until everything stops."""
        child = start(program, hear=self.output.line, ended=self._happenings.put, keep=self.keep)
        self._children.append((group, child))
        return child

    def run(self, program: Program, hear: Hear) -> None:
        """Run a program to its end; `LocalError` unless it ends well.

        `hear` takes its standard output; its standard error goes to the terminal.
        """
        child = start(
            program, hear=hear, hear_errors=self.output.line, ended=self._happenings.put, keep=self.keep
        )
        self._children.append((APPLICATION, child))
        self._passing = child
        while self._next() is not child:
            pass
        self._children.remove((APPLICATION, child))
        child.sweep()
        if child.process.returncode != 0:
            raise LocalError(f"“{child.name}” {child.ending()}.")

    def until_ready(
        self, what: str, ready: Callable[[], bool], seconds: float, every: float = LOOK_SECONDS
    ) -> None:
        """Look until `ready()`; `LocalError` after `seconds`, or where a child ends before."""
        until = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > until:
                raise LocalError(f"{what} did not answer within {seconds:g} seconds.")
            self._next(every)

    def watch(self) -> None:
        """Wait for good: raises `Interrupted`, or `LocalError` naming the child that ended."""
        while True:
            self._next()

    def _next(self, seconds: float | None = None) -> Child | None:
        """Wait for what happens next, `seconds` at most (then None); only the end of the program
        that `run` runs is returned, and every other end raises `LocalError`."""
        try:
            happened = self._happenings.get(timeout=seconds)
        except Empty:
            return None
        if happened is None:
            raise Interrupted
        if happened is self._passing:
            return happened
        happened.sweep()
        where = f" Its log is {happened.program.log}." if happened.program.log else ""
        raise LocalError(f"“{happened.name}” {happened.ending()}, so everything is stopped.{where}")

    def stop(self) -> None:
        """Stop group after group and leave nothing behind; signals no longer count."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for group in self.groups:
            members = [child for of, child in self._children if of is group]
            for child in members:
                child.ask_to_stop()
            until = time.monotonic() + group.seconds
            for child in members:
                if not child.ends_within(until - time.monotonic()):
                    self.output.say(f"“{child.name}” did not stop within {group.seconds:g} s: killed.")
                child.sweep()
        self._children.clear()
