"""From a notification to a letter: subject, text and HTML."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from css_inline import CSSInliner
from django.conf import settings
from django.template.loader import render_to_string

from approvals.audit import services as audit
from approvals.engine.currencies import format_money
from approvals.engine.differences import since_decided
from approvals.engine.state import RequestState, Task
from approvals.mail import facts
from approvals.mail.kinds import Kind
from approvals.mail.links import request_url
from approvals.mail.models import Answer, Notification
from approvals.people.models import Person
from approvals.people.services import names

_SUBJECTS = {
    Kind.TASK: "Please decide",
    Kind.REMINDER: "Reminder",
    Kind.BREACH: "Overdue",
    Kind.ESCALATION: "Escalated",
    Kind.STUCK: "Stuck",
    Kind.CHANGES: "Changes requested",
    Kind.COMMENT: "New comment",
    Kind.MIGRATED: "Under new rules",
}

# The rules for dark mode cannot stand in an attribute, so the @media rule stays in the head.
_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Letter:
    """What is sent."""

    subject: str
    text: str
    html: str


def notification_letter(row: Notification, state: RequestState, reply_to: str) -> Letter:
    """Write a notification for its reader, from the request as it is now."""
    known = names(facts.people_in(state) | {str(row.context.get("by") or "")})
    kind = Kind(row.kind)
    task = state.tasks.get(row.task)
    context: dict[str, Any] = {
        **_about_request(row, state, known),
        **_about_event(row, state, known),
        **_about_task(row.person, state, task, known),
        **_about_changes(row, state, known),
        **_about_reply(kind, row, state, task, reply_to),
    }
    subject = f"{_subject(kind, context)}: {state.title} (#{row.request.number})"
    return letter(kind, subject, context)


def answer_letter(row: Answer, reply_to: str) -> Letter:
    """Tell the author of a message why it did not do what it asked for.

    A stranger is not told which request the address belongs to.
    """
    inbound = row.inbound
    request = inbound.request if inbound.person else None
    context = {
        "code": row.code,
        "message": row.message,
        "subject": inbound.subject,
        "number": request.number if request else None,
        "title": request.title if request else "",
        "url": request_url(request.pk) if request else settings.PUBLIC_URL,
        "kept": row.code == "unclear",
        "can_reply": bool(reply_to),
    }
    subject = inbound.subject or "Your message"
    return letter("answer", subject if subject.lower().startswith("re:") else f"Re: {subject}", context)


def letter(template: str, subject: str, context: dict[str, Any]) -> Letter:
    """A letter of a template's two files, text and HTML."""
    text = render_to_string(f"mail/{template}.txt", context)
    html = render_to_string(f"mail/{template}.html", context)
    return Letter(" ".join(subject.split()), _tidy(text), _INLINER.inline(html))


def _tidy(text: str) -> str:
    """Text without the blank lines that a template's tags leave behind."""
    lines = [line.rstrip() for line in text.split("\n")]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip() + "\n"


def _subject(kind: Kind, context: dict[str, Any]) -> str:
    if kind is Kind.OUTCOME:
        return str(context["outcome"]).capitalize()
    if kind is Kind.DECIDED:
        return f"{context['by']} {context['did']}"
    if kind is Kind.TASK and context.get("advisory"):
        return "Please advise"
    return _SUBJECTS[kind]


def _about_request(row: Notification, state: RequestState, known: dict[str, str]) -> dict[str, Any]:
    request = row.request
    return {
        "reader": row.person,
        "own": row.person.handle == state.requester,
        "number": request.number,
        "title": state.title,
        "policy": state.policy.title,
        "requester": known.get(state.requester, state.requester),
        "amount": format_money(request.amount, request.currency) if request.amount is not None else "",
        "round": state.round,
        "url": request_url(request.pk),
        "decisions": facts.decisions(state, known),
    }


def _about_event(row: Notification, state: RequestState, known: dict[str, str]) -> dict[str, Any]:
    said = dict(row.context)
    by = str(said.get("by") or "")
    decision = said.get("decision")
    stage = str(said.get("stage") or "")
    return {
        "by": known.get(by, by),
        "instead_of_in_event": known.get(str(said.get("instead_of") or ""), ""),
        "comment": said.get("comment") or "",
        "reason": _reason(said, state),
        "escalation": said.get("did") or "",
        "did": (facts.ADVISED if said.get("advised") else facts.DECIDED).get(decision, "")
        if decision
        else "",
        "outcome": said.get("outcome") or "",
        "version": said.get("version") or "",
        "lost": bool(said.get("lost")),
        "stage": state.stage_title(stage) if stage else "",
        "due": _due(state, stage, row.person),
    }


def _reason(said: dict[str, Any], state: RequestState) -> str:
    """Why something happened, unless a decision that the letter quotes says the same."""
    reason = str(said.get("reason") or "")
    quoted = said.get("outcome") and any(task.comment == reason for task in state.tasks.values())
    return "" if quoted else reason


def _about_task(
    reader: Person, state: RequestState, task: Task | None, known: dict[str, str]
) -> dict[str, Any]:
    if task is None:
        return {}
    candidate = task.candidate(reader.handle)
    instead_of = candidate.instead_of if candidate else None
    return {
        "stage": state.stage_title(task.stage),
        "due": _due(state, task.stage, reader),
        "why": candidate.why.strip().rstrip(".") if candidate else "",
        "instead_of": known.get(instead_of, instead_of) if instead_of else "",
        "others": len(task.candidates) - 1,
        "advisory": task.voice.advisory,
        "fields": facts.form_lines(state, known),
    }


def _about_changes(row: Notification, state: RequestState, known: dict[str, str]) -> dict[str, Any]:
    """What differs from what the reader decided on in an earlier round."""
    if state.round == 1:
        return {}
    since = since_decided(state.policy, audit.events_of(row.request_id), row.person.handle)
    if since is None:
        return {}
    return {
        "since": facts.DECIDED[since.decision],
        "changes": facts.change_lines(state.policy, since.fields, known),
    }


def _due(state: RequestState, stage: str, reader: Person) -> str:
    clock = state.stages[stage].clock if stage in state.stages else None
    return facts.moment(clock.deadline, reader.time_zone) if clock and clock.deadline else ""


def _about_reply(
    kind: Kind, row: Notification, state: RequestState, task: Task | None, reply_to: str
) -> dict[str, Any]:
    """Which words the reader can answer with. A link to one opens a mail that is still to be sent."""
    words: list[tuple[str, str]] = []
    if task is not None and task.status == "open" and task.may_decide(row.person.handle):
        words = facts.words_for(state.policy, state, task)
    elif kind is Kind.BREACH:
        words = [("escalate", facts.MEANINGS["escalate"])]
    subject = quote(f"Re: {state.title} (#{row.request.number})")
    return {
        "words": [
            {
                "word": word,
                "meaning": meaning,
                "mailto": f"mailto:{reply_to}?subject={subject}&body={quote(word)}%0A%0A",
            }
            for word, meaning in words
        ],
    }
