"""How punctual the clocks are: many due together, and a steady few."""

import asyncio
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from django.conf import settings

from approvals.audit import services as audit
from approvals.audit.models import Event
from approvals.engine import new_request, pending_work, receive
from approvals.engine.commands import StagePrepared, Submit
from approvals.engine.events import AnyEvent, ReminderSent
from approvals.engine.state import RequestState
from approvals.engine.work import StagePlan, StageWork
from approvals.people.models import Person
from approvals.policies.preparation import prepare_stage
from approvals.policies.services import engine_policy
from approvals.requests import projection
from approvals.requests.models import Request
from bench.browser import Unexpected
from bench.figures import Aim, Figure, Yardstick, no_less_than, percentile
from bench.run import Run
from bench.traffic import wait_for
from temporal_app.connection import connect
from temporal_app.messages import WORKFLOW, ApprovalInput, workflow_id

WANTED = no_less_than(0.6)
PUNCTUAL = Aim(1.0)
BEFORE = timedelta(minutes=30)
"""From the start of a stage's clock to its reminder, in the policy `reminded`."""
SETUP = 3.0
"""Seconds for the last timers to be set before the first is due, and more for each timer:"""
SETUP_EACH = 0.03
SETUP_EACH_BARE = 0.012
PATIENCE = 180.0


def timers(run: Run) -> list[Figure]:
    """Due together, then at a steady rate, each beside bare timers."""
    return [*_together(run), *_steadily(run)]


def _together(run: Run) -> list[Figure]:
    number = run.size.timers
    run.say(f"{number} bare timers due together")
    due = _due(number, SETUP_EACH_BARE)
    bare = run.yardsticks.timers([due.timestamp()] * number)
    run.say(f"{number} reminders due together")
    ours = _reminders(run, [_due(number, SETUP_EACH)] * number)
    beside = Yardstick("bare timer, activity", _rate(bare))
    fired, bare_fired = _lags(ours), _lags(bare)
    return [
        Figure(f"{number} timers due together, carried out", _rate(ours), "/s", beside, WANTED),
        *(
            Figure(
                f"their lag, fired minus due, p{share}",
                percentile(fired, share),
                "s",
                Yardstick("bare timer", percentile(bare_fired, share)),
            )
            for share in (50, 99)
        ),
    ]


def _steadily(run: Run) -> list[Figure]:
    number, each = run.size.steady_timers, timedelta(seconds=1 / run.size.steady_rate)
    run.say(f"{number} reminders, {run.size.steady_rate} due a second")
    first = _due(number, SETUP_EACH)
    ours = _reminders(run, [first + each * index for index in range(number)])
    recorded = [done - due for due, _, done in ours]
    name = f"lag at {run.size.steady_rate} due a second"
    return [
        Figure(f"{name}, p50", percentile(_lags(ours), 50), "s"),
        Figure(f"{name}, p99", percentile(_lags(ours), 99), "s", aim=PUNCTUAL),
        Figure("the same until it is in the record, p99", percentile(recorded, 99), "s", aim=PUNCTUAL),
    ]


def _reminders(run: Run, dues: Sequence[datetime]) -> list[tuple[float, float, float]]:
    """Due, fired and recorded for each, in seconds since 1970."""
    people = run.world.some_requesters(len(dues))
    plans: dict[tuple[str, datetime], StagePlan] = {}
    waiting = [_waiting(run, person, due, plans) for person, due in zip(people, dues, strict=True)]
    _record(run, waiting)
    states = [state for _, state, _ in waiting]
    asyncio.run(_start(states, run.clients))
    if datetime.now(UTC) > min(dues) - timedelta(seconds=SETUP):
        raise Unexpected("This machine is too slow: the timers could not be set before they were due.")
    sent = Event.objects.filter(type="reminder_sent", request__in=[state.request for state in states])
    wait = (max(dues) - datetime.now(UTC)).total_seconds()
    time.sleep(max((min(dues) - datetime.now(UTC)).total_seconds(), 0))
    wait_for("the reminders", lambda: len(dues) - sent.count(), wait + PATIENCE)
    found = []
    for event in sent:
        body = ReminderSent.model_validate(event.body)
        found.append((body.due.timestamp(), body.at.timestamp(), event.recorded_at.timestamp()))
    return found


def _waiting(
    run: Run, requester: Person, due: datetime, plans: dict[tuple[str, datetime], StagePlan]
) -> tuple[Person, RequestState, Sequence[AnyEvent]]:
    """A request with a reminder due then, and the events that led to it: begun half an hour before."""
    now, version = due - BEFORE, run.world.reminded
    state = new_request(str(uuid.uuid4()), engine_policy(version), version.number, requester.handle)
    submit = Submit(
        id=str(uuid.uuid4()), actor=requester.handle, title="A reminder is due", form={"item": "it"}
    )
    state, submitted, _ = receive(state, submit, now)
    (work,) = pending_work(state)
    if not isinstance(work, StageWork):
        raise TypeError(f"{work} is no stage to prepare.")
    plan = plans.get((requester.handle, due))
    if plan is None:
        plan = plans[requester.handle, due] = prepare_stage(work, now)
    state, prepared, _ = receive(state, StagePrepared(id=str(uuid.uuid4()), work=work.id, plan=plan), now)
    return requester, state, cast("tuple[AnyEvent, ...]", (*submitted, *prepared))


def _record(run: Run, waiting: Sequence[tuple[Person, RequestState, Sequence[AnyEvent]]]) -> None:
    """Write the requests as their workflows would have done, only quicker; nobody looks for them in an inbox."""
    now = datetime.now(UTC)
    rows = []
    for requester, state, _ in waiting:
        row = Request(id=uuid.UUID(state.request), policy_version=run.world.reminded, requester=requester)
        row.created_at = row.updated_at = now
        projection.fill(row, state)
        rows.append(row)
    Request.objects.bulk_create(rows)
    for row, (_, _, events) in zip(rows, waiting, strict=True):
        audit.append(row.pk, events)


async def _start(states: Sequence[RequestState], at_once: int) -> None:
    """Start the workflows in the middle of their lives."""
    client = await connect(lazy=False)
    free = asyncio.Semaphore(at_once)

    async def start(state: RequestState) -> None:
        async with free:
            await client.start_workflow(
                WORKFLOW,
                ApprovalInput(state=state),
                id=workflow_id(state.request),
                task_queue=settings.TEMPORAL_TASK_QUEUE,
            )

    await asyncio.gather(*(start(state) for state in states))


def _due(number: int, each: float) -> datetime:
    """When so many timers can have been set, at a whole millisecond as the server keeps them."""
    moment = datetime.now(UTC) + timedelta(seconds=2 * SETUP + each * number)
    return moment.replace(microsecond=0)


def _rate(found: Sequence[tuple[float, float, float]]) -> float:
    """How many were carried out a second, from when they were due to the last one."""
    return len(found) / (max(done for _, _, done in found) - min(due for due, _, _ in found))


def _lags(found: Sequence[tuple[float, float, float]]) -> list[float]:
    return [fired - due for due, fired, _ in found]
