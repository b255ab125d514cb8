"""Approval authority: up the reporting line to the first manager whose limit, or grade, is enough."""

import pytest
from pydantic import ValidationError

from approvals.engine.work import StagePlan
from approvals.people.limits import authorities
from approvals.people.models import ApprovalLimit, Person
from approvals.policies import services
from approvals.policies.description import describe
from approvals.policies.preparation import prepare_stage
from tests.policies.cast import NOW, away, person, policy, role, work

pytestmark = pytest.mark.django_db

BY_LIMIT: dict[str, object] = {"up_to": {"limit": "amount"}}


@pytest.fixture(autouse=True)
def line() -> dict[str, Person]:
    """Ana below Max (5), Ines (7) and Top (9)."""
    person("owner")
    top = person("top", grade=9)
    ines = person("ines", top, grade=7)
    return {"top": top, "ines": ines, "max": person("max", ines, grade=5), "ana": person("ana")}


@pytest.fixture(autouse=True)
def ana_below_max(line: dict[str, Person]) -> None:
    Person.objects.filter(username="ana").update(manager=line["max"])


def limit(amount: int | None, currency: str = "EUR", **of: object) -> ApprovalLimit:
    return ApprovalLimit.objects.create(amount=amount, currency=currency, **of)


def plan(who: dict[str, object], amount: int | None = 1_200_000) -> StagePlan:
    return prepare_stage(work({"participants": [who]}, {"amount": amount}), NOW)


def asked(who: dict[str, object], amount: int | None = 1_200_000) -> list[list[str]]:
    return [[candidate.person for candidate in seat.candidates] for seat in plan(who, amount).seats]


def test_the_first_manager_whose_limit_covers_the_amount_is_asked_with_every_step() -> None:
    limit(100_000, grade=5)
    limit(2_500_000, grade=6)
    assert asked(BY_LIMIT, 100_000) == [["max"]]
    assert asked(BY_LIMIT, 100_001) == [["ines"]]
    seat = plan(BY_LIMIT).seats[0]
    assert seat.label == "Manager with authority for “Amount”"
    assert seat.candidates[0].why == (
        "Max, the manager of Ana, may approve up to 1,000.00 EUR (by grade 5), less than 12,000.00 EUR. "
        "Ines, the manager of Max, may approve up to 25,000.00 EUR (by grade 6), which covers 12,000.00 EUR."
    )


def test_every_manager_on_the_way_can_have_a_seat() -> None:
    limit(100_000, grade=5)
    limit(None, grade=9)
    seats = plan({**BY_LIMIT, "each": True}).seats
    assert [seat.candidates[0].person for seat in seats] == ["max", "ines", "top"]
    assert (
        seats[0]
        .candidates[0]
        .why.endswith("less than 12,000.00 EUR. The policy asks every manager on the way to Top.")
    )
    assert (
        seats[2]
        .candidates[0]
        .why.endswith("Top, the manager of Ines, may approve any amount in EUR (by grade 9).")
    )


def test_by_grade() -> None:
    assert asked({"up_to": {"grade": 7}}) == [["ines"]]
    assert plan({"up_to": {"grade": 7}}).seats[0].candidates[0].why == (
        "Max, the manager of Ana, has grade 5, below 7. "
        "Ines, the manager of Max, has grade 7, which is enough."
    )
    limit(None, grade=1)
    assert asked({"up_to": {"grade": 9, "limit": "amount"}}) == [["top"]]


def test_nobody_with_the_authority_leaves_it_to_the_owner_and_says_whom_it_went_past() -> None:
    found = plan({"up_to": {"grade": 10}})
    assert found.seats == ()
    assert [candidate.person for candidate in found.last_resort] == ["owner"]
    assert found.reason == (
        "Nobody was found for “Manager of grade 10”: Max, the manager of Ana, has grade 5, below 10. "
        "Ines, the manager of Max, has grade 7, below 10. Top, the manager of Ines, has grade 9, below 10. "
        "Ana's reporting line ends there."
    )


def test_a_limit_in_another_currency_is_none() -> None:
    limit(None, grade=1, currency="USD")
    assert "Max, the manager of Ana, has no approval limit in EUR." in plan(BY_LIMIT).reason


def test_an_empty_amount_is_for_the_owner() -> None:
    limit(None, grade=1)
    found = plan(BY_LIMIT, None)
    assert found.seats == ()
    assert found.reason.endswith("The field “Amount” has no amount to go by.")


def test_without_a_manager_it_is_for_the_owner() -> None:
    Person.objects.filter(username="ana").update(manager=None)
    assert plan(BY_LIMIT).reason.endswith("Ana has no manager.")


def test_who_is_away_keeps_the_authority_and_somebody_stands_in(line: dict[str, Person]) -> None:
    limit(None, grade=5)
    away(line["max"], NOW.date(), substitute=person("zoe"))
    candidate = plan(BY_LIMIT).seats[0].candidates[0]
    assert (candidate.person, candidate.instead_of) == ("zoe", "max")


def test_ones_own_limit_stands_before_those_of_roles_and_grade(line: dict[str, Person]) -> None:
    buyer = role("buyer", line["max"])
    limit(1_000, grade=3)
    assert authorities([line["max"]], "EUR")["max"].source == "by grade 3"
    limit(5_000, role=buyer)
    assert authorities([line["max"]], "EUR")["max"].amount == 5_000
    limit(200, person=line["max"])
    known = authorities([line["max"], line["ines"]], "EUR")
    assert (known["max"].amount, known["max"].source) == (200, "set for Max")
    assert known["ines"].amount == 1_000
    assert authorities([line["ana"]], "EUR") == {}


def test_the_limit_is_for_a_money_field() -> None:
    with pytest.raises(ValidationError, match=r"goes by the limit for .*, which is no money field"):
        policy({"id": "a", "title": "A", "participants": [{"up_to": {"limit": "reviewer"}}]})
    with pytest.raises(ValidationError, match='"up_to" says how far'):
        policy({"id": "a", "title": "A", "participants": [{"up_to": {}}]})


def test_a_policy_says_it_in_words_and_warns_while_there_are_no_limits() -> None:
    rules = policy(
        {"id": "a", "title": "A", "participants": [BY_LIMIT, {"up_to": {"grade": 3}, "each": True}]}
    )
    assert describe(rules)[0].who == (
        "The first manager up the requester’s reporting line with an approval limit that covers “Amount”",
        "Every manager up to the first manager up the requester’s reporting line with grade 3 or above",
    )
    faults = services.check(rules)
    assert [(fault.code, fault.where) for fault in faults] == [
        ("no_limits", "stages[0].participants[0].up_to.limit")
    ]
    limit(1, grade=1)
    assert services.check(rules) == []
