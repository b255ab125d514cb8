"""The administrator's desk in the office of the pages' tests, and a policy with two seats and a clock."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from approvals.calendars import services as calendars
from approvals.engine.state import RequestState
from approvals.policies.models import Policy, PolicyVersion
from approvals.requests import services
from approvals.requests.models import Request
from tests.pages.office import Office

TRIP: dict[str, Any] = {
    "key": "trip",
    "title": "Trip",
    "owner": {"user": "max"},
    "form": [],
    "stages": [
        {
            "id": "check",
            "title": "Check",
            "participants": [{"user": "bo"}, {"user": "cy"}],
            "sla": {"target": "PT8H", "calendar": "always"},
        },
        {"id": "sign", "title": "Sign", "participants": [{"group": "finance"}]},
    ],
}
ALWAYS = {"name": "always", "zone": "UTC", "week": {day: ["00:00-24:00"] for day in
          ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}  # fmt: skip


@dataclass
class Desk:
    """Where Max works."""

    office: Office
    trip: PolicyVersion

    def submit(self, by: str = "ana") -> Request:
        """A trip that waits for Bo and for Cy."""
        row = services.submit(self.office.people[by], self.trip, {}, uuid.uuid4())
        row.refresh_from_db()
        return row

    def get(self, path: str = "", who: str = "max", **options: Any) -> Any:
        """A page of the console."""
        return self.office.client(who).get(f"/console/{path}", **options)

    def act(self, row: Request, kind: str, target: str = "", who: str = "max", **sent: Any) -> Any:
        """Send an action with a reason."""
        data = {"command": str(uuid.uuid4()), "target": target, "reason": "Bo is ill.", **sent}
        return self.office.client(who).post(f"/console/requests/{row.pk}/{kind}/", data)

    def hand_over(self, *keys: str, who: str = "max", **sent: Any) -> Any:
        """Hand over these tasks of Bo's to Di."""
        data = {
            "command": str(uuid.uuid4()),
            "leaver": "bo",
            "successor": "di",
            "reason": "Bo leaves.",
            "item": keys,
        }
        return self.office.client(who).post("/console/handover/do/", {**data, **sent})

    def state(self, row: Request) -> RequestState:
        """What the engine knows."""
        return self.office.state(row)

    def waits_for(self, row: Request) -> dict[str, tuple[str, ...]]:
        """Who can decide each open task."""
        return {task.id: task.people for task in self.state(row).open_tasks()}


def open_desk(office: Office) -> Desk:
    """Publish the trip."""
    calendars.publish(ALWAYS, "")
    version = PolicyVersion.objects.create(
        policy=Policy.objects.create(key="trip", title="Trip"), number=1, body=TRIP, digest=uuid.uuid4().hex
    )
    return Desk(office, version)


def command_in(response: Any, action: str) -> str:
    """The id in the form that a page has for an action."""
    html = response.content.decode()
    form = html[html.index(f'/{action}/"') :]
    found = re.search(r'name="command" value="([^"]+)"', form)
    assert found is not None
    return found[1]
