"""Whom a service outside names: asked once, never waited for long, and never in the way of a request."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from approvals.engine.policy import Policy
from approvals.engine.state import Candidate
from approvals.engine.work import StagePlan
from approvals.people.models import Person
from approvals.policies import lookups
from approvals.policies.description import describe
from approvals.policies.faults import InvalidPolicy
from approvals.policies.preparation import prepare_stage
from approvals.policies.preview import preview
from approvals.policies.proof import prove
from approvals.policies.services import check, engine_policy, json_schema, parse, publish
from tests.policies.cast import NOW, person, policy, role, work
from tests.policies.who_service import WhoService, closed_address, silence, who_service

pytestmark = pytest.mark.django_db

LOOKUP: dict[str, Any] = {"service": "cost-centres", "by": ["amount", "reviewer"]}
OR_BUYER: dict[str, Any] = {**LOOKUP, "otherwise": {"role": "buyer"}}


@pytest.fixture(autouse=True)
def ana() -> Person:
    """Ana, whose manager is Max; Bo and Cy, whom the service can name; a buyer, and the policy's owner."""
    person("owner")
    person("bo")
    person("cy")
    role("buyer", person("bea"))
    return person("ana", person("max"))


@pytest.fixture
def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[WhoService]:
    """The service "cost-centres", which nobody has asked anything yet."""
    monkeypatch.setattr(lookups, "_seen", lookups._Seen())
    with who_service() as running:
        settings.LOOKUPS = {"cost-centres": running.url}
        running.says("bo")
        yield running


def stage(lookup: dict[str, Any], **beside: Any) -> dict[str, Any]:
    return {"id": "check", "title": "Check", "participants": [{"lookup": lookup, **beside}]}


def plan(lookup: dict[str, Any] = LOOKUP, form: dict[str, Any] | None = None, **beside: Any) -> StagePlan:
    return prepare_stage(work(stage(lookup, **beside), form), NOW)


def only(found: StagePlan) -> Candidate:
    ((candidate,),) = [seat.candidates for seat in found.seats]
    return candidate


# ---- answers -----------------------------------------------------------------------------------


def test_whom_it_names_is_asked_and_the_reason_says_by_what(service: WhoService) -> None:
    bo = only(plan(form={"amount": 1_250, "reviewer": None}))
    assert bo.person == "bo"
    assert bo.why == ("The lookup “cost-centres” names Bo, as “Amount” is 12.50 EUR and “Reviewer” is empty.")
    assert service.asked == [{"policy": "", "requester": "ana", "form": {"amount": 1_250, "reviewer": None}}]
    assert service.tokens == [None]


def test_it_gets_its_own_token(service: WhoService, settings: Settings) -> None:
    settings.LOOKUP_TOKENS = {"cost-centres": "s3cret", "another": "other"}
    plan()
    assert service.tokens == ["Bearer s3cret"]


def test_several_have_one_seat_or_one_each(service: WhoService) -> None:
    service.says("cy", "bo", "cy")
    assert [[one.person for one in seat.candidates] for seat in plan().seats] == [["cy", "bo"]]
    assert [[one.person for one in seat.candidates] for seat in plan(each=True).seats] == [["cy"], ["bo"]]


def test_a_stage_asks_a_question_once(service: WhoService) -> None:
    twice = {"id": "check", "title": "Check", "participants": [{"lookup": LOOKUP}, {"lookup": LOOKUP}]}
    prepare_stage(work(twice), NOW)
    assert len(service.asked) == 1


def test_nobody_decides_their_own_request(service: WhoService) -> None:
    service.says("ana")
    assert only(plan(OR_BUYER)).person == "max"


def test_who_is_not_here_is_left_out_of_several(service: WhoService) -> None:
    service.says("zed", "bo")
    assert only(plan()).why.endswith("It also named “zed”, who has no active account.")


# ---- no answer ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ([], "named nobody"),
        (["zed"], "named “zed”, who has no active account"),
        (["z1", "z2", "z3", "z4"], "named “z1”, “z2”, “z3” and 1 more, who have no active account"),
    ],
)
def test_nobody_and_people_unknown_here(service: WhoService, people: list[str], said: str) -> None:
    service.says(*people)
    bea = only(plan(OR_BUYER))
    assert bea.person == "bea"
    assert bea.why == (
        f"The lookup “cost-centres” {said}, so the policy asks somebody else. Bea holds the role Buyer."
    )
    found = plan()
    assert [one.person for one in found.last_resort] == ["owner"]
    assert found.reason == f"Nobody was found for “Lookup cost-centres”: The lookup “cost-centres” {said}."


