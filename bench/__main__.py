"""`make bench`: start everything, measure, print each figure beside its aim and its yardstick."""

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.figures import Figure, heading
from bench.stack import Stack
from config.local.errors import LocalError

if TYPE_CHECKING:
    from bench.run import Run

#: In the order of measuring: what leaves open requests behind comes before memory, the full table last.
SECTIONS = {
    "engine": "The rules alone",
    "clicks": "Click to rendered answer",
    "decisions": "Decisions",
    "starts": "Starting requests",
    "timers": "Timers",
    "memory": "Memory",
    "pages": "Pages",
}


def main() -> int:
    """0 where everything could be measured, whatever it came to; otherwise 1."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = _arguments()
    try:
        with Stack() as stack:
            measured = _measure(stack, arguments)
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 1
    _print_summary([figure for figures in measured.values() for figure in figures])
    if arguments.json:
        arguments.json.write_text(json.dumps(_as_json(measured), indent=2) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers: whether it runs, not how fast")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="measure this; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    parser.add_argument("--clients", type=int, default=32, help="how many work at once (default: 32)")
    return parser.parse_args()


def _measure(stack: Stack, arguments: argparse.Namespace) -> dict[str, list[Figure]]:
    """The figures of each section, printed as they come."""
    import django

    django.setup()
    from django.core.management import call_command

    from temporal_app.shutdown import release_temporal

    call_command("migrate", verbosity=0)
    stack.journal.say("Starting the application ...")
    stack.start_application()
    run = _run(stack, arguments)
    run.journeys.warm_up()
    measured = {}
    print(f"Placet on {_machine()}, {datetime.now(UTC):%d %B %Y %H:%M} UTC", flush=True)
    try:
        for name, measure in _sections().items():
            if not arguments.only or name in arguments.only:
                print(f"\n{SECTIONS[name]}\n{heading()}", flush=True)
                measured[name] = measure(run)
                stack.must_be_whole()
                for figure in measured[name]:
                    print(figure.line, flush=True)
    finally:
        _let_go(run)
        del run
        release_temporal()
    return measured


def _run(stack: Stack, arguments: argparse.Namespace) -> "Run":
    from bench.browser import Browser
    from bench.journeys import Journeys
    from bench.run import QUICK, Run, Size
    from bench.world import make_world
    from bench.yardsticks import Yardsticks

    world, browser, clients = make_world(), Browser(stack.port), arguments.clients
    return Run(
        stack=stack,
        world=world,
        yardsticks=Yardsticks(clients),
        browser=browser,
        journeys=Journeys(world, browser, clients),
        clients=clients,
        size=QUICK if arguments.quick else Size(),
        say=lambda words: stack.journal.say(f"  {words}"),
    )


def _sections() -> dict[str, Callable[["Run"], list[Figure]]]:
    from bench.sections.clicks import clicks
    from bench.sections.decisions import decisions
    from bench.sections.engine import commands
    from bench.sections.memory import memories
    from bench.sections.pages import pages
    from bench.sections.starts import starts
    from bench.sections.timers import timers

    measures = (commands, clicks, decisions, starts, timers, memories, pages)
    return dict(zip(SECTIONS, measures, strict=True))


def _let_go(run: "Run") -> None:
    """Close what would otherwise outlive its server."""
    from django.db import connection

    from temporal_app import client

    run.yardsticks.close()
    client.forget()
    connection.close()


def _print_summary(figures: list[Figure]) -> None:
    aimed = [figure for figure in figures if figure.aim]
    missed = [figure for figure in aimed if figure.missed]
    print(f"\n{len(aimed) - len(missed)} of {len(aimed)} aims met.")
    for figure in missed:
        print(f"MISSED: {figure.what}")


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def _as_json(measured: dict[str, list[Figure]]) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "figures": {name: [figure.as_json() for figure in figures] for name, figures in measured.items()},
    }


if __name__ == "__main__":
    sys.exit(main())
