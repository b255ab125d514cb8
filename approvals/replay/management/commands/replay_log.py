"""`manage.py replay_log LOG`: run recorded histories through a policy, and see whether they end the same."""

import json
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from approvals.engine.policy import Policy
from approvals.replay.calendars import CalendarFiles
from approvals.replay.course import run_case
from approvals.replay.deadlines import Deadlines
from approvals.replay.endings import Ended
from approvals.replay.errors import ReplayError
from approvals.replay.fit import check_fit
from approvals.replay.live import LiveReplay, spread
from approvals.replay.log import Case, read_cases
from approvals.replay.mapping import Mapping, load_mapping
from approvals.replay.report import Report
from approvals.replay.shipped import find_mapping, load_policy

T = TypeVar("T")
EVERY = 2.0
"""Seconds between two lines of progress."""


class Command(BaseCommand):
    """Replays a log."""

    help = (
        "Run every case of an event log through a policy and tell how many end as history did. "
        "Exits with 0 where that is at least --at-least percent of them, with 1 where it is less, "
        "and with 2 where the log, the mapping or the policy cannot be used."
    )

    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("log", type=Path, metavar="CSV", help="the log, as CSV, gzipped or not")
        parser.add_argument(
            "--policy", type=Path, metavar="FILE", help="by default the mapping's, of the library"
        )
        parser.add_argument("--map", type=Path, metavar="FILE", help="by default one that comes with Placet")
        parser.add_argument(
            "--calendar",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a calendar that deadlines name, beside those that come with Placet; can be repeated",
        )
        parser.add_argument("--limit", type=_positive, metavar="N", help="only the first N cases")
        parser.add_argument(
            "--temporal",
            type=_positive,
            metavar="N",
            help="replay N cases, spread over the variants, as requests of the running application",
        )
        parser.add_argument("--at-least", type=float, default=99.5, metavar="PERCENT", help="default: 99.5")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            policy, mapping, cases = _read(
                options["log"], options["policy"], options["map"], options["limit"]
            )
            if options["temporal"]:
                cases = spread(cases, options["temporal"])
            deadlines = Deadlines(policy, CalendarFiles(options["calendar"]), _end_of(cases))
            report = self._replay(policy, mapping, cases, deadlines, options["temporal"])
        except ReplayError as error:
            raise CommandError(str(error), returncode=2) from error
        except DatabaseError as error:
            raise CommandError(
                f"The database of the running application does not answer: {error}", returncode=2
            ) from error
        seconds = time.monotonic() - started
        what = {
            "log": options["log"].name,
            "mapping": mapping.title,
            "policy": policy.key,
            "through": "temporal" if options["temporal"] else "engine",
            "rows": sum(len(case.rows) for case in cases),
            "variants": len({case.variant for case in cases}),
            "seconds": round(seconds, 2),
        }
        if options["json"]:
            result = {**what, **report.as_json(), **({} if options["temporal"] else deadlines.as_json())}
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
        else:
            more = [] if options["temporal"] else deadlines.lines()
            self.stdout.write("\n".join([_heading(what, policy, report) + report.table(), *more]))
        if report.percent < options["at_least"]:
            raise CommandError(
                f"{report.percent:.2f} % ended as history did; at least {options['at_least']:g} % were wanted."
            )

    def _replay(
        self, policy: Policy, mapping: Mapping, cases: list[Case], deadlines: Deadlines, live: int | None
    ) -> Report:
        report = Report()
        if live is None:
            endings: Iterable[Ended] = (
                run_case(policy, mapping, case, deadlines.calendars, deadlines.until) for case in cases
            )
        else:
            endings = LiveReplay(policy, mapping).run(cases)
        for ended in self._progress(endings, len(cases)):
            report.add(ended)
            deadlines.add(ended.case, ended.measured)
        return report

    def _progress(self, things: Iterable[T], of: int) -> Iterator[T]:
        """Tells on standard error how far it is."""
        said = time.monotonic()
        for done, thing in enumerate(things, 1):
            yield thing
            if time.monotonic() - said >= EVERY or done == of:
                said = time.monotonic()
                self._say(f"{done:,} of {of:,} cases", last=done == of)

    def _say(self, text: str, *, last: bool) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{text}", style_func=str, ending="\n" if last else "")
        else:
            self.stderr.write(text, style_func=str)
        self.stderr.flush()


def _read(
    log: Path, policy: Path | None, map: Path | None, limit: int | None
) -> tuple[Policy, Mapping, list[Case]]:
    if map is None:
        mapping, cases = find_mapping(log, limit)
    else:
        mapping = load_mapping(map)
        cases = read_cases(log, mapping.columns, limit)
    rules = load_policy(policy, mapping)
    check_fit(rules, mapping, cases)
    return rules, mapping, cases


def _end_of(cases: list[Case]) -> datetime:
    """The time of the log's last row."""
    return max(case.rows[-1].at for case in cases)


def _heading(what: dict[str, Any], policy: Policy, report: Report) -> str:
    through = "the running application" if what["through"] == "temporal" else "the engine"
    return (
        f"{what['mapping']}, under “{policy.title}”, through {through}\n"
        f"{report.cases:,} cases, {what['rows']:,} rows, {what['variants']:,} variants "
        f"in {what['seconds']:.1f} s\n\n"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


_positive.__name__ = "positive number"
