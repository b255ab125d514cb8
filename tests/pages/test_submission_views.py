"""Making a request: its form, the look ahead, and what comes of it."""

import uuid
from typing import Any

import pytest

from approvals.engine.state import Status
from approvals.people.models import Person
from approvals.policies.models import Policy
from approvals.requests.models import Request
from tests.pages.office import HTMX, TYPED, Office, text_of

URL = "/requests/new/order/"


def send(
    office: Office,
    who: str = "ana",
    *,
    url: str = URL,
    htmx: bool = False,
    typed: dict[str, str] | None = None,
    **sent: Any,
) -> Any:
    data = {"command": str(uuid.uuid4()), "step": "submit", **TYPED, **(typed or {}), **sent}
    return office.client(who).post(url, data, **(HTMX if htmx else {}))


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 200), ("out", 200), ("max", 200), ("aud", 200), ("", 302)]
)
@pytest.mark.parametrize("url", ["/requests/new/", URL])
def test_everybody_who_is_signed_in_can_ask(office: Office, who: str, status: int, url: str) -> None:
    assert office.client(who).get(url).status_code == status


def test_one_chooses_among_the_policies_there_are(office: Office) -> None:
    page = text_of(office.client("ana").get("/requests/new/"))
    assert URL in page
    assert "Team lead · Finance · Legal" in page
    Policy.objects.update(retired_at="2026-01-01T00:00Z")
    assert "nothing to ask for yet" in text_of(office.client("ana").get("/requests/new/"))
    assert office.client("ana").get(URL).status_code == 404


def test_an_unknown_policy_is_not_found(office: Office) -> None:
    assert office.client("ana").get("/requests/new/nothing/").status_code == 404
    assert send(office, url="/requests/new/nothing/").status_code == 404


def test_the_form_has_every_field_with_its_help_and_default(office: Office) -> None:
    page = text_of(office.client("ana").get(URL))
    for field in ("item", "amount", "needed_by", "pieces", "colour", "urgent", "contact", "why"):
        assert f'name="field-{field}"' in page
    assert "Without VAT." in page
    assert 'name="field-pieces" inputmode="numeric" autocomplete="off" value="1"' in page
    assert "Fill in “Item” and “Amount” to see who will be asked." in page


def test_submitting_makes_a_request_and_shows_it(office: Office) -> None:
    response = send(
        office,
        typed={
            "field-amount": "€ 1.234,50",
            "field-pieces": "1,200",
            "field-colour": "Blue",
            "field-urgent": "yes",
            "field-contact": "Cy Cole (cy)",
            "field-needed_by": "2026-12-24",
            "field-why": "One\r\ntwo",
        },
    )
    row = Request.objects.get()
    assert response.headers["Location"] == f"/requests/{row.pk}/"
    assert row.requester.handle == "ana"
    assert office.state(row).form == {
        "item": "Ladder",
        "amount": 123450,
        "pieces": 1200,
        "colour": "Blue",
        "urgent": True,
        "contact": "cy",
        "needed_by": "2026-12-24",
        "why": "One\ntwo",
    }
    assert f"Your request is submitted. It is #{row.number}." in text_of(
        office.client("ana").get(f"/requests/{row.pk}/")
    )


def test_the_same_form_sent_twice_is_one_request(office: Office) -> None:
    command = str(uuid.uuid4())
    first, second = send(office, command=command), send(office, command=command)
    assert first.headers["Location"] == second.headers["Location"]
    assert Request.objects.count() == 1


def test_a_form_is_submitted_while_the_engine_is_away(office: Office) -> None:
    office.engine.away = True
    assert send(office).status_code == 302
    assert Request.objects.get().status == Status.NEW


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("item", "", "This is needed."),
        ("item", "x" * 41, "Item has 41 characters; at most 40 are allowed."),
        ("amount", "", "This is needed."),
        ("amount", "12x", "“12x” is not an amount. Write it like 1234.50."),
        ("amount", "0.50", "Amount is at least 1.00 EUR."),
        ("amount", "-5", "Amount is at least 1.00 EUR."),
        ("amount", "1" * 30, "more money than there is"),
        ("needed_by", "tomorrow", "Needed by is a date, written as 2026-01-31."),
        ("needed_by", "2026-02-30", "Needed by is a date"),
        ("pieces", "1.5", "“1.5” is not a whole number."),
        ("pieces", "9" * 17, "Pieces is too large."),
        ("colour", "Green", "Colour is one of: Red, Blue."),
        ("contact", "Nobody", "Nobody here is called “Nobody”."),
        ("contact", "a", "Write one of these."),
        ("why", "x" * 101, "Why has 101 characters; at most 100 are allowed."),
        ("why", "a\0b", "cannot be kept"),
    ],
)
def test_each_fault_stands_beside_its_field_and_nothing_is_lost(
    office: Office, field: str, typed: str, fault: str
) -> None:
    entered: dict[str, Any] = {
        "field-why": "Because it is high",
        "field-contact": "Cy Cole (cy)",
        f"field-{field}": typed,
    }
    response = send(office, **entered)
    assert response.status_code == 422
    entries = {entry.field.id: entry for entry in response.context["filled"].entries}
    assert fault in entries[field].fault
    assert [entry.field.id for entry in response.context["filled"].faults] == [field]
    assert entries[field].raw == typed
    assert f'id="field-{field}-fault"' in text_of(response)
    for name, value in {**TYPED, **entered}.items():
        assert entries[name.removeprefix("field-")].raw == value
    assert not Request.objects.exists()


