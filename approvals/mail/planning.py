"""Who is told what: derives the messages to send from events."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import singledispatch

from django.utils import timezone
from pydantic import JsonValue

from approvals import rows
from approvals.engine import events as e
from approvals.engine import evolve
from approvals.engine.events import AnyEvent
from approvals.engine.separation import bar
from approvals.engine.state import RequestState, StageStatus, Status
from approvals.mail import tokens
from approvals.mail.kinds import URGENCY, Kind
from approvals.mail.models import Notification
from approvals.people.services import active


@dataclass(frozen=True)
class Message:
    """Something to tell a person. Of several about one ``topic`` only the weightiest is sent."""

    person: str
    kind: Kind
    topic: str = ""
    task: str = ""
    context: dict[str, JsonValue] = field(default_factory=dict)
    revision: int = 0
    command: str | None = None


def plan(
    request_pk: uuid.UUID, before: RequestState, after: RequestState, events: Sequence[AnyEvent]
) -> None:
    """Write the notifications that a batch of events asks for, in the projection's transaction.

    ``before`` and ``after`` are the states around the batch. People who are inactive or have no address are
    passed over, and nobody is told what they did themselves. Writing a batch again adds nothing.
    """
    _revoke(request_pk, events)
    wanted = messages(before, after, events)
    if not wanted:
        return
    people = active({message.person for message in wanted})
    now = timezone.now()
    waiting = [
        {
            "status": "waiting",
            "created_at": now,
            "attempts": 0,
            "next_attempt_at": now,
            "error": "",
            "request_id": request_pk,
            "revision": message.revision,
            "person_id": people[message.person].pk,
            "kind": message.kind,
            "task": message.task,
            "context": message.context,
        }
        for message in wanted
        if message.person in people and people[message.person].email
    ]
    rows.insert(Notification, waiting, on_conflict="DO NOTHING")


def messages(before: RequestState, after: RequestState, events: Sequence[AnyEvent]) -> list[Message]:
    """What a batch of events tells whom, each thing once."""
    found: list[Message] = []
    was = before
    for event in events:
        found += [
            replace(message, revision=event.revision, command=event.command)
            for message in _tell(event, was, after)
            if message.person != event.actor
        ]
        was = evolve(was, event)
    return _weightiest(_without_echoes([_about_its_task(message, after) for message in found]))


def _revoke(request_pk: uuid.UUID, events: Iterable[AnyEvent]) -> None:
    for event in events:
        if isinstance(event, e.TaskReassigned) and event.removed:
            tokens.revoke_task(request_pk, event.task, event.removed)


def _about_its_task(message: Message, after: RequestState) -> Message:
    """A message about a stage, bound to the seat that the person has in it, if any."""
    if message.task or message.topic not in after.stages:
        return message
    task = _seat(after, message.topic, message.person)
    return replace(message, task=task, topic=task) if task else message


def _seat(state: RequestState, stage: str, person: str) -> str:
    """The open task of a stage that the person may decide; empty where there is none."""
    return next((task.id for task in state.open_tasks(stage) if task.may_decide(person)), "")


def _without_echoes(found: list[Message]) -> list[Message]:
    """A decision that ended or returned the request is told with what it led to."""
    larger = {(m.person, m.command) for m in found if m.kind in (Kind.OUTCOME, Kind.CHANGES) and m.command}
    return [m for m in found if m.kind is not Kind.DECIDED or (m.person, m.command) not in larger]


def _weightiest(found: list[Message]) -> list[Message]:
    best: dict[tuple[str, str], Message] = {}
    for message in found:
        key = (message.person, message.topic)
        if message.kind in URGENCY and (key not in best or _weight(message) >= _weight(best[key])):
            best[key] = message
    return [*best.values(), *(message for message in found if message.kind not in URGENCY)]


def _weight(message: Message) -> int:
    return URGENCY.index(message.kind)


def _asked(state: RequestState, stage: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person for task in state.awaited(stage) for person in task.people))


@singledispatch
def _tell(event: e.Event, was: RequestState, after: RequestState) -> list[Message]:
    return []


def _task(
    task: str, people: Iterable[str], after: RequestState, kind: Kind, **context: JsonValue
) -> list[Message]:
    """Ask these people for a decision, as far as it is still theirs after the batch."""
    seat = after.tasks[task]
    if seat.status != "open":
        return []
    return [Message(who, kind, task, task, context) for who in people if seat.may_decide(who)]


@_tell.register
def _(event: e.TaskOpened, was: RequestState, after: RequestState) -> list[Message]:
    people = [candidate.person for candidate in event.candidates]
    return _task(event.task, people, after, Kind.TASK, by=event.actor, reason=event.reason)


@_tell.register
def _(event: e.TurnCame, was: RequestState, after: RequestState) -> list[Message]:
    return _task(event.task, after.tasks[event.task].people, after, Kind.TASK)


@_tell.register
def _(event: e.TaskDelegated, was: RequestState, after: RequestState) -> list[Message]:
    return _task(event.task, [event.to], after, Kind.TASK, by=event.actor, reason=event.comment)


@_tell.register
def _(event: e.TaskReassigned, was: RequestState, after: RequestState) -> list[Message]:
    known = {candidate.person for candidate in was.tasks[event.task].candidates}
    new = [candidate.person for candidate in event.candidates if candidate.person not in known]
    told = _task(
        event.task,
        new,
        after,
        Kind.TASK,
        by=event.actor,
        reason=event.reason if event.actor or event.cause else "",
    )
    if not event.actor and not event.cause:
        # The ladder took it from somebody who has a message that asks for it.
        stage = was.tasks[event.task].stage
        told += [
            _escalation(who, stage, did="moved")
            for who in event.removed
            # They know: it ended with their decision on another seat, or with their conflict of interest.
            if not was.has_decided(stage, who) and bar(was, stage, who) is None
        ]
    return told


@_tell.register
def _(event: e.ReminderSent, was: RequestState, after: RequestState) -> list[Message]:
    return _those_still_asked(event.stage, event.people, after, Kind.REMINDER)


@_tell.register
def _(event: e.DeadlineBreached, was: RequestState, after: RequestState) -> list[Message]:
    told = _those_still_asked(event.stage, _asked(was, event.stage), after, Kind.BREACH)
    stage = after.stages.get(event.stage)
    if after.status is Status.OPEN and stage and stage.status is StageStatus.OPEN:
        told.append(Message(after.requester, Kind.BREACH, event.stage, context={"stage": event.stage}))
    return told


def _those_still_asked(stage: str, people: Iterable[str], after: RequestState, kind: Kind) -> list[Message]:
    return [Message(who, kind, stage, context={"stage": stage}) for who in people if _seat(after, stage, who)]


@_tell.register
def _(event: e.Escalated, was: RequestState, after: RequestState) -> list[Message]:
    context: dict[str, JsonValue] = {"did": event.did, "by": event.actor, "reason": event.reason}
    match event.did:
        case "fell_through":
            return []
        case "remind":
            return _those_still_asked(event.stage, _asked(was, event.stage), after, Kind.REMINDER)
        case "notify" | "add" | "reassign" | "last_resort":
            people = [candidate.person for candidate in event.people]
        case _:
            people = list(_asked(was, event.stage))
    return [_escalation(who, event.stage, **context) for who in people]


def _escalation(person: str, stage: str, **context: JsonValue) -> Message:
    return Message(person, Kind.ESCALATION, stage, context={"stage": stage, **context})


@_tell.register
def _(event: e.StageStuck, was: RequestState, after: RequestState) -> list[Message]:
    context: dict[str, JsonValue] = {"stage": event.stage, "reason": event.reason}
    return [Message(owner.person, Kind.STUCK, event.stage, context=context) for owner in event.people]


@_tell.register
def _(event: e.TaskDecided, was: RequestState, after: RequestState) -> list[Message]:
    context: dict[str, JsonValue] = {
        "stage": event.stage,
        "by": event.actor,
        "instead_of": event.instead_of or "",
        "decision": event.decision,
        "advised": was.tasks[event.task].voice.advisory,
        "comment": event.comment,
    }
    return [Message(after.requester, Kind.DECIDED, context=context)]


@_tell.register
def _(event: e.ChangesRequested, was: RequestState, after: RequestState) -> list[Message]:
    of = [t.instead_of for t in after.tasks.values() if t.stage == event.stage and t.decided_at == event.at]
    context: dict[str, JsonValue] = {
        "stage": event.stage,
        "by": event.actor,
        "instead_of": next((whose for whose in of if whose), ""),
        "comment": event.comment,
    }
    return [Message(after.requester, Kind.CHANGES, context=context)]


@_tell.register
def _(event: e.RequestClosed, was: RequestState, after: RequestState) -> list[Message]:
    deciders = {task.decided_by for task in after.tasks.values() if task.decided_by}
    context: dict[str, JsonValue] = {"outcome": event.outcome, "by": event.actor, "reason": event.reason}
    people = [after.requester, *sorted(deciders - {after.requester})]
    return [Message(who, Kind.OUTCOME, context=context) for who in people]


@_tell.register
def _(event: e.TaskCancelled, was: RequestState, after: RequestState) -> list[Message]:
    """Another version of the policy took a task away: unless they are asked anew, its people hear of it."""
    if event.reason != "migrated":
        return []
    task = was.tasks[event.task]
    context: dict[str, JsonValue] = {"stage": task.stage, "lost": True}
    asked = {who for seat in after.open_tasks() for who in seat.people}
    return [
        Message(who, Kind.MIGRATED, task=task.id, context=context) for who in task.people if who not in asked
    ]


@_tell.register
def _(event: e.PolicyMigrated, was: RequestState, after: RequestState) -> list[Message]:
    context: dict[str, JsonValue] = {"by": event.actor, "reason": event.reason, "version": event.version}
    return [Message(after.requester, Kind.MIGRATED, context=context)]


@_tell.register
def _(event: e.CommentAdded, was: RequestState, after: RequestState) -> list[Message]:
    """The requester, who has decided, and who alone is asked now; a group's pool is left in peace."""
    deciders = {task.decided_by for task in after.tasks.values() if task.decided_by}
    asked = {task.people[0] for task in after.open_tasks() if len(task.people) == 1}
    people = sorted({after.requester} | deciders | asked)
    context: dict[str, JsonValue] = {"by": event.actor, "comment": event.text}
    return [
        Message(
            who,
            Kind.COMMENT,
            task=next((t.id for t in after.open_tasks() if t.may_decide(who)), ""),
            context=context,
        )
        for who in people
    ]
