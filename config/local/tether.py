"""Runs a command that ends when the process that started it ends.

    python tether.py --parent PID --signal NUMBER [--account UID:GID] -- COMMAND [ARGUMENT ...]

This stands in a program of its own, and imports next to nothing, because between fork and exec of a
process with threads hardly anything is safe. On systems other than Linux the command runs untethered.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def run(arguments: list[str]) -> None:
    """Become the command after `--`; status 125 where the parent has gone already, 127 where the
    command cannot be run."""
    split = arguments.index("--")
    options, command = arguments[:split], arguments[split + 1 :]
    given = dict(zip(options[::2], options[1::2], strict=True))
    if account := given.get("--account"):
        uid, gid = (int(number) for number in account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After the change of account, which would clear it.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(given["--signal"]))
        if os.getppid() != int(given["--parent"]):
            sys.exit(125)
    try:
        os.execvp(command[0], command)  # noqa: S606 - the caller's own command, no shell
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    run(sys.argv[1:])
