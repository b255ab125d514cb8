"""A small office whose pages are tested: who works there, and what they ask for."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from approvals.engine.state import RequestState
from approvals.people.models import Group, Membership, Person
from approvals.policies.models import Policy, PolicyVersion
from approvals.policies.services import engine_policy
from approvals.requests import services
from approvals.requests.models import Request
from tests.engine_in_process import EngineInProcess

NAMES = {
    "ana": "Ana Alves",
    "bo": "Bo Berg",
    "cy": "Cy Cole",
    "di": "Di Dahl",
    "out": "Ona Outsider",
    "max": "Max Admin",
    "aud": "Aud Auditor",
}
BODY: dict[str, Any] = {
    "key": "order",
    "title": "Order",
    "description": "Buy something.",
    "subject": 'form.item + " for " + requester.name',
    "owner": {"user": "max"},
    "form": [
        {"id": "item", "label": "Item", "type": "text", "max_length": 40},
        {"id": "amount", "label": "Amount", "type": "money", "min": 100, "help": "Without VAT."},
        {"id": "needed_by", "label": "Needed by", "type": "date", "required": False},
        {"id": "pieces", "label": "Pieces", "type": "integer", "required": False, "default": 1},
        {"id": "colour", "label": "Colour", "type": "choice", "choices": ["Red", "Blue"], "required": False},
        {"id": "urgent", "label": "Urgent", "type": "boolean", "required": False},
        {"id": "contact", "label": "Contact", "type": "person", "required": False},
        {"id": "why", "label": "Why", "type": "long_text", "required": False, "max_length": 100},
    ],
    "stages": [
        {
            "id": "lead",
            "title": "Team lead",
            "participants": [{"manager": 1}],
            "allow": ["request_changes", "delegate", "abstain", "add_before", "add_after"],
        },
        {"id": "finance", "title": "Finance", "participants": [{"group": "finance"}]},
        {"id": "legal", "title": "Legal", "after": ["lead"], "participants": [{"user": "di"}]},
    ],
    "max_rounds": 3,
}
FORM: dict[str, Any] = {"item": "Ladder", "amount": 12_50, "urgent": False}
TYPED = {"field-item": "Ladder", "field-amount": "12.50", "field-pieces": "1"}


@dataclass
class Office:
    """Everybody, and the policy they use."""

    engine: EngineInProcess
    people: dict[str, Person]
    version: PolicyVersion
    visitors: dict[str, Client] = field(default_factory=dict)

    def client(self, handle: str) -> Client:
        """A browser in which this person has signed in; "" is nobody."""
        if handle not in self.visitors:
            self.visitors[handle] = Client()
            if handle:
                self.visitors[handle].force_login(self.people[handle])
        return self.visitors[handle]

    def submit(self, by: str = "ana", **form: Any) -> Request:
        """A request that waits for its first stage."""
        row = services.submit(self.people[by], self.version, {**FORM, **form}, uuid.uuid4())
        row.refresh_from_db()
        return row

    def post(self, row: Request, kind: str, by: str, *, htmx: bool = False, **sent: Any) -> Any:
        """Send an action as somebody."""
        data = {"command": str(uuid.uuid4()), **sent}
        return self.client(by).post(f"/requests/{row.pk}/{kind}/", data, **(HTMX if htmx else {}))

    def approve(self, row: Request, by: str, task: str) -> None:
        """Approve as somebody."""
        assert self.post(row, "decide", by, task=task, decision="approve").status_code == 302

    def state(self, row: Request) -> RequestState:
        """What the engine knows."""
        return self.engine.states[str(row.pk)]


HTMX: dict[str, Any] = {"headers": {"HX-Request": "true"}}


def open_office(engine: EngineInProcess) -> Office:
    """Bo leads Ana; Cy and Di are finance; Max administers, Aud audits, Ona has nothing to do with it."""
    people = {}
    for handle, name in NAMES.items():
        first, last = name.split()
        people[handle] = Person.objects.create_user(
            handle,
            f"{handle}@example.org",
            "a-good-password",
            first_name=first,
            last_name=last,
            time_zone="Europe/Amsterdam",
            is_admin=handle == "max",
            is_auditor=handle == "aud",
        )
    people["ana"].manager = people["bo"]
    people["ana"].save()
    finance = Group.objects.create(slug="finance", name="Finance")
    Membership.objects.bulk_create(Membership(group=finance, person=people[who]) for who in ("cy", "di"))
    version = PolicyVersion.objects.create(
        policy=Policy.objects.create(key="order", title="Order"), number=1, body=BODY, digest=uuid.uuid4().hex
    )
    engine_policy(version)
    return Office(engine, people, version)


def text_of(response: Any) -> str:
    """A page's words, with spaces as one reads them."""
    return " ".join(response.content.decode().split())
