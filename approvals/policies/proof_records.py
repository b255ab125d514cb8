"""Proofs as they are kept: one of each current version, as of the people there are, and what of it is known.

A counter-example that an administrator has seen and accepted does not alarm anybody again, in the next version
neither, as long as it does not concern more people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from approvals.engine.policy import Policy
from approvals.people.census import fingerprint
from approvals.people.models import Person
from approvals.policies import models
from approvals.policies.models import Accepted, PolicyProof, PolicyVersion
from approvals.policies.proof import Budget, Counterexample, Progress, Proof, prove


@dataclass(frozen=True, slots=True)
class Examined:
    """A proof, and the mark of the people that it is about."""

    proof: Proof
    world: str


class NotAccepted(Exception):
    """A policy that has counter-examples which nobody has accepted (code ``proof_fails``)."""

    code = "proof_fails"

    def __init__(self, examined: Examined, open_findings: tuple[Counterexample, ...]) -> None:
        self.examined = examined
        self.findings = open_findings
        self.message = "There is a path that too few people can decide, and nobody has accepted that yet."
        super().__init__(self.message)


def examine(policy: Policy, budget: Budget, progress: Progress | None = None) -> Examined:
    """Prove a policy as of now."""
    now = timezone.now()
    # First the mark: what changes meanwhile makes the proof an old one.
    world = fingerprint(now)
    return Examined(prove(policy, now, budget, progress), world)


def unaccepted(key: str, proof: Proof) -> tuple[Counterexample, ...]:
    """The counter-examples of a proof that nobody has accepted for this policy."""
    return _unaccepted(proof, _accepted_before(key))


def mark(findings: Iterable[Counterexample]) -> str:
    """What stands for these counter-examples where somebody accepts them: others have another mark."""
    told = "\n".join(sorted(repr(_acceptance(found)) for found in findings))
    return sha256(told.encode()).hexdigest()[:16]


def must_be_accepted(key: str, examined: Examined, despite: str | bool) -> None:
    """Whether a policy may be published with this proof.

    Args:
        despite: the mark of the counter-examples that are accepted, or True for whatever they are.

    Raises:
        NotAccepted: it has counter-examples, and these are not accepted.
    """
    fresh = unaccepted(key, examined.proof)
    if fresh and despite is not True and despite != mark(fresh):
        raise NotAccepted(examined, fresh)


@transaction.atomic
def keep(
    version: PolicyVersion,
    examined: Examined,
    *,
    accepted: bool = False,
    by: Person | None = None,
    hurried: bool = False,
) -> PolicyProof:
    """Write down what a version's proof came to.

    Args:
        accepted: whether its counter-examples are let be, and ``by`` whom.
        hurried: somebody was waiting, so that what was only sampled is to be proven anew with more time.
    """
    # Two that keep a proof of one policy take turns.
    models.Policy.objects.select_for_update().get(pk=version.policy_id)
    kept = PolicyProof.objects.filter(version=version).first()
    let_be = kept.acceptances if kept else _accepted_before(version.policy.key)
    before = {_key(one) for one in _unaccepted(kept.proof, let_be)} if kept and kept.proof else set()
    kept = kept or PolicyProof(version=version)
    now = timezone.now()
    if accepted and _unaccepted(examined.proof, let_be):
        let_be = [_acceptance(found) for found in examined.proof.findings]
        kept.accepted_by, kept.accepted_at = by, now
    fresh = _unaccepted(examined.proof, let_be)
    if not fresh:
        kept.failing_since = kept.told_at = None
    elif {_key(one) for one in fresh} - before:
        kept.failing_since, kept.told_at = kept.failing_since or now, None
    kept.accepted = [one.model_dump(mode="json") for one in let_be]
    kept.result = examined.proof.model_dump(mode="json")
    kept.world, kept.made_at = examined.world, examined.proof.made_at
    kept.stale_since = now if hurried and not examined.proof.coverage.exhaustive else None
    kept.next_attempt_at = None
    kept.save()
    return kept


def accept(version: PolicyVersion, by: Person, shown: str) -> bool:
    """Accept a version's counter-examples as they are; False where there are others now than were ``shown``."""
    kept = PolicyProof.objects.filter(version=version).first()
    if kept is None or kept.proof is None or mark(_unaccepted(kept.proof, kept.acceptances)) != shown:
        return False
    keep(version, Examined(kept.proof, kept.world), accepted=True, by=by)
    return True


def proof_of(version: PolicyVersion) -> PolicyProof | None:
    """What is kept of a version's proof."""
    return PolicyProof.objects.filter(version=version).select_related("accepted_by").first()


def open_findings(kept: PolicyProof) -> tuple[Counterexample, ...]:
    """The counter-examples of a kept proof that nobody has accepted."""
    return _unaccepted(kept.proof, kept.acceptances) if kept.proof else ()


def claim(waiting: Q, longest: str, lease: timedelta) -> PolicyProof | None:
    """The proof of a current version that waits, and that nobody has claimed; it is the caller's for a while.

    Args:
        waiting: which ones wait.
        longest: the field that says since when; the one that has waited for longest comes first.
        lease: before another may claim it.
    """
    now = timezone.now()
    with transaction.atomic():
        kept = (
            PolicyProof.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("version__policy")
            .filter(waiting, version__in=current_versions().values("pk"))
            .filter(Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=now))
            .order_by(longest)
            .first()
        )
        if kept is not None:
            PolicyProof.objects.filter(pk=kept.pk).update(next_attempt_at=now + lease)
    return kept


def current_versions() -> QuerySet[PolicyVersion]:
    """The version of each policy that new requests follow."""
    return (
        PolicyVersion.objects.filter(policy__retired_at__isnull=True)
        .order_by("policy_id", "-number")
        .distinct("policy_id")
    )


def failing() -> list[PolicyProof]:
    """The proofs of current versions with counter-examples that nobody has accepted, the latest first."""
    return list(
        PolicyProof.objects.filter(failing_since__isnull=False, version__in=current_versions().values("pk"))
        .select_related("version__policy")
        .defer("version__body")
        .order_by("-failing_since")
    )


def mark_stale(world: str, now: datetime) -> int:
    """Mark every current version's proof that is about other people than there are; how many."""
    unproven = PolicyVersion.objects.filter(pk__in=current_versions().values("pk"), proof_kept__isnull=True)
    for version in unproven.defer("body"):
        PolicyProof.objects.get_or_create(version=version, defaults={"stale_since": now})
    old = PolicyProof.objects.filter(stale_since__isnull=True, version__in=current_versions().values("pk"))
    return old.exclude(world=world).update(stale_since=now)


def _accepted_before(key: str) -> list[Accepted]:
    latest = PolicyProof.objects.filter(version__policy__key=key).order_by("-version__number").first()
    return latest.acceptances if latest else []


def _unaccepted(proof: Proof, accepted: Iterable[Accepted]) -> tuple[Counterexample, ...]:
    known = {_key(one): one.requesters for one in accepted}
    return tuple(found for found in proof.findings if found.requesters > known.get(_key(found), -1))


def _key(found: Counterexample | Accepted) -> tuple[object, ...]:
    return found.stage, found.kind, found.certain, found.anybody


def _acceptance(found: Counterexample) -> Accepted:
    return Accepted(
        stage=found.stage,
        kind=found.kind,
        certain=found.certain,
        anybody=found.anybody,
        requesters=found.requesters,
    )
