"""Where a requester's "escalate" goes when several stages are open."""

import pytest

from approvals.mail import inbound
from temporal_app import client
from tests.engine.scene import policy
from tests.mail.desk import Desk, sla
from tests.mail.post import letter


@pytest.mark.django_db
def test_of_several_stages_the_one_that_is_due_first_is_escalated(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(
        policy(
            {"asks": ["bo"], "after": []},
            {"asks": ["cy"], "after": [], "sla": sla()},
            {"asks": ["max"], "after": [], "sla": {**sla(), "target": "PT2H"}},
        )
    )
    monkeypatch.setattr(client, "signal", desk.signal)
    raw = letter("escalate", sender="ana@example.org")
    inbound.receive(raw, "ana@example.org", desk.address("ana", ""))
    assert desk.waits_for() == {"s1.1.1": ("bo",), "s2.1.1": ("cy",), "s3.1.1": ("max", "olga")}
