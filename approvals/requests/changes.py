"""What has changed in a request since its reader decided on it, as the page shows it."""

from dataclasses import dataclass
from datetime import datetime

from approvals.engine import differences
from approvals.engine import events as e
from approvals.pages.who import People
from approvals.requests.answers import DECIDED
from approvals.requests.services import Shown
from approvals.requests.wording import field_value


@dataclass(frozen=True, slots=True)
class Change:
    """A field with what it said then and what it says now; "" is empty."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SinceDecided:
    """What differs from what the reader decided on."""

    did: str
    at: datetime
    round: int
    changes: tuple[Change, ...]


def since_decided(shown: Shown, reader: str, people: People) -> SinceDecided | None:
    """What has changed since the reader last decided; None where nothing has, or they never did."""
    policy = shown.state.policy
    found = differences.since_decided(policy, shown.events, reader)
    if found is None:
        return None
    fields = {field.id: field for field in policy.form}
    changes = tuple(
        Change(
            fields[one.field].label,
            field_value(fields[one.field], one.before, people),
            field_value(fields[one.field], one.after, people),
        )
        for one in found.fields
    )
    return SinceDecided(DECIDED[found.decision], found.at, found.round, changes)


def people_in_forms(shown: Shown) -> set[str]:
    """Everybody whom the form has named in any round."""
    fields = [field.id for field in shown.state.policy.form if field.type == "person"]
    return {
        str(event.form[id])
        for event in shown.events
        if isinstance(event, e.RequestSubmitted | e.RequestResubmitted | e.RequestAmended)
        for id in fields
        if event.form.get(id)
    }
