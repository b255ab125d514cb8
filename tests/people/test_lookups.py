"""Looking people up."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.people import services as people
from approvals.people.models import Person
from approvals.people.substitution import stand_ins
from tests.policies.cast import NOW, away, group, person, role

pytestmark = pytest.mark.django_db


def handles(found: tuple[Person, ...]) -> list[str]:
    return [who.handle for who in found]


def test_the_line_is_followed_up_to_its_end() -> None:
    boss = person("boss")
    head = person("head", boss)
    person("ana", head)
    line = people.lines(["ana"])["ana"]
    assert handles(line.people) == ["head", "boss"]
    assert line.manager(2) == boss
    assert line.manager(3) is None
    assert line.manager(0) is None
    assert not line.looped


def test_lines_of_many_come_in_one_query() -> None:
    boss = person("boss")
    for number in range(20):
        person(f"p{number}", boss)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = people.lines([f"p{number}" for number in range(20)])
    assert len(queries) == 1
    assert {line.people for line in found.values()} == {(boss,)}
    assert {handle: line.of.handle for handle, line in found.items() if line.of} == {h: h for h in found}


def test_an_inactive_manager_is_passed_over() -> None:
    boss = person("boss")
    person("ana", person("left", boss, is_active=False))
    assert handles(people.lines(["ana"])["ana"].people) == ["boss"]


def test_a_loop_ends_the_line_and_is_told() -> None:
    ana = person("ana")
    bo = person("bo", ana)
    ana.manager = person("cara", bo)
    ana.save()
    line = people.lines(["ana"])["ana"]
    assert handles(line.people) == ["cara", "bo"]
    assert line.looped


def test_somebody_unknown_has_nobody_above() -> None:
    assert people.lines(["nobody"])["nobody"] == people.Line()


def test_a_group_has_its_active_members() -> None:
    group("finance", person("bo"), person("ana"), person("left", is_active=False))
    name, members = people.group_members("finance")
    assert (name, handles(members)) == ("Finance", ["ana", "bo"])
    assert people.group_members("none") == (None, ())


def test_a_role_is_held_in_the_unit_first_and_else_everywhere() -> None:
    role("buyer", person("chemist"), unit="Chemistry")
    role("buyer", person("anybody"))
    role("buyer", person("left", is_active=False), unit="Law")
    assert handles(people.role_holders("buyer", "Chemistry").people) == ["chemist"]
    assert people.role_holders("buyer", "Chemistry").unit == "Chemistry"
    for unit in ("Physics", "Law", ""):
        assert handles(people.role_holders("buyer", unit).people) == ["anybody"]
        assert people.role_holders("buyer", unit).unit == ""
    assert people.role_holders("none", "Law").name is None


def test_only_active_administrators_are_administrators() -> None:
    person("ada", is_admin=True)
    person("left", is_admin=True, is_active=False)
    person("ana")
    assert [handle for handle in ("ada", "left", "ana", "none") if people.is_admin(handle)] == ["ada"]
    assert handles(people.admins()) == ["ada"]


def test_names_and_ids_are_known_of_those_who_left() -> None:
    left = person("left", is_active=False, first_name="Lee", last_name="Ft")
    assert people.names(["left", "none"]) == {"left": "Lee Ft", "none": "none"}
    assert people.ids_by_handle({"left", "none"}) == {"left": left.pk}
    assert people.active(["left"]) == {}


def test_a_profile_has_groups_and_roles() -> None:
    ana = person("ana", unit="Chemistry", title="Chemist", grade=7)
    group("finance", ana)
    group("committee", ana)
    role("buyer", ana, unit="Law")
    role("buyer", ana)
    assert people.profile("ana") == people.Profile(
        "ana", "Ana", "Chemistry", "Chemist", 7, ("committee", "finance"), ("buyer",)
    )
    assert people.profile("none") is None


def test_a_substitute_stands_in_on_the_days_of_the_absence_only() -> None:
    ana, bo = person("ana"), person("bo")
    away(ana, date(2026, 3, 4), bo, since=date(2026, 3, 4))
    found = stand_ins([ana, bo], NOW)
    assert list(found) == ["ana"]
    assert found["ana"].person == bo
    assert found["ana"].away == ((ana, date(2026, 3, 4)),)
    for day in (3, 5):
        assert stand_ins([ana], NOW.replace(day=day)) == {}


def test_the_day_is_that_of_the_persons_own_zone() -> None:
    ana = person("ana", time_zone="Pacific/Auckland")
    away(ana, date(2026, 3, 5), since=date(2026, 3, 5))
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)  # 01:00 on the fifth in Auckland
    assert list(stand_ins([ana], noon)) == ["ana"]
    assert stand_ins([ana], noon.replace(hour=10)) == {}


def test_a_substitute_who_is_away_is_replaced_by_theirs() -> None:
    ana, bo, cara = person("ana"), person("bo"), person("cara")
    away(ana, date(2026, 3, 6), bo)
    away(bo, date(2026, 3, 9), cara)
    found = stand_ins([ana], NOW)["ana"]
    assert found.person == cara
    assert found.away == ((ana, date(2026, 3, 6)), (bo, date(2026, 3, 9)))


@pytest.mark.parametrize("end", ["loop", "left", "none"])
def test_a_chain_that_leads_to_nobody_says_so(end: str) -> None:
    ana, bo, left = person("ana"), person("bo"), person("left", is_active=False)
    away(ana, date(2026, 3, 6), bo)
    away(bo, date(2026, 3, 6), {"loop": ana, "left": left, "none": None}[end])
    assert stand_ins([ana], NOW)["ana"].person is None


def test_of_two_absences_the_longer_counts() -> None:
    ana = person("ana")
    away(ana, date(2026, 3, 20), person("bo"))
    away(ana, date(2026, 3, 6), person("cara"))
    assert stand_ins([ana], NOW)["ana"].away == ((ana, date(2026, 3, 20)),)
