"""What waits for somebody who leaves is not forgotten."""

import pytest

from approvals.people.models import Person
from tests import engine_in_process
from tests.pages.office import Office, open_office, text_of

engine = engine_in_process.engine


@pytest.fixture
def office(db: None, engine: engine_in_process.EngineInProcess) -> Office:
    """A small office."""
    return open_office(engine)


def test_open_tasks_of_a_leaver_are_counted_and_linked(office: Office) -> None:
    office.submit()
    client = office.client("max")
    response = client.post("/people/bo/edit/", {"manager": "", "unit": "", "title": "", "is_active": ""})
    assert not Person.objects.get(username="bo").is_active
    words = text_of(client.get(response["Location"]))
    assert "Bo Berg can no longer sign in. Hand over their 1 open task." in words
    assert 'href="/console/handover/?leaver=bo">1 open task to hand over</a>' in words
    assert "to hand over" not in text_of(office.client("ana").get("/people/bo/"))
