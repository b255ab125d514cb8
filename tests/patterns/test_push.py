"""Push: the system brings the work to people."""

import uuid
from typing import Any

from approvals.engine import commands as c
from approvals.policies.models import Policy, PolicyVersion
from approvals.policies.services import engine_policy
from approvals.requests.models import Request
from tests.engine.scene import Scene, policy
from tests.engine.world import World
from tests.pages.office import BODY, Office

DESK = World(groups={"desk": ("pia", "quin", "rosa")})
LEAST: dict[str, Any] = {"group": "desk", "pick": "least_loaded"}


def test_r13_distribution_by_offer_to_multiple_resources() -> None:
    for whoever_is_first in ("pia", "quin", "rosa"):
        scene = Scene(policy({"participants": [{"group": "desk"}]}), DESK)
        assert scene.waits_for() == {"s1.1.1": ("pia", "quin", "rosa")}
        assert scene.task().owner is None
        assert scene.act(c.Claim, whoever_is_first, task="s1.1.1") == "ok"
        assert scene.waits_for() == {"s1.1.1": (whoever_is_first,)}


def test_r14_distribution_by_allocation_to_a_single_resource() -> None:
    scene = Scene(policy({"participants": [LEAST]}), DESK)
    assert scene.waits_for() == {"s1.1.1": ("pia",)}
    assert scene.act(c.Claim, "quin", task="s1.1.1") == "not_assigned"
    scene.act(c.Claim, "pia", task="s1.1.1")
    assert scene.act(c.Release, "pia", task="s1.1.1") == "only_candidate"


def test_r17_shortest_queue(office: Office) -> None:
    least_loaded_of_finance(office)
    first, second = office.submit(), office.submit()
    assert (waits_for(office, first), waits_for(office, second)) == (["cy"], ["di"])
    office.approve(second, "di", "one.1.1")
    assert waits_for(office, office.submit()) == ["di"], "Cy has one open task, and Di none"


def test_r19_distribution_on_enablement() -> None:
    scene = Scene(policy({"asks": ["pia"]}, {"asks": ["quin"]}))
    assert scene.waits_for() == {"s1.1.1": ("pia",)}
    scene.wait(1)
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("quin",)}
    assert scene.task("s2.1.1").opened_at == scene.now


def least_loaded_of_finance(office: Office) -> None:
    """From now on a request asks one of Cy and Di."""
    stage = {"id": "one", "title": "One", "participants": [{"group": "finance", "pick": "least_loaded"}]}
    office.version = PolicyVersion.objects.create(
        policy=Policy.objects.create(key="pick", title="Pick"),
        number=1,
        body={**BODY, "key": "pick", "stages": [stage]},
        digest=uuid.uuid4().hex,
    )
    engine_policy(office.version)


def waits_for(office: Office, row: Request) -> list[str]:
    """Who is asked."""
    return [person for task in office.state(row).open_tasks() for person in task.people]
