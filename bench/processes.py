"""What processes take of the machine's memory and processors, as Linux counts it."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Memory:
    """In MB: resident, and the proportional share of what is shared with others."""

    resident: float
    proportional: float


def can_measure() -> bool:
    """Whether this system tells."""
    return (PROC / "self" / "smaps_rollup").exists()


#: How the system says that a process is no more. PostgreSQL's come and go with their connections.
ENDED = (FileNotFoundError, ProcessLookupError)


def children(pid: int) -> list[int]:
    """The processes that a process has started; none where it has ended meanwhile."""
    found: list[int] = []
    with suppress(*ENDED):
        for task in (PROC / str(pid) / "task").iterdir():
            with suppress(*ENDED):
                found += map(int, (task / "children").read_text().split())
    return found


def family(pid: int) -> list[int]:
    """A process and everything below it."""
    return [pid, *(below for child in children(pid) for below in family(child))]


def memory(pid: int) -> Memory:
    """Of one process."""
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: int(size.split()[0]) / 1024 for name, _, size in (line.partition(":") for line in lines)}
    return Memory(sizes["Rss"], sizes["Pss"])


def family_memory(pid: int) -> list[Memory]:
    """Of a process and each one below it, those left out that have ended meanwhile."""
    found: list[Memory] = []
    for member in family(pid):
        with suppress(*ENDED, KeyError):  # one that is ending has no sizes any more
            found.append(memory(member))
    return found


def processor_time(pids: Iterable[int]) -> float:
    """Seconds that these processes, and everything below them, have spent on the processors so far."""
    ticks = sum(_ticks(member) for pid in pids for member in family(pid))
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    """Of one process, and of those of its children that have ended.

    One that has ended since it was listed counts as its parent's.
    """
    with suppress(*ENDED):
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15])
    return 0
