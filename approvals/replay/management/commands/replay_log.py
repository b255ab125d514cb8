"""`manage.py replay_log LOG`: run recorded histories through a policy, and see whether they end the same."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from approvals.replay.calendars import CalendarFiles
from approvals.replay.deadlines import Deadlines
from approvals.replay.endings import Ended
from approvals.replay.errors import ReplayError
from approvals.replay.kinds import Kind, read_kinds
from approvals.replay.live import LiveReplay, spread
from approvals.replay.parallel import Work, run_cases
from approvals.replay.report import Report

T = TypeVar("T")
EVERY = 2.0
"""Seconds between two lines of progress."""


@dataclass(frozen=True, slots=True)
class _Result:
    """What one kind of request came to."""

    kind: Kind
    what: dict[str, Any]
    report: Report
    deadlines: Deadlines | None

    def text(self) -> str:
        """For people."""
        through = "the running application" if self.what["through"] == "temporal" else "the engine"
        return "\n".join(
            [
                f"{self.what['mapping']}, under “{self.kind.policy.title}”, through {through}",
                f"{self.report.cases:,} cases, {self.what['rows']:,} rows, {self.what['variants']:,} variants "
                f"in {self.what['seconds']:.1f} s",
                "",
                self.report.table(),
                *(self.deadlines.lines() if self.deadlines else ()),
            ]
        )

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            **self.what,
            **self.report.as_json(),
            **(self.deadlines.as_json() if self.deadlines else {}),
        }


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
            "--policy",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="by default the mapping's, of the library; one for each --map, in their order",
        )
        parser.add_argument(
            "--map",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="by default one that comes with Placet; several where approvals of one case interleave",
        )
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
            kinds = read_kinds(options["log"], options["policy"], options["map"], options["limit"])
            if options["temporal"] and len(kinds) > 1:
                raise ReplayError("With --temporal, replay one mapping at a time.")
            results = [self._replay(kind, options, started) for kind in kinds]
        except ReplayError as error:
            raise CommandError(str(error), returncode=2) from error
        except DatabaseError as error:
            raise CommandError(
                f"The database of the running application does not answer: {error}", returncode=2
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(results), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n\n".join(result.text() for result in results))
        least = min(results, key=lambda result: result.report.percent)
        if least.report.percent < options["at_least"]:
            of = f" of {least.what['mapping']}" if len(results) > 1 else ""
            raise CommandError(
                f"{least.report.percent:.2f} %{of} ended as history did; "
                f"at least {options['at_least']:g} % were wanted."
            )

    def _replay(self, kind: Kind, options: dict[str, Any], started: float) -> _Result:
        live = options["temporal"]
        cases = spread(kind.cases, live) if live else kind.cases
        report = Report()
        deadlines = Deadlines(kind.policy, CalendarFiles(options["calendar"]), kind.until)
        if live:
            endings: Iterable[Ended] = LiveReplay(kind.policy, kind.mapping).run(cases)
        else:
            work = Work(kind.policy, kind.mapping, tuple(options["calendar"]), deadlines.until)
            endings = run_cases(work, cases)
        for ended in self._progress(endings, len(cases)):
            report.add(ended)
            deadlines.add(ended.case, ended.measured)
        what = {
            "log": options["log"].name,
            "mapping": kind.mapping.title,
            "policy": kind.policy.key,
            "through": "temporal" if live else "engine",
            "rows": sum(len(case.rows) for case in cases),
            "variants": len({case.variant for case in cases}),
            "seconds": round(time.monotonic() - started, 2),
        }
        return _Result(kind, what, report, None if live else deadlines)

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


def _as_json(results: list[_Result]) -> dict[str, Any]:
    """The one result; of several kinds of request each by itself, below their sum."""
    if len(results) == 1:
        return results[0].as_json()
    cases = sum(result.report.cases for result in results)
    matching = sum(result.report.matching for result in results)
    return {
        "log": results[0].what["log"],
        "seconds": results[-1].what["seconds"],
        "cases": cases,
        "as_history": matching,
        "percent_as_history": round(100 * matching / cases, 3),
        "requests": [result.as_json() for result in results],
    }


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


_positive.__name__ = "positive number"
