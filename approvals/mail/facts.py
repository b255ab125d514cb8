"""What a message says about a request, in words for its reader."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from approvals.engine.differences import Difference
from approvals.engine.forms import number_in_words
from approvals.engine.policy import FormField, Policy
from approvals.engine.state import Decision, RequestState, Task

MAX_VALUE = 600
"""Characters of one field that stand in a mail."""

DECIDED = {
    Decision.APPROVE: "approved",
    Decision.REJECT: "rejected",
    Decision.REQUEST_CHANGES: "asked for changes",
    Decision.ABSTAIN: "abstained",
}

ADVISED = {
    Decision.APPROVE: "advised to approve",
    Decision.REJECT: "advised to reject",
    Decision.ABSTAIN: "gave no advice",
}

MEANINGS = {
    "approve": "you agree",
    "reject": "you do not agree",
    "changes": "send it back for changes",
    "abstain": "leave the decision to the others",
    "conflict": "you have a conflict of interest, and somebody else has to decide; say why on the lines below",
    "escalate": "pull the next step of the escalation forward",
}


def moment(at: datetime, zone: str) -> str:
    """An instant in the reader's zone, to the minute."""
    return f"{at.astimezone(ZoneInfo(zone)):%A %-d %B %Y, %H:%M} ({zone})"


def form_lines(state: RequestState, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """The filled-in fields of the form: label and value."""
    filled = [(field, state.form.get(field.id)) for field in state.policy.form]
    return [(field.label, _value(field, value, names)) for field, value in filled if value not in (None, "")]


def change_lines(
    policy: Policy, changes: Iterable[Difference], names: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """The fields that differ: label, value before and value now."""
    fields = {field.id: field for field in policy.form}
    return [
        (
            fields[one.field].label,
            _told(fields[one.field], one.before, names),
            _told(fields[one.field], one.after, names),
        )
        for one in changes
    ]


def _told(field: FormField, value: JsonValue, names: Mapping[str, str]) -> str:
    return "empty" if value in (None, "") else _value(field, value, names)


def people_in(state: RequestState) -> set[str]:
    """Everybody whose name a message may need."""
    named = {str(state.form.get(field.id)) for field in state.policy.form if field.type == "person"}
    behalf = {
        whose
        for task in state.tasks.values()
        for whose in (task.instead_of, *(candidate.instead_of for candidate in task.candidates))
        if whose
    }
    return {state.requester, *state.involved, *named, *behalf}


def _value(field: FormField, value: JsonValue, names: Mapping[str, str]) -> str:
    match field.type:
        case "money" | "integer" if isinstance(value, int):
            return number_in_words(field, value)
        case "boolean":
            return "Yes" if value else "No"
        case "person":
            return names.get(str(value), str(value))
        case "date":
            return f"{date.fromisoformat(str(value)):%-d %B %Y}"
        case _:
            text = str(value)
            return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE].rstrip()} …"


def words_for(policy: Policy, state: RequestState, task: Task) -> list[tuple[str, str]]:
    """What a reply about a task can ask for, each with what it does."""
    allowed = policy.stage(task.stage).allow
    words = ["approve", "reject"]
    if "request_changes" in allowed and not task.voice.advisory and state.round < policy.max_rounds:
        words.append("changes")
    if "abstain" in allowed:
        words.append("abstain")
    needs_text = {word.replace("request_", "") for word in policy.comment_required}
    return [
        (word, MEANINGS[word] + ("; say why on the lines below" if word in needs_text else ""))
        for word in (*words, "conflict", "escalate")
    ]


def decisions(state: RequestState, names: Mapping[str, str]) -> list[dict[str, str]]:
    """Who decided what in the present round, the first first."""
    decided = [
        t for t in state.tasks.values() if t.round == state.round_of(t.stage) and t.decision and t.decided_by
    ]
    decided.sort(key=lambda task: task.decided_at or datetime.max.replace(tzinfo=UTC))
    return [
        {
            "who": names.get(task.decided_by or "", task.decided_by or ""),
            "instead_of": names.get(task.instead_of or "", task.instead_of or ""),
            "did": (ADVISED if task.voice.advisory else DECIDED)[task.decision],
            "stage": state.stage_title(task.stage),
            "comment": task.comment,
        }
        for task in decided
        if task.decision
    ]
