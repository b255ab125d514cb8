"""Submitting requests, sending commands to them, and showing them."""

import uuid
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from approvals.audit import services as audit
from approvals.engine import Refused, new_request
from approvals.engine.commands import Command as EngineCommand
from approvals.engine.commands import Signal, Submit, Update
from approvals.engine.events import AnyEvent
from approvals.engine.forms import check_form
from approvals.engine.model import Form
from approvals.engine.state import Receipt, RequestState, Status
from approvals.people import services as people
from approvals.people.models import Person
from approvals.policies import services as policies
from approvals.policies.models import PolicyVersion
from approvals.requests import delivery, projection
from approvals.requests.models import Command, Request
from temporal_app import client
from temporal_app.messages import StateView

MAX_PAYLOAD = 500_000
"""Bytes of JSON in one command. Temporal refuses 2 MB; a command stands in several messages."""
ENGINE_AWAY = "engine_away"
"""The code of an administrator's command that was not answered in time."""
FIRST_TRY = timedelta(seconds=30)
"""How long a click's own delivery and the engine's answer may take before a courier takes over."""


@dataclass(frozen=True)
class Sent:
    """A command on its way: ``delivered`` is False while the engine is away, and then it is sent later."""

    command: Command
    delivered: bool

    @property
    def receipt(self) -> Receipt | None:
        """The answer, where it is known already."""
        return receipt_of(self.command)


@dataclass(frozen=True)
class Shown:
    """A request as it can be shown. ``live`` says that the workflow itself answered, else it is as of ``as_of``.

    ``unanswered`` are the commands of its reader that were not answered when the record was read.
    """

    row: Request
    state: RequestState
    events: list[AnyEvent]
    live: bool
    as_of: datetime
    unanswered: tuple[Command, ...] = ()


def submit(requester: Person, version: PolicyVersion, form: Form, command_id: uuid.UUID) -> Request:
    """Record a new request and start its workflow; the same command id gives the same request again.

    Raises:
        Refused: the form is not what the policy asks for (``invalid_form``), or too large.
    """
    known = _known(command_id, requester)
    if known:
        return known.request
    policy = policies.engine_policy(version)
    check_form(policy.form, form)
    title = policies.request_title(policy, requester, form)
    request_id = uuid.uuid4()
    state = new_request(str(request_id), policy, version.number, requester.handle)
    command = Submit(id=str(command_id), actor=requester.handle, title=title, form=form)
    row = Request(id=request_id, policy_version=version, requester=requester)
    row.created_at = row.updated_at = timezone.now()
    projection.fill(row, state)
    row.title = title[:200]
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            recorded = _record(row, requester, command, "web")
    except IntegrityError:  # the same form was sent twice at once, and the other one won
        return _won(command_id, requester).request
    delivery.deliver(recorded)
    return row


def send(actor: Person, row: Request, command: Signal, channel: str = "web") -> Sent:
    """Record a command, then hand it to the workflow. A command id that was recorded before is not sent again.

    Raises:
        Refused: the command is too large to be carried.
    """
    known = _recorded(row, actor, command, channel)
    return Sent(known, delivered=_is_underway(known) or delivery.deliver(known))


def send_and_show(actor: Person, row: Request, command: Signal) -> tuple[Sent, Shown]:
    """:func:`send` a command and :func:`show` what it came to, at once for whoever waits to see that.

    Raises:
        Refused: the command is too large to be carried.
    """
    known = _recorded(row, actor, command, "web")
    if _is_underway(known):
        return Sent(known, delivered=True), show(row, actor)
    settle = delivery.begin(known, command)
    record = _read(row, actor)
    delivered = settle()
    sent = Sent(known, delivered.settled)
    return sent, _shown(row, delivered.state, record) if delivered.state else show(row, actor)


def update(actor: Person, row: Request, command: Update) -> Receipt:
    """Give an administrator's command and wait for what it comes to.

    Unlike a signal it is not kept for later: an administrator acts on what is there now.

    A command id that was answered before gets the first answer again.

    Raises:
        Refused: the command is too large to be carried.
        client.EngineAway: the engine or its workers did not answer in time.
    """
    recorded = _recorded(row, actor, command, "web")
    if recorded.code and recorded.code != ENGINE_AWAY and (answer := receipt_of(recorded)):
        return answer
    try:
        receipt = client.update(str(row.pk), command)
    except client.NotRunning:
        receipt = Receipt(
            command=command.id,
            code="request_closed",
            message=f"This request was {row.outcome or 'ended'}; nothing can be changed.",
            at=timezone.now(),
            revision=row.revision,
        )
    except client.EngineAway:
        _answer(
            recorded,
            ENGINE_AWAY,
            "The engine did not answer in time. Look at the request before you repeat this.",
        )
        raise
    _answer(recorded, receipt.code, receipt.message)
    return receipt


