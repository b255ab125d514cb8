"""Couriers: they carry what waits in PostgreSQL to where it belongs, for as long as their process runs."""

import logging
import threading
import time
from collections.abc import Callable

from temporal_app.database import with_fresh_connections

logger = logging.getLogger(__name__)

POLL = 1.0
"""Seconds between two looks at an empty table."""
LONGEST_PAUSE = 30.0
"""Seconds between two attempts while the table itself cannot be read."""


class Courier:
    """One kind of delivery on a thread of its own.

    Args:
        name: what the logs call it.
        deliver: tries what is due now and returns how many that were; it does its own waiting and backing
            off for each piece, so that an error here is of the whole table.
    """

    def __init__(self, name: str, deliver: Callable[[], int]) -> None:
        self._name = name
        self._deliver = with_fresh_connections(deliver)
        self._ended = threading.Event()
        # A delivery that hangs must not hold up the end of the process: what it claimed is tried again.
        self._thread = threading.Thread(target=self._run, name=f"courier-{name}", daemon=True)

    def start(self) -> None:
        """Begin to carry."""
        self._thread.start()

    def end(self) -> None:
        """Take nothing new; see :meth:`join`."""
        self._ended.set()

    def join(self, seconds: float) -> bool:
        """Wait for the delivery that is under way, if any; whether it has ended."""
        if self._thread.ident is None:
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        pause = 0.0
        while not self._ended.wait(pause):
            pause = self.carry(pause)

    def carry(self, pause: float) -> float:
        """Deliver once; seconds until the next time."""
        began = time.monotonic()
        try:
            tried = self._deliver()
        except Exception:  # whatever it is, the next delivery must be tried
            logger.warning("courier cannot deliver", extra={"courier": self._name}, exc_info=True)
            return min(max(2 * pause, POLL), LONGEST_PAUSE)
        if not tried:
            return POLL
        took = round(time.monotonic() - began, 3)
        logger.info("courier delivered", extra={"courier": self._name, "tried": tried, "seconds": took})
        return 0.0
