"""Finding the requests that follow other versions, and moving them: all, some or none."""

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from django.db.models import Q, QuerySet

from approvals.console import actions
from approvals.engine.commands import Migrate
from approvals.migration.becoming import Becoming, foresee
from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from approvals.policies.services import engine_policy
from approvals.requests.models import Command, Request

Version: TypeAlias = PolicyVersion
LONGEST = 4.0
"""Seconds after which no further request is begun: the page shows how far it is, and goes on."""
MOST = 1_000
"""Requests in one go."""
ORDER = ("due_at", "created_at", "pk")


@dataclass(frozen=True)
class Plan:
    """Who moves requests to which version, and why.

    Args:
        command: names this migration; each of its requests has an id made of it, so that a repeat does
            nothing twice.
    """

    by: Person
    version: PolicyVersion
    reason: str = "Migrated"
    command: uuid.UUID = field(default_factory=uuid.uuid4)

    def id_for(self, request: uuid.UUID) -> uuid.UUID:
        """The id of the command that a request is given."""
        return uuid.uuid5(self.command, str(request))

    def command_for(self, request: uuid.UUID) -> Migrate:
        """The command that a request is given."""
        return Migrate(
            id=str(self.id_for(request)),
            actor=self.by.handle,
            version=self.version.number,
            policy=engine_policy(self.version),
            reason=self.reason,
        )


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; everything where nothing is said."""

    q: str = ""
    follows: int | None = None
    state: str = ""


@dataclass(frozen=True)
class Moved:
    """What became of one request; no code where it was not tried yet."""

    row: Request
    code: str = ""
    message: str = ""

    @property
    def tried(self) -> bool:
        """Whether it has an answer."""
        return self.code not in ("", actions.ENGINE_AWAY)

    @property
    def ok(self) -> bool:
        """Whether it follows the version now."""
        return self.code == "ok"


def version_of(key: str, number: int | None = None) -> PolicyVersion | None:
    """One version of a policy; the newest where no number is given."""
    found = PolicyVersion.objects.filter(policy__key=key).select_related("policy").order_by("-number")
    return (found if number is None else found.filter(number=number)).first()


def versions_of(key: str) -> list[int]:
    """The numbers of a policy's versions, the newest first."""
    found = PolicyVersion.objects.filter(policy__key=key).order_by("-number")
    return list(found.values_list("number", flat=True))


def under_way(version: PolicyVersion, wanted: Wanted | None = None) -> QuerySet[Request]:
    """The open requests of the policy that follow another version, the most pressing first."""
    wanted = wanted or Wanted()
    rows = (
        Request.objects.filter(closed_at__isnull=True, policy_version__policy=version.policy_id)
        .exclude(policy_version=version)
        .exclude(status="new")
    )
    if wanted.q.lstrip("#").isdigit():
        rows = rows.filter(Q(number=int(wanted.q.lstrip("#")[:9])) | Q(title__icontains=wanted.q))
    elif wanted.q:
        rows = rows.filter(title__icontains=wanted.q)
    if wanted.follows is not None:
        rows = rows.filter(policy_version__number=wanted.follows)
    if wanted.state == "paused":
        rows = rows.filter(paused=True)
    elif wanted.state:
        rows = rows.filter(status=wanted.state)
    return rows.select_related("requester", "policy_version").defer("policy_version__body").order_by(*ORDER)


def followed(version: PolicyVersion) -> list[int]:
    """The numbers of the other versions that open requests follow."""
    found = under_way(version).order_by("policy_version__number").values_list("policy_version__number")
    return [number for (number,) in found.distinct()]


def previews(
    plan: Plan, rows: Iterable[Request], now: datetime, *, with_world: bool = True
) -> list[Becoming]:
    """What each would become."""
    return [foresee(row, plan.command_for(row.pk), now, with_world=with_world) for row in rows]


def rows_of(version: PolicyVersion, ids: Sequence[uuid.UUID]) -> list[Request]:
    """The requests of the policy with these ids, in their order, closed or not."""
    found = Request.objects.filter(pk__in=ids, policy_version__policy=version.policy_id)
    rows = {row.pk: row for row in found.select_related("requester", "policy_version").defer("state")}
    return [rows[id] for id in dict.fromkeys(ids) if id in rows]


def so_far(plan: Plan, rows: Sequence[Request]) -> list[Moved]:
    """What has become of the requests of a migration until now, in their order."""
    kept = Command.objects.filter(pk__in=[plan.id_for(row.pk) for row in rows])
    answers = {pk: (code, message) for pk, code, message in kept.values_list("pk", "code", "message")}
    return [Moved(row, *answers.get(plan.id_for(row.pk), ("", ""))) for row in rows]


def move(plan: Plan, rows: Sequence[Request], longest: float | None = LONGEST) -> list[Moved]:
    """Move requests one by one, those first that have no answer yet, until the time is over.

    Each stands for itself, so a refusal stops none of the others. When the engine does not answer, the rest is
    left alone.

    Args:
        longest: seconds; None to go on to the end.
    """
    done = {moved.row.pk: moved for moved in so_far(plan, rows)}
    until = None if longest is None else time.monotonic() + longest
    for row in rows:
        if done[row.pk].tried:
            continue
        receipt = actions.give(plan.by, row, plan.command_for(row.pk))
        done[row.pk] = Moved(row, receipt.code, receipt.message)
        if receipt.code == actions.ENGINE_AWAY or (until is not None and time.monotonic() > until):
            break
    return list(done.values())
