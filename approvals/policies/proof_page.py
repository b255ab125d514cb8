"""What pages show of a proof."""

from typing import Any

from approvals.engine.policy import Policy
from approvals.policies import proof_records, proof_words
from approvals.policies.models import PolicyVersion
from approvals.policies.proof import Proof
from approvals.policies.proof_records import Examined


def drafted(policy: Policy, examined: Examined) -> dict[str, Any]:
    """The context of a draft's proof: ``despite`` is what the form sends where somebody accepts it."""
    fresh = proof_records.unaccepted(policy.key, examined.proof)
    return _shown(examined.proof, policy) | {"despite": proof_records.mark(fresh) if fresh else ""}


def kept(version: PolicyVersion, policy: Policy) -> dict[str, Any]:
    """The context of a published version's proof, where there is one."""
    row = proof_records.proof_of(version)
    if row is None or row.proof is None:
        return {"proof_kept": row}
    fresh = proof_records.open_findings(row)
    return {
        "proof_kept": row,
        **_shown(row.proof, policy),
        "despite": proof_records.mark(fresh) if fresh else "",
    }


def _shown(proof: Proof, policy: Policy) -> dict[str, Any]:
    return {
        "proof": proof,
        "verdict": proof_words.verdict(proof),
        "counterexamples": proof_words.in_words(proof, policy),
        "today": proof_words.today_in_words(proof, policy),
        "coverage": proof_words.coverage_in_words(proof.coverage, policy),
    }
