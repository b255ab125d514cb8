"""Activities: whatever the workflow must find out or have done in the world. Each is idempotent."""

from collections.abc import Callable
from typing import Any

from temporal_app.activities.authorisation import authorise
from temporal_app.activities.preparation import prepare_clock, prepare_stage
from temporal_app.activities.recording import record

ACTIVITIES: tuple[Callable[..., Any], ...] = (prepare_stage, prepare_clock, record, authorise)

__all__ = ["ACTIVITIES", "authorise", "prepare_clock", "prepare_stage", "record"]
