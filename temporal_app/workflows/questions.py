"""How a request's workflow has things found out and done, until they are."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from approvals.engine.work import ClockReading, StagePlan
    from temporal_app.messages import Activity, ClockComputation, EventBatch, StagePreparation
    from temporal_app.workflows.activity_options import (
        FIRST_TRY,
        IN_PLACE,
        PREPARE_CLOCK,
        PREPARE_STAGE,
        RECORD,
        Options,
    )

INSIST_AFTER = timedelta(minutes=1)
"""Between two attempts at what must be done although it failed for good: somebody has to mend it first."""

Question = StagePreparation | ClockComputation
Answer = TypeVar("Answer")
Tried = Callable[[], None]
"""Called when a question was asked once, whatever came of it: the record need not wait for it any longer."""


async def plan_of(question: StagePreparation, tried: Tried, *, in_place: bool) -> StagePlan:
    """What a stage needs to start."""
    try:
        return await _ask(
            Activity.PREPARE_STAGE, question, StagePlan, PREPARE_STAGE, tried, in_place=in_place
        )
    except FailureError as error:
        # No repeat will mend it: the stage opens without anybody, is stuck, and says why.
        cause = _cause(error)
        return StagePlan(reason=cause.message if isinstance(cause, ApplicationError) else str(error))


async def reading_of(question: ClockComputation, tried: Tried, *, in_place: bool) -> ClockReading:
    """A running clock, computed anew."""
    try:
        return await _ask(
            Activity.PREPARE_CLOCK, question, ClockReading, PREPARE_CLOCK, tried, in_place=in_place
        )
    except FailureError as error:
        if is_cancelled_exception(error):
            raise
    return await _insist(Activity.PREPARE_CLOCK, question, ClockReading, PREPARE_CLOCK)


async def written_in_place(batch: EventBatch) -> bool:
    """Have events written down at once; whether that succeeded."""
    try:
        await workflow.execute_local_activity(Activity.RECORD, batch, result_type=int, **IN_PLACE)
    except FailureError as error:
        if is_cancelled_exception(error):
            raise
        return False
    return True


async def written(batch: EventBatch) -> None:
    """Have events written down, however long that takes."""
    await _insist(Activity.RECORD, batch, int, RECORD)


async def _insist(activity: Activity, argument: object, result: type[Answer], how: Options) -> Answer:
    """Have an activity done that the request cannot do without, even if one of its failures is final."""
    while True:
        try:
            answer: Answer = await workflow.execute_activity(activity, argument, result_type=result, **how)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.exception("an activity failed for good", extra={"activity": activity.value})
            await workflow.sleep(INSIST_AFTER)
        else:
            return answer


async def _ask(
    activity: Activity,
    question: Question,
    result: type[Answer],
    how: Options,
    tried: Tried,
    *,
    in_place: bool,
) -> Answer:
    """Ask once, ``in_place`` where the run is not older than that; if that fails and is worth it, go on asking."""
    answer: Answer
    try:
        if in_place:
            answer = await workflow.execute_local_activity(activity, question, result_type=result, **IN_PLACE)
        else:
            answer = await workflow.execute_activity(activity, question, result_type=result, **FIRST_TRY)
        return answer
    except FailureError as error:
        cause = _cause(error)
        final = isinstance(cause, ApplicationError) and cause.non_retryable
        if final or is_cancelled_exception(error):
            raise
    finally:
        tried()
    answer = await workflow.execute_activity(activity, question, result_type=result, **how)
    return answer


def _cause(error: FailureError) -> BaseException | None:
    """What an activity failed with: an activity's failure is wrapped, a local activity's comes as it is."""
    return error.cause if isinstance(error, ActivityError) else error
