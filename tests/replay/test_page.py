"""The page on which a draft is replayed: who may, what it shows, and what it says of what is wrong."""

from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from approvals.replay import views
from approvals.requests.models import Request
from tests.engine_in_process import EngineInProcess
from tests.pages.office import text_of
from tests.replay.test_our_requests import START, rejection
from tests.requests import conftest as office
from tests.requests.leave import LEAVE, approval, submit_leave

pytestmark = pytest.mark.django_db

engine, people, leave = office.engine, office.people, office.leave
PATH = "/policies/leave/replay/"
ONLY_BOSS = yaml.safe_dump({**LEAVE, "stages": LEAVE["stages"][:1]}, sort_keys=False)


@pytest.fixture
def rejected(engine: EngineInProcess, people: dict[str, Person], leave: PolicyVersion) -> Request:
    """A request that Bo approved and Cy rejected."""
    engine.now = START
    row = submit_leave(people["ana"], leave)
    for command in (approval("bo"), rejection("cy", "chief.1.1")):
        engine.now += timedelta(hours=2)
        engine.receive(str(row.pk), command)
    row.refresh_from_db()
    return row


def visit(who: str = "ada") -> Client:
    client = Client()
    if who:
        client.force_login(Person.objects.get(username=who))
    return client


def send(source: str = ONLY_BOSS, who: str = "ada", **more: Any) -> Any:
    return visit(who).post(PATH, {"source": source, **more})


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("ana", 403), ("bo", 403), ("", 302)])
def test_only_administrators_and_the_owner_replay(rejected: Request, who: str, status: int) -> None:
    assert visit(who).get(PATH).status_code == status
    assert send(who=who).status_code == status


def test_the_owner_who_is_no_administrator_may(rejected: Request, people: dict[str, Person]) -> None:
    Person.objects.filter(username="ada").update(is_admin=False)
    assert send().status_code == 200
    assert f'href="{PATH}"' in text_of(visit().get("/policies/leave/"))
    assert f'href="{PATH}"' not in text_of(visit("bo").get("/policies/leave/"))


def test_it_begins_with_the_newest_version_and_replays_nothing(rejected: Request) -> None:
    words = text_of(visit().get(PATH, {"source": ONLY_BOSS}))
    assert "- id: chief" in words
    assert "Would have ended" not in words
    assert visit().get(PATH, {"version": "1"}).status_code == 200
    for missing in (f"{PATH}?version=2", f"{PATH}?version=x", "/policies/none/replay/"):
        assert visit().get(missing).status_code == 404


def test_what_would_have_come_out_differently_stands_in_tables_and_pictures(rejected: Request) -> None:
    words = text_of(send())
    assert "The one request would have ended otherwise." in words
    assert f'href="/requests/{rejected.pk}/"' in words
    assert "cy said no and would not have been asked." in words
    assert '<desc id="words-ends">Approved: 0 then, 1 draft; Rejected: 1 then, 0 draft</desc>' in words
    assert '<rect x="0" y="19" width="78.00%"' in words
    assert "What is assumed" in words
    assert PolicyVersion.objects.count() == 1


def test_a_file_that_is_sent_counts_and_stays_in_the_form(rejected: Request) -> None:
    sent = SimpleUploadedFile("draft.yaml", ONLY_BOSS.encode())
    answer = send("nothing", file=sent)
    assert answer.status_code == 200
    assert answer.context["source"] == ONLY_BOSS
    assert "- id: boss" in text_of(answer)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (ONLY_BOSS.replace("boss", "B oss"), "Not replayed yet"),
        ("key: [", "Not replayed yet"),
        ("x" * 200_001, "The file has 200,001 bytes; at most 200,000 are allowed."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    rejected: Request, source: str, sentence: str
) -> None:
    answer = send(source)
    assert (answer.status_code, answer.context["source"]) == (422, source)
    assert sentence in text_of(answer)


def test_a_file_that_cannot_be_read_leaves_what_was_typed(rejected: Request) -> None:
    for content, sentence in ((b"\xff\xfe\x00", "not UTF-8 text"), (b"x" * 200_001, "200,001 bytes")):
        answer = send(file=SimpleUploadedFile("draft.yaml", content))
        assert (answer.status_code, answer.context["source"]) == (422, ONLY_BOSS)
        assert sentence in text_of(answer)


def test_a_broken_line_in_a_sent_file_is_told_and_the_file_stays(rejected: Request) -> None:
    broken = ONLY_BOSS.replace("user: bo", "usr: bo")
    answer = send(file=SimpleUploadedFile("draft.yaml", broken.encode()))
    assert (answer.status_code, answer.context["source"]) == (422, broken)


def test_the_newest_are_replayed_and_the_rest_is_counted(
    rejected: Request, engine: EngineInProcess, people: dict[str, Person], leave: PolicyVersion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(views, "NEWEST", 1)
    engine.now = START + timedelta(days=1)
    submit_leave(people["ana"], leave)
    row = submit_leave(people["ana"], leave)
    engine.receive(str(row.pk), rejection("bo", "boss.1.1"))
    words = text_of(send())
    assert "The one request would have ended as it did." in words
    assert "1 request is older than the newest 1 and left out." in words
    assert "1 request is still under way and left out." in words


def test_without_any_past_request_that_is_all_it_says(
    people: dict[str, Person], leave: PolicyVersion
) -> None:
    words = text_of(send())
    assert "No request of this policy has ended yet, so there is nothing to replay." in words
    assert "In pictures" not in words
