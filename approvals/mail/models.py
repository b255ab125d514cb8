"""Mail that is to go out, and mail that came in."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notification(models.Model):
    """One message to one person about one event: written with the event, sent by the courier.

    A notification is unique by (request, revision, person, kind), so that a batch recorded twice mails once.
    """

    request = models.ForeignKey("requests.Request", on_delete=models.CASCADE, related_name="notifications")
    revision = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=30)
    task = models.CharField(max_length=80, blank=True, help_text="The engine's task id, where it is about one.")
    context = models.JSONField(default=dict, help_text="What the message needs to say beyond the request's state.")
    status = models.CharField(
        max_length=10, default="waiting", choices=[(s, s) for s in ("waiting", "sent", "failed", "obsolete")]
    )
    created_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "revision", "person", "kind"], name="notification_unique"),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(status="waiting"), name="notification_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.person_id}"
