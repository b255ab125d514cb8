"""The people pages: who there is, who leads whom, who is away, and who may change what."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals.people.models import Absence, Group, Membership, Person, Role, RoleHolder
from tests.pages.office import text_of

pytestmark = pytest.mark.django_db
Visit = Callable[[str], Client]


@pytest.fixture
def people() -> dict[str, Person]:
    """Bo leads Ana, Cy leads Bo; Ada administers, Aud audits, Di is nobody's."""
    made = {}
    for handle in ("ana", "bo", "cy", "di", "ada", "aud"):
        made[handle] = Person.objects.create_user(
            handle,
            f"{handle}@example.org",
            first_name=handle.title(),
            last_name="Smith",
            unit="Sales" if handle in ("ana", "bo") else "",
            title="Buyer" if handle == "ana" else "",
            is_admin=handle == "ada",
            is_auditor=handle == "aud",
        )
    for who, boss in (("ana", "bo"), ("bo", "cy")):
        Person.objects.filter(username=who).update(manager=made[boss])
    return {handle: Person.objects.get(username=handle) for handle in made}


@pytest.fixture
def visit(people: dict[str, Person]) -> Visit:
    """A browser in which somebody has signed in; "" is nobody."""

    def browser(handle: str) -> Client:
        client = Client()
        if handle:
            client.force_login(people[handle])
        return client

    return browser


def in_days(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


def absence(**changes: object) -> dict[str, Any]:
    days = {"first_day": in_days(1).isoformat(), "last_day": in_days(5).isoformat()}
    return {**days, "substitute": "bo", "note": "Holidays", **changes}


def edited(**changes: object) -> dict[str, Any]:
    return {"manager": "cy", "unit": "Sales", "title": "Buyer", "is_active": "on", **changes}


# ---- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "ana/"])
@pytest.mark.parametrize(
    ("who", "status"), [("ana", 200), ("di", 200), ("aud", 200), ("ada", 200), ("", 302)]
)
def test_everybody_who_has_signed_in_sees_people(visit: Visit, path: str, who: str, status: int) -> None:
    assert visit(who).get(f"/people/{path}").status_code == status


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 302), ("ada", 302), ("bo", 403), ("aud", 403), ("", 302)]
)
def test_who_enters_an_absence(visit: Visit, who: str, status: int) -> None:
    response = visit(who).post("/people/ana/absences/", absence())
    assert response.status_code == status
    assert Absence.objects.count() == (1 if who in ("ana", "ada") else 0)


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 302), ("ada", 302), ("bo", 403), ("aud", 403), ("", 302)]
)
def test_who_takes_an_absence_back(visit: Visit, people: dict[str, Person], who: str, status: int) -> None:
    planned = Absence.objects.create(person=people["ana"], first_day=in_days(1), last_day=in_days(2))
    response = visit(who).post(f"/people/ana/absences/{planned.pk}/remove/")
    assert response.status_code == status
    assert Absence.objects.count() == (0 if who in ("ana", "ada") else 1)


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 403), ("bo", 403), ("aud", 403), ("ada", 302), ("", 302)]
)
def test_who_changes_people(visit: Visit, who: str, status: int) -> None:
    response = visit(who).post("/people/ana/edit/", edited(title="Seller"))
    assert response.status_code == status
    assert Person.objects.get(username="ana").title == ("Seller" if who == "ada" else "Buyer")


def test_reading_changes_nothing(visit: Visit, people: dict[str, Person]) -> None:
    planned = Absence.objects.create(person=people["ana"], first_day=in_days(1), last_day=in_days(2))
    for path in ("edit/", "absences/", f"absences/{planned.pk}/remove/"):
        assert visit("ada").get(f"/people/ana/{path}").status_code == 405
    assert visit("ada").post("/people/").status_code == 405
    assert visit("ada").post("/people/ana/").status_code == 405
    assert Absence.objects.count() == 1


@pytest.mark.parametrize(
    "path", ["nobody/", "a%00na/", "nobody/edit/", "ana/absences/99999999999999999999/remove/"]
)
def test_what_does_not_exist(visit: Visit, path: str) -> None:
    client = visit("ada")
    response = client.get(f"/people/{path}") if path.count("/") == 1 else client.post(f"/people/{path}")
    assert response.status_code == 404


def test_somebody_elses_absence_is_not_under_ones_own_name(visit: Visit, people: dict[str, Person]) -> None:
    planned = Absence.objects.create(person=people["bo"], first_day=in_days(1), last_day=in_days(2))
    assert visit("ana").post(f"/people/ana/absences/{planned.pk}/remove/").status_code == 404
    assert Absence.objects.count() == 1


