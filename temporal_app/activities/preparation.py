"""Finding out what a stage or a clock needs: whom to ask, whether to ask at all, and when time is up."""

from django.core.exceptions import ObjectDoesNotExist
from temporalio import activity
from temporalio.exceptions import ApplicationError

from approvals.engine.work import ClockReading, StagePlan
from approvals.policies import preparation
from temporal_app.database import with_fresh_connections
from temporal_app.messages import Activity, ClockComputation, StagePreparation

NEVER_MENDED = (ValueError, LookupError, ObjectDoesNotExist)
"""What the same question will meet again however often it is asked; an outage of the database is none of them."""


@activity.defn(name=Activity.PREPARE_STAGE)
@with_fresh_connections
def prepare_stage(question: StagePreparation) -> StagePlan:
    """Whom a stage asks, and until when, as of the workflow's time."""
    try:
        return preparation.prepare_stage(question.work, question.now)
    except NEVER_MENDED as error:
        activity.logger.exception("a stage could not be prepared", extra={"work": question.work.id})
        message = f"This stage could not be prepared: {error}"
        raise ApplicationError(message, type="cannot_prepare", non_retryable=True) from error


@activity.defn(name=Activity.PREPARE_CLOCK)
@with_fresh_connections
def prepare_clock(question: ClockComputation) -> ClockReading:
    """A stage's deadline and alarms, as of the workflow's time."""
    return preparation.prepare_clock(question.work, question.now)
