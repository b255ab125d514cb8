"""What is done about mail on the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from approvals.mail import inbound
from tests.mail.desk import Desk
from tests.mail.post import letter


def test_the_addresses_of_a_mailbox_in_strange_hands_are_ended(desk: Desk) -> None:
    to = desk.address("bo")
    said = StringIO()
    call_command("revoke_reply_addresses", "bo", stdout=said)
    assert said.getvalue() == "1 reply addresses of Bo Berg were ended.\n"
    assert inbound.receive(letter(), "bo@example.org", to).code == "revoked_token"


@pytest.mark.django_db
def test_somebody_who_is_not_there() -> None:
    with pytest.raises(CommandError, match="nobody with the user name “nobody”"):
        call_command("revoke_reply_addresses", "nobody")
