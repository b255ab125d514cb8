"""A service outside that does not answer holds nothing up, and is asked again at a click."""

import pytest
from django.test import Client
from pytest_django import Settings

from approvals.engine.commands import LookUp
from approvals.engine.policy import Policy
from approvals.people.models import Person
from approvals.policies.services import publish
from approvals.requests import services
from approvals.requests.models import Request
from tests.engine_in_process import EngineInProcess
from tests.pages.office import text_of
from tests.policies.who_service import who_service
from tests.requests.leave import LEAVE, new_id, submit_leave

pytestmark = pytest.mark.django_db
STAGES = [
    {"id": "boss", "title": "Boss", "participants": [{"lookup": {"service": "bosses", "by": ["days"]}}]}
]


def test_the_owner_is_asked_until_the_service_answers(
    engine: EngineInProcess, people: dict[str, Person], settings: Settings
) -> None:
    with who_service() as service:
        settings.LOOKUPS = {"bosses": service.url}
        service.status = 404
        version = publish(Policy.model_validate({**LEAVE, "stages": STAGES}))
        row = submit_leave(people["ana"], version)

        def asked() -> list[tuple[str, ...]]:
            return [task.people for task in engine.states[str(row.pk)].open_tasks()]

        assert asked() == [("ada",)]
        client = Client()
        client.force_login(people["ana"])
        said = "The lookup “bosses” did not answer (it failed with status 404)."
        assert said in text_of(client.get(f"/requests/{row.pk}/"))
        assert Request.objects.get(pk=row.pk).stuck

        service.says("bo")
        services.send(people["ada"], row, LookUp(id=new_id(), actor="ada", stage="boss"))
        assert asked() == [("bo",)]
        (task,) = engine.states[str(row.pk)].open_tasks()
        assert task.candidates[0].why == "The lookup “bosses” names Bo, as “Days” is 3."
        assert not Request.objects.get(pk=row.pk).stuck
        assert [one["form"] for one in service.asked] == [{"days": 3}, {"days": 3}]
