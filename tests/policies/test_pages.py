"""The policy pages: what each says, and publishing the next version."""

import json
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from approvals.calendars import services as calendars
from approvals.engine.policy import Policy
from approvals.people.models import Group, Person, Role
from approvals.policies import models, services, views
from approvals.policies.faults import Fault, InvalidPolicy
from tests.pages.office import text_of

pytestmark = pytest.mark.django_db

FILE = """\
key: trip
title: Trip
description: Go somewhere.
owner: {user: ada}
form:
- {id: where, label: Where, type: text}
- {id: cost, label: Cost, type: money, required: false}
stages:
- id: lead
  title: Team lead
  participants: [{manager: 1}]
  on_reject: return
- id: board
  title: Board
  when: form.cost > 5000 * EUR
  participants: [{group: board, each: true}]
  quorum: {count: 2}
  veto: false
"""


@pytest.fixture
def people() -> dict[str, Person]:
    """Ada administers, Aud audits, Ana is anybody."""
    Group.objects.create(slug="board", name="The board")
    return {
        handle: Person.objects.create_user(
            handle, first_name=handle.title(), is_admin=handle == "ada", is_auditor=handle == "aud"
        )
        for handle in ("ada", "aud", "ana")
    }


@pytest.fixture
def trip(people: dict[str, Person]) -> models.PolicyVersion:
    """The policy, published by Ada."""
    return services.publish(services.parse(FILE), people["ada"])


def visit(handle: str) -> Client:
    client = Client()
    if handle:
        client.force_login(Person.objects.get(username=handle))
    return client


def publish(source: str, *, do: str = "publish", who: str = "ada") -> Any:
    """Send a file in; what its proof finds is accepted."""
    sent = {"source": source, "do": do}
    response = visit(who).post("/policies/publish/", sent)
    despite = response.context["despite"] if response.context and "not_accepted" in response.context else ""
    return visit(who).post("/policies/publish/", sent | {"despite": despite}) if despite else response


def numbers() -> list[int]:
    return list(models.PolicyVersion.objects.order_by("number").values_list("number", flat=True))


# ---- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "trip/", "trip/1/", "schema.json"])
@pytest.mark.parametrize(("who", "status"), [("ana", 200), ("aud", 200), ("ada", 200), ("", 302)])
def test_everybody_who_has_signed_in_reads_policies(
    trip: models.PolicyVersion, path: str, who: str, status: int
) -> None:
    assert visit(who).get(f"/policies/{path}").status_code == status


@pytest.mark.parametrize(("who", "status"), [("ana", 403), ("aud", 403), ("ada", 200), ("", 302)])
def test_only_administrators_publish(trip: models.PolicyVersion, who: str, status: int) -> None:
    assert visit(who).get("/policies/publish/").status_code == status
    changed = FILE.replace("Go somewhere", "Go away")
    assert publish(changed, who=who).status_code == (302 if who == "ada" else status)
    assert numbers() == ([1, 2] if who == "ada" else [1])


@pytest.mark.parametrize("path", ["", "trip/", "trip/1/", "schema.json"])
def test_pages_are_only_read(trip: models.PolicyVersion, path: str) -> None:
    assert visit("ada").post(f"/policies/{path}").status_code == 405


def test_reading_publishes_nothing(trip: models.PolicyVersion) -> None:
    visit("ada").get("/policies/publish/", {"source": FILE.replace("Trip", "Tour"), "do": "publish"})
    assert numbers() == [1]


@pytest.mark.parametrize(
    "path", ["nothing/", "trip/2/", "trip/99999999999999999999/", "publish/?from=nothing"]
)
def test_what_does_not_exist(trip: models.PolicyVersion, path: str) -> None:
    assert visit("ada").get(f"/policies/{path}").status_code == 404


# ---- reading ------------------------------------------------------------------------------------


def test_the_list(trip: models.PolicyVersion) -> None:
    words = text_of(visit("ana").get("/policies/"))
    assert 'href="/policies/trip/">Trip</a>' in words
    assert 'href="/requests/new/trip/"' in words
    assert "Publish a policy" not in words
    assert "Publish a policy" in text_of(visit("ada").get("/policies/"))


def test_no_policies(people: dict[str, Person]) -> None:
    assert "No policies yet" in text_of(visit("ana").get("/policies/"))


def test_a_version_in_words(trip: models.PolicyVersion) -> None:
    words = text_of(visit("ana").get("/policies/trip/"))
    for part in (
        "Go somewhere.",
        "by Ada. Owner: Ada.",
        "<dd>At once</dd>",
        "The requester’s manager",
        "It takes one approval. A rejection returns the request to its requester.",
        "After Team lead, if <code>form.cost &gt; 5000 * EUR</code>",
        "Each of The board",
        "2 must approve; one rejection alone does not reject. A rejection ends the request.",
        "<dt>Cost</dt><dd>an amount in EUR",
    ):
        assert part in words


def test_the_library_in_words(people: dict[str, Person]) -> None:
    calendars.load_library()
    Role.objects.create(slug="director", name="Director")
    for version in services.load_library():
        words = text_of(visit("ana").get(f"/policies/{version.policy.key}/"))
        assert "Target: " in words
        assert "{{" not in words
        assert "{%" not in words
    words = text_of(visit("ana").get("/policies/expense-declaration/"))
    assert "Whoever holds the role Director" in words
    assert "Every 8 hours after the deadline, 3 times: remind those who are asked." in words
    assert "24 hours after the deadline: pass it on to their manager." in words


