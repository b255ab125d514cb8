"""Owners hear of it when their policy's proof begins to fail."""

from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import ClassVar

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from pytest_django.fixtures import Settings

from approvals.mail import proofs
from approvals.people.models import Person
from approvals.policies import proof_courier, proof_records, services
from approvals.policies.models import PolicyProof, PolicyVersion
from tests.policies.cast import group, person, policy

pytestmark = pytest.mark.django_db


class Broken(BaseEmailBackend):
    """A mail server that fails as a test says."""

    error: ClassVar[Exception]

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise self.error


@pytest.fixture(autouse=True)
def version(monkeypatch: pytest.MonkeyPatch) -> PolicyVersion:
    """A policy that Olga and Oscar own, and that Bo or Cara decides."""
    monkeypatch.setattr(proof_courier, "LOOK", 0.0)
    group(
        "owners", person("olga", email="olga@example.org"), person("oscar", email="oscar@example.org"),
        person("without-address"),
    )  # fmt: skip
    group("desk", person("bo"), person("cara"))
    stage = {"id": "check", "title": "Check", "participants": [{"group": "desk"}]}
    return services.publish(policy(stage, owner={"group": "owners"}))


def prove() -> None:
    courier = proof_courier.ProofCourier()
    while courier.prove_due():
        pass


def fail(handle: str = "bo") -> PolicyProof:
    Person.objects.filter(username=handle).update(is_active=False)
    prove()
    return PolicyProof.objects.get()


def test_nobody_hears_of_a_proof_that_holds() -> None:
    prove()
    assert proofs.tell_owners() == 0
    assert mail.outbox == []


def test_owners_are_told_once() -> None:
    prove()
    fail()
    assert proofs.tell_owners() == 1
    assert [message.to for message in mail.outbox] == [["olga@example.org"], ["oscar@example.org"]]
    letter = mail.outbox[0]
    assert letter.subject == "Too few people can decide: Test"
    assert "“Check” falls to the policy’s owner. It happens when Cara asks." in str(letter.body)
    assert "/policies/test/#proof" in str(letter.body)
    assert "{%" not in str(letter.body)
    html = str(letter.alternatives[0][0])  # type: ignore[attr-defined]
    assert "Open the policy" in html
    assert proofs.tell_owners() == 0
    assert len({str(message.extra_headers["Message-ID"]) for message in mail.outbox}) == 2


def test_owners_are_told_again_of_something_new() -> None:
    fail()
    proofs.tell_owners()
    person("new")
    prove()
    assert proofs.tell_owners() == 0
    fail("cara")
    assert proofs.tell_owners() == 1


def test_what_was_accepted_is_not_told_of() -> None:
    kept = fail()
    shown = proof_records.mark(proof_records.open_findings(kept))
    assert proof_records.accept(kept.version, Person.objects.get(username="olga"), shown)
    assert proofs.tell_owners() == 0


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (SMTPServerDisconnected("gone"), False),
        (SMTPRecipientsRefused({"olga@example.org": (550, b"unknown")}), True),
    ],
)
def test_what_cannot_be_sent_is_tried_later_unless_it_is_refused_for_good(
    settings: Settings, error: Exception, told: bool
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    Broken.error = error
    fail()
    assert proofs.tell_owners() == 1
    kept = PolicyProof.objects.get()
    assert (kept.told_at is not None) == told
    assert proofs.tell_owners() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    PolicyProof.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert proofs.tell_owners() == (0 if told else 1)
