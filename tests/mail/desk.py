"""A request in a small world and in PostgreSQL, with an engine that answers at once in place of a server."""

import uuid
from typing import Any

from approvals.engine import commands as c
from approvals.engine import new_request
from approvals.engine.model import Form
from approvals.engine.policy import Policy
from approvals.mail import courier, tokens
from approvals.mail.models import Notification
from approvals.people.models import Person
from approvals.policies import models as policies
from approvals.requests import projection
from approvals.requests.models import Request
from tests.engine.scene import START, Scene, policy
from tests.engine.world import World

NAMES = {
    "ana": "Ana Alves",
    "bo": "Bo Berg",
    "cy": "Cy Cole",
    "max": "Max Moor",
    "olga": "Olga Ohm",
    "ada": "Ada Admin",
    "pia": "Pia Park",
}
AMOUNT = {"id": "amount", "label": "Amount", "type": "money", "required": False}


def people() -> dict[str, Person]:
    """Everybody, each with an address."""
    made = {}
    for handle, name in NAMES.items():
        first, last = name.split()
        made[handle] = Person.objects.create(
            username=handle,
            first_name=first,
            last_name=last,
            email=f"{handle}@example.org",
            time_zone="Europe/Amsterdam",
            is_admin=handle == "ada",
        )
    return made


class Desk(Scene):
    """A scene whose events are recorded when a test says so, one batch at a time."""

    def __init__(
        self, rules: Policy | None = None, world: World | None = None, *, form: Form | None = None
    ) -> None:
        super().__init__(rules or policy({"asks": ["bo"]}), world, form=form)
        rules = self.state.policy
        self.people = people()
        version = policies.PolicyVersion.objects.create(
            policy=policies.Policy.objects.create(key=rules.key, title=rules.title),
            number=3,
            body=rules.model_dump(mode="json"),
            digest="",
        )
        self.row = Request(id=uuid.uuid4(), policy_version=version, requester=self.people["ana"])
        self.row.created_at = self.row.updated_at = START
        projection.fill(self.row, new_request(str(self.row.pk), rules, 3, "ana"))
        self.row.save(force_insert=True)
        self._recorded = 0
        self.record()

    def record(self) -> None:
        """Write what happened since the last time, as one batch."""
        batch = self.events[self._recorded :]
        projection.record(str(self.row.pk), batch)  # type: ignore[arg-type]
        self._recorded = len(self.events)
        self.row.refresh_from_db()

    def signal(self, request: str, command: c.Command) -> None:
        """In the place of `temporal_app.client.signal`: the engine takes it, and what happens is recorded."""
        assert request == str(self.row.pk)
        self.send(command)
        self.record()

    def planned(self) -> list[tuple[str, str, str]]:
        """Who was told what about which task, in order."""
        rows = Notification.objects.select_related("person").order_by("id")
        return [(row.person.handle, row.kind, row.task) for row in rows]

    def news(self) -> list[tuple[str, str, str]]:
        """What was planned since this was last asked."""
        found = self.planned()
        Notification.objects.all().delete()
        return found

    def address(self, handle: str, task: str = "s1.1.1") -> str:
        """A fresh reply address of somebody."""
        return tokens.issue(self.people[handle], self.row.pk, task, self.state.round)[1]


def send_everything() -> None:
    """Let the courier run until nothing is due."""
    while courier.send_due():
        pass


def sla(**values: Any) -> dict[str, Any]:
    """A target of ten hours in a calendar that is always open."""
    return {"target": "PT10H", "calendar": "always", **values}
