"""The Procfile: which processes make up the application."""

import re
from pathlib import Path

from config.local.errors import LocalError

_ENTRY = re.compile(r"(?P<name>[A-Za-z0-9_-]+)\s*:\s*(?P<command>\S.*)")


def read(path: Path) -> dict[str, str]:
    """The shell command of each process by its name, in the order of the file; `LocalError` where it
    cannot be read."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise LocalError(f"{path} cannot be read ({error.strerror}).") from error
    processes: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line.strip())
        if entry is None or entry["name"] in processes:
            raise LocalError(f"{path.name}, line {number}: expected one “name: command” for each name.")
        processes[entry["name"]] = entry["command"]
    return processes