# ---- the list -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"ana", "bo", "cy", "di", "ada", "aud"}),
        ("q=Buyer", {"ana"}),
        ("q=smith+bo", {"bo"}),
        ("q=a%00na", {"ana"}),
        ("unit=Sales", {"ana", "bo"}),
        ("unit=Sa%00les", {"ana", "bo"}),
        ("unit=Nowhere", set()),
        ("left=1", set()),
        ("page=zzz&q=" + "x" * 1000, set()),
    ],
)
def test_looking_for_people(visit: Visit, query: str, found: set[str]) -> None:
    response = visit("ada").get(f"/people/?{query}")
    assert response.status_code == 200
    assert {person.handle for person in response.context["page"].object_list} == found
    assert found or "Nobody found" in text_of(response)


def test_who_has_left_is_found_on_request(visit: Visit) -> None:
    Person.objects.filter(username="di").update(is_active=False)
    client = visit("ana")
    assert "Di Smith" not in text_of(client.get("/people/"))
    assert "Di Smith" in text_of(client.get("/people/?left=1"))


def test_the_list_says_who_is_away(visit: Visit, people: dict[str, Person]) -> None:
    Absence.objects.create(
        person=people["ana"], first_day=in_days(-1), last_day=in_days(3), substitute=people["bo"]
    )
    Absence.objects.create(person=people["cy"], first_day=in_days(-1), last_day=in_days(3))
    words = text_of(visit("di").get("/people/"))
    assert "; Bo Smith stands in" in words
    assert "; nobody stands in" in words


def test_the_number_of_queries_does_not_grow(visit: Visit, people: dict[str, Person]) -> None:
    client = visit("ana")
    client.get("/people/")
    client.get("/people/")  # who has signed in is asked for once
    with CaptureQueriesContext(connection) as few:
        client.get("/people/")
    for number in range(20):
        Person.objects.create(username=f"more{number}", manager=people["bo"])
    client.get("/people/")
    with CaptureQueriesContext(connection) as many:
        client.get("/people/")
    assert len(many) == len(few) <= 8


# ---- one person ---------------------------------------------------------------------------------


def test_a_person_with_everything(visit: Visit, people: dict[str, Person]) -> None:
    group = Group.objects.create(slug="finance", name="Finance")
    Membership.objects.create(group=group, person=people["bo"])
    role = Role.objects.create(slug="owner", name="Budget owner")
    RoleHolder.objects.create(role=role, unit="Sales", person=people["bo"])
    words = text_of(visit("di").get("/people/bo/"))
    for part in ("Cy Smith", "Ana Smith", "Finance", "Budget owner of Sales", "None planned", "UTC"):
        assert part in words
    assert '<form method="post" action="/people/' not in words


def test_notes_are_for_the_person_and_administrators(visit: Visit, people: dict[str, Person]) -> None:
    Absence.objects.create(person=people["ana"], first_day=in_days(0), last_day=in_days(2), note="Operation")
    assert "(Operation)" in text_of(visit("ana").get("/people/ana/"))
    assert "(Operation)" in text_of(visit("ada").get("/people/ana/"))
    assert "Operation" not in text_of(visit("bo").get("/people/ana/"))


def test_absences_that_are_over_are_not_shown(visit: Visit, people: dict[str, Person]) -> None:
    Absence.objects.create(person=people["ana"], first_day=in_days(-9), last_day=in_days(-5))
    assert "None planned" in text_of(visit("ana").get("/people/ana/"))


# ---- absences -----------------------------------------------------------------------------------


def test_an_absence_is_entered(visit: Visit, people: dict[str, Person]) -> None:
    client = visit("ana")
    response = client.post("/people/ana/absences/", absence(substitute="Bo Smith (bo)"))
    assert "What waits then, and what comes up meanwhile, goes to whoever stands in." in text_of(
        client.get(response["Location"])
    )
    kept = Absence.objects.get()
    assert (kept.person, kept.substitute, kept.note) == (people["ana"], people["bo"], "Holidays")
    assert (kept.first_day, kept.last_day) == (in_days(1), in_days(5))


