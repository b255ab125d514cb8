"""What waits for whom: rows to list by, derived from the events and never the truth themselves."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Task(models.Model):
    """One seat for a decision, as of its request's revision."""

    request = models.ForeignKey("requests.Request", on_delete=models.CASCADE, related_name="tasks")
    key = models.CharField(max_length=80, help_text="The engine's task id, unique within the request.")
    stage = models.CharField(max_length=60)
    stage_title = models.CharField(max_length=120)
    label = models.CharField(max_length=120, blank=True)
    marks = models.CharField(
        max_length=80, blank=True, help_text="How its vote counts: chair, veto, 2 votes."
    )
    round = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=[(s, s) for s in ("open", "decided", "cancelled")])
    decision = models.CharField(max_length=20, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="owned_tasks"
    )
    priority = models.SmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="None while paused, or where the stage has no target.")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "key"], name="task_unique")]
        indexes = [
            models.Index(
                F("priority").desc(), F("due_at").asc(nulls_last=True), "id",
                condition=Q(status="open"), name="task_open_due",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.key} of {self.request_id}"


class Assignment(models.Model):
    """A person who can decide an open task now. The inbox reads one index of this table."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="assignments")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    instead_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="represented_assignments"
    )
    priority = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    comes_back = models.BooleanField(
        default=False, help_text="A substitute's, until whom they stand in for is back."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "person"], name="assignment_unique")]
        indexes = [
            models.Index(
                F("person"),
                F("priority").desc(),
                F("due_at").asc(nulls_last=True),
                F("id"),
                name="assignment_inbox",
            ),
            models.Index(fields=["instead_of"], condition=Q(comes_back=True), name="assignment_comes_back"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.task_id}"


class Rerouted(models.Model):
    """An open task of somebody away, or of a substitute, that was looked at: once, whatever came of it."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    absence = models.ForeignKey("people.Absence", null=True, on_delete=models.CASCADE, related_name="+")
    assignment = models.BigIntegerField(null=True, help_text="Of a substitute's: the row that was looked at.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["absence", "task", "person"], name="rerouted_once"),
            models.UniqueConstraint(fields=["assignment"], name="rerouted_back_once"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} of {self.person_id}"
