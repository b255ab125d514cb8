"""Who signs in with a password, and who a session belongs to."""

import copy

from django.contrib.auth.backends import ModelBackend

from approvals.people import services as people
from approvals.people.models import Person
from approvals.people.remembering import as_of_now


class PasswordBackend(ModelBackend):
    """Django's own, which asks PostgreSQL for a session's person only when anything about people has changed."""

    def get_user(self, user_id: int) -> Person | None:
        """The person as of now, to be changed at will; None where they may not come in any more."""
        with as_of_now():
            person = people.by_key(int(user_id))
        return copy.copy(person) if person is not None and self.user_can_authenticate(person) else None
