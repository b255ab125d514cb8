"""Requests as PostgreSQL knows them, and the commands that people have given."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper

from approvals.engine.state import Outcome, RequestState, Status


class Request(models.Model):
    """A request as of `revision`: the columns to find it by, and its whole state to show it by.

    The running workflow knows best; this is what is left when no worker answers, and after the end.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(
        unique=True,
        db_default=Func(Value("request_number"), function="nextval"),
        help_text="What people call it: #1042.",
    )
    policy_version = models.ForeignKey(
        "policies.PolicyVersion", on_delete=models.PROTECT, related_name="requests"
    )
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="requests")
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=20, default=Status.NEW, choices=[(s.value, s.name) for s in Status])
    outcome = models.CharField(max_length=20, blank=True, choices=[(o.value, o.name) for o in Outcome])
    paused = models.BooleanField(default=False)
    stuck = models.BooleanField(default=False, help_text="A stage is open and nobody can decide it.")
    looked_up_in = models.PositiveBigIntegerField(
        default=0, help_text="The revision of people in which it was found out whom its open stages ask."
    )
    round = models.PositiveSmallIntegerField(default=1)
    stages = models.CharField(max_length=500, blank=True, help_text="Titles of the stages that are open.")
    amount = models.BigIntegerField(null=True, help_text="The form's first money field, in minor units.")
    currency = models.CharField(max_length=3, blank=True)
    due_at = models.DateTimeField(null=True, help_text="The earliest deadline of its open stages.")
    created_at = models.DateTimeField(
        help_text="When it was submitted, as the requester's click was recorded."
    )
    updated_at = models.DateTimeField(help_text="When its last event happened.")
    closed_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)
    state = models.JSONField(help_text="`RequestState` at `revision`.")

    class Meta:
        indexes = [
            models.Index(F("requester"), F("created_at").desc(), name="request_mine"),
            models.Index(fields=["due_at"], condition=Q(closed_at__isnull=True), name="request_open_due"),
            models.Index(F("created_at").desc(), name="request_newest"),
            # Few are stuck or on hold; the console counts and lists them.
            models.Index(
                fields=["created_at"], condition=Q(closed_at__isnull=True, stuck=True), name="request_stuck"
            ),
            models.Index(
                fields=["created_at"], condition=Q(closed_at__isnull=True, paused=True), name="request_paused"
            ),
            # As `icontains` asks: it compares capitals.
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="request_title_trgm"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"

    @property
    def known_state(self) -> RequestState:
        """`state` as the engine reads it; a page asks for it several times, and it is made once."""
        made: tuple[int, RequestState] | None = self.__dict__.get("_known_state")
        if made is None or made[0] != self.revision:
            made = self.__dict__["_known_state"] = (self.revision, RequestState.model_validate(self.state))
        return made[1]


class Command(models.Model):
    """What somebody asked for, kept before it is sent, so that an acknowledged click is never lost.

    `id` is the idempotency key. `sent_at` is since when the engine is known to have it: a courier brought it,
    or it was answered. `code` and `message` are the receipt, written when the engine has answered.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="commands")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="commands")
    kind = models.CharField(max_length=30)
    body = models.JSONField(help_text="The command, as `approvals.engine.commands` dumps it.")
    channel = models.CharField(
        max_length=10, default="web", choices=[("web", "Web"), ("mail", "Mail"), ("api", "API")]
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(sent_at__isnull=True), name="command_unsent"
            ),
            models.Index(fields=["request", "created_at"], name="command_request"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
