"""What people are told of a request as a whole: its rounds, holds, versions and end."""

from collections.abc import Iterable

from approvals.engine import events as e
from approvals.engine.state import Outcome
from approvals.requests.telling.entries import Entry, Telling, entry, tell
from approvals.requests.wording import OUTCOMES, several


@tell.register
def _(event: e.CommandAccepted, telling: Telling) -> None:
    """The events before it say what was done."""


@tell.register
def _(event: e.CommandRefused, telling: Telling) -> Entry:
    return entry(event, telling, "tried something that was refused.", "ban", quote=event.message, quiet=True)


@tell.register
def _(event: e.RequestSubmitted, telling: Telling) -> Entry:
    return entry(event, telling, "submitted the request.", "send", "accent")


@tell.register
def _(event: e.RequestResubmitted, telling: Telling) -> Entry:
    what = f"with a change of {telling.fields(event.changed)}" if event.changed else "without a change"
    sentence = f"resubmitted the request {what}. Round {event.round} begins."
    return entry(event, telling, sentence, "send", "accent", quote=event.comment)


@tell.register
def _(event: e.RequestAmended, telling: Telling) -> Entry:
    sentence = f"changed {telling.fields(event.changed)} of the request. Round {event.round} begins."
    return entry(event, telling, sentence, "pencil", "accent", quote=event.comment)


@tell.register
def _(event: e.ChangesRequested, telling: Telling) -> Entry:
    quote = "" if event.command in telling.decided else event.comment
    sentence = f"The request is back with {telling.requester.name} for changes."
    return entry(event, telling, sentence, "undo-2", "warn", quote=quote, by=False)


@tell.register
def _(event: e.RequestPaused, telling: Telling) -> Entry:
    return entry(event, telling, "put the request on hold.", "circle-pause", "warn", quote=event.reason)


@tell.register
def _(event: e.RequestResumed, telling: Telling) -> Entry:
    return entry(event, telling, "let the request go on.", "circle-play", quote=event.reason)


@tell.register
def _(event: e.PolicyMigrated, telling: Telling) -> Entry:
    sentence = f"moved the request from version {event.previous} of its policy to version {event.version}."
    return entry(
        event, telling, " ".join([sentence, *_became(event, telling)]), "arrow-up-down", "accent",
        quote=event.reason,
    )  # fmt: skip


def _became(event: e.PolicyMigrated, telling: Telling) -> Iterable[str]:
    """A sentence for each thing that did not stay as it was."""
    words = {"added": "is new", "dropped": "is gone", "again": "begins anew"}
    for becomes, word in words.items():
        stages = [telling.stage(change.stage) for change in event.changes if change.becomes == becomes]
        if stages:
            verb = word if len(stages) == 1 else word.replace("is ", "are ").replace("begins", "begin")
            yield f"{several(stages)} {verb}."


@tell.register
def _(event: e.CommentAdded, telling: Telling) -> Entry:
    return entry(event, telling, "wrote", "message-square", quote=event.text)


@tell.register
def _(event: e.RequestClosed, telling: Telling) -> Entry:
    sign = OUTCOMES[event.outcome]
    sentence, by = f"The request is {event.outcome}.", False
    if event.outcome is Outcome.WITHDRAWN:
        sentence, by = "withdrew the request.", True
    elif event.actor and event.reason and event.command not in telling.decided:
        sentence, by = f"decided in place of the reviewers: the request is {event.outcome}.", True
    return entry(event, telling, sentence, sign.icon, sign.tone, quote=event.reason, by=by)
