"""`manage.py prepare_demo`: the demo's people, policies and requests, made once."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from approvals.demo.people import PASSWORD, demo_people
from approvals.demo.seeding import seed
from temporal_app import client


class Command(BaseCommand):
    """Makes the demo."""

    help = (
        "Make the demo's people, calendars, policies and requests, unless they are there. Only with PLACET_DEMO=1: "
        "everybody knows the password of these people."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This is not a demo: everybody knows the password of the demo's people. "
                "Set PLACET_DEMO=1 if nothing here is worth protecting."
            )
        started = time.monotonic()
        try:
            made = seed(self._say)
        except client.EngineAway as error:
            raise CommandError(
                f"Temporal does not answer, so the open requests have no workflow yet ({error}). "
                "Start it and repeat this: what was made stays."
            ) from error
        self._say(f"The demo has {made.requests} requests ({time.monotonic() - started:.1f} s).")
        self.stdout.write(f"Sign in as one of these; the password of everybody is {PASSWORD}")
        for person in demo_people():
            self.stdout.write(f"  {person.handle:<18} {person.what}")

    def _say(self, text: str) -> None:
        self.stderr.write(text, style_func=str)  # in no alarming colour
        self.stderr.flush()
