"""``manage.py policy``: the schema of policy files; checking, proving, replaying and publishing one."""

import json
import re
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from approvals.engine.policy import Policy
from approvals.migration.command import add_migrate, run_migrate
from approvals.people.models import Person
from approvals.policies import proof_records, services
from approvals.policies.faults import Fault, UnknownPolicy
from approvals.policies.management import proving
from approvals.replay.draft_command import add_replay, run_replay

FAULTY = 1
UNREADABLE = 2
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,59}")


class Command(BaseCommand):
    """Exit status: 0 all is well, 1 the policy has errors, 2 the file or the database cannot be read.

    And of a proof: 3 there is a counter-example, 4 there is none in what was tried, and that was not all.
    """

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The things it does."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("schema", help="Print the JSON Schema of policy files.")
        check = actions.add_parser("check", help="Check a file, with a line for every fault.")
        check.add_argument("file", help="YAML or JSON; - reads standard input.")
        prove = actions.add_parser("prove", help="Look for a path that too few people can decide.")
        proving.add_arguments(prove)
        publish = actions.add_parser("publish", help="Make a file the policy's next version.")
        publish.add_argument("file", help="YAML or JSON; - reads standard input.")
        publish.add_argument("--by", metavar="HANDLE", help="Who publishes it.")
        proving.add_despite(publish)

        add_replay(actions)
        add_migrate(actions)

    def handle(self, *, action: str, file: str = "", by: str | None = None, **options: Any) -> None:
        """Do one of them."""
        match action:
            case "schema":
                self.stdout.write(json.dumps(services.json_schema(), indent=2, ensure_ascii=False))
            case "check":
                self._check(file)
            case "prove":
                self._prove(**options)
            case "publish":
                self._publish(file, by, **options)
            case "replay":
                run_replay(self, file, options)
            case "migrate":
                run_migrate(self, options | {"by": by})

    def _check(self, file: str) -> None:
        text = _read(file)
        try:
            review = services.review(text)
        except DatabaseError:
            review = services.review(text, with_world=False)
            self.stderr.write(
                f"{file}: warning: the database does not answer, so people and calendars were not checked."
            )
        self._tell(file, review.faults)
        if review.errors or review.policy is None:
            _fail(file, review.errors)
        self.stdout.write(f"{file}: {review.policy.title} is a valid policy.")

    def _prove(self, *, policy: str, seconds: float, combinations: int, as_json: bool, **_: Any) -> None:
        try:
            proven = self._policy(policy)
            proof = proving.examined(proven, seconds, combinations, self.stderr).proof
            if as_json:
                self.stdout.write(proving.as_json(proof, proven))
            else:
                proving.tell(proof, proven, self.stdout)
        except DatabaseError as error:
            raise CommandError("The database does not answer.", returncode=UNREADABLE) from error
        proving.finish(proof)

    def _policy(self, named: str) -> Policy:
        """The policy in a file, or the current version of the one with this key."""
        if named != "-" and not Path(named).exists() and _KEY.fullmatch(named):
            try:
                return services.engine_policy(services.current(named))
            except UnknownPolicy as error:
                raise CommandError(error.message, returncode=UNREADABLE) from error
        review = services.review(_read(named))
        self._tell(named, review.faults)
        if review.errors or review.policy is None:
            _fail(named, review.errors)
        return review.policy

    def _publish(
        self, file: str, by: str | None, *, despite: bool, seconds: float, combinations: int, **_: Any
    ) -> None:
        text = _read(file)
        try:
            review = services.review(text)
            self._tell(file, review.faults)
            if review.errors or review.policy is None:
                _fail(file, review.errors)
            publisher = _person(by)
            examined = proving.examined(review.policy, seconds, combinations, self.stderr)
            if examined.proof.findings:
                proving.tell(examined.proof, review.policy, self.stderr)
            proving.must_be_accepted(review.policy, examined, despite=despite)
            version = services.publish(review.policy, publisher)
            proof_records.keep(version, examined, accepted=despite, by=publisher)
        except DatabaseError as error:
            raise CommandError("The database does not answer.", returncode=UNREADABLE) from error
        self.stdout.write(f"{version.policy.key} v{version.number} is published.")

    def _tell(self, file: str, faults: tuple[Fault, ...]) -> None:
        for fault in faults:
            place = f"{file}:{fault.line}:{fault.column}" if fault.line else file
            self.stderr.write(f"{place}: {fault.severity}: {fault}")


def _read(file: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}.", returncode=UNREADABLE) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file}: this is not UTF-8 text.", returncode=UNREADABLE) from error


def _person(handle: str | None) -> Person | None:
    if handle is None:
        return None
    person = Person.objects.filter(username=handle, is_active=True).first()
    if person is None:
        raise CommandError(f'Nobody with an active account is called "{handle}".', returncode=UNREADABLE)
    return person


def _fail(file: str, errors: tuple[Fault, ...]) -> NoReturn:
    count = f"{len(errors)} error" + ("s" if len(errors) > 1 else "")
    raise CommandError(f"{file}: {count}.", returncode=FAULTY)
