"""``manage.py policy replay FILE --policy KEY``: a draft over past requests, or over a log."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from approvals.engine.policy import Policy
from approvals.people import services as people
from approvals.policies import services as policies
from approvals.policies.faults import UnknownPolicy
from approvals.replay.calendars import CalendarFiles
from approvals.replay.errors import ReplayError
from approvals.replay.fit import check_fit
from approvals.replay.log import Case, read_cases
from approvals.replay.mapping import Mapping, load_mapping
from approvals.replay.replays import Replayed, log_history, our_history, replay_log, replay_ours
from approvals.replay.shipped import find_mapping, load_policy
from approvals.replay.telling import as_json, as_text

EVERY = 2.0
"""Seconds between two lines of progress."""
T = TypeVar("T")


def add_replay(actions: Any) -> None:
    """Add the action to the command's parser."""
    parser: ArgumentParser = actions.add_parser(
        "replay",
        help="Run a draft over past requests, or over a log: what would have come out differently, and who would "
        "have had how much to do. Exits with 0, or with 2 where the draft, the log or the mapping cannot be used.",
    )
    parser.add_argument("file", help="The draft, YAML or JSON.")
    parser.add_argument(
        "--policy", required=True, metavar="KEY", help="Whose past requests; with a log, whose rules."
    )
    parser.add_argument("--log", type=Path, metavar="CSV", help="A log in the place of past requests.")
    parser.add_argument("--map", type=Path, metavar="FILE", help="What the log's rows mean (docs/replay.md).")
    parser.add_argument(
        "--calendar", type=Path, action="append", default=[], metavar="FILE", help="With a log: a calendar."
    )
    parser.add_argument(
        "--limit", type=int, metavar="N", help="Only the newest N requests, or the first N cases."
    )
    parser.add_argument("--json", action="store_true", help="Print the result as JSON.")


def run_replay(command: BaseCommand, file: str, options: dict[str, Any]) -> None:
    """Replay, and print the result.

    Raises:
        CommandError: the draft, the log, the mapping or the database cannot be used.
    """
    started = time.monotonic()
    try:
        draft = load_policy(Path(file), None)
        if options["log"] is None:
            replayed = _over_requests(command, draft, options)
            names = people.names(replayed.people)
        else:
            replayed = _over_log(command, draft, options)
            names = {}
    except ReplayError as error:
        raise CommandError(str(error), returncode=2) from error
    except DatabaseError as error:
        raise CommandError(f"The database does not answer: {error}", returncode=2) from error
    seconds = round(time.monotonic() - started, 2)
    if options["json"]:
        what = {"policy": options["policy"], "draft": draft.title, "seconds": seconds}
        command.stdout.write(json.dumps({**what, **as_json(replayed)}, ensure_ascii=False, indent=2))
        return
    command.stdout.write(f"“{draft.title}” as in {Path(file).name}, over what was ({seconds:.1f} s)")
    command.stdout.write(as_text(replayed, lambda who: names.get(who, who)))


def _over_requests(command: BaseCommand, draft: Policy, options: dict[str, Any]) -> Replayed:
    if options["map"] is not None:
        raise ReplayError("A mapping (--map) goes with a log: give it with --log.")
    key = options["policy"]
    try:
        policies.current(key)
    except UnknownPolicy as error:
        raise ReplayError(
            f"There is no policy “{key}”. manage.py policy replay needs the key of one."
        ) from error
    history = our_history(key, options["limit"])
    return replay_ours(draft, history, Progress(command, "requests"))


def _over_log(command: BaseCommand, draft: Policy, options: dict[str, Any]) -> Replayed:
    mapping, cases = _log(options)
    base = _base(options["policy"])
    check_fit(base, mapping, cases)
    calendars = CalendarFiles(options["calendar"])
    history = log_history(base, mapping, cases, calendars, Progress(command, "cases read"))
    progress = Progress(command, "cases replayed")
    return replay_log(draft, mapping, cases, history, calendars=calendars, progress=progress)


def _log(options: dict[str, Any]) -> tuple[Mapping, list[Case]]:
    if options["map"] is None:
        return find_mapping(options["log"], options["limit"])
    mapping = load_mapping(options["map"])
    return mapping, read_cases(options["log"], mapping.columns, options["limit"])


def _base(key: str) -> Policy:
    """The policy that the log's mapping is for: a file, the published one, or else the library's."""
    path = Path(key)
    if path.suffix:
        return load_policy(path, None)
    try:
        return policies.engine_policy(policies.current(key))
    except (UnknownPolicy, DatabaseError) as error:
        path = policies.LIBRARY / f"{key}.yaml"
        if path.exists():
            return load_policy(path, None)
        raise ReplayError(f"There is no policy “{key}”: publish it, or give its file.") from error


class Progress:
    """Tells on standard error how far it is."""

    def __init__(self, command: BaseCommand, what: str) -> None:
        self._command = command
        self._what = what

    def __call__(self, things: Iterable[T], of: int) -> Iterator[T]:
        """The things, one after the other."""
        said = time.monotonic()
        for done, thing in enumerate(things, 1):
            yield thing
            if time.monotonic() - said >= EVERY or done == of:
                said = time.monotonic()
                self._command.stderr.write(f"{done:,} of {of:,} {self._what}", style_func=str)
                self._command.stderr.flush()
