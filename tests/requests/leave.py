"""Leave: the request that these tests make."""

import uuid
from typing import Any

from approvals.engine import commands as c
from approvals.engine.state import Decision
from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from approvals.requests import services
from approvals.requests.models import Request

LEAVE: dict[str, Any] = {
    "key": "leave",
    "title": "Leave",
    "owner": {"user": "ada"},
    "form": [
        {"id": "days", "label": "Days", "type": "integer"},
        {"id": "cost", "label": "Cost", "type": "money", "required": False},
    ],
    "stages": [
        {"id": "boss", "title": "Boss", "participants": [{"user": "bo"}]},
        {"id": "chief", "title": "Chief", "participants": [{"user": "cy"}]},
    ],
}
FORM: dict[str, Any] = {"days": 3, "cost": 120_00}


def submit_leave(requester: Person, version: PolicyVersion) -> Request:
    """Submit a request for three days."""
    return services.submit(requester, version, FORM, uuid.uuid4())


def new_id() -> str:
    """An id for a command."""
    return str(uuid.uuid4())


def approval(who: str, task: str = "boss.1.1") -> c.Decide:
    """Somebody approves."""
    return c.Decide(id=new_id(), actor=who, task=task, decision=Decision.APPROVE)


def remark(who: str) -> c.Comment:
    """Somebody says something."""
    return c.Comment(id=new_id(), actor=who, text="Please.")


def withdrawal() -> c.Withdraw:
    """Ana takes her request back."""
    return c.Withdraw(id=new_id(), actor="ana")
