"""What is mailed back to somebody whose message did not do what it asked for."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from approvals.mail.models import Answer, InboundMessage

logger = logging.getLogger(__name__)

PER_HOUR = 10
"""Answers to one address in an hour. What is beyond is a loop or an attack, and is only logged."""


def answer(inbound: InboundMessage, code: str, message: str) -> Answer | None:
    """Have an answer sent to whoever wrote the message; None where the address has had its share this hour."""
    since = timezone.now() - timedelta(hours=1)
    if Answer.objects.filter(address=inbound.sender, created_at__gte=since).count() >= PER_HOUR:
        logger.warning("answer withheld", extra={"inbound": inbound.pk, "code": code})
        return None
    return Answer.objects.create(inbound=inbound, address=inbound.sender, code=code, message=message)


def answer_refusals(limit: int = 50) -> int:
    """Answer the messages whose commands have been refused by now; the number of receipts that were seen.

    A command that took effect is not confirmed by mail, unless its author may have meant more than it did.
    """
    with transaction.atomic():
        known = list(
            InboundMessage.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(awaits_receipt=True, command__answered_at__isnull=False)
            .select_related("command")
            .order_by("id")[:limit]
        )
        for inbound in known:
            command = inbound.command
            if command and command.code != "ok":
                answer(inbound, command.code, command.message)
            elif inbound.code == "unclear":
                answer(inbound, inbound.code, inbound.detail)
        InboundMessage.objects.filter(pk__in=[inbound.pk for inbound in known]).update(awaits_receipt=False)
    return len(known)
