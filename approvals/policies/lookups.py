"""Asking a service outside who decides, for a policy's ``lookup``.

Only the services that the settings name are asked, at the address that stands there: a POST with the question
as JSON, answered with ``{"people": ["bo", "cy"]}``, user names. Redirects are not followed, and neither is a
proxy of the environment. However a service misbehaves, it costs a stage some time and never more: the answer is
read up to a limit, and whoever waits for it does not wait longer than there is time.
"""

import json
import logging
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Lock, Thread
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings
from pydantic import JsonValue

from approvals.engine.model import Form
from approvals.engine.participant import Lookup
from approvals.engine.text import MAX_NAME
from approvals.policies.wording import quoted

Question = Mapping[str, JsonValue]

MAX_ANSWER = 64 * 1024
"""Bytes."""
MAX_PEOPLE = 50
ATTEMPTS = 2
GLIMPSE = 1.0
"""Seconds that a preview waits for all of its lookups."""
FRESH = 30.0
"""Seconds for which a preview takes an answer, or that there was none, for the answer to the same again."""
_MANY = 500
_SAID = 3
_SHAPE = '{"people": [user names]}'

log = logging.getLogger(__name__)


class NoAnswer(Exception):
    """A service did not say who decides. ``reason`` goes on from "The lookup X"; ``again``: another try may help."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        self.reason = reason
        self.again = again
        super().__init__(reason)


def question(lookup: Lookup, policy: str, requester: str, form: Form) -> Question:
    """What a service is told: the fields that the policy names, and of an empty one that it is null."""
    return {"policy": policy, "requester": requester, "form": {id: form.get(id) for id in lookup.by}}


def nobody_of(unknown: Sequence[str]) -> str:
    """Whom a service named of whom nobody is here, to go on from "named"."""
    if not unknown:
        return "nobody"
    said = [quoted(handle) for handle in unknown[:_SAID]]
    if len(unknown) > _SAID:
        said.append(f"{len(unknown) - _SAID} more")
    *first, last = said
    return (
        f"{', '.join(first)} and {last}, who have no active account"
        if first
        else (f"{last}, who has no active account")
    )


class Lookups:
    """The services as one preparation asks them: all its questions together have so many seconds."""

    def __init__(self, seconds: float | None = None) -> None:
        self._left: float = settings.LOOKUP_SECONDS if seconds is None else seconds

    def ask(self, service: str, asked: Question) -> tuple[str, ...]:
        """The user names that a service gives, each once.

        Raises:
            NoAnswer: it gives none that can be read, or not in time.
        """
        if service not in settings.LOOKUPS:
            raise NoAnswer("did not answer (no such service is set up here)")
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._try(service, asked)
            except NoAnswer as none:
                log.warning("a lookup failed", extra={"service": service, "reason": none.reason})
                if not none.again or attempt == ATTEMPTS:
                    raise
        raise AssertionError("every attempt returns or raises")

    def _try(self, service: str, asked: Question) -> tuple[str, ...]:
        if self._left <= 0:
            raise NoAnswer("did not answer (there was no time left to ask it)")
        started = monotonic()
        try:
            return _people_in(_Call(service, asked, self._left).answer())
        finally:
            self._left -= monotonic() - started


class Glimpses(Lookups):
    """For what is only shown: a short wait, and what was asked a moment ago is not asked again.

    A service that did not answer is left alone for that moment, whatever the question.
    """

    def __init__(self) -> None:
        super().__init__(min(GLIMPSE, settings.LOOKUP_SECONDS))

    def ask(self, service: str, asked: Question) -> tuple[str, ...]:
        """The user names that a service gives, or gave.

        Raises:
            NoAnswer: it gives none, or gave none.
        """
        address = str(settings.LOOKUPS.get(service))
        key = (service, address, json.dumps(asked, sort_keys=True))
        down = (service, address, "")
        for known in (key, down):
            if (kept := _seen.get(known)) is not None:
                return kept
        try:
            found = super().ask(service, asked)
        except NoAnswer as none:
            _seen.put(down, none.reason)
            raise
        _seen.put(key, found)
        return found


class NeverAsked(Lookups):
    """For what tries many requests that nobody makes: no service is asked."""

    def ask(self, service: str, asked: Question) -> tuple[str, ...]:
        """Nobody.

        Raises:
            NoAnswer: always.
        """
        raise NoAnswer("is not asked beforehand")


class _Seen:
    """What services said a moment ago, for all threads of the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[str, ...], tuple[float, tuple[str, ...] | str]] = {}

    def get(self, key: tuple[str, ...]) -> tuple[str, ...] | None:
        """The answer, while it is fresh; raises again that there was none."""
        with self._lock:
            at, said = self._kept.get(key, (0.0, ()))
            if key not in self._kept or monotonic() - at > FRESH:
                return None
        if isinstance(said, str):
            raise NoAnswer(said)
        return said

    def put(self, key: tuple[str, ...], said: tuple[str, ...] | str) -> None:
        """Keep it, and forget everything else where that has become much."""
        with self._lock:
            if len(self._kept) >= _MANY:
                self._kept.clear()
            self._kept[key] = (monotonic(), said)


