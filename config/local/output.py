"""What the person at the terminal reads: progress, and the lines of each process under its name."""

import sys
import threading
from typing import TextIO

_COLOURS = (36, 33, 32, 35, 34, 31)


class Output:
    """Writes whole lines, one at a time, whichever thread they come from."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._coloured = self._stream.isatty()
        self._names: list[str] = []
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        """Write something of the supervisor's own; an empty text leaves a blank line."""
        with self._lock:
            self._stream.write(f"{text}\n")
            self._stream.flush()

    def line(self, name: str, text: str) -> None:
        """Write one line of the process `name`."""
        with self._lock:
            if name not in self._names:
                self._names.append(name)
            prefix = f"{name:<8}|"
            if self._coloured:
                colour = _COLOURS[self._names.index(name) % len(_COLOURS)]
                prefix = f"\033[{colour}m{prefix}\033[0m"
            self._stream.write(f"{prefix} {text}\n")
            self._stream.flush()
