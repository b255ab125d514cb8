"""One approval from each participant, and one person for one of them."""

from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from approvals.engine import events as e
from approvals.engine.matching import matched, reserved
from tests.engine.scene import Scene, policy
from tests.engine.world import World

PEOPLE = "pqrst"
groups = st.lists(st.frozensets(st.sampled_from(PEOPLE), min_size=1, max_size=4), min_size=1, max_size=4).map(
    lambda found: dict(enumerate(found))
)


def scene(groups: dict[str, tuple[str, ...]], *, each: bool = False, **stage: Any) -> Scene:
    """A seat for every group, or for every member."""
    asked = [{"group": name, "each": each} for name in groups]
    values = {"participants": asked, "quorum": "one_of_each", "allow": ["abstain"], **stage}
    return Scene(policy(values), World(groups=groups))


def test_each_has_to_approve() -> None:
    request = scene({"money": ("pia", "quin"), "law": ("rosa", "sam")})
    request.approve("quin")
    assert request.outcome is None
    request.approve("rosa", "s1.1.2")
    assert request.outcome == "approved"


def test_one_member_speaks_for_a_group_whose_members_are_all_asked() -> None:
    request = scene({"money": ("pia", "quin"), "law": ("rosa", "sam")}, each=True)
    assert len(request.waits_for()) == 4
    request.approve("quin", "s1.1.2")
    assert request.waits_for() == {"s1.1.3": ("rosa",), "s1.1.4": ("sam",)}
    assert request.last(e.TaskCancelled).reason == "satisfied"
    request.approve("sam", "s1.1.4")
    assert request.outcome == "approved"


def test_whoever_alone_can_take_a_seat_is_kept_for_it() -> None:
    request = scene({"money": ("pia", "quin"), "law": ("pia",)})
    assert request.waits_for() == {"s1.1.1": ("quin",), "s1.1.2": ("pia",)}
    assert request.approve("pia") == "not_assigned"
    assert request.last(e.TaskReassigned).cause == "needed_elsewhere"


def test_who_is_left_is_reserved_as_soon_as_the_others_have_decided() -> None:
    request = scene({"money": ("pia", "quin"), "law": ("pia", "rosa"), "safety": ("quin", "rosa")})
    request.approve("pia")
    assert request.waits_for() == {"s1.1.2": ("rosa",), "s1.1.3": ("quin",)}


def test_a_group_without_anybody_of_its_own_is_a_case_for_the_owner() -> None:
    request = scene({"money": ("pia",), "law": ("pia",)})
    request.approve("pia")
    assert request.outcome is None
    assert request.waits_for() == {"s1.1.3": ("olga",)}
    request.approve("olga", "s1.1.3")
    assert request.outcome == "approved"


def test_the_owner_speaks_for_a_group_that_is_empty_and_for_no_other() -> None:
    request = scene({"money": ("pia",), "none": ()})
    assert request.waits_for() == {"s1.1.1": ("pia",), "s1.1.2": ("olga",)}
    request.approve("olga", "s1.1.2")
    assert request.outcome is None
    request.approve("pia")
    assert request.outcome == "approved"


@pytest.mark.parametrize(
    ("veto", "decisions", "outcome"),
    [
        (True, ["reject"], "rejected"),
        (False, ["reject"], None),
        (False, ["reject", "approve", "approve"], "approved"),
        (False, ["reject", "reject"], "rejected"),
        (False, ["abstain", "approve", "approve"], "approved"),
    ],
)
def test_a_group_rejects_when_none_of_it_can_approve_any_more(
    veto: bool, decisions: list[str], outcome: str | None
) -> None:
    request = scene({"money": ("pia", "quin"), "law": ("rosa",)}, each=True, veto=veto)
    for number, (person, said) in enumerate(zip(("pia", "quin", "rosa"), decisions, strict=False), 1):
        assert request.decide(person, said, f"s1.1.{number}") == "ok"
    assert request.outcome == outcome


def test_a_group_that_abstains_is_a_case_for_the_owner() -> None:
    request = scene({"money": ("pia",), "law": ("rosa",)})
    request.decide("pia", "abstain")
    assert request.waits_for() == {"s1.1.2": ("rosa",), "s1.1.3": ("olga",)}


@given(groups)
def test_as_many_places_are_filled_as_can_be(wanted: dict[int, frozenset[str]]) -> None:
    found = matched(wanted)
    assert all(person in wanted[place] for place, person in found.items())
    assert len(set(found.values())) == len(found)
    assert len(found) == max(len({*chosen}) for chosen in product(*wanted.values()))


@given(groups)
def test_nobody_is_kept_from_a_place_without_need(wanted: dict[int, frozenset[str]]) -> None:
    """By trying every way to seat everybody: a person stays where some way has them there."""
    ways = [way for way in product(*wanted.values()) if len({*way}) == len(way)]
    expected = {place: frozenset(way[place] for way in ways) for place in wanted} if ways else wanted
    assert reserved(wanted) == expected


@given(groups.filter(lambda wanted: len(matched(wanted)) == len(wanted)), st.randoms())
def test_whoever_decides_first_each_is_satisfied_if_that_is_possible(
    wanted: dict[int, frozenset[str]], chance: Any
) -> None:
    named = {f"g{place}": tuple(sorted(people)) for place, people in wanted.items()}
    request = scene(named)
    while request.outcome is None:
        open_now = request.waits_for()
        task = chance.choice(sorted(open_now))
        request.approve(chance.choice(open_now[task]), task)
    assert request.outcome == "approved"
    assert not request.all(e.StageStuck)


def test_the_order_does_not_matter() -> None:
    for order in permutations(("pia", "quin", "rosa")):
        request = scene({"a": ("pia", "quin"), "b": ("quin", "rosa"), "c": ("rosa",)})
        for person in order:
            (task,) = [task for task, people in request.waits_for().items() if person in people]
            request.approve(person, task)
        assert request.outcome == "approved"


@pytest.mark.parametrize("who", [{"user": "pia"}, {"manager": 1}])
def test_one_person_cannot_be_two_of_each(who: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="twice: one person is one of them only"):
        policy({"participants": [who, {"user": "quin"}, who], "quorum": "one_of_each"})


def test_weights_make_no_difference_and_are_refused() -> None:
    with pytest.raises(ValidationError, match='quorum "one_of_each" counts no votes'):
        policy({"participants": [{"user": "pia", "weight": 2}], "quorum": "one_of_each"})
