"""A proof finds what trying everything finds, and nothing else."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from approvals.engine.policy import Policy
from approvals.people.remembering import remembered
from approvals.policies.proof import prove
from tests.policies.cast import NOW
from tests.policies.simulated import forms, organisations, policies, settle_in, stuck_stages


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(policy=policies(), plan=organisations)
def test_proof_agrees_with_exhaustive_simulation(policy: Policy, plan: dict[str, Any]) -> None:
    """For every stage: somebody's request gets stuck there in the proof where, and only where, one really does."""
    with transaction.atomic():
        everybody = settle_in(plan)
        proof = prove(policy, NOW)
        assert proof.coverage.exhaustive
        assert proof.coverage.people == len(everybody)
        with remembered():
            met = {
                handle: set().union(*(stuck_stages(policy, handle, form) for form in forms(everybody)))
                for handle in everybody
            }
        assert {found.stage for found in proof.findings} == set().union(*met.values())
        for found in proof.findings:
            assert found.stage in stuck_stages(policy, found.requester, found.form)
        for stage in {found.stage for found in proof.findings}:
            several = [found for found in proof.findings if found.stage == stage]
            if len(several) == 1:
                assert several[0].requesters == sum(stage in stuck for stuck in met.values())
        transaction.set_rollback(True)