def show(row: Request, reader: Person | None = None) -> Shown:
    """A request's state and history: from its workflow, or from PostgreSQL where that does not answer."""
    stored = row.known_state
    if stored.status is Status.CLOSED:
        events = audit.events_of(row.pk)[: stored.revision]
        return Shown(row, stored, events, live=True, as_of=row.updated_at)
    # The record is read while the workflow is asked.
    return _shown(row, client.state_soon(str(row.pk)), _read(row, reader))


@dataclass(frozen=True)
class _Record:
    """What is in PostgreSQL about a request at one moment: its events, and what its reader waits for."""

    events: list[AnyEvent]
    unanswered: tuple[Command, ...]


def _read(row: Request, reader: Person | None) -> _Record:
    """What is in PostgreSQL, and by the way who is going to be named, where that is remembered."""
    record = _Record(audit.events_of(row.pk), unanswered(row, reader))
    people.known({row.known_state.requester, *row.known_state.involved})
    return record


def _shown(row: Request, answer: Callable[[], StateView], record: _Record) -> Shown:
    """The state that the workflow answers, with what was recorded before."""
    try:
        view = answer()
    except (client.EngineAway, client.NotRunning):
        # What was recorded since the row was read is left out.
        stored, events = row.known_state, record.events[: row.known_state.revision]
        return Shown(row, stored, events, False, row.updated_at, record.unanswered)
    events = _history(record.events, view)
    if len(events) < view.state.revision:
        # Something was recorded after that was read, so the answer leaves it out.
        events = _history(audit.events_of(row.pk), view)
    return Shown(row, view.state, events, live=True, as_of=timezone.now(), unanswered=record.unanswered)


def _history(recorded: list[AnyEvent], view: StateView) -> list[AnyEvent]:
    """The events up to a state, from the record and from what is not in it yet; too few where one is in neither."""
    events = recorded[: view.state.revision]
    for event in view.unrecorded:
        if event.revision == len(events) + 1:
            events.append(event)
    return events


def _is_underway(command: Command) -> bool:
    """Whether a command need not be handed over: this is a repeat of one that was."""
    return command.sent_at is not None or command.answered_at is not None


def _answer(command: Command, code: str, message: str) -> None:
    now = timezone.now()
    Command.objects.filter(pk=command.pk).update(sent_at=now, code=code, message=message, answered_at=now)


def receipt_of(command: Command) -> Receipt | None:
    """The stored answer to a command, if it has been given."""
    if command.answered_at is None:
        return None
    return Receipt(
        command=str(command.pk),
        code=command.code,
        message=command.message,
        at=command.answered_at,
        revision=0,
    )


def submitted_form(row: Request) -> Form:
    """What the requester submitted, for a request that the engine does not know yet."""
    body = row.commands.filter(kind="submit").values_list("body", flat=True).first()
    return body["form"] if body else {}


def unanswered(row: Request, person: Person | None) -> tuple[Command, ...]:
    """The person's commands to this request that the engine has not answered yet, oldest first."""
    if person is None:
        return ()
    found = """
        SELECT * FROM requests_command WHERE request_id = %s AND actor_id = %s AND answered_at IS NULL
        ORDER BY created_at
    """
    return tuple(Command.objects.raw(found, [row.pk, person.pk]))


def _recorded(row: Request, actor: Person, command: Signal | Update, channel: str) -> Command:
    """The command's row; the one that is there, where this is a repeat."""
    # One statement is a transaction of its own; within another one it must be possible to undo it alone.
    alone = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with alone:
            return _record(row, actor, command, channel)
    except IntegrityError:  # repeats are rare: nobody else looks for one beforehand
        return _won(uuid.UUID(command.id), actor)


def _known(id: uuid.UUID, actor: Person) -> Command | None:
    return Command.objects.select_related("request").filter(pk=id, actor=actor).first()


def _won(id: uuid.UUID, actor: Person) -> Command:
    """The row that is there already; refused where it is somebody else's."""
    known = _known(id, actor)
    if known is None:
        raise Refused(
            "repeated_id", "This was sent with an id that is in use. Reload the page and try again."
        )
    return known


def _record(row: Request, actor: Person, command: EngineCommand, channel: str) -> Command:
    body = command.model_dump(mode="json")
    size = len(command.model_dump_json().encode())
    if size > MAX_PAYLOAD:
        raise Refused("too_large", f"This is {size:,} bytes; at most {MAX_PAYLOAD:,} can be sent at once.")
    return Command.objects.create(
        id=uuid.UUID(command.id),
        request=row,
        actor=actor,
        kind=body["kind"],
        body=body,
        channel=channel,
        next_attempt_at=timezone.now() + FIRST_TRY if isinstance(command, Submit | Signal) else None,
    )
