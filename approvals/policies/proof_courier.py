"""Proving policies again when people have changed: beside the mail, in a process that nobody waits for."""

import logging
import time
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from approvals.people.census import fingerprint
from approvals.policies import proof_records, services
from approvals.policies.models import PolicyProof
from approvals.policies.proof import Budget

logger = logging.getLogger(__name__)

LOOK = 15.0
"""Seconds between two looks at whether people have changed."""
LEASE = timedelta(minutes=2)
"""How long somebody has for a proof, before another courier may try."""
BUDGET = Budget(seconds=45.0, combinations=10_000)


class ProofCourier:
    """Looks now and then whether proofs are still about the people there are, and makes them anew where not."""

    def __init__(self, budget: Budget = BUDGET) -> None:
        self._budget = budget
        self._looked = -LOOK

    def prove_due(self) -> int:
        """Prove one policy whose proof is of other people than there are now; how many that were."""
        if time.monotonic() - self._looked >= LOOK:
            self._looked = time.monotonic()
            now = timezone.now()
            if stale := proof_records.mark_stale(fingerprint(now), now):
                logger.info("people have changed", extra={"proofs": stale})
        kept = proof_records.claim(Q(stale_since__isnull=False), "stale_since", LEASE)
        if kept is None:
            return 0
        self._prove(kept)
        return 1

    def _prove(self, kept: PolicyProof) -> None:
        policy = services.engine_policy(kept.version)
        examined = proof_records.examine(policy, self._budget, lambda *_: _give_way())
        made = proof_records.keep(kept.version, examined)
        coverage = examined.proof.coverage
        logger.info(
            "policy proven",
            extra={
                "policy": policy.key,
                "holds": examined.proof.holds,
                "fails": made.failing_since is not None,
                "combinations": coverage.combinations,
                "of": coverage.of,
                "seconds": coverage.seconds,
            },
        )


def _give_way() -> None:
    """Let the threads that answer people take their turn."""
    time.sleep(0)
