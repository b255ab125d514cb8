"""What a command came to, as a sentence for the one who gave it."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages

from approvals.engine.state import Decision, Receipt, RequestState, Task
from approvals.pages.who import People
from approvals.pages.wording import moment
from approvals.requests.services import Sent, Shown

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
TONES = {messages.SUCCESS: "good", messages.WARNING: "warn", messages.ERROR: "bad"}
WAITING = "Recorded. The engine is away, and gets it as soon as it is back; you need not do anything."
ON_ITS_WAY = "Recorded, and waiting for the engine: it will be carried out as soon as a worker is back."


@dataclass(frozen=True)
class Answer:
    """A sentence and how it is meant. ``refused`` says that nothing was changed."""

    sentence: str
    level: int
    code: str = "ok"

    @property
    def refused(self) -> bool:
        """Whether the command changed nothing."""
        return self.level == messages.ERROR

    @property
    def tone(self) -> str:
        """Its tone, as components name them."""
        return TONES[self.level]


def answer(sent: Sent, shown: Shown) -> Answer:
    """What became of a command, as far as it is known."""
    command = str(sent.command.pk)
    receipt = shown.state.receipt(command) or sent.receipt
    if receipt is None:
        return Answer(ON_ITS_WAY if sent.delivered else WAITING, messages.WARNING, "recorded")
    if receipt.ok:
        return Answer(_accepted(sent, receipt, shown.state), messages.SUCCESS)
    return Answer(_refusal(sent, receipt, shown.state), messages.ERROR, receipt.code)


def refusal(code: str, sentence: str) -> Answer:
    """What was refused before it reached the engine."""
    return Answer(sentence, messages.ERROR, code)


def _accepted(sent: Sent, receipt: Receipt, state: RequestState) -> str:
    to = sent.command.body.get("to")
    task = state.tasks.get(str(sent.command.body.get("task", "")))
    if sent.command.kind == "decide" and task and task.instead_of:
        of = f" on behalf of {task.instead_of}."
        return receipt.message.replace(of, f" on behalf of {_name(task.instead_of)}.")
    if sent.command.kind == "delegate" and to:
        return f"You delegated the task to {People([to])[to].name}."
    return _named(receipt.message, str(to or ""))


def _refusal(sent: Sent, receipt: Receipt, state: RequestState) -> str:
    """The engine's sentence, with names and the reader's time where it speaks of people and moments."""
    task = state.tasks.get(str(sent.command.body.get("task", "")))
    match receipt.code:
        case "already_decided" if task and task.decided_by and task.decided_at and task.decision:
            return _decided(task.decided_by, task.instead_of, task.decision, task.decided_at)
        case "claimed_by_other" if task and task.owner:
            return f"{_name(task.owner)} is working on this task and can release it."
        case "already_assigned":
            return f"{_name(str(sent.command.body.get('to', '')))} has this task already."
        case "request_closed" if state.outcome and state.closed_at:
            return f"This request was {state.outcome} on {moment(state.closed_at)}; nothing can be changed."
        case _:
            return _named(receipt.message, str(sent.command.body.get("to") or ""))


def _named(sentence: str, handle: str) -> str:
    """A sentence that begins with a handle, with the person's name instead."""
    if not handle or not sentence.startswith(f"{handle} "):
        return sentence
    return _name(handle) + sentence.removeprefix(handle)


def _decided(by: str, instead_of: str | None, decision: Decision, at: datetime) -> str:
    who = f"{_name(by)}, on behalf of {_name(instead_of)}," if instead_of else _name(by)
    return f"{who} {DECIDED[decision]} on {moment(at)}; the first decision stands. Nothing was changed."


def _name(handle: str) -> str:
    return People([handle])[handle].name


_BY_SOMEBODY = re.compile(r"\A(\S+) (delegated it|reassigned it|added (\S+))(?=[.:])")


def why_in_names(why: str, people: People) -> str:
    """Why somebody is asked, with names where the engine could know only handles."""

    def named(match: re.Match[str]) -> str:
        did = f"added {people[match[3]].name}" if match[3] else match[2]
        return f"{people[match[1]].name} {did}"

    return _BY_SOMEBODY.sub(named, why)


def handles_in_why(task: Task) -> set[str]:
    """The handles that a task's reasons may mention."""
    found: set[str] = set()
    for candidate in task.candidates:
        if match := _BY_SOMEBODY.match(candidate.why):
            found.update(handle for handle in (match[1], match[3]) if handle)
    return found
