"""Why somebody is asked, step by step: on every task of a request's page, and from the inbox."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from approvals.engine import commands as c
from approvals.pages.who import People
from approvals.people.models import Absence, Delegation
from approvals.policies.models import Policy, PolicyVersion
from approvals.policies.services import engine_policy
from approvals.requests import services
from approvals.requests.models import Request
from approvals.requests.timeline import people_in
from approvals.requests.why import Reasons, Step, Why
from tests.pages.office import BODY, NAMES, Office, text_of

pytestmark = pytest.mark.django_db


def why(office: Office, row: Request, task: str, reader: str = "max") -> Why:
    """The way that a reader is told for a task."""
    row.refresh_from_db()
    shown = services.show(row)
    people = People({*NAMES, *people_in(shown.events)})
    return Reasons(shown.state, shown.events, people).why(shown.state.tasks[task], reader)


def told(found: Why) -> list[tuple[str, str]]:
    return [(step.title, step.sentence) for step in found.steps]


def last(found: Why) -> Step:
    return found.steps[-1]


def rule(office: Office, **stage: Any) -> PolicyVersion:
    """A policy of one stage, in the place of the office's own."""
    body = {**BODY, "key": "one", "stages": [{"id": "one", "title": "The stage", **stage}]}
    office.version = PolicyVersion.objects.create(
        policy=Policy.objects.create(key="one", title="One"), number=1, body=body, digest=uuid.uuid4().hex
    )
    engine_policy(office.version)
    return office.version


MANAGER = "Bo Berg is the manager of Ana Alves."


def test_rule_and_lookup(office: Office) -> None:
    found = why(office, office.submit(), "lead.1.1")
    assert found.about is not None
    assert found.about.handle == "bo"
    assert told(found) == [
        ("Rule", "“Team lead” asks the requester’s manager. This seat is “Manager”."),
        ("Found", MANAGER),
    ]


def test_the_data_that_made_the_stage_apply(office: Office) -> None:
    rule(office, when="form.amount > 1000 && !form.urgent", participants=[{"manager": 1}])
    assert told(why(office, office.submit(), "one.1.1"))[1] == (
        "Data",
        "The policy asks for this stage if form.amount > 1000 && !form.urgent: "
        "“Amount” is 12.50 EUR and “Urgent” is no.",
    )


def test_a_group_is_told_to_each_of_its_members(office: Office) -> None:
    row = office.submit()
    office.approve(row, "bo", "lead.1.1")
    everybodys = why(office, row, "finance.1.1")
    assert everybodys.about is None
    assert [kind for kind, _ in told(everybodys)] == ["Rule"]
    assert [who.handle for who, _ in everybodys.of_others] == ["cy", "di"]
    mine = why(office, row, "finance.1.1", "cy")
    assert mine.about is not None
    assert told(mine)[-1] == ("Found", "Cy Cole is in the group Finance.")
    assert [(who.handle, sentence) for who, sentence in mine.of_others] == [
        ("di", "Di Dahl is in the group Finance.")
    ]
    office.post(row, "claim", "cy", task="finance.1.1")
    assert last(why(office, row, "finance.1.1")) == Step(
        "Claimed", "Claimed the task.", last(why(office, row, "finance.1.1")).at, People(["cy"])["cy"]
    )


def test_an_absence_is_a_step_of_its_own(office: Office) -> None:
    today = timezone.localdate()
    Absence.objects.create(
        person=office.people["bo"], first_day=today - timedelta(days=1), last_day=today + timedelta(days=3),
        substitute=office.people["cy"],
    )  # fmt: skip
    found = told(why(office, office.submit(), "lead.1.1"))
    until = f"{today + timedelta(days=3):%-d %B %Y}"
    assert found[1:] == [
        ("Found", MANAGER),
        ("Away", f"Bo Berg is away until {until}, and Cy Cole stands in."),
    ]


