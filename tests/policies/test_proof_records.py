"""Proofs that are kept: made anew when people change, accepted or not, and told of."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from approvals.people.census import fingerprint
from approvals.people.models import Group, Membership, Person
from approvals.policies import proof_courier, proof_records, services
from approvals.policies.models import PolicyProof, PolicyVersion
from approvals.policies.proof import Budget
from approvals.policies.proof_courier import ProofCourier
from tests.policies.cast import NOW, away, group, person, policy, role

pytestmark = pytest.mark.django_db

DESK = {"id": "check", "title": "Check", "participants": [{"group": "desk"}]}


@pytest.fixture(autouse=True)
def desk() -> Group:
    """Bo and Cara, who decide; the owner, and an administrator."""
    person("owner")
    person("ada", is_admin=True)
    return group("desk", person("bo"), person("cara"))


@pytest.fixture(autouse=True)
def _look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_courier, "LOOK", 0.0)


@pytest.fixture
def version() -> PolicyVersion:
    """A policy of one stage, which nobody has proven yet."""
    return services.publish(policy(DESK))


def prove_all() -> int:
    """Let a courier make every proof that is due; how many those were."""
    courier = ProofCourier()
    made = 0
    while courier.prove_due():
        made += 1
    return made


def kept(version: PolicyVersion) -> PolicyProof:
    found = proof_records.proof_of(version)
    assert found is not None
    return found


def leave(handle: str) -> None:
    Person.objects.filter(username=handle).update(is_active=False)


# ---- people change -------------------------------------------------------------------------------


def test_the_mark_of_the_people_changes_when_they_do() -> None:
    seen = {fingerprint(NOW)}

    def changed() -> bool:
        before = len(seen)
        seen.add(fingerprint(NOW))
        return len(seen) > before

    assert not changed()
    Person.objects.update(last_login=NOW, password="other")
    assert not changed()
    leave("bo")
    assert changed()
    Membership.objects.filter(person__username="cara").delete()
    assert changed()
    Person.objects.filter(username="cara").update(manager=Person.objects.get(username="ada"))
    assert changed()
    role("buyer", Person.objects.get(username="cara"))
    assert changed()
    away(Person.objects.get(username="cara"), date(2026, 3, 9))
    assert changed()
    assert fingerprint(NOW + timedelta(days=1)) not in seen


def test_a_policy_without_a_proof_is_proven(version: PolicyVersion) -> None:
    assert prove_all() == 1
    assert kept(version).proof
    assert kept(version).failing_since is None
    assert prove_all() == 0


def test_a_proof_is_made_anew_when_people_change(version: PolicyVersion) -> None:
    prove_all()
    leave("bo")
    assert prove_all() == 1
    row = kept(version)
    assert row.proof is not None
    assert [found.requester for found in row.proof.findings] == ["cara"]
    assert row.failing_since is not None
    assert row.stale_since is None
    assert [one.pk for one in proof_records.failing()] == [row.pk]


def test_a_proof_that_holds_again_fails_no_longer(version: PolicyVersion) -> None:
    prove_all()
    leave("bo")
    prove_all()
    Person.objects.filter(username="bo").update(is_active=True)
    prove_all()
    assert kept(version).failing_since is None
    assert proof_records.failing() == []


def test_older_versions_and_retired_policies_are_left_alone(version: PolicyVersion) -> None:
    newer = services.publish(policy(DESK, title="Newer"))
    assert prove_all() == 1
    assert proof_records.proof_of(version) is None
    assert kept(newer).proof
    newer.policy.retired_at = timezone.now()
    newer.policy.save()
    leave("bo")
    assert prove_all() == 0


def test_two_couriers_do_not_make_the_same_proof(version: PolicyVersion) -> None:
    proof_records.mark_stale(fingerprint(timezone.now()), timezone.now())
    PolicyProof.objects.update(next_attempt_at=timezone.now() + timedelta(minutes=1))
    assert ProofCourier().prove_due() == 0
    PolicyProof.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=1))
    assert ProofCourier().prove_due() == 1


# ---- accepting -----------------------------------------------------------------------------------


def failing(version: PolicyVersion) -> PolicyProof:
    leave("bo")
    prove_all()
    return kept(version)


def test_what_was_accepted_alarms_nobody(version: PolicyVersion) -> None:
    row = failing(version)
    ada = Person.objects.get(username="ada")
    assert proof_records.accept(version, ada, proof_records.mark(proof_records.open_findings(row)))
    row = kept(version)
    assert (row.failing_since, row.accepted_by) == (None, ada)
    person("new")
    assert prove_all() == 1
    assert kept(version).failing_since is None


def test_what_was_not_shown_is_not_accepted(version: PolicyVersion) -> None:
    row = failing(version)
    shown = proof_records.mark(proof_records.open_findings(row))
    leave("cara")
    prove_all()
    assert not proof_records.accept(version, Person.objects.get(username="ada"), shown)
    assert kept(version).failing_since is not None


def test_more_than_was_accepted_alarms_again(version: PolicyVersion) -> None:
    row = failing(version)
    shown = proof_records.mark(proof_records.open_findings(row))
    proof_records.accept(version, Person.objects.get(username="ada"), shown)
    leave("cara")
    prove_all()
    assert kept(version).failing_since is not None


def test_what_was_accepted_goes_on_to_be_in_the_next_version(version: PolicyVersion) -> None:
    row = failing(version)
    shown = proof_records.mark(proof_records.open_findings(row))
    proof_records.accept(version, Person.objects.get(username="ada"), shown)
    draft = policy(DESK, title="Newer")
    examined = proof_records.examine(draft, Budget())
    assert not examined.proof.holds
    proof_records.must_be_accepted("test", examined, "")
    newer = services.publish(draft)
    assert proof_records.keep(newer, examined).failing_since is None


def test_a_policy_with_a_counter_example_is_published_only_despite_it(version: PolicyVersion) -> None:
    leave("bo")
    examined = proof_records.examine(policy(DESK), Budget())
    with pytest.raises(proof_records.NotAccepted) as refusal:
        proof_records.must_be_accepted("test", examined, "")
    assert refusal.value.code == "proof_fails"
    for despite in (False, "something"):
        with pytest.raises(proof_records.NotAccepted):
            proof_records.must_be_accepted("test", examined, despite)
    proof_records.must_be_accepted("test", examined, proof_records.mark(refusal.value.findings))
    proof_records.must_be_accepted("test", examined, True)
