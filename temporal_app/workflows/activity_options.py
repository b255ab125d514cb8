"""How long each activity may take, and how it is tried again. One place for all of them."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class Options(TypedDict, total=False):
    """What `workflow.execute_activity` is told besides the activity and its argument."""

    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    retry_policy: RetryPolicy


OUTAGE = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=30)
)
"""For as long as it takes, and soon again once the database is back."""

FIRST_TRY: Options = {
    # The record waits for it, so that a stage and what led to it are written at once; but not for long.
    "start_to_close_timeout": timedelta(seconds=5),
    # Once: after it the record is written without the answer.
    "retry_policy": RetryPolicy(maximum_attempts=1),
}

IN_PLACE: Options = {
    # A local activity: within the task of the workflow, which saves the server a round and the next task. What
    # people ask meanwhile waits for it, so not for long; and well below the task's own time, five seconds.
    "schedule_to_close_timeout": timedelta(seconds=2),
    "retry_policy": RetryPolicy(maximum_attempts=1),
}

PREPARE_STAGE: Options = {
    # A handful of queries and a calendar. A database that hangs must not hold the stage for longer.
    "start_to_close_timeout": timedelta(seconds=20),
    # A stage can only start prepared. The activity says itself which failures no repeat will mend.
    "retry_policy": OUTAGE,
}

PREPARE_CLOCK: Options = {
    # As long as a stage takes, for the same reasons.
    "start_to_close_timeout": timedelta(seconds=20),
    # Without it no deadline would fall due any more, so it is never given up.
    "retry_policy": OUTAGE,
}

RECORD: Options = {
    # One transaction over at most a megabyte of events; a lock may make it wait for a page's query.
    "start_to_close_timeout": timedelta(seconds=30),
    # The record must be whole: whatever fails is tried until somebody has mended it. It is idempotent.
    "retry_policy": OUTAGE,
}

AUTHORISE: Options = {
    "start_to_close_timeout": timedelta(seconds=2),
    # An administrator waits for the answer; after this nobody does, and the command must not take effect.
    "schedule_to_close_timeout": timedelta(seconds=4),
    "retry_policy": RetryPolicy(initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0),
}
