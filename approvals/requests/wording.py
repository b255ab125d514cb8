"""The words, tones and icons for the states of requests, stages and tasks."""

from dataclasses import dataclass
from datetime import date

from pydantic import JsonValue

from approvals.engine.forms import number_in_words
from approvals.engine.policy import FormField
from approvals.engine.state import Decision, Outcome, Place, StageStatus, Status
from approvals.pages.who import People


@dataclass(frozen=True, slots=True)
class Sign:
    """A state as a page shows it: a word and an icon, and a tone that only underlines them."""

    word: str
    tone: str
    icon: str


STATUSES = {
    Status.NEW: Sign("Being started", "plain", "loader"),
    Status.OPEN: Sign("In progress", "accent", "circle-dot"),
    Status.RETURNED: Sign("Returned for changes", "warn", "undo-2"),
}
OUTCOMES = {
    Outcome.APPROVED: Sign("Approved", "good", "circle-check"),
    Outcome.REJECTED: Sign("Rejected", "bad", "circle-x"),
    Outcome.WITHDRAWN: Sign("Withdrawn", "plain", "circle-slash"),
    Outcome.EXPIRED: Sign("Expired", "bad", "timer-off"),
    Outcome.FAILED: Sign("Failed", "bad", "triangle-alert"),
}
ON_HOLD = Sign("On hold", "warn", "circle-pause")
STAGES = {
    StageStatus.WAITING: Sign("Not yet", "plain", "circle-dashed"),
    StageStatus.PREPARING: Sign("Starting", "accent", "loader"),
    StageStatus.OPEN: Sign("Being decided", "accent", "circle-dot"),
    StageStatus.RETURNED: Sign("Waits for changes", "warn", "undo-2"),
    StageStatus.APPROVED: Sign("Approved", "good", "circle-check"),
    StageStatus.REJECTED: Sign("Rejected", "bad", "circle-x"),
    StageStatus.PASSED: Sign("Rejected, and passed", "warn", "circle-arrow-right"),
    StageStatus.SKIPPED: Sign("Not needed", "plain", "circle-slash"),
}
DECISIONS = {
    Decision.APPROVE: Sign("Approved", "good", "circle-check"),
    Decision.REJECT: Sign("Rejected", "bad", "circle-x"),
    Decision.REQUEST_CHANGES: Sign("Asked for changes", "warn", "undo-2"),
    Decision.ABSTAIN: Sign("Abstained", "plain", "circle-minus"),
}
ADVICE = {
    Decision.APPROVE: Sign("Advised to approve", "good", "circle-check"),
    Decision.REJECT: Sign("Advised to reject", "bad", "circle-x"),
    Decision.ABSTAIN: Sign("No advice", "plain", "circle-minus"),
}
CHOICES = {
    Decision.APPROVE: Sign("Approve", "good", "check"),
    Decision.REJECT: Sign("Reject", "bad", "x"),
    Decision.REQUEST_CHANGES: Sign("Request changes", "plain", "undo-2"),
    Decision.ABSTAIN: Sign("Abstain", "quiet", "circle-minus"),
}
PLACES: dict[Place, str] = {
    "before": "before me",
    "beside": "beside me",
    "after": "after me, once I have approved",
}
"""When somebody's turn is whom a reviewer adds."""
COMMANDS = {
    "submit": "submission",
    "decide": "decision",
    "comment": "comment",
    "claim": "claim",
    "release": "release",
    "delegate": "delegation",
    "invite": "wish for another approver",
    "declare_conflict": "conflict of interest",
    "resubmit": "resubmission",
    "amend": "change",
    "withdraw": "withdrawal",
    "escalate": "escalation",
    "look_up": "lookup",
}
"""What a command is called once it was given."""
OPEN_TASK = Sign("Waits", "accent", "circle-dot")
WAITING_TASK = Sign("Not its turn yet", "plain", "hourglass")
CLAIMED_TASK = Sign("Claimed", "accent", "hand")
CANCELLED_TASK = Sign("Not needed any more", "plain", "circle-slash")


def sign_of(status: str, outcome: str | None, *, paused: bool) -> Sign:
    """The state of a request as a whole."""
    if outcome:
        return OUTCOMES[Outcome(outcome)]
    return ON_HOLD if paused else STATUSES.get(Status(status), STATUSES[Status.OPEN])


def field_value(field: FormField, value: JsonValue, people: People) -> str:
    """A field's value as people read it; "" where it is empty."""
    if value is None or value == "":
        return ""
    match field.type:
        case "money" | "integer" if isinstance(value, int):
            return number_in_words(field, value)
        case "boolean":
            return "Yes" if value else "No"
        case "date":
            return day_in_words(str(value))
        case "person":
            return people[str(value)].name
        case _:
            return str(value)


def day_in_words(text: str) -> str:
    """An ISO date as "Mon 23 November 2026"; what is none is left as it is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day:%a} {day.day} {day:%B %Y}"


def several(words: list[str]) -> str:
    """Joins words to "a", "a and b", "a, b and c"."""
    *first, last = words or [""]
    return f"{', '.join(first)} and {last}" if first else last
