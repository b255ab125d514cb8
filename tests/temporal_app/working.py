"""A worker on a thread of the test's own process."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from temporal_app import worker
from temporal_app.connection import connect

T = TypeVar("T")


async def _work(ready: "Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]") -> None:
    ended = asyncio.Event()
    with ThreadPoolExecutor(worker.THREADS) as threads:
        async with worker.make_worker(await connect(lazy=False), threads):
            ready.set_result((asyncio.get_running_loop(), ended))
            await ended.wait()


@contextmanager
def working() -> Iterator[None]:
    """A worker for the task queue of the settings, with the real activities."""
    ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_work(ready)), daemon=True)
    thread.start()
    loop, ended = ready.result(timeout=30)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()


def until(look: Callable[[], T | None]) -> T:
    """What `look` finds, as soon as it finds something; the test's own time limit ends it."""
    while True:
        if found := look():
            return found
