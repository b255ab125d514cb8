"""One Temporal client for this process, and what is made of its silence.

A client belongs to the process and the event loop that made it, and does not survive a fork. So each
process makes its own at its first call, on one background thread with one loop. Where the server is, and
who may call it, is read from Temporal's own ``TEMPORAL_*`` variables.
"""

import asyncio
import atexit
import logging
import os
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, wait
from datetime import timedelta
from functools import partial
from typing import NoReturn, TypeVar

from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowQueryFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from temporal_app.shutdown import release_temporal

logger = logging.getLogger(__name__)

RPC_TIMEOUT = timedelta(seconds=2)
"""For one call to the server. A query with the default timeout blocks half a minute without a worker."""
DEADLINE = 2.5
"""Seconds until a call is given up; a page has three."""
PATIENCE = DEADLINE + 0.25
"""Seconds until whoever waits for a call goes on, even where its loop is stuck and cannot give it up."""
SILENCE = 5.0
"""Seconds for which whoever did not answer is left alone."""

BUSY = 4
"""Calls under way at once from which on more matters than how soon one of them is answered."""

SERVER, WORKERS = "server", "workers"
T = TypeVar("T")
Call = Callable[[Client], Awaitable[T]]


class EngineAway(Exception):
    """The engine's server cannot be reached, or no worker answered in time."""


class NotRunning(Exception):
    """No such workflow is running: it has ended, or was never started."""


async def connect(*, lazy: bool = True) -> Client:
    """A client for the running loop. A lazy one calls the server when it is first used; workers need
    one that is not."""
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "localhost:7233")
    return await Client.connect(**config, data_converter=pydantic_data_converter, lazy=lazy)


class Silence:
    """Remembers for a while who did not answer: the server, all workers, or those of one request.

    One time-out may be the trouble of one workflow. Two in a row, or a server that says that nobody
    polls, are the workers'.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._timeouts = 0

    @property
    def is_suspected(self) -> bool:
        """Whether somebody did not answer, and nothing was heard from any worker since."""
        return bool(self._timeouts or self._until)

    def lasts(self, request: str | None) -> bool:
        """Whether anybody who must answer was silent a moment ago."""
        now = self._clock()
        self._until = {who: until for who, until in self._until.items() if until > now}
        return bool(self._until.keys() & ({SERVER} if request is None else {SERVER, WORKERS, request}))

    def broken(self, request: str | None) -> None:
        """An answer came; with a request, from a worker."""
        if request is not None:
            self._timeouts = 0
            self._until.clear()

    def begins(self, who: str) -> None:
        """Nobody is there."""
        self._until[who] = self._clock() + SILENCE

    def timed_out(self, request: str | None) -> None:
        """No answer came in time."""
        if request is None:
            self.begins(SERVER)
            return
        self._timeouts += 1
        self.begins(request)
        if self._timeouts > 1:
            self.begins(WORKERS)


class Line:
    """A client, the loop that it belongs to on a thread of its own, and how many calls are under way there."""

    def __init__(self) -> None:
        self.under_way = 0
        self._client: Client | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="temporal", daemon=True)
        self._thread.start()

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be called here any more."""
        return self._loop.is_closed()

    def begin(self, make: Call[T]) -> Future[T]:
        """Begin a call, which ends within :data:`DEADLINE` seconds where the loop is not stuck."""
        return asyncio.run_coroutine_threadsafe(self._within_deadline(make), self._loop)

    def stop(self) -> None:
        """End the thread: soon, or where it is stuck when it ever wakes, but with the process at the latest."""
        if not self.is_closed:
            self._loop.call_soon_threadsafe(self._loop.stop)

    def join(self) -> None:
        """Wait until the thread has ended, but not for one that is stuck."""
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    async def _within_deadline(self, make: Call[T]) -> T:
        async with asyncio.timeout(DEADLINE):
            if self._client is None:
                self._client = await connect()
            self.under_way += 1
            try:
                return await make(self._client)
            finally:
                self.under_way -= 1


class Connection:
    """The process's line to Temporal, made when first needed."""

    def __init__(self) -> None:
        self._forget()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.close)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._silence = Silence()

    @property
    def is_busy(self) -> bool:
        """Whether many calls are under way at once, and all of them are answered in time."""
        line = self._line
        return line is not None and line.under_way >= BUSY and not self._silence.is_suspected

    def call(self, make: Call[T], *, needs_worker_of: str | None = None) -> T:
        """Run a call on the client's loop and wait for it, for :data:`PATIENCE` seconds at most.

        Args:
            needs_worker_of: the request whose worker has to answer; None where the server alone does.

        Raises:
            EngineAway: no answer, or none in time.
            NotRunning: the call is about a workflow that does not run.
        """
        return self.begin(make, needs_worker_of=needs_worker_of)()

    def begin(self, make: Call[T], *, needs_worker_of: str | None = None) -> Callable[[], T]:
        """Begin a :meth:`call`, and do something else meanwhile: what comes back waits for its answer."""
        if self._silence.lasts(needs_worker_of):
            return _nobody
        with self._lock:  # so that nobody stops the line before it has heard of the call
            if self._line is None or self._line.is_closed:
                self._line = Line()
            line, running = self._line, self._line.begin(make)
        return partial(self._answer, line, running, needs_worker_of)

    def _answer(self, line: Line, running: Future[T], needs_worker_of: str | None) -> T:
        if not wait([running], PATIENCE).done:
            self._abandon(line)
            raise EngineAway("The line to the engine was stuck.")
        try:
            answer = running.result()
        except (RPCError, RPCTimeoutOrCancelledError, TimeoutError) as error:
            raise self._judged(error, needs_worker_of) from error
        except WorkflowQueryFailedError as error:  # a worker answered that it cannot
            raise EngineAway(str(error)) from error
        except RuntimeError as error:
            if "client connect" not in str(error):
                raise
            # A lazy client says so where nobody listens.
            self._silence.begins(SERVER)
            raise EngineAway(str(error)) from error
        self._silence.broken(needs_worker_of)
        return answer

    def close(self) -> None:
        """Let the client go and end its thread; the next call makes new ones."""
        with self._lock:
            line, self._line = self._line, None
            self._silence = Silence()
        if line:
            line.stop()
            line.join()
            del line
            release_temporal()

    def _abandon(self, line: Line) -> None:
        """Let a line go whose loop does not even notice that time passes: the next call makes a new one."""
        with self._lock:
            if self._line is not line:
                return
            self._line = None
            line.stop()
        logger.error("The line to Temporal was stuck and is made anew.")

    def _judged(self, error: Exception, request: str | None) -> Exception:
        if not isinstance(error, RPCError):
            self._silence.timed_out(request)
            return EngineAway("No worker of the engine answered in time.")
        match error.status:
            case RPCStatusCode.NOT_FOUND if not _is_about_namespace(error):
                return NotRunning(str(error))
            case RPCStatusCode.DEADLINE_EXCEEDED | RPCStatusCode.CANCELLED:
                self._silence.timed_out(request)
            case RPCStatusCode.FAILED_PRECONDITION:  # "no poller seen"
                self._silence.begins(WORKERS)
            case RPCStatusCode.UNAVAILABLE:
                self._silence.begins(SERVER)
            case _:
                pass
        return EngineAway(str(error))


def _nobody() -> NoReturn:
    raise EngineAway("The engine did not answer a moment ago.")


def _is_about_namespace(error: RPCError) -> bool:
    """Whether it is the namespace that was not found: then nothing is known about any workflow."""
    return any(detail.type_url.endswith("NamespaceNotFoundFailure") for detail in error.grpc_status.details)


connection = Connection()
