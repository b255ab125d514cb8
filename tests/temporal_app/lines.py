"""Keeping a line to Temporal busy."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from temporal_app.connection import Connection


@contextmanager
def under_way(connection: Connection, count: int) -> Iterator[None]:
    """So many calls, all of them on the loop by now, that are not answered yet."""
    ended = asyncio.Event()

    async def unanswered(_: object) -> None:
        await ended.wait()

    async def now(_: object) -> None:
        pass

    async def end(_: object) -> None:
        ended.set()

    answers = [connection.begin(unanswered) for _ in range(count)]
    connection.begin(now)()
    try:
        yield
    finally:
        connection.begin(end)()
    for answer in answers:
        answer()
