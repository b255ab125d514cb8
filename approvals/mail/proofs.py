"""Telling a policy's owners that its proof has begun to fail."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Q
from django.utils import timezone

from approvals.mail import rendering
from approvals.mail.failures import is_permanent
from approvals.people.models import Person
from approvals.policies import proof_records, proof_words, services
from approvals.policies.models import PolicyProof
from approvals.policies.ownership import owners_of

logger = logging.getLogger(__name__)

RETRY = timedelta(minutes=5)
"""How long the others wait before they try again what could not be sent."""


def tell_owners() -> int:
    """Write to the owners of one policy whose proof newly fails; how many policies that were.

    Owners without an address are not written to: the console and the list of policies tell of it too. A letter
    goes out at least once; were this killed meanwhile, it would be sent again with the same Message-ID.
    """
    kept = proof_records.claim(
        Q(failing_since__isnull=False, told_at__isnull=True, stale_since__isnull=True), "failing_since", RETRY
    )
    if kept is None:
        return 0
    letters = [
        _letter(kept, owner) for owner in owners_of(services.engine_policy(kept.version)) if owner.email
    ]
    if _send(letters):
        PolicyProof.objects.filter(pk=kept.pk, failing_since=kept.failing_since).update(
            told_at=timezone.now(), next_attempt_at=None
        )
    return 1


def _send(letters: list[EmailMultiAlternatives]) -> bool:
    """Whether this is settled. It is tried again only where nobody was reached, so that nobody is told for ever."""
    if not letters:
        return True
    connection = get_connection()
    try:
        connection.open()
        settled = [_sent(letter, connection) for letter in letters]
    except OSError as error:
        logger.warning("mail server away", extra={"why": str(error)})
        return False
    finally:
        connection.close()
    return any(settled)


def _sent(letter: EmailMultiAlternatives, connection: BaseEmailBackend) -> bool:
    """Whether one letter is settled: sent, or refused for good."""
    try:
        connection.send_messages([letter])
    except Exception as error:  # noqa: BLE001  # one letter that cannot be sent must not hold up the others
        logger.warning("mail not sent", extra={"mail": letter.subject, "why": repr(error)})
        return is_permanent(error)
    return True


def _letter(kept: PolicyProof, owner: Person) -> EmailMultiAlternatives:
    policy = services.engine_policy(kept.version)
    proof = kept.proof
    texts = proof_words.in_words(proof, policy) if proof else ()
    context = {
        "policy": policy.title,
        "reader": owner,
        "found": [" ".join(text.sentences) for text in texts],
        "url": f"{settings.PUBLIC_URL}/policies/{policy.key}/#proof",
    }
    letter = rendering.letter("proof", f"Too few people can decide: {policy.title}", context)
    since = kept.failing_since or timezone.now()
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[owner.email],
        headers={
            "Message-ID": f"<proof-{kept.version_id}-{since:%Y%m%d%H%M%S}-{owner.pk}@{settings.MAIL_DOMAIN}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    message.attach_alternative(letter.html, "text/html")
    return message
