"""Sessions in PostgreSQL that tell, when they are read, whether what is remembered about people is still true.

Nearly every page needs both, so they are one statement.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, cast

from django.contrib.sessions.backends import db
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from approvals.people.remembering import Memory, as_of, up_to_date

FIND = """
    SELECT session_data, number, version FROM django_session, people_revision
    WHERE session_key = %s AND expire_date > %s
"""


class SessionStore(db.SessionStore):
    """Django's own, but for how it is read."""

    _people: Memory | None = None

    @property
    def people(self) -> Memory | None:
        """What is remembered about people, as of when the session was read; None where there is none."""
        self.keys()  # which reads it, if that has not been done
        return self._people

    def load(self) -> dict[str, Any]:
        """The content of the session; nothing where it has expired or never was."""
        with connection.cursor() as cursor:
            cursor.execute(FIND, [self.session_key, timezone.now()])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        content, number, version = found
        self._people = up_to_date(number, version)
        return dict(self.decode(content))


@contextmanager
def as_of_session(request: HttpRequest) -> Iterator[None]:
    """:func:`approvals.people.remembering.as_of_now`, for a view: now is when the session was read.

    For who has no session nothing is remembered, and nothing asked.
    """
    memory = cast(SessionStore, request.session).people
    with as_of(memory) if memory else nullcontext():
        yield
