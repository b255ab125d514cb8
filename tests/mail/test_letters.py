"""What the letters say."""

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from pytest_django.fixtures import Settings as SettingsWrapper

from approvals.engine import commands as c
from approvals.engine.model import Form
from approvals.engine.state import Decision
from approvals.mail.models import Notification
from tests.engine.scene import policy
from tests.mail.desk import AMOUNT, Desk, send_everything, sla

pytestmark = pytest.mark.django_db


def letters() -> dict[str, EmailMultiAlternatives]:
    """What was sent, by reader."""
    send_everything()
    return {message.to[0].partition("@")[0]: message for message in mail.outbox}  # type: ignore[misc]


def html(message: EmailMultiAlternatives) -> str:
    """The HTML of a message."""
    [(content, kind)] = message.alternatives
    assert kind == "text/html"
    return str(content)


def expense(**values: object) -> Desk:
    """An expense of 1,234.50 EUR with ten hours to decide."""
    rules = policy({"asks": ["bo"], "sla": sla(**values)}, form=[AMOUNT], comment_required=["reject"])
    return Desk(rules, form={"amount": 123450})


def test_a_task_says_who_asks_for_what_by_when_and_how_to_answer(settings: SettingsWrapper) -> None:
    settings.PUBLIC_URL = "https://placet.example.org"
    desk = expense()
    letter = letters()["bo"]
    body = str(letter.body)
    assert letter.subject == f"Please decide: Ten days (#{desk.row.number})"
    assert "Ana Alves asks for a decision" in body
    assert body.count("Amount: 1,234.50 EUR") == 1
    assert "Due: Monday 2 March 2026, 20:00 (Europe/Amsterdam)" in body
    assert f"https://placet.example.org/requests/{desk.row.pk}/" in body
    assert "  approve - you agree\n" in body
    assert "  reject - you do not agree; say why on the lines below\n" in body
    assert "  changes - send it back" in body
    assert "abstain" not in body


def test_html_says_the_same_with_its_styles_inside() -> None:
    desk = expense()
    text = html(letters()["bo"])
    for part in ("Ana Alves", "1,234.50 EUR", "20:00 (Europe/Amsterdam)", f"/requests/{desk.row.pk}/"):
        assert part in text
    assert 'class="card" style="' in text
    assert "prefers-color-scheme: dark" in text
    assert "<link" not in text
    assert "http" not in text.split("<style>")[1].split("</style>")[0]


def test_no_link_decides() -> None:
    expense()
    text = html(letters()["bo"])
    targets = [part.split('"')[0] for part in text.split('href="')[1:]]
    assert {target.split(":")[0] for target in targets} == {"http", "mailto"}
    assert all(target.startswith("mailto:reply+") or "/requests/" in target for target in targets)


def test_what_people_wrote_is_escaped_in_html_and_not_in_text() -> None:
    desk = Desk()
    desk.request_changes("bo", comment="5 < 6 & <b>bold</b>")
    desk.record()
    letter = letters()["ana"]
    assert "5 < 6 & <b>bold</b>" in str(letter.body)
    assert "5 &lt; 6 &amp; &lt;b&gt;bold&lt;/b&gt;" in html(letter)


def test_a_title_with_a_line_break_makes_no_header() -> None:
    desk = Desk()
    desk.row.state["title"] = "Ten\r\nBcc: all@example.org"
    desk.row.save()
    assert letters()["bo"].subject == f"Please decide: Ten Bcc: all@example.org (#{desk.row.number})"


def test_a_stand_in_reads_on_whose_behalf() -> None:
    desk = Desk()
    desk.act(c.Delegate, "bo", task="s1.1.1", to="cy", comment="I am away.")
    desk.record()
    body = str(letters()["cy"].body)
    assert "on behalf of Bo Berg" in body
    assert "Bo Berg passed this to you." in body
    assert '"I am away."' in body


def test_a_decision_and_an_outcome() -> None:
    desk = Desk(policy({"asks": ["bo", "cy"]}))
    desk.approve("bo")
    desk.record()
    assert letters()["ana"].subject == f"Bo Berg approved: Ten days (#{desk.row.number})"
    mail.outbox.clear()
    desk.decide("cy", "reject", "s1.1.2", "Too long.")
    desk.record()
    sent = letters()
    assert sent["ana"].subject == f"Rejected: Ten days (#{desk.row.number})"
    assert "Your request was rejected." in str(sent["ana"].body)
    assert str(sent["ana"].body).count("Too long.") == 1
    assert 'S1: Cy Cole rejected: "Too long."' in str(sent["ana"].body)
    assert "Ana Alves's request was rejected." in str(sent["bo"].body)


