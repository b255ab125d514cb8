"""`make test`: every check, then every test, then the coverage; one line for each, and an honest status.

Arguments are handed to pytest.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"

#: The engine decides everything, so more of it must be seen to be right.
ENGINE_COVERAGE = 95

#: Long after the slowest machine has done a step; one that hangs must still say where.
LIMIT_SECONDS = 45 * 60

#: Where its threads are, when it is ended: also one that hangs after pytest's own end.
SAYS_WHERE = {"PYTHONFAULTHANDLER": "1"}
DEMO = {"PLACET_DEMO": "1"}
PRODUCTION = {
    "SECRET_KEY": "".join(chr(33 + number) for number in range(64)),
    "PLACET_URL": "https://placet.example.org",
    "PLACET_HSTS_SUBDOMAINS": "1",
    "PLACET_HSTS_PRELOAD": "1",
}


@dataclass(frozen=True)
class Step:
    """A command that has to succeed; what it prints is shown at once, or only where it fails."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=lambda: DEMO)
    shown: bool = False


def steps(arguments: Sequence[str]) -> list[Step]:
    """Everything there is to check, the quick first."""
    engine = ["--include=approvals/engine/*", f"--fail-under={ENGINE_COVERAGE}"]
    return [
        Step("style", ["ruff", "check", "--quiet", "."]),
        Step("format", ["ruff", "format", "--check", "--quiet", "."]),
        Step("dependencies", ["lint-imports"]),
        Step("settings", ["python", "manage.py", "check", "--deploy", "--fail-level=WARNING"], PRODUCTION),
        Step("types", ["mypy", "."]),
        # Not by a plugin of pytest, which would begin to measure only after the first imports.
        Step("no measurements of before", ["coverage", "erase"]),
        Step("tests", ["coverage", "run", "-m", "pytest", *arguments], SAYS_WHERE, shown=True),
        Step("measurements of all processes", ["coverage", "combine", "--quiet"]),
        Step("coverage", ["coverage", "report"]),
        Step("coverage of the engine", ["coverage", "report", *engine]),
    ]


def run(step: Step) -> bool:
    """Run one step to its end; whether it succeeded."""
    started = time.monotonic()
    if step.shown:
        print(f"... {step.name}", flush=True)
    with subprocess.Popen(
        [BIN / step.command[0], *step.command[1:]],
        cwd=ROOT,
        env={**os.environ, **step.environment},
        stdout=None if step.shown else subprocess.PIPE,
        stderr=None if step.shown else subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            minutes = LIMIT_SECONDS // 60
            print(f"\n{step.name} did not end within {minutes} minutes; what it was doing:", flush=True)
            process.send_signal(signal.SIGABRT)  # pytest shows what each thread is doing, and ends
            output, _ = process.communicate()
    succeeded = process.returncode == 0
    if not succeeded and output:
        print(output, end="")
    seconds = time.monotonic() - started
    print(f"{'ok ' if succeeded else 'NO '} {step.name} ({seconds:.0f} s)", flush=True)
    return succeeded


def main() -> int:
    """Run every step, also after one that failed; 0 only where all succeeded."""
    failed = [step.name for step in steps(sys.argv[1:]) if not run(step)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}.")
        return 1
    print("\nEverything is in order.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
