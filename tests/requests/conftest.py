"""People who request and review leave, and an engine without Temporal."""

import pytest

from approvals.engine.policy import Policy
from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from approvals.policies.services import publish
from approvals.requests.models import Request
from tests import engine_in_process
from tests.requests.leave import LEAVE, submit_leave

engine = engine_in_process.engine


@pytest.fixture
def people(db: None) -> dict[str, Person]:
    """Everybody, by handle: ana asks, bo and cy decide, ada administers."""
    return {
        handle: Person.objects.create_user(
            handle, f"{handle}@example.org", is_admin=handle == "ada", first_name=handle.title()
        )
        for handle in ("ana", "bo", "cy", "ada", "eve")
    }


@pytest.fixture
def leave(people: dict[str, Person]) -> PolicyVersion:
    """A policy that asks bo and cy one after the other."""
    return publish(Policy.model_validate(LEAVE))


@pytest.fixture
def request_row(engine: object, people: dict[str, Person], leave: PolicyVersion) -> Request:
    """A request of ana's that waits for bo."""
    row = submit_leave(people["ana"], leave)
    row.refresh_from_db()
    return row
