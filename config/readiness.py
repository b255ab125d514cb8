"""What the application needs in order to do its work, and what of it is missing now."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from django.conf import settings
from django.db import Error, connection

#: All checks together take no longer, in seconds; what has not answered by then is missing.
LIMIT_SECONDS = 2.5

# A check that hangs keeps its thread; the next ones then wait here instead of piling up more.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="readiness")


class Missing(Exception):
    """Something is not there; the text says what."""


def readiness() -> dict[str, str]:
    """The missing parts by name, each with the reason; empty where everything can be used.

    Looks at the database, and at Temporal together with a worker that polls our task queue.
    """
    checks: dict[str, Callable[[], None]] = {"database": _database, "engine": _engine}
    under_way = {name: _threads.submit(check) for name, check in checks.items()}
    wait(under_way.values(), timeout=LIMIT_SECONDS)
    reasons = {name: _reason(check) for name, check in under_way.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def _reason(check: Future[None]) -> str:
    if not check.done():
        check.cancel()
        return f"It did not answer within {LIMIT_SECONDS:g} seconds."
    error = check.exception()
    return str(error).strip() if error else ""


def _database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        raise Missing(f"The database cannot be used: {str(error).strip()}") from error
    finally:
        connection.close()


def _engine() -> None:
    from temporal_app import client

    try:
        workers = client.workers()
    except client.EngineAway as error:
        raise Missing(f"Temporal cannot be reached: {error}") from error
    if not workers:
        raise Missing(f"No worker polls the task queue “{settings.TEMPORAL_TASK_QUEUE}”.")