def test_a_form_without_anything_names_all_that_is_needed(office: Office) -> None:
    response = office.client("ana").post(URL, {"step": "submit"})
    assert response.status_code == 422
    assert "2 fields need another look." in text_of(response)
    assert "Item: This is needed." in text_of(response)


def test_checking_shows_who_will_be_asked_and_why_and_submits_nothing(office: Office) -> None:
    page = text_of(send(office, step="check"))
    assert "Bo Berg is the manager of Ana Alves." in page
    assert page.index("Team lead</h3>") < page.index("Finance</h3>")
    assert "At the same time" in page
    assert "Cy Cole" in page
    assert 'value="Ladder"' in page
    assert not Request.objects.exists()


def test_checking_keeps_the_command_id(office: Office) -> None:
    command = str(uuid.uuid4())
    assert f'value="{command}"' in text_of(send(office, step="check", command=command))


def test_while_filling_only_the_look_ahead_is_sent(office: Office) -> None:
    words = text_of(send(office, step="", htmx=True))
    assert "<html" not in words
    assert 'id="course"' in words
    assert "Bo Berg" in words
    words = text_of(send(office, step="", htmx=True, typed={"field-amount": ""}))
    assert "Fill in “Amount” to see who will be asked." in words


def test_names_are_suggested_while_typing(office: Office) -> None:
    found = office.client("ana").get("/requests/people/", {"field-contact": "col"})
    assert text_of(found) == '<option value="Cy Cole (cy)"></option>'
    Person.objects.filter(username="cy").update(is_active=False)
    assert text_of(office.client("ana").get("/requests/people/", {"to": "col"})) == ""
    assert text_of(office.client("ana").get("/requests/people/")) == ""
    assert office.client("").get("/requests/people/", {"to": "col"}).status_code == 302


def returned(office: Office) -> Request:
    """A request that Bo sent back."""
    row = office.submit(why="Because")
    office.post(row, "decide", "bo", task="lead.1.1", decision="request_changes", comment="Too dear.")
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 200), ("bo", 403), ("max", 403), ("out", 404), ("", 302)]
)
def test_only_the_requester_changes_it(office: Office, who: str, status: int) -> None:
    row = returned(office)
    url = f"/requests/{row.pk}/resubmit/"
    assert office.client(who).get(url).status_code == status
    if who != "ana":
        assert send(office, who, url=url, round="1").status_code == status
        assert office.state(row).status is Status.RETURNED


def test_what_was_asked_and_what_was_submitted_stand_in_the_form(office: Office) -> None:
    page = text_of(office.client("ana").get(f"/requests/{returned(office).pk}/resubmit/"))
    assert "<strong>Bo Berg</strong> asked for changes:" in page
    assert "Too dear." in page
    assert 'value="12.50"' in page
    assert "Because</textarea>" in page


def test_what_has_changed_stands_out_when_checked(office: Office) -> None:
    row = returned(office)
    response = send(
        office, url=f"/requests/{row.pk}/resubmit/", step="check", round="1", typed={"field-amount": "9.00"}
    )
    changed = [entry.field.id for entry in response.context["filled"].entries if entry.changed]
    assert changed == ["amount", "pieces", "why"]
    assert "Was: 12.50" in text_of(response)


def test_resubmitting_begins_the_next_round(office: Office) -> None:
    row = returned(office)
    url = f"/requests/{row.pk}/resubmit/"
    response = send(office, url=url, round="1", comment="Cheaper now.", typed={"field-amount": "9.00"})
    assert response.headers["Location"] == f"/requests/{row.pk}/"
    assert office.state(row).round == 2
    assert office.state(row).form["amount"] == 900
    page = text_of(office.client("ana").get(f"/requests/{row.pk}/"))
    assert "Your request was resubmitted." in page
    assert "resubmitted the request with a change of Amount" in page
    assert "Cheaper now." in page
    again = send(office, url=url, round="1")
    assert again.status_code == 422
    assert "Nobody has asked for changes" in text_of(again)


@pytest.mark.parametrize(
    "sent", [{"round": "x"}, {"round": "1", "comment": "x" * 20_001}, {"round": "1", "field-amount": ""}]
)
def test_a_faulty_resubmission_keeps_everything(office: Office, sent: dict[str, Any]) -> None:
    row = returned(office)
    response = send(office, url=f"/requests/{row.pk}/resubmit/", **{"field-item": "Other", **sent})
    assert response.status_code == 422
    assert 'value="Other"' in text_of(response)
    assert sent.get("comment", "") in response.content.decode()
    assert office.state(row).round == 1
