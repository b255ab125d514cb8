"""The policies that come with the program: complete, and going where they should."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pydantic import JsonValue

from approvals.calendars import services as calendars
from approvals.engine.model import Form
from approvals.engine.policy import CountQuorum, FormField, Participant, Policy, Stage
from approvals.people.models import Person
from approvals.policies import services
from approvals.policies.conditions import Facts, Requester, evaluate_condition
from approvals.policies.preview import preview
from tests.policies.cast import NOW, group, person, role

FILES = sorted(services.LIBRARY.glob("*.yaml"))
LIBRARY = {file.stem: services.parse(file.read_text()) for file in FILES}

EXPENSE: Form = {
    "purpose": "Train to Delft",
    "spent_on": "2026-03-02",
    "amount": 4_250,
    "first_check": "The administration",
    "budget": "My supervisor's",
    "representation": False,
}
ORDER: Form = {
    "item": "Microscope",
    "supplier": "Lens BV",
    "amount": 900_000,
    "cost_centre": "C1",
    "contract": False,
    "reason": "The old one broke.",
}
ACCESS: Form = {"system": "Payroll", "access": "Read", "until": "2026-12-31", "reason": "Audit."}
RELEASE: Form = {
    "service": "shop",
    "version": "4.2",
    "changes": "Faster.",
    "risk": "Low",
    "way_back": "Deploy 4.1.",
    "tested": True,
}


def applying(policy: Policy, form: Form) -> list[str]:
    """The stages whose conditions hold."""
    facts = Facts(form, Requester("ana"))
    return [
        stage.id
        for stage in policy.stages
        if stage.when is None or evaluate_condition(stage.when, policy.form, facts)
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_without_fault_and_named_after_its_key(file: Path) -> None:
    review = services.review(file.read_text(), with_world=False)
    assert review.faults == ()
    assert review.policy is not None
    assert review.policy.key == file.stem


@pytest.mark.parametrize("policy", LIBRARY.values(), ids=LIBRARY)
def test_every_stage_has_a_deadline_and_somebody_hears_of_its_breach(policy: Policy) -> None:
    for stage in policy.stages:
        assert stage.sla is not None
        assert stage.sla.levels


@pytest.mark.parametrize(
    ("changes", "stages"),
    [
        ({}, ["administration", "supervisor", "payment"]),
        ({"first_check": "A pre-approver"}, ["pre-approver", "supervisor", "payment"]),
        ({"first_check": "Nobody before my supervisor"}, ["supervisor", "payment"]),
        ({"budget": "Somebody else's"}, ["administration", "budget-owner", "supervisor", "payment"]),
        ({"amount": 500_000}, ["administration", "supervisor", "payment"]),
        ({"amount": 500_001}, ["administration", "supervisor", "director", "payment"]),
        ({"representation": True}, ["administration", "supervisor", "director", "payment"]),
    ],
)
def test_an_expense_declaration(changes: Form, stages: list[str]) -> None:
    policy = LIBRARY["expense-declaration"]
    assert applying(policy, {**EXPENSE, **changes}) == stages
    assert {stage.on_reject for stage in policy.stages} == {"return"}


@pytest.mark.parametrize(
    ("changes", "stages"),
    [
        ({}, ["manager", "finance", "purchasing"]),
        ({"contract": True}, ["manager", "finance", "legal", "purchasing"]),
        ({"amount": 2_500_001}, ["manager", "finance", "legal", "committee", "purchasing"]),
    ],
)
def test_a_purchase_order(changes: Form, stages: list[str]) -> None:
    policy = LIBRARY["purchase-order"]
    assert applying(policy, {**ORDER, **changes}) == stages
    assert policy.before("finance") == policy.before("legal") == ("manager",)
    assert policy.stage("committee").quorum == CountQuorum(count=2)


@pytest.mark.parametrize(
    ("changes", "stages"),
    [
        ({}, ["manager", "payroll"]),
        ({"system": "Student records"}, ["manager", "student-records"]),
        ({"system": "Data warehouse"}, ["manager", "data-warehouse"]),
        ({"access": "Administer"}, ["manager", "payroll", "security"]),
    ],
)
def test_an_access_request(changes: Form, stages: list[str]) -> None:
    policy = LIBRARY["access-request"]
    assert applying(policy, {**ACCESS, **changes}) == stages
    assert all(stage.sla and stage.sla.levels[-1].do == "expire" for stage in policy.stages)


@pytest.mark.parametrize(
    ("changes", "stages"),
    [
        ({}, ["on-call"]),
        ({"risk": "High"}, ["on-call", "duty-manager"]),
        ({"tested": False}, ["on-call", "duty-manager"]),
    ],
)
def test_a_production_release(changes: Form, stages: list[str]) -> None:
    policy = LIBRARY["production-release"]
    assert applying(policy, {**RELEASE, **changes}) == stages
    sla = policy.stage("on-call").sla
    assert sla is not None
    assert (sla.target, sla.levels[0].at, sla.levels[0].do) == ("PT4H", "100%", "reassign")


class PreviewTest(TestCase):
    """Every path of every policy of the library has somebody to ask, a reason, and an end."""

    requester: Person

    @classmethod
    def setUpTestData(cls) -> None:
        """Everybody whom the library names."""
        cls.requester = person("ana", person("max", person("ines")), unit="Chemistry")
        wanted = [
            who
            for policy in LIBRARY.values()
            for stage in policy.stages
            for who in (*stage.participants, *_told(stage))
        ]
        wanted += [policy.owner for policy in LIBRARY.values()]
        for slug in sorted({who.group for who in wanted if who.group}):
            group(slug, *(person(f"{slug}-{number}", cls.requester.manager) for number in range(3)))
        for slug in sorted({who.role for who in wanted if who.role}):
            role(slug, person(slug, cls.requester.manager))
        calendars.load_library()
        services.load_library()

    @settings(deadline=None, max_examples=50)
    @given(st.data())
    def test_each_form_has_an_end(self, data: st.DataObject) -> None:
        """Whatever is filled in: the stages that apply are shown with people, the others with the reason."""
        policy = LIBRARY[data.draw(st.sampled_from(sorted(LIBRARY)))]
        form: Form = {
            field.id: value for field in policy.form if (value := data.draw(_value(field))) is not None
        }
        found = preview(services.current(policy.key), self.requester, form, NOW)
        assert [stage.id for stage in found.stages if not stage.skipped] == applying(policy, form)
        assert found.done_by is not None
        for stage in found.stages:
            assert bool(stage.reason) == stage.skipped
            assert bool(stage.seats) != stage.skipped
            for seat in stage.seats:
                assert all(candidate.why and candidate.person != "ana" for candidate in seat.candidates)
        assert found.done_by == max(stage.due_at for stage in found.stages if stage.due_at)


def _told(stage: Stage) -> list[Participant]:
    """Whom a stage's ladder names."""
    return [who for level in (stage.sla.levels if stage.sla else ()) for who in level.to]


def _value(field: FormField) -> st.SearchStrategy[JsonValue]:
    """Something that may stand in a field."""
    values: dict[str, st.SearchStrategy[JsonValue]] = {
        "money": st.sampled_from([1, 500_000, 500_001, 1_000_001, 2_500_001]),
        "boolean": st.booleans(),
        "choice": st.sampled_from(field.choices or ("",)),
        "date": st.just("2026-03-02"),
    }
    value = values.get(field.type, st.just("x"))
    return value if field.required else st.none() | value
