"""`manage.py carry_mail`: sends what waits to be sent, and takes replies from the mail server, by LMTP.

It proves policies anew when people have changed, too: that takes a processor for a while, and here nobody waits.
"""

import asyncio
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from approvals.mail import courier, proofs, receiver
from approvals.policies.proof_courier import ProofCourier
from temporal_app import client
from temporal_app.couriers import Courier
from temporal_app.shutdown import release_temporal

MAILS_A_TURN = 10
MANNERS = 10
"""Added to the process's niceness: where processors are scarce, a mail waits for the people who click."""


class Command(BaseCommand):
    """Runs until it is told to stop (SIGTERM, Ctrl-C)."""

    help = (
        "Send notifications through EMAIL_URL, and receive replies by LMTP on PLACET_LMTP_HOST and "
        "PLACET_LMTP_PORT."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve, then let go of Temporal before Python ends."""
        os.nice(MANNERS)
        couriers = (
            Courier("mail", lambda: courier.send_due(MAILS_A_TURN)),
            Courier("proofs", ProofCourier().prove_due),
            Courier("proof letters", proofs.tell_owners),
        )
        for each in couriers:
            each.start()
        asyncio.run(receiver.serve(settings.LMTP_HOST, settings.LMTP_PORT))
        for each in couriers:
            each.end()
        for each in couriers:
            each.join(1)
        client.forget()
        release_temporal()
