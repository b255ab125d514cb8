"""Record the event streams that every later version must read.

``python -m tests.streams.record N`` lets the stories below happen, has the application write them to
PostgreSQL, and keeps what then stands in the tables as ``generation-N/``. A generation that is there stays as
it is: it stands for the records of those who ran that version. ``--shapes`` takes up the present shapes of the
events in ``shapes.json``; do that with every change of an event, and read what it changes.
"""

import json
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.engine.scene import Scene, policy

DIRECTORY = Path(__file__).parent
SHAPES = DIRECTORY / "shapes.json"


def expired() -> Scene:
    """A request that climbs the whole ladder, in two rounds, and expires."""
    ladder = [
        {"at": "PT1H before", "do": "remind"},
        {"at": "100%", "do": "raise_priority"},
        {"at": "PT1H after", "do": "reassign", "to": [{"user": "max"}]},
        {"at": "PT2H after", "do": "expire"},
    ]
    sla = {"target": "PT8H", "calendar": "always", "reminders": [{"at": "50%"}], "levels": ladder}
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin", "rosa"], "sla": sla}))
    scene.approve("pia")
    scene.request_changes("quin", "s2.1.1", "Say more.")
    scene.resubmit(comment="More.")
    scene.approve("pia", "s1.2.1")
    scene.approve("quin", "s2.2.1")
    for _ in range(6):
        scene.wait(2)
    return scene


def _everything() -> Scene:
    from tests.engine.test_values import everything

    return everything()


STORIES: dict[str, Callable[[], Scene]] = {"everything": _everything, "expired": expired}


def stored(scene: Scene) -> dict[str, Any]:
    """What the tables have of a request after the application wrote its events: needs a database."""
    from approvals.audit.models import Event
    from approvals.people.models import Person
    from approvals.policies.models import Policy, PolicyVersion
    from approvals.requests import projection
    from approvals.requests.models import Request

    blank = scene.blank.model_copy(update={"request": str(uuid.uuid4())})
    for handle in {*scene.state.involved, blank.requester}:
        Person.objects.get_or_create(username=handle)
    kind, _ = Policy.objects.get_or_create(key=blank.policy.key)
    version, _ = PolicyVersion.objects.get_or_create(
        policy=kind, number=blank.policy_version, defaults={"body": blank.policy.model_dump(mode="json")}
    )
    requester = Person.objects.get(username=blank.requester)
    row = Request(id=uuid.UUID(blank.request), policy_version=version, requester=requester)
    row.created_at = row.updated_at = scene.events[0].at
    projection.fill(row, blank)
    row.save(force_insert=True)
    events: Any = scene.events
    projection.record(blank.request, events)
    row.refresh_from_db()
    written = Event.objects.filter(request=row).order_by("revision").select_related("actor")
    return {
        "version": blank.policy_version,
        "requester": blank.requester,
        "policy": blank.policy.model_dump(mode="json"),
        "events": [
            {
                "revision": event.revision,
                "type": event.type,
                "at": event.at.isoformat(),
                "actor": event.actor.handle if event.actor else None,
                "body": event.body,
            }
            for event in written
        ],
        "state": row.state,
    }


def record(generation: str) -> None:
    """Write the streams of a generation, each to a file of its own."""
    from django.test.utils import setup_databases, teardown_databases

    from tests import conftest

    conftest._servers.start_postgres()
    databases = setup_databases(verbosity=0, interactive=False)
    directory = DIRECTORY / f"generation-{generation}"
    directory.mkdir(exist_ok=True)
    try:
        for name, story in STORIES.items():
            file = directory / f"{name}.json"
            if not file.exists():
                file.write_text(json.dumps(stored(story()), indent=1) + "\n", "utf-8")
    finally:
        teardown_databases(databases, verbosity=0)
        conftest._servers.stop()


def take_up_shapes() -> None:
    """Write down the present shapes."""
    from tests.streams.shapes import present

    SHAPES.write_text(json.dumps(present(), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "--shapes":
        take_up_shapes()
    else:
        record(sys.argv[1])
