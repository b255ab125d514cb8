"""Measures the bare workflows, from this process."""

import asyncio
import os
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from temporalio.client import Client, WorkflowHandle

from bench.bare import TASK_QUEUE, OneSignal, OneSignalOneActivity, OneTimer

T = TypeVar("T")
R = TypeVar("R")
Handles = list[WorkflowHandle[Any, Any]]


class Yardsticks:
    """Bare workflows on the same server; every method returns when all of its work is done."""

    def __init__(self, clients: int) -> None:
        """`clients` is how many calls are under way at once."""
        self._clients = clients
        self._runner = asyncio.Runner()
        self._client = self._runner.run(Client.connect(os.environ["TEMPORAL_ADDRESS"]))

    def close(self) -> None:
        """Let the client go."""
        del self._client
        self._runner.close()

    def starts(self, number: int) -> float:
        """Start so many; seconds until the server had taken all of them."""
        began = time.perf_counter()
        self.ready(number)
        return time.perf_counter() - began

    def ready(self, number: int, *, with_activity: bool = False) -> Handles:
        """So many started workflows that wait for their signal."""
        kind: Any = OneSignalOneActivity.run if with_activity else OneSignal.run
        return self._runner.run(self._each(range(number), lambda _: self._start(kind)))

    def settle(self, handles: Handles) -> None:
        """Wait until each has been worked on for the first time."""
        self._runner.run(self._each(handles, lambda handle: handle.query(OneSignal.told)))

    def click(self, handle: WorkflowHandle[Any, Any]) -> float:
        """Signal, then query; seconds."""
        return self._runner.run(_click(handle))

    def clicks(self, handles: Handles) -> float:
        """Signal and query each; seconds until all have ended."""
        began = time.perf_counter()
        self._runner.run(self._each(handles, _click))
        self._runner.run(self._each(handles, lambda handle: handle.result()))
        return time.perf_counter() - began

    def timers(self, dues: Iterable[float]) -> list[tuple[float, float, float]]:
        """Due, fired and carried out for each timer, in seconds since 1970."""
        return self._runner.run(self._timers(list(dues)))

    async def _timers(self, dues: list[float]) -> list[tuple[float, float, float]]:
        handles = await self._each(dues, lambda due: self._start(OneTimer.run, due))
        ends = await asyncio.gather(*(handle.result() for handle in handles))
        return [(due, fired, done) for due, (fired, done) in zip(dues, ends, strict=True)]

    async def _start(self, kind: Any, *arguments: object) -> WorkflowHandle[Any, Any]:
        return await self._client.start_workflow(
            kind, *arguments, id=f"bare-{uuid.uuid4()}", task_queue=TASK_QUEUE
        )

    async def _each(self, jobs: Iterable[T], work: Callable[[T], Awaitable[R]]) -> list[R]:
        """Do the work for each job, as many at once as there are clients."""
        free = asyncio.Semaphore(self._clients)

        async def one(job: T) -> R:
            async with free:
                return await work(job)

        return await asyncio.gather(*(one(job) for job in jobs))


async def _click(handle: WorkflowHandle[Any, Any]) -> float:
    began = time.perf_counter()
    await handle.signal(OneSignal.tell, "approve")
    told = await handle.query(OneSignal.told)
    if told != ["approve"]:
        raise RuntimeError("The yardstick does not show its signal.")
    return time.perf_counter() - began
