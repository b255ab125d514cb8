"""``manage.py policy migrate``: move requests that are under way to another version, or say what that would do."""

import json
import uuid
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from approvals.migration import services
from approvals.migration.becoming import Becoming, everybody
from approvals.migration.services import Moved, Plan
from approvals.migration.wording import people, sentences
from approvals.pages.who import People
from approvals.people import services as directory
from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from approvals.policies.ownership import may_publish
from approvals.requests.models import Request

SOME_WERE_NOT = 1
UNREADABLE = 2


def add_migrate(actions: Any) -> None:
    """Its arguments."""
    migrate: ArgumentParser = actions.add_parser(
        "migrate", help="Move requests under way to another version; --dry-run says what each would become."
    )
    migrate.add_argument("key", help="The policy.")
    migrate.add_argument("--to", type=int, metavar="N", help="The version; by default the newest.")
    migrate.add_argument("--only", nargs="+", metavar="ID", help="Only these: ids, or numbers as #12 or 12.")
    migrate.add_argument("--dry-run", action="store_true", help="Change nothing.")
    migrate.add_argument("--json", action="store_true", dest="as_json", help="For a program.")
    migrate.add_argument(
        "--by", metavar="HANDLE", help="Who moves them; needed where there are several administrators."
    )
    migrate.add_argument("--reason", default="", help="For the record of every request.")


def run_migrate(command: BaseCommand, options: dict[str, Any]) -> None:
    """Say what each would become, and do it unless that was all that was asked for.

    Exit status: 0 all are moved, or could be; 1 some were not; 2 there is no such version, request or person.
    """
    version = services.version_of(options["key"], options["to"])
    if version is None:
        number = f" version {options['to']} of" if options["to"] else ""
        raise CommandError(f'There is no{number} policy "{options["key"]}".', returncode=UNREADABLE)
    by = _person(options["by"], version)
    plan = Plan(by, version, options["reason"].strip() or f"Version {version.number} was published.")
    rows = _rows(version, options["only"])
    foreseen = services.previews(plan, rows, timezone.now())
    moved: dict[uuid.UUID, Moved] = {}
    if not options["dry_run"]:
        able = [one.row for one in foreseen if one.possible]
        moved = {one.row.pk: one for one in services.move(plan, able, longest=None)}
    if options["as_json"]:
        command.stdout.write(json.dumps(_as_json(plan, foreseen, moved, options["dry_run"]), indent=2))
    else:
        _tell(command, plan, foreseen, moved)
    left = [one for one in foreseen if not one.possible or (moved and not moved[one.row.pk].ok)]
    if left:
        raise CommandError(
            f"{len(left)} of {len(foreseen)} {'cannot be' if options['dry_run'] else 'were not'} moved.",
            returncode=SOME_WERE_NOT,
        )


def _person(handle: str | None, version: PolicyVersion) -> Person:
    admins = directory.admins()
    if handle is None:
        if len(admins) != 1:
            raise CommandError(
                "Say who moves them, with --by HANDLE: an administrator, or an owner of the policy.",
                returncode=UNREADABLE,
            )
        return admins[0]
    person = directory.active([handle]).get(handle)
    if person is None or not may_publish(person, version.policy.key):
        raise CommandError(
            f'"{handle}" is no administrator and no owner of this policy, so they cannot move its requests.',
            returncode=UNREADABLE,
        )
    return person


def _rows(version: PolicyVersion, only: Iterable[str] | None) -> list[Request]:
    rows = services.under_way(version)
    if only is None:
        return list(rows)
    known = {str(row.pk): row for row in rows} | {str(row.number): row for row in rows}
    found: dict[uuid.UUID, Request] = {}
    for text in only:
        row = known.get(text.lower().lstrip("#"))
        if row is None:
            raise CommandError(
                f'No open request of this policy that follows another version is called "{text}".',
                returncode=UNREADABLE,
            )
        found[row.pk] = row
    return list(found.values())


def _tell(command: BaseCommand, plan: Plan, foreseen: list[Becoming], moved: dict[uuid.UUID, Moved]) -> None:
    names = People(everybody(foreseen))
    key, number = plan.version.policy.key, plan.version.number
    if not foreseen:
        command.stdout.write(f"Every open request of {key} follows version {number}.")
    for one in foreseen:
        answer = moved.get(one.row.pk)
        did = f": {'moved' if answer.ok else answer.message}" if answer else ""
        command.stdout.write(f"#{one.row.number} {one.row.title}, version {one.previous} to {number}{did}")
        for sentence in sentences(one, names):
            command.stdout.write(f"  {sentence}")
        if one.gains:
            command.stdout.write(f"  Asked then: {people(one.gains, names)}.")
        if one.loses:
            command.stdout.write(f"  Asked no more: {people(one.loses, names)}.")
    if moved:
        command.stdout.write(f"{sum(one.ok for one in moved.values())} of {len(foreseen)} moved.")


def _as_json(
    plan: Plan, foreseen: list[Becoming], moved: dict[uuid.UUID, Moved], dry_run: bool
) -> dict[str, Any]:
    return {
        "policy": plan.version.policy.key,
        "to": plan.version.number,
        "dry_run": dry_run,
        "requests": [_request(one, moved.get(one.row.pk)) for one in foreseen],
    }


def _request(one: Becoming, answer: Moved | None) -> dict[str, Any]:
    return {
        "id": str(one.row.pk),
        "number": one.row.number,
        "title": one.row.title,
        "from": one.previous,
        "possible": one.possible,
        "code": answer.code if answer else one.code,
        "message": answer.message if answer else one.message,
        "moved": answer is not None and answer.ok,
        "stages": [
            {
                "stage": stage.change.stage,
                "title": stage.change.title,
                "becomes": stage.change.becomes,
                "was": stage.change.was,
                "changed": list(stage.change.changed),
                "status": stage.status,
                "asked": list(stage.asked),
                "due_before": stage.due_before.isoformat() if stage.due_before else None,
                "due_after": stage.due_after.isoformat() if stage.due_after else None,
            }
            for stage in one.stages
        ],
        "gains": list(one.gains),
        "loses": list(one.loses),
        "left_out": list(one.left_out),
        "outcome": one.outcome or None,
    }
