"""Many clients at once, and waiting for what they have set going."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from django.db import close_old_connections

from bench.browser import Unexpected

T = TypeVar("T")
LOOK = 0.02
"""Seconds between two looks at the database."""


def in_parallel(clients: int, jobs: Iterable[T], work: Callable[[T], object]) -> float:
    """Do the work for each job, with so many clients at once; seconds until all is done."""
    began = time.perf_counter()
    with ThreadPoolExecutor(clients, thread_name_prefix="client") as threads:
        for _ in threads.map(partial(_as_a_request, work), jobs):
            pass
    return time.perf_counter() - began


def _as_a_request(work: Callable[[T], object], job: T) -> None:
    """Give the database connection back after each job, as a web request does."""
    try:
        work(job)
    finally:
        close_old_connections()


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def wait_for(what: str, left: Callable[[], int], seconds: float) -> None:
    """Look until nothing is left; `Unexpected` where that takes too long."""
    until = time.monotonic() + seconds
    while number := left():
        if time.monotonic() > until:
            raise Unexpected(f"After {seconds:g} s {number} of {what} are still missing.")
        time.sleep(LOOK)


def rate(count: int, seconds: Sequence[float]) -> float:
    """How many a second, over rounds of equal work."""
    return count * len(seconds) / sum(seconds)
