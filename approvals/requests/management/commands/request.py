"""``manage.py request show ID``: a request on the terminal, as its workflow knows it."""

import json
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from approvals.engine.state import StageStatus, Task
from approvals.pages.who import People
from approvals.pages.wording import moment_in_full
from approvals.requests import services
from approvals.requests.models import Request
from approvals.requests.services import Shown
from approvals.requests.timeline import people_in, timeline
from temporal_app.shutdown import release_temporal

UNKNOWN = 1


class Command(BaseCommand):
    """Exit status: 0 it was shown, 1 there is no such request, 2 wrong usage."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one thing it does."""
        actions = parser.add_subparsers(dest="action", required=True)
        show = actions.add_parser("show", help="Print a request: where it is, who is asked, what happened.")
        show.add_argument("id", help="Its id, or its number as people call it: 1042 or #1042.")
        show.add_argument("--json", action="store_true", help="The whole state and every event, as JSON.")

    def handle(self, *, id: str, json: bool, **options: Any) -> None:
        """Find it and print it."""
        try:
            shown = services.show(_find(id))
        finally:
            release_temporal()
        if json:
            self.stdout.write(_as_json(shown))
        else:
            for line in _lines(shown):
                self.stdout.write(line)


def _find(id: str) -> Request:
    rows = Request.objects.select_related("requester", "policy_version__policy")
    number = id.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 19:
        row = rows.filter(number=int(number)).first()
    else:
        try:
            row = rows.filter(pk=uuid.UUID(id)).first()
        except ValueError:
            row = None
    if row is None:
        raise CommandError(f"There is no request “{id}”. Give its id or its number.", returncode=UNKNOWN)
    return row


def _as_json(shown: Shown) -> str:
    return json.dumps(
        {
            "number": shown.row.number,
            "live": shown.live,
            "as_of": shown.as_of.isoformat(),
            "state": shown.state.model_dump(mode="json"),
            "events": [event.model_dump(mode="json") for event in shown.events],
        },
        indent=2,
        ensure_ascii=False,
    )


def _asked(task: Task, person: str, people: People) -> str:
    """Who is asked, and on whose behalf."""
    candidate = task.candidate(person)
    behalf = candidate.instead_of if candidate else None
    return people[person].name + (f" on behalf of {people[behalf].name}" if behalf else "")


def _lines(shown: Shown) -> list[str]:
    state, row = shown.state, shown.row
    people = People({state.requester, *state.involved, *people_in(shown.events)})
    status = state.outcome or ("on hold" if state.paused else state.status)
    lines = [
        f"#{row.number} {state.title}",
        f"{state.policy.title} v{state.policy_version}, round {state.round}, {status}",
        f"as of {moment_in_full(shown.as_of)}{'' if shown.live else ', because the engine does not answer'}",
        "",
    ]
    for stage in state.stages.values():
        lines.append(f"  {stage.status:<10} {state.policy.stage(stage.id).title}")
        if stage.status is StageStatus.OPEN:
            lines += [
                f"             {task.id}: {', '.join(_asked(task, person, people) for person in task.people)}"
                for task in state.open_tasks(stage.id)
            ]
            if stage.clock and stage.clock.deadline:
                lines.append(f"             due {moment_in_full(stage.clock.deadline)}")
    lines.append("")
    for group in timeline(state.policy, state.requester, shown.events, people):
        for entry in group.entries:
            lines.append(
                f"  {moment_in_full(entry.at)}  {entry.actor.name + ' ' if entry.actor else ''}{entry.sentence}"
            )
    return lines
