"""The worker: carries out workflows and activities, and brings them what could not be brought at once.

Run as ``python -m temporal_app.worker``; any number of them side by side. SIGTERM and SIGINT end it: it
takes no new work, finishes what it has begun within :data:`GRACE`, and what is left over is done by the
next worker.
"""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import django
from django.conf import settings
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from temporal_app.connection import connect
from temporal_app.couriers import Courier
from temporal_app.shutdown import release_temporal
from temporal_app.workflows import approval

logger = logging.getLogger(__name__)

GRACE = timedelta(seconds=8)
"""For what has been begun when the end is asked for; a supervisor waits ten seconds before it kills."""
ACTIVITIES_AT_ONCE = 6
LOCAL_ACTIVITIES_AT_ONCE = 4
THREADS = ACTIVITIES_AT_ONCE + LOCAL_ACTIVITIES_AT_ONCE
"""For both. Each holds one database connection; the couriers hold the others."""
WORKFLOWS_AT_ONCE = 16
"""Workflow tasks. They are short and never wait; more at once only make each of them later."""
CACHED_WORKFLOWS = 1000
"""Requests kept in memory between their tasks, 140 kB each. Others are replayed when needed."""
TRY_AGAIN = 2.0
"""Seconds between two attempts to reach the engine's server at the start."""
COMMANDS_A_TURN = 50
REROUTED_A_TURN = 50


def make_worker(client: Client, threads: ThreadPoolExecutor) -> Worker:
    """A worker for our task queue; Django must be set up."""
    from temporal_app.activities import ACTIVITIES

    return Worker(
        client,
        task_queue=settings.TEMPORAL_TASK_QUEUE,
        workflows=[approval.ApprovalWorkflow],
        activities=ACTIVITIES,
        activity_executor=threads,
        max_concurrent_activities=ACTIVITIES_AT_ONCE,
        max_concurrent_local_activities=LOCAL_ACTIVITIES_AT_ONCE,
        max_concurrent_workflow_tasks=WORKFLOWS_AT_ONCE,
        max_cached_workflows=CACHED_WORKFLOWS,
        # Temporal's sandbox finds workflow code that is not deterministic, and tells nothing else. The tests of
        # the workflow and the replay of its histories run in it; here it would cost 100 kB for each request in
        # memory and a tenth of the worker's processor time.
        workflow_runner=UnsandboxedWorkflowRunner(),
        graceful_shutdown_timeout=GRACE,
    )


def couriers() -> tuple[Courier, ...]:
    """The couriers of this process; Django must be set up."""
    from approvals.inbox import routing
    from approvals.requests import delivery, mending

    return (
        Courier("commands", lambda: delivery.deliver_due(COMMANDS_A_TURN)),
        Courier("lookups", mending.Mender().look_up_due),
        Courier("routing", lambda: routing.reroute_due(REROUTED_A_TURN)),
    )


def serve_metrics(port: int) -> None:
    """Serve the worker's metrics to Prometheus, on loopback; before any client is made.

    Beside the SDK's own there is ``placet_sla_lag``: from when something was due until it was carried out.
    """
    metrics = PrometheusConfig(bind_address=f"127.0.0.1:{port}")
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(metrics=metrics)), error_if_already_set=False)


async def run(ended: asyncio.Event, carriers: Sequence[Courier]) -> None:
    """Work until the end is asked for."""
    client = await _connect(ended)
    if client is None:
        return
    with ThreadPoolExecutor(THREADS, thread_name_prefix="activity") as threads:
        async with make_worker(client, threads):
            for courier in carriers:
                courier.start()
            logger.info(
                "worker is ready",
                extra={
                    "task_queue": settings.TEMPORAL_TASK_QUEUE,
                    "engine": client.service_client.config.target_host,
                },
            )
            await ended.wait()
            logger.info("worker is ending")
            for courier in carriers:
                courier.end()


async def _connect(ended: asyncio.Event) -> Client | None:
    """A client, as soon as a server answers; None where the end is asked for first."""
    while not ended.is_set():
        try:
            return await connect(lazy=False)
        except RuntimeError as error:
            logger.warning("the engine's server does not answer", extra={"why": str(error)})
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), TRY_AGAIN)
    return None


async def _main() -> None:
    ended = asyncio.Event()
    for wish in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wish, ended.set)
    carriers = couriers()
    await run(ended, carriers)
    until = time.monotonic() + 1
    left = [courier for courier in carriers if not courier.join(max(until - time.monotonic(), 0))]
    logger.info("worker has ended", extra={"deliveries_left": len(left)})


def main() -> None:
    """Set up Django, then work."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    if settings.METRICS_PORT:
        serve_metrics(settings.METRICS_PORT)
    asyncio.run(_main())


if __name__ == "__main__":
    main()
    release_temporal()
