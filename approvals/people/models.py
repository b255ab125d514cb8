"""Who there is: people, their reporting line, groups, roles, absences and delegations."""

from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower


def validate_time_zone(name: str) -> None:
    """Raise `ValidationError` (code `unknown_time_zone`) unless `name` is an IANA time zone."""
    if name not in available_timezones():
        raise ValidationError(
            "“%(name)s” is not a time zone. Use an IANA name such as Europe/Amsterdam.",
            code="unknown_time_zone",
            params={"name": name},
        )


class Person(AbstractUser):
    """Somebody who can sign in.

    `username` is the *handle*: it names the person in policies, requests and the record, and
    never changes. People who leave are made inactive, not deleted, so that the record stays whole.
    """

    manager = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    unit = models.CharField(max_length=100, blank=True, help_text="Department or team.")
    title = models.CharField(max_length=100, blank=True)
    grade = models.PositiveSmallIntegerField(default=0, help_text="Higher means more authority.")
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    is_admin = models.BooleanField(default=False, help_text="May use the console.")
    is_auditor = models.BooleanField(default=False, help_text="May read and verify everything.")

    class Meta(AbstractUser.Meta):
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="person_email_unique",
                violation_error_message="Another person already has this mail address.",
            ),
            models.CheckConstraint(
                condition=Q(manager__isnull=True) | ~Q(manager=F("id")),
                name="person_not_own_manager",
                violation_error_message="Nobody can be their own manager.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def handle(self) -> str:
        """The immutable name by which everything else refers to this person."""
        return self.username

    @property
    def name(self) -> str:
        """The name to show: full name, or the handle where none is known."""
        return self.get_full_name() or self.username


class Group(models.Model):
    """Named people of whom a policy can ask all, any or some."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    members = models.ManyToManyField(Person, through="Membership", related_name="member_of")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person's place in a group."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "person"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.person} in {self.group}"


class Role(models.Model):
    """A function somebody holds, everywhere or in one unit, such as “budget owner”."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RoleHolder(models.Model):
    """Who holds a role in a unit; an empty unit means everywhere."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="holders")
    unit = models.CharField(max_length=100, blank=True, help_text="Empty: everywhere.")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="held_roles")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "unit", "person"], name="role_holder_unique")]

    def __str__(self) -> str:
        place = f" of {self.unit}" if self.unit else ""
        return f"{self.person}, {self.role}{place}"


class ApprovalLimit(models.Model):
    """Up to which amount a person, whoever holds a role, or everybody from a grade upwards may approve."""

    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="approval_limits"
    )
    role = models.ForeignKey(
        Role, null=True, blank=True, on_delete=models.CASCADE, related_name="approval_limits"
    )
    grade = models.PositiveSmallIntegerField(null=True, blank=True, help_text="From this grade upwards.")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(
        null=True, blank=True, help_text="In minor units (cents); empty: any amount."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, role__isnull=True, grade__isnull=True)
                | Q(person__isnull=True, role__isnull=False, grade__isnull=True)
                | Q(person__isnull=True, role__isnull=True, grade__isnull=False),
                name="approval_limit_of_one",
                violation_error_message="A limit is set for a person, for a role or for a grade.",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="approval_limit_not_negative"
            ),
            models.UniqueConstraint(fields=["person", "currency"], name="approval_limit_person"),
            models.UniqueConstraint(fields=["role", "currency"], name="approval_limit_role"),
            models.UniqueConstraint(fields=["grade", "currency"], name="approval_limit_grade"),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.role or f'grade {self.grade}'}: {self.amount} {self.currency}"


class Absence(models.Model):
    """Days on which somebody is away, both ends included, in that person's time zone."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    substitute = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="stands_in_for"
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["first_day"]
        indexes = [models.Index(fields=["person", "last_day"], name="absence_person_last_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="absence_ends_after_start",
                violation_error_message="The last day of an absence is before its first.",
            ),
            models.CheckConstraint(
                condition=Q(substitute__isnull=True) | ~Q(substitute=F("person")),
                name="absence_not_own_substitute",
                violation_error_message="Nobody can stand in for themselves.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} away {self.first_day} to {self.last_day}"


class Cover(models.Model):
    """Who stands in for somebody away in the requests of one policy, in the place of the absence's substitute."""

    absence = models.ForeignKey(Absence, on_delete=models.CASCADE, related_name="covers")
    policy = models.CharField(max_length=60, help_text="The policy's key.")
    substitute = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="covers")

    class Meta:
        ordering = ["policy"]
        constraints = [models.UniqueConstraint(fields=["absence", "policy"], name="cover_unique")]

    def __str__(self) -> str:
        return f"{self.substitute} for {self.absence} in {self.policy}"


class Delegation(models.Model):
    """A reviewer's standing word: what would come to me, within these limits, goes to somebody else.

    It is never changed or deleted, only ended, so that it stays known who could decide for whom, and when.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegated_to_me")
    policies = models.JSONField(default=list, blank=True, help_text="Keys of policies; empty: all of them.")
    limit = models.BigIntegerField(null=True, blank=True, help_text="Greatest amount, in minor units.")
    currency = models.CharField(max_length=3, blank=True, help_text="Of the limit.")
    last_day = models.DateField(
        null=True, blank=True, help_text="In the person's time zone; None: until ended."
    )
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["person"], condition=Q(ended_at__isnull=True), name="delegation_standing")
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(delegate=F("person")),
                name="delegation_not_to_oneself",
                violation_error_message="Nobody can delegate to themselves.",
            ),
            models.CheckConstraint(
                condition=Q(limit__isnull=True, currency="") | (Q(limit__gt=0) & ~Q(currency="")),
                name="delegation_limit_has_currency",
                violation_error_message="A limit is more than nothing, and has a currency.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} to {self.delegate}"
