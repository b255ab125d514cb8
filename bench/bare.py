"""The yardsticks: the least that Temporal can be asked for the same."""

import time
from datetime import timedelta

from temporalio import activity, workflow

TASK_QUEUE = "bench-yardstick"
BRIEF = timedelta(seconds=30)


@activity.defn
def note(what: str) -> float:
    """Do nothing; when, in seconds since 1970."""
    return time.time()


@workflow.defn
class OneSignal:
    """A bare workflow with one signal and one query."""

    def __init__(self) -> None:
        self._told: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: bool(self._told))

    @workflow.signal
    def tell(self, what: str) -> None:
        self._told.append(what)

    @workflow.query
    def told(self) -> list[str]:
        return self._told


@workflow.defn
class OneSignalOneActivity(OneSignal):
    """The same, with one activity for the signal."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: bool(self._told))
        await workflow.execute_activity(note, self._told[0], start_to_close_timeout=BRIEF)


@workflow.defn
class OneTimer:
    """A bare timer with one activity."""

    @workflow.run
    async def run(self, due: float) -> tuple[float, float]:
        """When it fired and when it was carried out, in seconds since 1970."""
        await workflow.sleep(max(due - workflow.time(), 0))
        fired = workflow.time()
        return fired, await workflow.execute_activity(note, "fired", start_to_close_timeout=BRIEF)