@pytest.mark.parametrize(
    ("answer", "said", "calls"),
    [
        ((500, {}, b""), "it failed with status 500", 2),
        ((404, {}, b""), "it failed with status 404", 1),
        ((204, {}, b""), "it failed with status 204", 1),
        ((302, {"Location": "http://127.0.0.1/"}, b""), "it sent elsewhere with status 302", 1),
        ((200, {}, b"<html>"), 'it sent something else than {"people": [user names]}', 1),
        ((200, {}, b"\xff\xfe\xfd"), "it sent something else", 1),
        ((200, {}, b'["bo"]'), "it sent something else", 1),
        ((200, {}, b'{"people": "bo"}'), "it sent something else", 1),
        ((200, {}, b'{"people": ["bo", 3]}'), "it sent something else", 1),
        ((200, {}, b'{"people": ["b\\u0000"]}'), "it sent something else", 1),
        ((200, {}, b'{"people": ["\\ud800"]}'), "it sent something else", 1),
        ((200, {}, b"[" * 60_000), "it sent something else", 1),
        ((200, {}, b" " * 70_000), "it sent more than 64 kB", 1),
        ((200, {}, b'{"people": [%s]}' % b",".join(b'"p%d"' % n for n in range(51))), "more than 50", 1),
        ((200, {"Content-Length": "x"}, b""), "it sent something else", 1),
    ],
)
def test_a_service_that_answers_badly(
    service: WhoService, answer: tuple[int, dict[str, str], bytes], said: str, calls: int
) -> None:
    service.status, service.headers, service.body = answer
    bea = only(plan(OR_BUYER))
    assert bea.person == "bea"
    assert bea.why.startswith("The lookup “cost-centres” did not answer (")
    assert said in bea.why
    assert bea.why.endswith(", so the policy asks somebody else. Bea holds the role Buyer.")
    assert len(service.asked) == calls


def test_a_failure_that_passes_is_tried_once_more(service: WhoService) -> None:
    service.failures = 1
    assert only(plan(OR_BUYER)).person == "bo"
    assert len(service.asked) == 2


def test_a_service_that_says_nothing_is_not_waited_for(settings: Settings) -> None:
    settings.LOOKUP_SECONDS = 0.1
    with silence() as url:
        settings.LOOKUPS = {"cost-centres": url, "second": url}
        assert "did not answer (it took too long), so" in only(plan(OR_BUYER)).why
        both = [{"lookup": LOOKUP}, {"lookup": {"service": "second"}}]
        found = prepare_stage(work({"participants": both}), NOW)
        assert "“second” did not answer (there was no time left to ask it)." in found.reason


