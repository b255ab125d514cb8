"""One run of the figures: how much of each, and with what."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from bench.browser import Browser
from bench.journeys import Journeys
from bench.processes import can_measure, processor_time
from bench.stack import Stack
from bench.world import World
from bench.yardsticks import Yardsticks


@dataclass(frozen=True)
class Size:
    """How much of everything; `rounds` are how often ours and the yardstick take turns."""

    rounds: int = 2
    starts: int = 100
    clicks: int = 120
    decisions: int = 96
    timers: int = 1_000
    steady_timers: int = 200
    steady_rate: int = 10
    open_requests: int = 1_000
    open_tasks: int = 100_000
    people: int = 2_000
    pages: int = 100


QUICK = Size(
    rounds=1,
    starts=16,
    clicks=8,
    decisions=16,
    timers=20,
    steady_timers=10,
    open_requests=20,
    open_tasks=1_000,
    people=50,
    pages=5,
)


@dataclass(frozen=True)
class Run:
    """What a section needs; `clients` is how many work at once, where many do."""

    stack: Stack
    world: World
    yardsticks: Yardsticks
    browser: Browser
    journeys: Journeys
    clients: int
    size: Size
    say: Callable[[str], None]

    def processor_times(self) -> Counter[str]:
        """Seconds that everything which runs, and this process, have computed so far, by name; nothing where
        the system does not tell."""
        if not can_measure():
            return Counter()
        spent = {name: processor_time([pid]) for name, pid in self.stack.pids.items()}
        return Counter({**spent, "the bench itself": time.process_time()})
