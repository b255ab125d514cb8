"""DKIM and DMARC, offline: the domain's records come from the test."""

import dkim
import pytest
from dns.exception import Timeout
from pytest_django.fixtures import Settings as SettingsWrapper

from approvals.mail import inbound
from approvals.mail.authentication import NameServersAway, authentic
from tests.mail.desk import Desk
from tests.mail.post import letter
from tests.mail.rsa_key import make_key

KEY = make_key()


class Zone:
    """Name servers: a key for every selector, and a DMARC policy for some domains."""

    def __init__(self, **policies: str) -> None:
        self.policies = {name.replace("_", "."): text for name, text in policies.items()}

    def __call__(self, name: bytes | str, timeout: int = 5) -> bytes | str | None:
        """The TXT record of a name."""
        if isinstance(name, bytes):
            return b"v=DKIM1; k=rsa; p=" + KEY.public
        return self.policies.get(name.removeprefix("_dmarc."))


def signed(raw: bytes, domain: str = "example.org", *, length: bool = False) -> bytes:
    """The message with a signature of the domain in front."""
    signature: bytes = dkim.sign(
        raw, b"s1", domain.encode(), KEY.private, include_headers=[b"from", b"subject"], length=length
    )
    return signature + raw


def test_a_valid_signature_of_the_senders_domain() -> None:
    assert authentic(signed(letter()), "example.org", Zone(example_org="v=DMARC1; p=reject"))


def test_without_a_policy_the_organisation_may_sign_for_its_parts() -> None:
    assert authentic(signed(letter()), "mail.example.org", Zone())


def test_a_strict_policy_takes_only_the_domain_itself() -> None:
    strict = Zone(mail_example_org="v=DMARC1; p=reject; adkim=s")
    assert not authentic(signed(letter()), "mail.example.org", strict)


def test_without_a_signature() -> None:
    assert not authentic(letter(), "example.org", Zone(example_org="v=DMARC1; p=none"))


def test_somebody_elses_signature() -> None:
    assert not authentic(signed(letter(), "evil.example"), "example.org", Zone())


def test_a_message_that_was_changed() -> None:
    raw = signed(letter("reject")).replace(b"reject", b"approve")
    assert not authentic(raw, "example.org", Zone())


def test_a_signature_of_only_the_beginning_does_not_count() -> None:
    assert not authentic(signed(letter(), length=True), "example.org", Zone())


def test_the_second_signature_counts_too() -> None:
    assert authentic(signed(signed(letter()), "list.example"), "example.org", Zone())


def test_a_signature_that_is_rubbish() -> None:
    assert not authentic(b"DKIM-Signature: v=1; a=x; d=\xff\r\n" + letter(), "example.org", Zone())


def test_a_policy_that_cannot_be_read_allows_nothing() -> None:
    assert not authentic(signed(letter()), "example.org", Zone(example_org="v=DMARC1; p=none; broken"))


def test_name_servers_that_do_not_answer_are_asked_again_later() -> None:
    def away(name: object, timeout: int = 5) -> bytes:
        raise Timeout

    with pytest.raises(NameServersAway):
        authentic(signed(letter()), "example.org", away)


def test_where_it_is_required_a_forged_reply_decides_nothing(desk: Desk, settings: SettingsWrapper) -> None:
    settings.MAIL_REQUIRE_AUTH = True
    to = desk.address("bo")
    forged = inbound.receive(letter(), "bo@example.org", to, Zone())
    assert (forged.code, desk.outcome) == ("unauthenticated", None)
    assert not hasattr(forged.row, "answer")
    genuine = inbound.receive(signed(letter()), "bo@example.org", to, Zone())
    assert (genuine.code, desk.outcome) == ("accepted", "approved")
