"""Who is asked again after a change reads what changed since they approved."""

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from tests.engine.scene import policy
from tests.mail.desk import AMOUNT, Desk, send_everything

pytestmark = pytest.mark.django_db


def test_a_letter_says_what_changed_since_its_reader_approved() -> None:
    stages = ({"asks": ["bo"], "watches": ["amount"]}, {"asks": ["cy"]})
    desk = Desk(policy(*stages, form=[AMOUNT], amend=True), form={"amount": 100})
    desk.approve("bo")
    desk.record()
    send_everything()
    mail.outbox.clear()
    desk.amend(form={"amount": 250})
    desk.record()
    send_everything()
    [letter] = [message for message in mail.outbox if message.to == ["bo@example.org"]]
    assert isinstance(letter, EmailMultiAlternatives)
    assert "Changed since you approved:\nAmount: 1.00 EUR -> 2.50 EUR\n" in str(letter.body)
    assert "1.00 EUR → 2.50 EUR" in str(letter.alternatives[0][0])


def test_a_first_letter_says_nothing_of_changes() -> None:
    desk = Desk(policy({"asks": ["bo"]}, form=[AMOUNT], amend=True), form={"amount": 100})
    desk.amend(form={"amount": 250})
    desk.record()
    send_everything()
    assert mail.outbox
    assert all("Changed since" not in str(letter.body) for letter in mail.outbox)
