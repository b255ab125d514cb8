"""`manage.py calendar`: business time on the command line."""

import json
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from django.core.management.base import BaseCommand, CommandError, CommandParser

from approvals.calendars.cases import Calculation, Result, answer, find_elapsed, find_end, open_file
from approvals.calendars.definition import json_schema, load_definition
from approvals.calendars.errors import CalendarError
from approvals.calendars.holiday_dates import what_is_known
from approvals.calendars.lengths import format_duration
from approvals.calendars.opening_hours import compile_calendar

Verb = Calculation | Literal["check", "schema"]
REFUSED = 2
SOME_REFUSED = 1

EPILOG = """\
START and END carry an offset (2026-03-06T16:00+01:00), or are local wall time in the
calendar's zone (2026-03-06T16:00); a date alone is its midnight. LENGTH is business time
in ISO 8601 (PT16H, PT1H30M; P1D is 24 hours of business time) or working days (2wd).

--batch FILE does one case a line, JSON in and out, in order ("-" reads standard input):
  {"start": "2026-03-06T16:00", "length": "PT2H"}  gives  {..., "end": "2026-03-09T10:00:00+01:00"}
  {"start": "2026-03-06T16:00", "end": "2026-03-09T10:00"}  gives  {..., "elapsed": "PT2H"}
A case may bring its own "calendar", a path or the calendar itself; other keys are handed
through. A case that cannot be done gets {"error": {"code": ..., "message": ...}} on its line.

Exit status: 0 done; 1 some cases of a batch could not be done; 2 nothing could be done.
"""


class Command(BaseCommand):
    """When a length of business time ends, how much of it lies in a span, and why."""

    help = "Reckon in business time with a calendar file."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the line breaks of the notes below the options."""
        parser = super().create_parser(prog_name, subcommand, epilog=EPILOG, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        """Four subcommands: end, elapsed, check, schema."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="end | elapsed | check | schema")
        finds_end = verbs.add_parser("end", help="print the instant at which LENGTH from START ends")
        measures = verbs.add_parser("elapsed", help="print the business time from START to END")
        for verb, last in ((finds_end, "length"), (measures, "end")):
            verb.formatter_class = RawDescriptionHelpFormatter
            verb.epilog = EPILOG
            verb.add_argument("calendar", nargs="?", metavar="CALENDAR_FILE", help="a calendar, YAML or JSON")
            verb.add_argument("start", nargs="?", metavar="START")
            verb.add_argument(last, nargs="?", metavar=last.upper())
            verb.add_argument(
                "--explain", action="store_true", help="add the intervals that counted and did not, and why"
            )
            verb.add_argument("--batch", metavar="FILE", help="do one case a line, JSON in and out")
        check = verbs.add_parser("check", help="say whether a calendar file can be used")
        check.add_argument("calendar", metavar="CALENDAR_FILE")
        verbs.add_parser("schema", help="print the JSON Schema of a calendar file")

    def handle(self, *_args: Any, verb: Verb, **options: Any) -> None:
        """Do one of them; what a person can mend ends in a sentence and a status."""
        try:
            match verb:
                case "schema":
                    self.stdout.write(json.dumps(json_schema(), indent=2))
                case "check":
                    self._check(options["calendar"])
                case "end" | "elapsed" if options["batch"] is not None:
                    self._batch(verb, options)
                case "end" | "elapsed":
                    self._single(verb, options)
        except CalendarError as error:
            raise CommandError(error.message, returncode=REFUSED) from error

    def _single(self, verb: Calculation, options: dict[str, Any]) -> None:
        last = "length" if verb == "end" else "end"
        if missing := [name for name in ("calendar", "start", last) if options[name] is None]:
            names = ", ".join("CALENDAR_FILE" if name == "calendar" else name.upper() for name in missing)
            raise CommandError(f"calendar {verb}: give {names}, or --batch FILE.", returncode=REFUSED)
        calendar = open_file(options["calendar"])
        find = find_end if verb == "end" else find_elapsed
        result = find(calendar, options["start"], options[last], why=options["explain"])
        self.stdout.write(result.text)
        if options["explain"]:
            self._explain(result)

    def _explain(self, result: Result) -> None:
        for line in result.why_as_text():
            self.stdout.write(line)
        why = result.why or ()
        counted, rest = (
            sum((stretch.duration for stretch in why if stretch.counted is side), timedelta())
            for side in (True, False)
        )
        self.stdout.write(
            f"{'in all':<11}  counted {format_duration(counted)}, not counted {format_duration(rest)}"
        )

    def _batch(self, verb: Calculation, options: dict[str, Any]) -> None:
        if options["start"] is not None:
            raise CommandError(
                "With --batch the cases stand in its file: leave START out.", returncode=REFUSED
            )
        calendar = None if options["calendar"] is None else open_file(options["calendar"])
        refused = count = 0
        for line in self._lines(options["batch"]):
            if not line.strip():
                continue
            count += 1
            written, done = answer(line, calculation=verb, calendar=calendar, why=options["explain"])
            refused += not done
            self.stdout.write(json.dumps(written, ensure_ascii=False))
        if refused:
            raise CommandError(f"{refused} of {count} cases could not be done.", returncode=SOME_REFUSED)

    def _lines(self, name: str) -> Iterable[str]:
        if name == "-":
            return sys.stdin
        try:
            return Path(name).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            sentence = f"The cases cannot be read from {name}: {error}."
            raise CommandError(sentence, returncode=REFUSED) from error

    def _check(self, path: str) -> None:
        definition = load_definition(Path(path))
        calendar = compile_calendar(definition)
        self.stdout.write(f"{definition.name}: a sound calendar in {definition.zone}.")
        self.stdout.write(f"{len(calendar.holidays.names)} days are holidays.")
        if country := definition.holidays.country:
            for sentence in what_is_known(country, definition.holidays.subdivision):
                self.stdout.write(sentence)
