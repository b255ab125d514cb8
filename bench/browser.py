"""What a browser does for the figures: forms and pages over HTTP, on connections that stay open."""

import http.client
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from config.local.ports import LOOPBACK

TOKEN = "b" * 32
"""The CSRF cookie and the header that repeats it: any 32 letters do, as long as both are the same."""
SECONDS = 30
IDLE = 1.0
"""Seconds after which a connection is not used again: the server lets it go after two."""


class Unexpected(Exception):
    """The application answered something else than it should; nothing was measured."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    location: str


class Browser:
    """Speaks to one address; each thread has a connection of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._own = threading.local()

    def get(self, path: str, session: str) -> Answer:
        """A whole page, which has to be there."""
        answer = self._ask("GET", path, session, {})
        if answer.status != 200:
            raise Unexpected(f"{path} was answered with {answer.status}: {answer.text[:500]}")
        return answer

    def post(self, path: str, session: str, fields: Mapping[str, str], *, htmx: bool) -> Answer:
        """Send a form with a new command id."""
        body = urlencode({"command": str(uuid.uuid4()), **fields})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": TOKEN}
        return self._ask("POST", path, session, headers | ({"HX-Request": "true"} if htmx else {}), body)

    def _ask(
        self, method: str, path: str, session: str, headers: Mapping[str, str], body: str | None = None
    ) -> Answer:
        connection = self._connection()
        cookies = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}"}
        try:
            connection.request(method, path, body, {**headers, **cookies})
            answer = connection.getresponse()
            text = answer.read().decode()
        except http.client.HTTPException:
            connection.close()
            raise
        return Answer(answer.status, text, answer.getheader("Location") or "")

    def _connection(self) -> http.client.HTTPConnection:
        now = time.monotonic()
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is not None and now - self._own.used > IDLE:
            connection.close()
            connection = None
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(
                LOOPBACK, self._port, timeout=SECONDS
            )
        self._own.used = now
        return connection
