"""What a running Placet tells other commands on the same machine: where its servers are.

`make run` chooses ports when it starts. While it runs, a file in its data directory names them, so that
`manage.py` in a second terminal finds the same database and the same engine.
"""

import os
from collections.abc import Mapping
from pathlib import Path

#: What is told; everything else is the same for every terminal anyway.
TOLD = (
    "DATABASE_URL",
    "PLACET_DEMO",
    "PLACET_LMTP_PORT",
    "PORT",
    "TEMPORAL_ADDRESS",
    "TEMPORAL_NAMESPACE",
    "TEMPORAL_UI_URL",
)


def _file(data: Path) -> Path:
    return data / "running.env"


def tell(data: Path, environment: Mapping[str, str]) -> None:
    """Write the file, for this account only: it holds the password of the database."""
    file = _file(data)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={environment[name]}\n" for name in TOLD if environment.get(name)))


def forget(data: Path) -> None:
    """Remove the file, where there is one."""
    _file(data).unlink(missing_ok=True)


def adopt(root: Path) -> None:
    """Take over what a running Placet tells, as far as this environment does not say otherwise.

    `root` is the checkout, whose `.data` is the data directory unless `PLACET_DATA_DIR` names another.
    """
    try:
        lines = _file(Path(os.environ.get("PLACET_DATA_DIR") or root / ".data")).read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    for line in lines:
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)