def test_older_versions_stay(trip: models.PolicyVersion) -> None:
    publish(FILE.replace("Team lead", "Boss"))
    words = text_of(visit("ana").get("/policies/trip/1/"))
    assert "Team lead" in words
    assert "This is an older version." in words
    newest = text_of(visit("ana").get("/policies/trip/"))
    assert "Boss" in newest
    assert "Version 2, published" in newest
    assert 'href="/policies/trip/1/"' in newest


def test_a_retired_policy_says_so(trip: models.PolicyVersion) -> None:
    models.Policy.objects.update(retired_at=trip.published_at)
    assert "Retired" in text_of(visit("ana").get("/policies/"))
    words = text_of(visit("ana").get("/policies/trip/"))
    assert "This policy is retired" in words
    assert "/requests/new/trip/" not in words


def test_the_schema(people: dict[str, Person]) -> None:
    response = visit("ana").get("/policies/schema.json")
    assert response["Content-Type"] == "application/schema+json"
    assert json.loads(response.content)["title"] == "Policy"


def test_the_number_of_queries_does_not_grow(trip: models.PolicyVersion) -> None:
    client = visit("ana")
    client.get("/policies/")
    with CaptureQueriesContext(connection) as few:
        client.get("/policies/")
    for number in range(5):
        services.publish(services.parse(FILE.replace("key: trip", f"key: trip-{number}")))
    with CaptureQueriesContext(connection) as many:
        client.get("/policies/")
    assert len(many) == len(few) <= 6


# ---- publishing ---------------------------------------------------------------------------------


def test_checking_shows_the_stages_and_publishes_nothing(trip: models.PolicyVersion) -> None:
    response = publish(FILE.replace("Team lead", "Boss"), do="check")
    assert response.status_code == 200
    words = text_of(response)
    assert "The file is right." in words
    assert 'value="publish"' in words
    assert "Boss" in words
    assert numbers() == [1]


def test_publishing(trip: models.PolicyVersion) -> None:
    response = publish(FILE.replace("Team lead", "Boss"))
    assert response["Location"] == "/policies/trip/"
    assert numbers() == [1, 2]
    newest = models.PolicyVersion.objects.get(number=2)
    assert newest.published_by is not None
    assert newest.published_by.handle == "ada"


def test_json_is_published_too(trip: models.PolicyVersion) -> None:
    body = yaml.safe_load(FILE) | {"title": "Tour"}
    assert publish(json.dumps(body)).status_code == 302
    assert numbers() == [1, 2]


def test_the_same_content_publishes_nothing_new(trip: models.PolicyVersion) -> None:
    publish(FILE)
    client = visit("ada")
    response = client.post("/policies/publish/", {"source": FILE.replace("\n", "\r\n"), "do": "publish"})
    assert "Nothing differs from version 1, so there is no new one." in text_of(
        client.get(response["Location"])
    )
    assert numbers() == [1]


def test_a_published_version_is_a_starting_point(people: dict[str, Person]) -> None:
    calendars.load_library()
    for version in services.load_library():
        response = visit("ada").get(f"/policies/publish/?from={version.policy.key}")
        source = response.context["source"]
        assert services.parse(source) == services.engine_policy(version)
    assert set(numbers()) == {1}


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("", ["The file holds no policy", "Error"]),
        ("key: [", ["Line"]),
        (FILE.replace("manager: 1", "manager: 99"), ["<strong>Line 11</strong>", "stages[0].participants[0]"]),
        (FILE.replace("5000 * EUR", "nothing"), ["<strong>Line 15</strong>", "stages[1].when"]),
        (FILE.replace("id: board", "id: lead"), ["The stage &quot;lead&quot; stands twice."]),
        (FILE + "colour: red\n", ["<code>colour</code>"]),
        ("a: b\0c", ["Error"]),
        ("&a [*a, *a]", ["Error"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(
    trip: models.PolicyVersion, source: str, parts: list[str]
) -> None:
    for do in ("check", "publish"):
        response = publish(source, do=do)
        assert response.status_code == 422
        words = text_of(response)
        assert "Not published yet" in words
        for part in parts:
            assert part in words
        assert 'value="publish"' not in words
    assert numbers() == [1]


def test_what_was_written_is_kept(trip: models.PolicyVersion) -> None:
    source = FILE.replace("manager: 1", "manager: 99") + "# <my> remark\n"
    assert publish(source).context["source"] == source
    assert "# &lt;my&gt; remark" in publish(source).content.decode()


def test_a_file_that_is_too_long(trip: models.PolicyVersion) -> None:
    response = publish("x" * (views.MAX_SOURCE + 1))
    assert response.status_code == 422
    assert "The file has 200,001 characters; at most 200,000 are allowed." in text_of(response)


def test_a_form_that_is_too_long_to_be_read(trip: models.PolicyVersion) -> None:
    assert publish("x" * 1_100_000).status_code == 413


def test_people_who_are_not_there_yet_are_warnings(trip: models.PolicyVersion) -> None:
    source = FILE.replace("group: board", "group: council")
    words = text_of(publish(source, do="check"))
    assert "Worth a look" in words
    assert "Warning" in words
    assert publish(source).status_code == 302
    assert numbers() == [1, 2]


def test_the_world_may_change_between_check_and_publication(
    trip: models.PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault("unknown_calendar", ("stages", 0), "There is no such calendar.")

    def refuse(policy: Policy, by: Person | None = None) -> None:
        raise InvalidPolicy([fault])

    monkeypatch.setattr(services, "publish", refuse)
    response = publish(FILE.replace("Team lead", "Boss"))
    assert response.status_code == 422
    assert "There is no such calendar." in text_of(response)
