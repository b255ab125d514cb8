"""The kinds of message that people get."""

from enum import StrEnum


class Kind(StrEnum):
    """What a message is about; the names of its templates."""

    TASK = "task"
    REMINDER = "reminder"
    BREACH = "breach"
    ESCALATION = "escalation"
    STUCK = "stuck"
    DECIDED = "decided"
    CHANGES = "changes"
    OUTCOME = "outcome"
    COMMENT = "comment"
    MIGRATED = "migrated"


URGENCY = (Kind.REMINDER, Kind.BREACH, Kind.TASK, Kind.ESCALATION, Kind.STUCK)
"""Messages that ask for a decision, the one that says most last: of several about one task, it alone is sent."""
