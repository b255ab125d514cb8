"""Read, check and publish policies, and find the ones that can be requested."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from django.db import transaction

from approvals.engine.model import Form
from approvals.engine.policy import Policy
from approvals.people.models import Person
from approvals.people.services import profile
from approvals.policies import checking, models, reading
from approvals.policies.conditions import ConditionFailed, Facts, Requester, evaluate_text
from approvals.policies.faults import Fault, InvalidPolicy, Path, UnknownPolicy, at
from approvals.policies.models import PolicyVersion

LIBRARY = FilePath(__file__).parent / "library"
MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class Review:
    """What became of reading a policy file: the policy, where it is one, and its faults with their lines."""

    policy: Policy | None
    faults: tuple[Fault, ...]

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that keep it from being published."""
        return tuple(fault for fault in self.faults if fault.severity == "error")


def parse(text: str) -> Policy:
    """The policy in a YAML or JSON file.

    Raises:
        InvalidPolicy: it is none; each fault has its path and, where it is known, its line.
    """
    document = reading.read(text)
    try:
        return checking.model(document)
    except InvalidPolicy as error:
        raise InvalidPolicy(at(fault, document.places) for fault in error.faults) from error


def check(policy: Policy) -> list[Fault]:
    """Everything that is wrong with a policy; people who are not there yet are warnings."""
    return [*checking.check_rules(policy), *checking.check_world(policy)]


def review(text: str, *, with_world: bool = True) -> Review:
    """Read and check a policy file.

    Args:
        text: YAML or JSON.
        with_world: whether to look in the database for the people and calendars that it names.
    """
    places: dict[Path, tuple[int, int]] = {}
    try:
        document = reading.read(text)
        places = document.places
        policy = checking.model(document)
    except InvalidPolicy as error:
        return Review(None, tuple(at(fault, places) for fault in error.faults))
    faults = check(policy) if with_world else list(checking.check_rules(policy))
    return Review(policy, tuple(at(fault, places) for fault in faults))


def publish(policy: Policy, by: Person | None = None) -> PolicyVersion:
    """Make a policy's next version; where nothing differs from the current one, that is returned.

    A policy that was retired can be requested again.

    Raises:
        InvalidPolicy: it has errors; warnings do not keep it from being published.
    """
    errors = [fault for fault in check(policy) if fault.severity == "error"]
    if errors:
        raise InvalidPolicy(errors)
    body = policy.model_dump(mode="json")
    digest = digest_of(body)
    with transaction.atomic():
        models.Policy.objects.get_or_create(key=policy.key, defaults={"title": policy.title})
        kept = models.Policy.objects.select_for_update().get(key=policy.key)
        if kept.title != policy.title or kept.retired_at is not None:
            kept.title, kept.retired_at = policy.title, None
            kept.save(update_fields=["title", "retired_at"])
        latest = kept.versions.order_by("-number").first()
        if latest is not None and _means(latest) == digest:
            return latest
        return PolicyVersion.objects.create(
            policy=kept,
            number=latest.number + 1 if latest else 1,
            body=body,
            digest=digest,
            published_by=by,
        )


def load_library(by: Person | None = None) -> list[PolicyVersion]:
    """Publish every policy of the library whose content changed; returns the current versions.

    The calendars that they use are published before.
    """
    return [publish(parse(file.read_text("utf-8")), by) for file in sorted(LIBRARY.glob("*.yaml"))]


def _means(version: PolicyVersion) -> str:
    """The digest of what a version says today: kept before the language grew, its body lacks the newer keys."""
    return digest_of(engine_policy(version).model_dump(mode="json"))


def current(key: str) -> PolicyVersion:
    """The version of a policy that a new request follows.

    Raises:
        UnknownPolicy: there is none, or the policy is retired.
    """
    version = (
        PolicyVersion.objects.filter(policy__key=key, policy__retired_at__isnull=True)
        .select_related("policy")
        .order_by("-number")
        .first()
    )
    if version is None:
        raise UnknownPolicy(key)
    return version


def titles() -> list[tuple[str, str, bool]]:
    """Every policy by title: its key, its title, and whether it is retired."""
    found = models.Policy.objects.order_by("title").values_list("key", "title", "retired_at")
    return [(key, title, retired is not None) for key, title, retired in found]


def version(key: str, number: int) -> PolicyVersion | None:
    """One version of a policy; None where there is no such number."""
    return PolicyVersion.objects.filter(policy__key=key, number=number).select_related("policy").first()


def open_to(person: Person) -> list[PolicyVersion]:
    """The current version of each policy that this person can request, by title."""
    if not person.is_active:
        return []
    newest = (
        PolicyVersion.objects.filter(policy__retired_at__isnull=True)
        .select_related("policy")
        .order_by("policy_id", "-number")
        .distinct("policy_id")
    )
    return sorted(newest, key=lambda version: version.policy.title.casefold())


def engine_policy(version: PolicyVersion) -> Policy:
    """The policy of a version. Kept for the next caller: versions do not change."""
    made = _MADE.get(version.digest)
    if made is None:
        if len(_MADE) >= _KEPT:
            _MADE.clear()
        made = _MADE[version.digest] = Policy.model_validate(version.body)
    return made


_KEPT = 500
_MADE: dict[str, Policy] = {}


def request_title(policy: Policy, requester: Person, form: Form) -> str:
    """The title of a request: what the policy's ``subject`` comes to, or else the policy's own title."""
    if policy.subject is None:
        return policy.title
    known = profile(requester.handle)
    who = Requester(
        handle=requester.handle,
        name=requester.name,
        unit=requester.unit,
        title=requester.title,
        grade=requester.grade,
        groups=known.groups if known else (),
        roles=known.roles if known else (),
    )
    try:
        title = evaluate_text(policy.subject, policy.form, Facts(form, who))
    except ConditionFailed:
        return policy.title
    return " ".join(title.split())[:MAX_TITLE] or policy.title


@lru_cache(maxsize=1)
def json_schema() -> dict[str, Any]:
    """The JSON Schema of a policy file."""
    schema = Policy.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def digest_of(body: dict[str, Any]) -> str:
    """SHA-256 of a body's canonical JSON, in hexadecimal."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
