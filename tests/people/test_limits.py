"""Approval limits: everybody sees them, administrators set them."""

import pytest
from django.test import Client

from approvals.people.models import ApprovalLimit, Person, Role
from tests.pages.office import text_of

pytestmark = pytest.mark.django_db

PAGE = "/people/-/limits/"


@pytest.fixture
def admin() -> Client:
    return signed_in("ada", is_admin=True)


def signed_in(handle: str, **values: object) -> Client:
    client = Client()
    client.force_login(Person.objects.create(username=handle, **values))
    return client


def test_it_needs_a_sign_in() -> None:
    assert Client().get(PAGE).status_code == 302


def test_everybody_sees_them_and_only_administrators_change_them() -> None:
    limit = ApprovalLimit.objects.create(grade=5, currency="EUR", amount=123_400)
    ana = signed_in("ana")
    page = text_of(ana.get(PAGE))
    assert "Grade 5 and above" in page
    assert "1,234.00 EUR" in page
    assert "Set the limit" not in page
    assert ana.post(PAGE, {"grade": 1, "amount": "5", "currency": "EUR"}).status_code == 403
    assert ana.post(f"{PAGE}{limit.pk}/remove/").status_code == 403
    assert ApprovalLimit.objects.get() == limit


def test_an_administrator_sets_changes_and_removes_one(admin: Client) -> None:
    Person.objects.create(username="max", first_name="Max")
    role = Role.objects.create(slug="buyer", name="Buyer")
    assert admin.post(PAGE, {"person": "max", "amount": "1,500.50", "currency": "eur"}).status_code == 302
    assert admin.post(PAGE, {"role": role.pk, "amount": "", "currency": "EUR"}).status_code == 302
    assert admin.post(PAGE, {"person": "max", "amount": "20", "currency": "EUR"}).status_code == 302
    assert set(ApprovalLimit.objects.values_list("person__username", "role__slug", "amount")) == {
        ("max", None, 2_000),
        (None, "buyer", None),
    }
    assert "Any amount in EUR" in text_of(admin.get(PAGE))
    admin.post(f"{PAGE}{ApprovalLimit.objects.get(role=role).pk}/remove/")
    assert ApprovalLimit.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"amount": "5", "currency": "EUR"}, "only one of them"),
        ({"grade": 1, "person": "ada", "amount": "5", "currency": "EUR"}, "only one of them"),
        ({"grade": 1, "amount": "five", "currency": "EUR"}, "is not an amount"),
        ({"grade": 1, "amount": "-5", "currency": "EUR"}, "A limit is not negative"),
        ({"grade": 1, "amount": "5", "currency": "E1"}, "three letters"),
        ({"grade": 1, "amount": "5", "currency": ""}, "Write a currency"),
        ({"person": "nobody", "amount": "5", "currency": "EUR"}, "Nobody here is called"),
    ],
)
def test_what_makes_no_limit_is_refused_in_place(admin: Client, sent: dict[str, object], said: str) -> None:
    answer = admin.post(PAGE, sent)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not ApprovalLimit.objects.exists()


def test_an_administrator_sets_a_grade(admin: Client) -> None:
    person = Person.objects.create(username="max", grade=2)
    admin.post("/people/max/edit/", {"manager": "", "grade": "6", "is_active": "on"})
    person.refresh_from_db()
    assert person.grade == 6
