"""Django's database connections in threads that no web request opens and closes."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")


def with_fresh_connections(function: Callable[P, R]) -> Callable[P, R]:
    """Let go of connections that are broken or too old, before and after, on the thread that runs it.

    A web request does this by Django's own signals; a worker's thread gets none, and would keep a
    connection that the server has long closed.
    """

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return wrapped