_seen = _Seen()


class _Call:
    """One request to a service, in a thread of its own: only so can finding its host be given up as well."""

    def __init__(self, service: str, asked: Question, seconds: float) -> None:
        url = urlsplit(settings.LOOKUPS[service])
        self._seconds = seconds
        self._target = f"{url.path or '/'}{'?' + url.query if url.query else ''}"
        self._body = json.dumps(asked).encode()
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token := settings.LOOKUP_TOKENS.get(service):
            self._headers["Authorization"] = f"Bearer {token}"
        host = url.hostname or ""
        self._connection = (
            HTTPSConnection(host, url.port, timeout=seconds, context=_trust())
            if url.scheme == "https"
            else HTTPConnection(host, url.port, timeout=seconds)
        )
        self._come: bytes | NoAnswer | None = None

    def answer(self) -> bytes:
        """The body of the answer.

        Raises:
            NoAnswer: there is none, or none in time.
        """
        thread = Thread(target=self._run, name="lookup", daemon=True)
        thread.start()
        thread.join(self._seconds)
        come = self._come
        if come is None:
            self._hang_up()
            raise NoAnswer("did not answer (it took too long)")
        if isinstance(come, NoAnswer):
            raise come
        return come

    def _run(self) -> None:
        try:
            self._come = self._converse()
        except NoAnswer as none:
            self._come = none
        except TimeoutError:
            self._come = NoAnswer("did not answer (it took too long)")
        except (OSError, HTTPException, ValueError):
            self._come = NoAnswer("did not answer (it could not be reached)", again=True)
        finally:
            self._connection.close()

    def _converse(self) -> bytes:
        self._connection.request("POST", self._target, self._body, self._headers)
        with self._connection.getresponse() as response:
            if 300 <= response.status < 400:
                raise NoAnswer(f"did not answer (it sent elsewhere with status {response.status})")
            if response.status != HTTPStatus.OK:
                raise NoAnswer(
                    f"did not answer (it failed with status {response.status})", again=response.status >= 500
                )
            body = response.read(MAX_ANSWER + 1)
        if len(body) > MAX_ANSWER:
            raise NoAnswer(f"did not answer (it sent more than {MAX_ANSWER // 1024} kB)")
        return body

    def _hang_up(self) -> None:
        """Wake the thread where it waits for the service, so that it ends."""
        waits = self._connection.sock
        if waits is not None:
            with suppress(OSError):
                waits.shutdown(socket.SHUT_RDWR)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _people_in(body: bytes) -> tuple[str, ...]:
    """The user names in an answer, each once and in its order."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    names = said.get("people") if isinstance(said, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) and _can_be(name) for name in names):
        raise NoAnswer(f"did not answer (it sent something else than {_SHAPE})")
    found = tuple(dict.fromkeys(names))
    if len(found) > MAX_PEOPLE:
        raise NoAnswer(f"did not answer (it named more than {MAX_PEOPLE} people)")
    return found


def _can_be(name: str) -> bool:
    """Whether it can be a user name: PostgreSQL takes no NUL, and no half of a surrogate pair."""
    return 0 < len(name) <= MAX_NAME and name.isprintable()
