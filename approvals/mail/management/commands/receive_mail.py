"""`manage.py receive_mail`: takes replies from the mail server, by LMTP."""

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from approvals.mail import receiver
from temporal_app import client
from temporal_app.shutdown import release_temporal


class Command(BaseCommand):
    """Runs until it is told to stop (SIGTERM, Ctrl-C)."""

    help = "Receive replies by LMTP on PLACET_LMTP_HOST and PLACET_LMTP_PORT."

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve, then let go of Temporal before Python ends."""
        asyncio.run(receiver.serve(settings.LMTP_HOST, settings.LMTP_PORT))
        client.forget()
        release_temporal()
