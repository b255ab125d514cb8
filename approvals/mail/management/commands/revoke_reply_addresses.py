"""`manage.py revoke_reply_addresses HANDLE`: for a mailbox in strange hands."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from approvals.mail import tokens
from approvals.people.models import Person


class Command(BaseCommand):
    """Ends every address to which a person's replies were taken; messages sent from now on bear new ones."""

    help = "End every reply address that a person was sent."

    def add_arguments(self, parser: CommandParser) -> None:
        """One person."""
        parser.add_argument("handle", help="The person's user name.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Revoke and say how many."""
        person = Person.objects.filter(username=options["handle"]).first()
        if person is None:
            raise CommandError(f"There is nobody with the user name “{options['handle']}”.")
        self.stdout.write(f"{tokens.revoke_all(person)} reply addresses of {person.name} were ended.")