def test_a_standing_delegation_is_a_step_of_its_own(office: Office) -> None:
    bo = office.people["bo"]
    Delegation.objects.create(
        person=bo,
        delegate=office.people["di"],
        created_by=bo,
        policies=["order"],
        limit=5_000,
        currency="EUR",
    )
    assert told(why(office, office.submit(), "lead.1.1"))[1:] == [
        ("Found", MANAGER),
        ("Delegated", "Bo Berg has delegated such decisions to Di Dahl, up to 50.00 EUR."),
    ]


def test_what_was_delegated_goes_on_from_who_had_it(office: Office) -> None:
    row = office.submit()
    office.post(row, "delegate", "bo", task="lead.1.1", to="cy", comment="You know these.")
    office.post(row, "delegate", "cy", task="lead.1.1", to="di")
    found = why(office, row, "lead.1.1")
    assert [kind for kind, _ in told(found)] == ["Rule", "Found", "Delegated", "Delegated"]
    first, second = found.steps[2:]
    assert (first.actor and first.actor.name, first.quote) == ("Bo Berg", "You know these.")
    assert first.sentence == "Delegated the task to Cy Cole, who decides on behalf of Bo Berg."
    assert second.sentence == "Delegated the task to Di Dahl, who decides on behalf of Cy Cole."


def test_what_was_reassigned_names_who_did_it_and_why(office: Office) -> None:
    row = office.submit()
    command = c.Reassign(id=str(uuid.uuid4()), actor="max", task="lead.1.1", to="di", reason="Bo is ill.")
    assert services.update(office.people["max"], row, command).ok
    step = last(why(office, row, "lead.1.1"))
    assert (step.title, step.sentence, step.quote) == (
        "Reassigned", "Reassigned the task from Bo Berg to Di Dahl.", "Bo is ill.",
    )  # fmt: skip
    assert step.actor is not None
    assert step.actor.name == "Max Admin"


def test_who_was_added_was_not_asked_by_the_policy(office: Office) -> None:
    row = office.submit()
    command = c.AddApprover(id=str(uuid.uuid4()), actor="max", stage="lead", person="di", reason="Four eyes.")
    assert services.update(office.people["max"], row, command).ok
    found = why(office, row, "lead.1.2")
    assert told(found) == [("Added", "Added Di Dahl to “Team lead”.")]
    assert last(found).quote == "Four eyes."


def test_a_step_of_the_ladder(office: Office) -> None:
    from approvals.calendars import services as calendars

    calendars.publish({"name": "always", "zone": "UTC", "always": True}, "")
    levels = [{"at": "50%", "do": "add", "to": [{"user": "di"}]}]
    rule(
        office,
        participants=[{"manager": 1}],
        sla={"target": "PT8H", "calendar": "always", "levels": levels},
    )
    row = office.submit()
    office.engine.pass_time(timezone.now() + timedelta(hours=5))
    found = why(office, row, "one.1.1", "di")
    assert told(found)[1:] == [
        ("Escalated", "“The stage” was still undecided: by the policy’s ladder, others are asked too."),
        ("Found", "The policy names Di Dahl."),
    ]
    assert told(why(office, row, "one.1.1", "bo"))[-1] == ("Found", MANAGER)


def test_the_last_resort_says_what_it_had_to_come_to(office: Office) -> None:
    rule(office, participants=[{"user": "nobody"}])
    found = told(why(office, office.submit(), "one.1.1"))
    assert found[-1] == ("Found", "The policy names Max Admin. The policy's owner is asked.")


def test_the_page_tells_it_without_scripts_and_the_inbox_leads_there(office: Office) -> None:
    row = office.submit()
    page = text_of(office.client("bo").get(f"/requests/{row.pk}/"))
    assert page.count("Why me?</summary>") == 1
    (place,) = re.findall(r'<ol class="way-to" role="list" id="([\w-]+)">', page)
    assert f'href="#{place}"' in page
    assert MANAGER in page
    assert f'href="/requests/{row.pk}/#{place}"' in text_of(office.client("bo").get("/inbox/"))
    others = text_of(office.client("ana").get(f"/requests/{row.pk}/"))
    assert "Why Bo Berg?</summary>" in others
    assert "Why me?" not in others
