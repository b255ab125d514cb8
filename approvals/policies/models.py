"""Policies as they are kept: each version once, and for ever."""

from django.conf import settings
from django.db import models

from approvals.engine.model import Model
from approvals.policies.proof_result import Kind, Proof


class Policy(models.Model):
    """A kind of request. What its approval takes stands in its versions."""

    key = models.SlugField(unique=True, max_length=60)
    title = models.CharField(max_length=120)
    retired_at = models.DateTimeField(null=True, blank=True, help_text="No new requests since then.")

    class Meta:
        ordering = ["title"]
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.title


class PolicyVersion(models.Model):
    """One published version. It never changes, because requests under way were promised it."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField(help_text="The policy, as `approvals.engine.policy.Policy` dumps it.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body's canonical JSON.")
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="published_policies"
    )

    class Meta:
        ordering = ["policy", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.policy} v{self.number}"


class Accepted(Model):
    """A counter-example that somebody has seen and lets be, for as many requesters as it then concerned."""

    stage: str
    kind: Kind
    certain: bool
    anybody: bool
    requesters: int


class PolicyProof(models.Model):
    """Whether every path through a version has enough people, as of when it was last looked at.

    ``stale_since`` is set when people have changed since then, and until it has been proven anew.
    """

    version = models.OneToOneField(PolicyVersion, on_delete=models.CASCADE, related_name="proof_kept")
    result = models.JSONField(null=True, help_text="The proof; null before the first one.")
    world = models.CharField(max_length=64, blank=True, help_text="The mark of the people it is about.")
    made_at = models.DateTimeField(null=True)
    stale_since = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True, help_text="Until then somebody is proving it anew.")
    accepted = models.JSONField(default=list, help_text="The counter-examples that were accepted.")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="accepted_proofs"
    )
    failing_since = models.DateTimeField(
        null=True, help_text="Since when it has had counter-examples that nobody has accepted."
    )
    told_at = models.DateTimeField(null=True, help_text="When the policy's owners were told of these.")

    class Meta:
        indexes = [
            models.Index(
                fields=["stale_since"],
                condition=models.Q(stale_since__isnull=False),
                name="policy_proof_stale",
            ),
        ]

    def __str__(self) -> str:
        return f"proof of version {self.version_id}"

    @property
    def proof(self) -> Proof | None:
        """The proof as it was made."""
        return Proof.model_validate(self.result) if self.result else None

    @property
    def acceptances(self) -> list[Accepted]:
        """What has been accepted."""
        return [Accepted.model_validate(one) for one in self.accepted]
