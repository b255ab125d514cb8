"""Making the demo: its people, calendars and policies, and requests in every state. It is made once."""

import random
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.utils import timezone

from approvals.calendars import services as calendars
from approvals.demo.courses import all_courses
from approvals.demo.hours import latest_working_day
from approvals.demo.models import Seeding
from approvals.demo.people import make_people
from approvals.demo.telling import Teller, Told
from approvals.engine import new_request
from approvals.engine.state import RequestState, Status
from approvals.mail.models import Notification
from approvals.people.models import Person
from approvals.policies import services as policies
from approvals.policies.models import PolicyVersion
from approvals.requests import projection
from approvals.requests.models import Request
from temporal_app import client
from temporal_app.messages import ApprovalInput

SEED = 1
PUBLISHER = "femke.deboer"
AT_ONCE = 20
"""Requests in one transaction: a commit costs more than a request."""
OFTEN = 60
"""How many requests pass between two words about it."""
_NAMES = uuid.UUID("2f6f1c3e-5a0b-5f43-9d6d-0d6f7a3f8f10")

Say = Callable[[str], None]


def seed(say: Say) -> Seeding:
    """Make the demo, or whatever of it an interruption left unmade; nothing, where it was made before.

    The library is published every time, so that a newer release of Placet brings its newer policies.

    Raises:
        client.EngineAway: Temporal does not answer; what was made stays, and the next call goes on.
    """
    made, _ = Seeding.objects.get_or_create(seed=SEED, defaults={"started_at": timezone.now()})
    if made.finished_at is None:
        say("Making the people ...")
        make_people(made.started_at.date())
    versions = publish_library()
    if made.finished_at is None:
        made.requests = make_requests(made.started_at, versions, say)
        made.finished_at = timezone.now()
        made.save(update_fields=["requests", "finished_at"])
    return made


def publish_library() -> list[PolicyVersion]:
    """Publish the library's calendars and policies, as far as they have changed."""
    by = Person.objects.filter(username=PUBLISHER).first()
    calendars.load_library(PUBLISHER)
    return policies.load_library(by)


def make_requests(now: datetime, versions: Sequence[PolicyVersion], say: Say) -> int:
    """Make every request that is not there yet, as it stands at ``now``; the number that there are.

    Those that are still open get their workflows.
    """
    chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
    courses = all_courses(chance)
    teller = Teller(chance, now, versions)
    say(f"Telling {len(courses)} requests ...")
    told = []
    for index, course in enumerate(courses):
        told.append(teller.tell(request_id(index), course))
        if len(told) % OFTEN == 0:
            say(f"{len(told)} of {len(courses)} told")
    told.sort(key=lambda request: request.submitted_at)  # their numbers follow their dates
    known = set(Request.objects.filter(pk__in=[one.id for one in told]).values_list("pk", flat=True))
    since = latest_working_day(now)
    done = 0
    for batch in _batches([one for one in told if one.id not in known]):
        with transaction.atomic():
            for one in batch:
                store(one, since)
        done += len(batch)
        if done % OFTEN == 0:
            say(f"{done} of {len(told) - len(known)} recorded")
    say("Starting the workflows of those that are open ...")
    start_open(one.id for one in told)
    return len(told)


def request_id(index: int) -> uuid.UUID:
    """The id of the demo's request of that index: the same in every demo."""
    return uuid.uuid5(_NAMES, f"{SEED}/{index}")


def store(told: Told, mail_since: datetime) -> None:
    """Write a request as if it had been recorded while it happened; mail is sent of what is recent only."""
    policy = policies.engine_policy(told.version)
    row = Request(id=told.id, policy_version=told.version, requester=told.requester)
    row.created_at = row.updated_at = told.submitted_at
    projection.fill(row, new_request(str(told.id), policy, told.version.number, told.requester.handle))
    row.save(force_insert=True)
    projection.record(str(told.id), told.events)
    recent = [event.revision for event in told.events if event.at >= mail_since]
    Notification.objects.filter(request=row).exclude(revision__in=recent).delete()


def start_open(requests: Iterable[uuid.UUID]) -> None:
    """Give every request that is not closed its workflow, unless it has one."""
    states = Request.objects.filter(pk__in=list(requests), closed_at__isnull=True).values_list(
        "state", flat=True
    )
    for body in states:
        state = RequestState.model_validate(body)
        if state.status is not Status.CLOSED:
            client.start(ApprovalInput(state=state))


def _batches(told: Sequence[Told]) -> Iterable[list[Told]]:
    things = iter(told)
    while batch := list(islice(things, AT_ONCE)):
        yield batch
