"""Ports on the loopback interface."""

import os
import socket

from config.local.errors import LocalError

LOOPBACK = "127.0.0.1"


def free_port(variable: str = "") -> int:
    """The port that the environment variable names where it is set, otherwise one nobody uses."""
    if variable and (given := os.environ.get(variable)):
        return port_number(variable, given)
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def port_number(variable: str, text: str) -> int:
    """`text`, the value of `variable`, as a port; `LocalError` where it is none."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise LocalError(f"{variable} is “{text}”. Set it to a port between 1 and 65535.")
    return int(text)


def refuse_taken(variable: str, port: int) -> None:
    """Raise `LocalError` where another program already listens on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise LocalError(
                f"Port {port} cannot be used ({error.strerror}). "
                f"Choose another one, for example: {variable}={port + 1} make run"
            ) from error
