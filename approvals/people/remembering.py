"""Looking the same thing up once: within one piece of work, and as long as nothing about people changes.

:func:`remembered` is for whoever asks about the same people thousands of times in a row, as of one moment.
:func:`as_of_now` is for the short pieces of work that come all day: each asks first whether anything about
people has changed, and if not, what this process has looked up before is still true.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar, cast

from django.db import connection

P = ParamSpec("P")
R = TypeVar("R")

KEPT = 10_000
"""Answers that a process keeps from one piece of work to the next; beyond that it begins anew."""


@dataclass(slots=True)
class Memory:
    """What was looked up, as of one version of what is known about people."""

    version: int | None = None
    revision: int | None = None
    answers: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def lasts(self) -> bool:
        """Whether it is kept beyond the piece of work at hand."""
        return self.version is not None


_memory: ContextVar[Memory | None] = ContextVar("people_remembered", default=None)
_kept = Memory()


@contextmanager
def remembered() -> Iterator[None]:
    """Until the end of the block, each lookup of this thread asks PostgreSQL once, whatever changes meanwhile."""
    with as_of(Memory()):
        yield


@contextmanager
def as_of_now() -> Iterator[None]:
    """Until the end of the block, a lookup asks PostgreSQL only for what this process has not looked up since
    anything about people changed. Within another such block it is part of that.

    Only for work that changes nothing about people: what it looked up after its own change, before that is
    committed, others would take for true.
    """
    if _memory.get() is not None:
        yield
        return
    with as_of(up_to_date(*_numbers())):
        yield


@contextmanager
def as_of(memory: Memory) -> Iterator[None]:
    """As :func:`as_of_now`, for who has found out already, with :func:`up_to_date`, what is still true."""
    token = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(token)


def revision() -> int:
    """Rises with every change of people, groups, roles and limits; see the migration that makes it."""
    memory = _memory.get()
    if memory is None:
        return _numbers()[0]
    if memory.revision is None:
        memory.revision, _ = _numbers()
    return memory.revision


def remember(lookup: Callable[P, R], *, lasting: bool = True) -> Callable[P, R]:
    """Make a lookup one whose answers are kept. An answer must not be changed by who gets it.

    Args:
        lasting: whether the answer holds until something about people changes. One that depends on the time
            of day, or on people as the caller holds them, is only kept within :func:`remembered`.
    """

    @wraps(lookup)
    def looked_up(*args: P.args, **kwargs: P.kwargs) -> R:
        memory = _memory.get()
        if memory is None or (memory.lasts and not lasting):
            return lookup(*args, **kwargs)
        given = tuple(_settled(value) for value in args)
        named = {name: _settled(value) for name, value in kwargs.items()}
        key = (lookup, given, tuple(sorted(named.items())))
        if key not in memory.answers:
            memory.answers[key] = cast("Callable[..., R]", lookup)(*given, **named)
        return cast("R", memory.answers[key])

    return looked_up


remember_for_now = partial(remember, lasting=False)


def remember_each(
    lookup: Callable[[Iterable[str]], dict[str, R]],
) -> Callable[[Iterable[str]], dict[str, R]]:
    """Make a lookup by handles one that asks only for those of whom it does not know yet.

    Who is not found is remembered too.
    """

    @wraps(lookup)
    def looked_up(handles: Iterable[str]) -> dict[str, R]:
        memory, wanted = _memory.get(), set(handles)
        if memory is None:
            return lookup(wanted)
        answers = memory.answers
        if missing := {handle for handle in wanted if (lookup, handle) not in answers}:
            found = lookup(missing)
            answers.update({(lookup, handle): found.get(handle) for handle in missing})
        known = {handle: answers[lookup, handle] for handle in wanted}
        return {handle: one for handle, one in known.items() if one is not None}

    return looked_up


def up_to_date(number: int, version: int) -> Memory:
    """What this process remembers, if it is still true by what ``people_revision`` says."""
    global _kept  # noqa: PLW0603  # replaced as a whole, so that who still works with the old one can go on
    if _kept.version != version or len(_kept.answers) > KEPT:
        _kept = Memory(version, number)
    return _kept


def _numbers() -> tuple[int, int]:
    """The revision of people, and the version of everything that is remembered about them, read at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, version FROM people_revision")
        number, version = cursor.fetchone()
    return number, version


def _settled(value: object) -> object:
    """An argument that can be a key and be read twice."""
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else value
