"""The cases of a long log on every core: they have nothing to do with each other."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

import django

from approvals.engine.policy import Policy
from approvals.replay.calendars import CalendarFiles
from approvals.replay.course import run_case
from approvals.replay.endings import Ended
from approvals.replay.log import Case
from approvals.replay.mapping import Mapping

WORTHWHILE = 2_000
"""Cases from which on it pays to start processes."""
AT_ONCE = 250
"""Cases that a process is given at a time."""
MOST = 8
"""Processes, on however many cores."""


@dataclass(frozen=True, slots=True)
class Work:
    """What every case is replayed with; ``calendars`` are files beside the library's."""

    policy: Policy
    mapping: Mapping
    calendars: tuple[Path, ...]
    until: datetime


def run_cases(work: Work, cases: Sequence[Case]) -> Iterator[Ended]:
    """Every case, in order, each as :func:`run_case` has it; on several cores where there are many.

    Raises:
        ReplayError: the rows of a case do not give what the policy's form or conditions need.
    """
    cores = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, MOST)
    if cores < 2 or len(cases) < WORTHWHILE:
        calendars = CalendarFiles(work.calendars)
        for case in cases:
            yield run_case(work.policy, work.mapping, case, calendars, work.until)
        return
    batches = (cases[first : first + AT_ONCE] for first in range(0, len(cases), AT_ONCE))
    # Not by forking: whoever calls may have threads and connections. A process that cannot start ends it all.
    processes = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, mp_context=processes, initializer=django.setup) as pool:
        for ended in pool.map(partial(_run, work), batches):
            yield from ended


def _run(work: Work, cases: Sequence[Case]) -> list[Ended]:
    calendars = _calendars(work.calendars)
    return [run_case(work.policy, work.mapping, case, calendars, work.until) for case in cases]


_calendars = lru_cache(maxsize=1)(CalendarFiles)
"""Made once in each process."""
