"""Who signs in with a password, and who a session belongs to."""

import copy
from typing import cast

from django.contrib.auth import get_user
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from approvals.people import services as people
from approvals.people.models import Person
from approvals.people.remembering import as_of_now
from approvals.people.sessions import as_of_session


class PasswordBackend(ModelBackend):
    """Django's own, which asks PostgreSQL for a session's person only when anything about people has changed."""

    def get_user(self, user_id: int) -> Person | None:
        """The person as of now, to be changed at will; None where they may not come in any more."""
        with as_of_now():
            person = people.by_key(int(user_id))
        return copy.copy(person) if person is not None and self.user_can_authenticate(person) else None


class PersonMiddleware(AuthenticationMiddleware):
    """Django's own, for the person as of when the session was read."""

    def process_request(self, request: HttpRequest) -> None:
        """Find out who asks, when that is first needed."""
        super().process_request(request)
        request.user = cast(Person, SimpleLazyObject(lambda: _whose(request)))


def _whose(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    with as_of_session(request):
        return get_user(request)
