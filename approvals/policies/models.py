"""Policies as they are kept: each version once, and for ever."""

from django.conf import settings
from django.db import models


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