def test_changes_requested() -> None:
    desk = Desk()
    desk.request_changes("bo", comment="Which week?")
    desk.record()
    body = str(letters()["ana"].body)
    assert "Bo Berg asks you for changes." in body
    assert '"Which week?"' in body


def test_a_comment_to_who_is_asked_also_says_how_to_decide() -> None:
    desk = Desk()
    Notification.objects.all().delete()
    desk.act(c.Comment, "ana", text="It is urgent.")
    desk.record()
    body = str(letters()["bo"].body)
    assert 'Ana Alves commented:\n\n"It is urgent."' in body
    assert "  approve - you agree" in body


def test_a_breach_tells_the_requester_how_to_escalate() -> None:
    desk = expense()
    desk.wait(10)
    desk.record()
    sent = letters()
    assert "Your request is overdue." in str(sent["ana"].body)
    assert "  escalate - " in str(sent["ana"].body)
    assert "approve" not in str(sent["ana"].body)
    assert sent["bo"].subject.startswith("Overdue: ")


@pytest.mark.parametrize(
    ("level", "reader", "sentence"),
    [
        ({"do": "notify", "to": [{"user": "max"}]}, "max", "nothing is asked of you"),
        ({"do": "add", "to": [{"user": "max"}]}, "max", "You can decide it now too."),
        ({"do": "reassign", "to": [{"user": "max"}]}, "max", "It is yours to decide now."),
        ({"do": "reassign", "to": [{"user": "max"}]}, "bo", "so others are asked now"),
        ({"do": "raise_priority"}, "bo", "Its priority was raised."),
        ({"do": "approve"}, "bo", "the policy then approves it"),
        ({"do": "reject"}, "bo", "the policy then rejects it"),
        ({"do": "expire"}, "bo", "the request has expired"),
        ({"do": "move_on"}, "bo", "the policy moves on without it"),
        ({"do": "remind"}, "bo", "This is a reminder"),
    ],
)
def test_each_level_of_the_ladder_says_what_it_did(
    level: dict[str, object], reader: str, sentence: str
) -> None:
    desk = expense(levels=[{"at": "80%", **level}])
    desk.wait(8)
    desk.record()
    letter = letters()[reader]
    assert sentence in str(letter.body)
    assert sentence in html(letter)


def test_an_escalation_that_somebody_asked_for_names_them() -> None:
    desk = Desk()
    desk.act(c.Escalate, "ana", stage="s1", reason="It burns.")
    desk.record()
    body = str(letters()["olga"].body)
    assert "Ana Alves escalated the step" in body
    assert "You answer for the policy" in body
    assert '"It burns."' in body


def test_the_owner_of_a_stuck_request_can_decide_it() -> None:
    Desk(policy({"participants": [{"group": "nobody"}]}))
    letter = letters()["olga"]
    assert letter.subject.startswith("Stuck: ")
    assert "Too few people can decide this stage." in str(letter.body)
    assert "  approve - you agree" in str(letter.body)


def test_words_are_those_that_the_policy_allows() -> None:
    Desk(policy({"asks": ["bo"], "allow": ["abstain"]}))
    body = str(letters()["bo"].body)
    assert "  abstain - " in body
    assert "  changes - " not in body


def test_form_fields_are_shown_as_people_read_them() -> None:
    form = [
        {"id": "when", "label": "When", "type": "date"},
        {"id": "who", "label": "Who", "type": "person"},
        {"id": "sure", "label": "Sure", "type": "boolean"},
        {"id": "days", "label": "Days", "type": "integer"},
        {"id": "why", "label": "Why", "type": "long_text", "max_length": 5000},
        {"id": "more", "label": "More", "type": "text", "required": False},
    ]
    values: Form = {"when": "2026-12-24", "who": "cy", "sure": True, "days": 1200, "why": "because " * 100}
    Desk(policy({"asks": ["bo"]}, form=form), form=values)
    body = str(letters()["bo"].body)
    assert "When: 24 December 2026\nWho: Cy Cole\nSure: Yes\nDays: 1,200\nWhy: because" in body
    assert "because …" in body
    assert "More:" not in body


def test_an_adviser_is_asked_for_advice() -> None:
    rules = policy({"participants": [{"user": "bo"}, {"user": "cy", "advisory": True}]})
    desk = Desk(rules)
    letter = letters()["cy"]
    assert letter.subject.startswith("Please advise: ")
    assert "Your advice is asked." in letter.body
    assert "asks for advice" in letter.body
    assert "nobody waits for it" in letter.body
    assert "  changes - " not in letter.body
    assert "Your advice is asked" in html(letter)
    mail.outbox.clear()
    desk.send(c.Decide(id="advice", actor="cy", task="s1.1.2", decision=Decision.REJECT, comment="No."))
    desk.record()
    assert letters()["ana"].subject.startswith("Cy Cole advised to reject: ")
