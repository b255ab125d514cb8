"""The directory that keeps everything from one start to the next, and who may use it."""

import fcntl
import os
import time
from pathlib import Path

from config.local.errors import LocalError

#: How long the processes of a supervisor that was killed may take to follow it, in seconds.
FOLLOW_SECONDS = 15


class DataDirectory:
    """A data directory held by this process, and by every child that inherits `lock`.

    Children share the lock so that a start right after the supervisor was killed waits until the last
    of its servers has gone, instead of meeting it half-way.
    """

    def __init__(self, path: Path) -> None:
        """Make the directory where needed and hold it; `LocalError` where it is in use."""
        self.path = path
        try:
            if not path.exists():
                path.mkdir(parents=True)
                # Others may pass through, as PostgreSQL's account must; nobody may look around.
                path.chmod(0o711)
            self.lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise LocalError(
                f"The data directory {path} cannot be used ({error.strerror}). "
                "Name another one with PLACET_DATA_DIR."
            ) from error
        self._hold()
        os.ftruncate(self.lock, 0)
        os.pwrite(self.lock, str(os.getpid()).encode(), 0)

    def _hold(self) -> None:
        until = time.monotonic() + FOLLOW_SECONDS
        while True:
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if sentence := self._in_use(until):
                    os.close(self.lock)
                    raise LocalError(sentence) from None
                time.sleep(0.1)
            else:
                return

    def _in_use(self, until: float) -> str:
        """Why to give up; empty while waiting makes sense."""
        holder = os.pread(self.lock, 20, 0).decode()
        if _alive(holder):
            return (
                f"Placet already runs on {self.path} (process {holder}). Stop it first, or start a "
                "second one beside it with another PLACET_DATA_DIR and PORT."
            )
        if time.monotonic() > until:
            return f"A process that an earlier run left behind still uses {self.path}. End it first."
        return ""

    def release(self) -> None:
        """Let the next one have the directory."""
        os.close(self.lock)


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
