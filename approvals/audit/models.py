"""The record: every event of every request, in order."""

from django.conf import settings
from django.db import models


class Event(models.Model):
    """One event. (request, revision) is unique, so that writing a batch twice writes it once."""

    request = models.ForeignKey("requests.Request", on_delete=models.PROTECT, related_name="events")
    revision = models.PositiveIntegerField()
    type = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="audit_events"
    )
    body = models.JSONField(help_text="The event, as `approvals.engine.events` dumps it.")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["request", "revision"]
        constraints = [models.UniqueConstraint(fields=["request", "revision"], name="audit_event_unique")]

    def __str__(self) -> str:
        return f"{self.request_id}/{self.revision} {self.type}"
