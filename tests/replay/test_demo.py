"""A draft over the demo's requests: nothing changes where nothing is changed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.policies import services as policies
from approvals.replay.replays import our_history, replay_ours
from tests.demo import conftest as demo

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
made = demo.made
KEYS = ["access-request", "expense-declaration", "production-release", "purchase-order"]


@pytest.mark.parametrize("key", KEYS)
def test_the_policy_itself_comes_out_as_it_did(made: demo.Made, key: str) -> None:
    draft = policies.engine_policy(policies.current(key))
    told = replay_ours(draft, our_history(key)).comparison
    assert (told.requests > 30, told.different, told.assumed) == (True, [], 0)
    for pair in (told.opened, told.decisions, told.clocks, told.missed, told.by_ladder, told.rounds):
        assert not pair.differs
    assert [who for who, work in told.people.items() if work.hours.differs] == []


def test_the_policy_itself_asks_nothing_of_the_database(made: demo.Made) -> None:
    draft = policies.engine_policy(policies.current("expense-declaration"))
    history = our_history("expense-declaration")
    with CaptureQueriesContext(connection) as queries:
        replay_ours(draft, history)
    assert len(queries) < len(history.pasts)