def test_looking_for_its_host_is_not_waited_for_either(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a time limit of the socket does not cover."""
    settings.LOOKUP_SECONDS = 0.1
    settings.LOOKUPS = {"cost-centres": "http://nowhere.example.org/"}
    with (
        silence() as url,
        socket.create_connection(("127.0.0.1", int(url.rstrip("/").rpartition(":")[2]))) as line,
    ):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: line.recv(1))
        assert "(it took too long)" in only(plan(OR_BUYER)).why
        line.shutdown(socket.SHUT_RDWR)


def test_a_service_that_is_not_there(settings: Settings) -> None:
    settings.LOOKUPS = {"cost-centres": closed_address()}
    assert "did not answer (it could not be reached), so" in only(plan(OR_BUYER)).why
    settings.LOOKUPS = {}
    assert "did not answer (no such service is set up here), so" in only(plan(OR_BUYER)).why


def test_nobody_instead_either(service: WhoService) -> None:
    service.says()
    found = plan({**LOOKUP, "otherwise": {"role": "gardener"}})
    assert found.reason == (
        "Nobody was found for “gardener”: The lookup “cost-centres” named nobody. "
        "There is no role “gardener”."
    )


@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=5)),
            lambda inner: st.one_of(st.lists(inner, max_size=4), st.fixed_dictionaries({"people": inner})),
        ).map(lambda said: json.dumps(said).encode()),
    )
)
def test_whatever_it_sends_is_user_names_or_no_answer(body: bytes) -> None:
    try:
        found = lookups._people_in(body)
    except lookups.NoAnswer:
        return
    assert all(0 < len(name) <= 150 for name in found)
    assert set(found) == set(json.loads(body)["people"])


# ---- before a request is made --------------------------------------------------------------------


def test_a_preview_asks_once_and_says_when_there_was_no_answer(service: WhoService, ana: Person) -> None:
    version = publish(policy(stage(OR_BUYER)))

    def shown(form: dict[str, Any]) -> str:
        ((seat,),) = [one.seats for one in preview(version, ana, form, timezone.now()).stages]
        return seat.candidates[0].why

    assert shown({"amount": 100}).startswith("The lookup “cost-centres” names Bo, as “Amount” is 1.00 EUR")
    shown({"amount": 100})
    assert [one["policy"] for one in service.asked] == ["test"]
    service.status = 400
    assert shown({"amount": 200}).startswith("The lookup “cost-centres” did not answer (it failed with")
    shown({"amount": 300})
    assert len(service.asked) == 2


def test_a_proof_asks_nothing_and_counts_on_who_is_asked_instead(service: WhoService) -> None:
    Person.objects.filter(username__in=["owner", "max", "bea"]).update(manager=person("top"))
    assert prove(policy(stage(OR_BUYER)), NOW).findings == ()
    (found,) = prove(policy(stage(LOOKUP)), NOW).findings
    assert found.kind == "owner"
    assert "The lookup “cost-centres” is not asked beforehand." in found.reason
    assert service.asked == []


# ---- the language ------------------------------------------------------------------------------


def faults(*stages: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (one.code, one.where, one.message)
        for one in check(policy(*stages))
        if one.severity == "error" and one.code != "unknown_calendar"
    ]


def test_a_service_that_is_not_set_up_is_refused_with_those_that_are(
    service: WhoService, settings: Settings
) -> None:
    wrong = stage({"service": "centres"})
    sentence = 'There is no lookup service "centres": there are "cost-centres", "projects".'
    settings.LOOKUPS["projects"] = service.url
    ((code, where, message),) = faults(wrong)
    assert (code, where) == ("unknown_service", "stages[0].participants[0].lookup.service")
    assert message.startswith(sentence)
    settings.LOOKUPS = {}
    assert "there are none here." in faults(wrong)[0][2]
    with pytest.raises(InvalidPolicy):
        publish(policy(wrong))


@pytest.mark.usefixtures("service")
def test_a_field_that_is_not_there_and_a_level_are_refused() -> None:
    rows = [{"when": ["-"], "to": [{"lookup": {"service": "cost-centres", "by": ["colour"]}}]}]
    table = {"title": "Who", "inputs": [{"title": "Amount", "field": "amount"}], "rows": rows}
    assert faults({"id": "check", "title": "Check", "participants": [{"table": table}]}) == [
        (
            "unknown_field",
            "stages[0].participants[0].table.rows[0].to[0].lookup.by[0]",
            'There is no field "colour" in the form of this policy.',
        )
    ]
    levels = [{"at": "100%", "do": "notify", "to": [{"lookup": LOOKUP}]}]
    sla = {"target": "PT8H", "calendar": "office", "levels": levels}
    assert faults({"id": "check", "title": "Check", "participants": [{"user": "bo"}], "sla": sla}) == [
        (
            "invalid",
            "stages[0].sla.levels[0].to[0].lookup",
            'A level cannot look anybody up: only "participants" can.',
        )
    ]


@pytest.mark.usefixtures("service")
def test_who_is_asked_instead_is_checked_like_anybody() -> None:
    found = check(policy(stage({**LOOKUP, "otherwise": {"user": "gone"}})))
    assert [(one.code, one.where) for one in found] == [
        ("unknown_user", "stages[0].participants[0].lookup.otherwise.user")
    ]


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ({"lookup": {"service": "cost-centres"}}, "names people itself"),
        ({"chosen_in": "check"}, "names people itself"),
        ({"group": "desk", "each": True}, 'beside "lookup"'),
        ({"user": "bo", "weight": 2}, 'beside "lookup"'),
        ({"field": "amount"}, "is no person field"),
    ],
)
def test_who_is_asked_instead_is_plain(otherwise: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        policy(stage({**LOOKUP, "otherwise": otherwise}))


@pytest.mark.usefixtures("service")
def test_a_policy_in_words_and_back() -> None:
    kept = publish(policy(stage(OR_BUYER), stage({"service": "cost-centres"}, each=True) | {"id": "two"}))
    first, second = describe(engine_policy(kept))
    assert first.who == (
        "Whom the service “cost-centres”, told “Amount” and “Reviewer”, names, "
        "or if it names nobody whoever holds the role Buyer",
    )
    assert second.who == (
        "Each person whom the service “cost-centres” names, or if it names nobody the owner of the policy",
    )
    assert Policy.model_validate(kept.body) == engine_policy(kept)
    assert "otherwise" in json_schema()["$defs"]["Lookup"]["properties"]


def test_it_is_read_from_a_file() -> None:
    text = """\
key: cost
title: Cost
owner: {user: owner}
form: [{id: centre, label: Cost centre, type: text}]
stages:
  - id: check
    title: Check
    participants:
      - lookup: {service: cost-centres, by: [centre], otherwise: {role: buyer}}
"""
    (who,) = parse(text).stages[0].participants
    assert who.lookup is not None
    assert (who.lookup.service, who.lookup.by) == ("cost-centres", ("centre",))
