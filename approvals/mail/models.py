"""Mail that is to go out, and mail that came in."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Outgoing(models.Model):
    """A message that waits to be sent: claimed, tried and settled by the courier.

    `next_attempt_at` is also the courier's lease: a claimed message is out of sight until then.
    """

    status = models.CharField(
        max_length=10, default="waiting", choices=[(s, s) for s in ("waiting", "sent", "failed", "obsolete")]
    )
    created_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        abstract = True


class Notification(Outgoing):
    """One message to one person about one event: written with the event, sent by the courier.

    A notification is unique by (request, revision, person, kind), so that a batch recorded twice mails once.
    """

    request = models.ForeignKey("requests.Request", on_delete=models.CASCADE, related_name="notifications")
    revision = models.PositiveIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=30)
    task = models.CharField(
        max_length=80, blank=True, help_text="The engine's task id, where it is about one."
    )
    context = models.JSONField(
        default=dict, help_text="What the message needs to say beyond the request's state."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "revision", "person", "kind"], name="notification_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(status="waiting"), name="notification_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.person_id}"


class ReplyToken(models.Model):
    """What makes an address accept a person's replies about a request.

    Only its digest is kept: whoever reads this table cannot write as somebody else. `task` is the seat that
    the message asked about; without one a reply can only comment or escalate.
    """

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, in hexadecimal.")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reply_tokens"
    )
    request = models.ForeignKey("requests.Request", on_delete=models.CASCADE, related_name="reply_tokens")
    task = models.CharField(max_length=80, blank=True, help_text="The engine's task id.")
    round = models.PositiveSmallIntegerField(help_text="The round that the message spoke of.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.person_id} to {self.request_id}"


class InboundMessage(models.Model):
    """A message that came in and what became of it. The text of a refused one is not kept.

    `fingerprint` is the same for every delivery of one message to one address.
    """

    fingerprint = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField(auto_now_add=True)
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to = models.CharField(max_length=320, blank=True)
    sender = models.CharField(max_length=320, blank=True, help_text="The address in From.")
    subject = models.CharField(max_length=500, blank=True)
    message_id = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=40, help_text="`accepted`, or why it changed nothing.")
    detail = models.TextField(blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="messages_in"
    )
    request = models.ForeignKey(
        "requests.Request", null=True, on_delete=models.SET_NULL, related_name="messages_in"
    )
    command = models.ForeignKey(
        "requests.Command", null=True, on_delete=models.SET_NULL, related_name="messages_in"
    )
    token = models.ForeignKey(ReplyToken, null=True, on_delete=models.SET_NULL, related_name="messages_in")
    awaits_receipt = models.BooleanField(
        default=False, help_text="Its command has not been answered yet; a refusal is mailed back."
    )
    repeats = models.PositiveIntegerField(default=0, help_text="How often it was delivered again.")

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(awaits_receipt=True), name="inbound_awaits_receipt"),
            models.Index(fields=["received_at"], name="inbound_received"),
        ]

    def __str__(self) -> str:
        return f"{self.code} from {self.sender}"


class Answer(Outgoing):
    """What is mailed back to somebody whose message did not do what it asked for."""

    inbound = models.OneToOneField(InboundMessage, on_delete=models.CASCADE, related_name="answer")
    address = models.CharField(max_length=320)
    code = models.CharField(max_length=40)
    message = models.TextField(help_text="The sentence to act on.")

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(status="waiting"), name="answer_waiting"),
            models.Index(fields=["address", "created_at"], name="answer_address"),
        ]

    def __str__(self) -> str:
        return f"{self.code} to {self.address}"


class MailboxMessage(models.Model):
    """A message that the demo keeps instead of sending it."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="mailbox"
    )
    to = models.CharField(max_length=320)
    sender = models.CharField(max_length=320)
    reply_to = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=500)
    message_id = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True)
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["-sent_at"], name="mailbox_newest")]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"
