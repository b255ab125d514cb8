"""The two kinds of handlers that a request's workflow has, each safe from content that is no command."""

import functools
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from temporalio import workflow

from approvals.engine.commands import Command

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Checks(Protocol):
    """A workflow that can say of a command whether its rules refuse it."""

    def check(self, command: Any) -> None:
        """Raise `ApplicationError` for what is refused."""


def command_signal(handler: Handler) -> Handler:
    """A signal. One that does not carry its command is dropped: an error would keep the workflow from going on."""

    @functools.wraps(handler)
    def hear(self: object, *content: object) -> None:
        if len(content) == 1 and isinstance(content[0], Command):
            handler(self, content[0])
        else:
            workflow.logger.warning(
                "dropped a signal without its command", extra={"signal": handler.__name__}
            )

    signal: Any = workflow.signal(hear)
    return cast(Handler, signal)


def checked_update(handler: Handler) -> Handler:
    """An update whose command is checked before it is accepted; a refused one leaves no trace in the history."""

    def check(self: Checks, command: Any) -> None:
        self.check(command)

    check.__annotations__ = handler.__annotations__ | {"return": None}  # the two must take the same command
    update: Any = workflow.update(handler)
    update.validator(check)
    return handler


def own_id() -> str:
    """An id for a command of the shell itself that nobody can use up beforehand."""
    return str(workflow.uuid4())
