"""The terminal's Ctrl-C, for the supervisor alone."""

import contextlib
import os
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def foreground() -> Iterator[None]:
    """Be the terminal's foreground on one's own meanwhile, as a shell does it for a job.

    `make` would die of the Ctrl-C that is meant for us, and report a failure where we stop in good order.
    Without a terminal, and where nobody shares it with us, nothing happens.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        yield
        return
    shared_with = os.getpgrp()
    if os.tcgetpgrp(terminal) != shared_with or shared_with == os.getpid():
        os.close(terminal)
        yield
        return
    # Who is not in the foreground is stopped for changing that, unless it does not care.
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    # Nobody would notice that we were suspended, and continue us.
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(terminal, os.getpgrp())
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # the terminal has been closed
            os.tcsetpgrp(terminal, shared_with)
        os.close(terminal)
