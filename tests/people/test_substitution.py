"""Who takes somebody's place: chains of substitutes, substitutes for single policies, standing delegations."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.people.models import Cover, Delegation, Person
from approvals.people.substitution import Matter, StandIn, follow, stand_ins
from tests.policies.cast import NOW, away, person

FRIDAY = date(2026, 3, 6)
PEOPLE = range(6)
MAPS = st.dictionaries(st.sampled_from(PEOPLE), st.one_of(st.none(), st.sampled_from(PEOPLE)))


# ---- chains, whatever they are like ---------------------------------------------------------------


def walk(start: int, substitutes: dict[int, int | None], steps: int) -> list[int]:
    """The same by brute force: as many steps as asked for, in circles too; it stops at who is there."""
    at: int | None = start
    found: list[int] = []
    for _ in range(steps):
        if at is None:
            break
        found.append(at)
        if at not in substitutes:
            break
        at = substitutes[at]
    return found


@given(st.sampled_from(PEOPLE), MAPS)
def test_a_chain_ends_with_the_first_who_is_there_or_with_nobody(
    start: int, substitutes: dict[int, int | None]
) -> None:
    chain = follow(start, substitutes.get, lambda who: who in substitutes)
    assert chain[0] == start
    assert len(chain) == len(set(chain)), "nobody stands in it twice"
    assert all(who in substitutes for who in chain[:-1]), "who is there passes nothing on"
    assert all(substitutes[one] == after for one, after in pairwise(chain))
    far = walk(start, substitutes, 3 * len(PEOPLE))
    there = [who for who in far if who not in substitutes]
    assert ([chain[-1]] if chain[-1] not in substitutes else []) == there, "found if and only if there is one"


@given(st.sampled_from(PEOPLE), MAPS)
def test_who_stands_in_for_a_substitute_stands_in_for_whom_they_replace(
    start: int, substitutes: dict[int, int | None]
) -> None:
    chain = follow(start, substitutes.get, lambda who: who in substitutes)
    if len(chain) > 1 and chain[-1] not in substitutes:
        assert follow(chain[1], substitutes.get, lambda who: who in substitutes) == chain[1:]


# ---- from the tables -------------------------------------------------------------------------------


@pytest.fixture
def ana(db: None) -> Person:
    return person("ana")


def taken(who: Person, matter: Matter | None = None) -> StandIn | None:
    return stand_ins([who], NOW, matter).get(who.handle)


def matter(amount: int | None = 10_000, policy: str = "expense", **more: object) -> Matter:
    return Matter(policy, amount, "EUR", **more)  # type: ignore[arg-type]


def delegation(of: Person, to: Person, **limits: object) -> Delegation:
    return Delegation.objects.create(person=of, delegate=to, created_by=of, **limits)


def test_a_policy_can_have_a_substitute_of_its_own(ana: Person) -> None:
    bo, cara = person("bo"), person("cara")
    Cover.objects.create(absence=away(ana, FRIDAY, bo), policy="expense", substitute=cara)
    assert taken(ana, matter()) == StandIn(cara, ((ana, FRIDAY),))
    assert taken(ana, matter(policy="release")) == StandIn(bo, ((ana, FRIDAY),))
    assert taken(ana) == StandIn(bo, ((ana, FRIDAY),)), "without a matter, the one for everything"


def test_a_policy_can_have_a_substitute_where_the_rest_has_none(ana: Person) -> None:
    cara = person("cara")
    Cover.objects.create(absence=away(ana, FRIDAY), policy="expense", substitute=cara)
    assert taken(ana, matter()) == StandIn(cara, ((ana, FRIDAY),))
    assert taken(ana, matter(policy="release")) == StandIn(None, ((ana, FRIDAY),))


def test_the_next_in_a_chain_is_the_one_for_the_policy_too(ana: Person) -> None:
    bo, cara, di = person("bo"), person("cara"), person("di")
    away(ana, FRIDAY, bo)
    Cover.objects.create(absence=away(bo, FRIDAY, cara), policy="expense", substitute=di)
    assert taken(ana, matter()) == StandIn(di, ((ana, FRIDAY), (bo, FRIDAY)))
    assert taken(ana, matter(policy="release")) == StandIn(cara, ((ana, FRIDAY), (bo, FRIDAY)))


def test_a_standing_delegation_takes_what_is_within_its_limits(ana: Person) -> None:
    bo = person("bo")
    made = delegation(ana, bo, policies=["expense"], limit=10_000, currency="EUR")
    assert taken(ana, matter(10_000)) == StandIn(bo, delegation=made)
    assert taken(ana, matter(10_001)) is None
    assert taken(ana, matter(None)) is None, "what is not known is not within a limit"
    assert taken(ana, matter(policy="release")) is None
    assert taken(ana, Matter("expense", 5, "USD")) is None
    assert taken(ana, matter(requester="bo")) is None, "nobody decides their own request"
    assert taken(ana, matter(delegable=False)) is None
    assert taken(ana) is None


@pytest.mark.parametrize(("days", "stands"), [(0, True), (1, True), (-1, False)])
def test_a_delegation_stands_until_its_last_day(ana: Person, days: int, stands: bool) -> None:
    delegation(ana, person("bo"), last_day=NOW.date() + timedelta(days=days))
    assert (taken(ana, matter()) is not None) == stands


def test_an_ended_delegation_or_one_to_somebody_who_left_takes_nothing(ana: Person) -> None:
    delegation(ana, person("bo"), ended_at=NOW, ended_by=ana)
    delegation(ana, person("left", is_active=False))
    assert taken(ana, matter()) is None


def test_the_narrowest_limit_that_covers_it_comes_first(ana: Person) -> None:
    for handle, limit in (("large", 50_000), ("small", 1_000)):
        delegation(ana, person(handle), limit=limit, currency="EUR")
    delegation(ana, person("all"))
    found = {amount: taken(ana, matter(amount)) for amount in (500, 5_000, 500_000)}
    assert [one.person.handle for one in found.values() if one and one.person] == ["small", "large", "all"]


def test_a_delegation_is_not_passed_on_and_waits_for_its_delegate(ana: Person) -> None:
    bo, cara = person("bo"), person("cara")
    made = delegation(ana, bo)
    delegation(bo, cara)
    assert taken(ana, matter()) == StandIn(bo, delegation=made)
    away(bo, FRIDAY, cara)
    assert taken(ana, matter()) is None, "Ana decides herself while Bo is away"


def test_a_delegation_holds_while_the_one_who_gave_it_is_away(ana: Person) -> None:
    bo, cara = person("bo"), person("cara")
    away(ana, FRIDAY, cara)
    made = delegation(ana, bo, limit=1_000, currency="EUR")
    assert taken(ana, matter(500)) == StandIn(bo, delegation=made)
    assert taken(ana, matter(5_000)) == StandIn(cara, ((ana, FRIDAY),))
