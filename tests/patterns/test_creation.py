"""Creation: what is said beforehand about who may do the work."""

from typing import Any

import pytest

from approvals.engine import commands as c
from approvals.people.models import ApprovalLimit, RoleHolder
from approvals.policies.preparation import prepare_stage
from tests.engine.scene import Scene, policy
from tests.engine.world import World
from tests.policies.cast import NOW, person, role, work

HANDLER: dict[str, Any] = {
    "form": [{"id": "handler", "label": "Handler", "type": "person"}],
}
BY_FIELD: dict[str, Any] = {"participants": [{"field": "handler"}]}


def asked(who: dict[str, Any], amount: int = 0) -> list[str]:
    """Whom a stage of Ana's request would ask now."""
    plan = prepare_stage(work({"participants": [who]}, {"amount": amount}), NOW)
    return [candidate.person for seat in plan.seats for candidate in seat.candidates]


def test_r01_direct_distribution() -> None:
    scene = Scene(policy({"participants": [{"user": "pia"}]}))
    assert scene.waits_for() == {"s1.1.1": ("pia",)}
    assert scene.approve("quin") == "not_assigned"
    assert scene.approve("pia") == "ok"


@pytest.mark.django_db
def test_r02_role_based_distribution() -> None:
    person("ana")
    role("buyer", person("bo"), person("cy"))
    assert asked({"role": "buyer"}) == ["bo", "cy"]
    RoleHolder.objects.get(person__username="bo").delete()
    assert asked({"role": "buyer"}) == ["cy"], "the policy names the role, not its holders"


def test_r03_deferred_distribution() -> None:
    rules = policy(BY_FIELD, **HANDLER)
    assert Scene(rules, form={"handler": "pia"}).waits_for() == {"s1.1.1": ("pia",)}
    assert Scene(rules, form={"handler": "quin"}).waits_for() == {"s1.1.1": ("quin",)}


def test_r04_authorization() -> None:
    strict, free = (Scene(policy({"asks": ["pia"], "allow": allow})) for allow in ([], ["delegate"]))
    assert strict.act(c.Delegate, "pia", task="s1.1.1", to="zoe") == "not_allowed"
    assert free.act(c.Delegate, "pia", task="s1.1.1", to="zoe") == "ok"
    assert strict.request_changes("pia") == "not_allowed"
    assert strict.approve("pia") == "ok"


def test_r05_separation_of_duties() -> None:
    desk = {"participants": [{"group": "desk"}]}
    rules = policy(desk, desk, separation_of_duties={"four_eyes": [["s1", "s2"]]})
    scene = Scene(rules, World(groups={"desk": ("pia", "quin")}))
    scene.approve("pia")
    assert scene.waits_for() == {"s2.1.1": ("quin",)}
    assert scene.approve("pia", "s2.1.1") == "four_eyes"
    assert scene.admin(c.Reassign, task="s2.1.1", to="pia") == "four_eyes"


def test_r06_case_handling() -> None:
    scene = Scene(policy(BY_FIELD, BY_FIELD, **HANDLER), form={"handler": "quin"})
    assert scene.waits_for() == {"s1.1.1": ("quin",)}
    scene.approve("quin")
    assert scene.waits_for() == {"s2.1.1": ("quin",)}


@pytest.mark.django_db
def test_r08_capability_based_distribution() -> None:
    person("ana", person("max", person("ines", grade=7), grade=5))
    ApprovalLimit.objects.create(amount=100_000, currency="EUR", grade=5)
    ApprovalLimit.objects.create(amount=900_000, currency="EUR", grade=7)
    assert asked({"up_to": {"limit": "amount"}}, amount=100_000) == ["max"]
    assert asked({"up_to": {"limit": "amount"}}, amount=100_001) == ["ines"]


@pytest.mark.django_db
def test_r10_organisational_distribution() -> None:
    person("ana", person("max", person("ines")), unit="Chemistry")
    role("buyer", person("physicist"), unit="Physics")
    role("buyer", person("chemist"), unit="Chemistry")
    assert asked({"manager": 1}) == ["max"]
    assert asked({"manager": 2}) == ["ines"]
    assert asked({"role": "buyer"}) == ["chemist"]


def test_r11_automatic_execution() -> None:
    stage = {"rules": [{"name": "Small", "when": "true", "do": "approve"}]}
    scene = Scene(policy(stage))
    assert scene.outcome == "approved"
    assert not scene.state.tasks, "nobody was asked"
