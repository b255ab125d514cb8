"""The worker of the yardsticks, with the same limits as ours: `python -m bench.bare_worker`."""

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.bare import TASK_QUEUE, OneSignal, OneSignalOneActivity, OneTimer, note
from temporal_app import worker as ours
from temporal_app.shutdown import release_temporal


async def main() -> None:
    """Work until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    with ThreadPoolExecutor(ours.ACTIVITIES_AT_ONCE) as threads:
        async with Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[OneSignal, OneSignalOneActivity, OneTimer],
            activities=[note],
            activity_executor=threads,
            max_concurrent_activities=ours.ACTIVITIES_AT_ONCE,
            max_concurrent_workflow_tasks=ours.WORKFLOWS_AT_ONCE,
            max_cached_workflows=ours.CACHED_WORKFLOWS,
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
    release_temporal()