def test_nobody_need_stand_in(visit: Visit) -> None:
    assert visit("ana").post("/people/ana/absences/", absence(substitute="")).status_code == 302
    assert Absence.objects.get().substitute is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"first_day": ""}, "Enter the first day."),
        ({"last_day": "soon"}, "Enter a day, such as 2026-05-31."),
        ({"last_day": in_days(0).isoformat()}, "The last day is before the first."),
        ({"first_day": "2020-01-01", "last_day": "2020-01-02"}, "These days are over."),
        ({"last_day": "9999-12-31"}, "An absence has two years at most."),
        ({"substitute": "ana"}, "Nobody can stand in for themselves."),
        ({"substitute": "zzz"}, "Nobody here is called “zzz”"),
        ({"substitute": "smith"}, "“smith” could be"),
        ({"note": "x" * 201}, "at most 200 characters"),
        ({"note": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_with_an_absence(visit: Visit, changes: dict[str, str], sentence: str) -> None:
    response = visit("ana").post("/people/ana/absences/", absence(**changes))
    assert response.status_code == 422
    words = text_of(response)
    assert sentence in words
    assert f'value="{absence(**changes)["substitute"]}"' in words
    assert Absence.objects.count() == 0


def test_an_absence_does_not_overlap_another(visit: Visit, people: dict[str, Person]) -> None:
    client = visit("ana")
    client.post("/people/ana/absences/", absence())
    response = client.post("/people/ana/absences/", absence(last_day=in_days(9).isoformat()))
    assert response.status_code == 422
    assert "are planned already. Remove that absence first, or choose other days." in text_of(response)
    assert Absence.objects.count() == 1


# ---- what administrators change -----------------------------------------------------------------


def test_changing_somebody(visit: Visit, people: dict[str, Person]) -> None:
    old, new = (Group.objects.create(slug=slug, name=slug.title()) for slug in ("old", "new"))
    Membership.objects.create(group=old, person=people["ana"])
    client = visit("ada")
    assert 'value="Bo Smith (bo)"' in text_of(client.get("/people/ana/"))
    client.post("/people/ana/edit/", edited(unit="Law", groups_of=[new.pk]))
    ana = Person.objects.get(username="ana")
    assert (ana.manager, ana.unit, list(ana.member_of.all())) == (people["cy"], "Law", [new])


def test_nobody_need_lead(visit: Visit) -> None:
    assert visit("ada").post("/people/ana/edit/", edited(manager="")).status_code == 302
    assert Person.objects.get(username="ana").manager is None


@pytest.mark.parametrize("manager", ["ana", "bo", "cy"])
def test_a_reporting_line_does_not_come_back(visit: Visit, manager: str) -> None:
    response = visit("ada").post("/people/cy/edit/", edited(manager=manager))
    assert response.status_code == 422
    sentence = "Nobody can be their own manager." if manager == "cy" else "reports to Cy Smith."
    assert sentence in text_of(response)
    assert Person.objects.get(username="cy").manager is None


def test_a_line_through_somebody_who_has_left_does_not_come_back_either(visit: Visit) -> None:
    Person.objects.filter(username__in=["bo", "cy"]).update(is_active=False)
    response = visit("ada").post("/people/cy/edit/", edited(manager="ana", is_active=""))
    assert response.status_code == 422
    assert "Ana Smith reports to Cy Smith." in text_of(response)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"manager": "zzz"}, "Nobody here is called “zzz”"),
        ({"unit": "x" * 101}, "at most 100 characters"),
        ({"groups_of": ["77"]}, "77 is not one of the available choices"),
        ({"title": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(
    visit: Visit, changes: dict[str, Any], sentence: str
) -> None:
    response = visit("ada").post("/people/ana/edit/", edited(**{"title": "Chief", **changes}))
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert "<h1>Ana Smith</h1><p>Buyer, Sales</p>" in text_of(response)
    assert "title" in changes or 'value="Chief"' in text_of(response)
    ana = Person.objects.get(username="ana")
    assert (ana.title, ana.unit, ana.manager and ana.manager.handle) == ("Buyer", "Sales", "bo")


def test_nobody_ends_their_own_account(visit: Visit) -> None:
    response = visit("ada").post("/people/ada/edit/", edited(is_active=""))
    assert response.status_code == 422
    assert "You cannot end your own account. Ask another administrator." in text_of(response)
    assert Person.objects.get(username="ada").is_active


def test_whoever_leaves_can_no_longer_sign_in(visit: Visit) -> None:
    ana, ada = visit("ana"), visit("ada")
    response = ada.post("/people/ana/edit/", edited(is_active=""))
    words = text_of(ada.get(response["Location"]))
    assert "Ana Smith can no longer sign in. Nothing waits for them." in words
    assert "Ana Smith has left." in words
    assert ana.get("/people/").status_code == 302
