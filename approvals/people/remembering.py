"""Looking the same thing up once: for whoever asks about the same people thousands of times in a row.

Between two questions nothing is forgotten, so it is for questions that are to be answered as of one moment.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")

_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("people_remembered", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """Until the end of the block, each lookup of this thread asks PostgreSQL once."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def remember(lookup: Callable[P, R]) -> Callable[P, R]:
    """Make a lookup one that :func:`remembered` keeps. Its answer must not be changed by who gets it."""

    @wraps(lookup)
    def looked_up(*args: P.args, **kwargs: P.kwargs) -> R:
        memory = _memory.get()
        if memory is None:
            return lookup(*args, **kwargs)
        given = tuple(_settled(value) for value in args)
        named = {name: _settled(value) for name, value in kwargs.items()}
        key = (lookup, given, tuple(sorted(named.items())))
        if key not in memory:
            memory[key] = cast("Callable[..., R]", lookup)(*given, **named)
        return cast("R", memory[key])

    return looked_up


def _settled(value: object) -> object:
    """An argument that can be a key and be read twice."""
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else value
