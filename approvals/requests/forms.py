"""What people send with each action, checked before it goes to the engine."""

from datetime import date, datetime, time, timedelta
from typing import ClassVar, get_args

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from approvals.engine.commands import (
    Claim,
    Comment,
    Decide,
    DeclareConflict,
    Delegate,
    Escalate,
    Invite,
    LookUp,
    Release,
    Signal,
    Withdraw,
)
from approvals.engine.policy import Policy
from approvals.engine.state import Decision, Place
from approvals.engine.text import MAX_TEXT, storable
from approvals.people.naming import NotOnePerson, somebody


def fits(text: str) -> None:
    """Refuse a text beyond what a comment may hold, with the limit; codes as the engine's."""
    if not storable(text):
        raise ValidationError("The text has a character that cannot be kept. Type it anew.", "invalid_text")
    size = len(text.encode())
    if size > MAX_TEXT:
        raise ValidationError(
            f"This has {size:,} bytes; at most {MAX_TEXT:,} can be sent. Shorten it, and send it again.",
            "text_too_long",
        )


class LongText(forms.CharField):
    """A comment or a reason: as it was typed, within the engine's limit in bytes."""

    widget = forms.Textarea

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(
            required=required,
            strip=False,
            validators=[fits],
            error_messages={"required": "Write something first."},
        )

    def to_python(self, value: object) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")


def end_of(day: date) -> datetime:
    """The midnight at which a day ends where the reader is."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


class ActionForm(forms.Form):
    """One action: `command` is the id by which a repeat is recognised."""

    kind: ClassVar[str]
    command = forms.UUIDField(
        error_messages={"invalid": "This form is damaged. Reload the page and try again."}
    )

    def __init__(self, data: QueryDict, policy: Policy) -> None:
        super().__init__(data)
        self.policy = policy

    def signal(self, actor: str) -> Signal:
        """The command for the engine."""
        raise NotImplementedError

    @property
    def id(self) -> str:
        """The command's id."""
        return str(self.cleaned_data["command"])

    @property
    def sentence(self) -> str:
        """All that is wrong, in one line."""
        return " ".join(str(fault) for faults in self.errors.values() for fault in faults)

    @property
    def code(self) -> str:
        """The code of the first thing that is wrong."""
        return next(
            (fault.code or "invalid" for faults in self.errors.as_data().values() for fault in faults), "ok"
        )


class TaskForm(ActionForm):
    """An action on one task."""

    task = forms.CharField(max_length=120)


class DecideForm(TaskForm):
    kind = "decide"
    decision = forms.ChoiceField(
        choices=[(decision.value, decision.value) for decision in Decision],
        error_messages={
            "required": "Choose what you decide.",
            "invalid_choice": "There is no such decision.",
        },
    )
    comment = LongText()

    def clean(self) -> None:
        """The policy wants a reason with some decisions; the engine would refuse them without."""
        given = self.cleaned_data
        needed = given.get("decision") in self.policy.comment_required
        if needed and "comment" in given and not given["comment"].strip():
            self.add_error(
                "comment",
                ValidationError("Say why, in a sentence: the requester will read it.", "comment_required"),
            )
        if given.get("decision") == Decision.APPROVE:
            self._choose(str(given.get("task", "")).partition(".")[0])

    @property
    def choices(self) -> dict[str, str]:
        """What was written for each later stage that is chosen for, by its id."""
        fields = {stage.id: self.data.get(f"choice-{stage.id}", "") for stage in self.policy.stages}
        return {stage: str(text)[:400].strip() for stage, text in fields.items() if text}

    def _choose(self, stage: str) -> None:
        """Find the people who are chosen for later stages; the engine says which choice is missing."""
        self.chosen: dict[str, str] = {}
        for later in self.policy.choices_in(stage):
            if written := self.choices.get(later.id):
                try:
                    self.chosen[later.id] = somebody(written).handle
                except NotOnePerson as error:
                    self.add_error(None, ValidationError(str(error), "unknown_person"))
            else:
                sentence = f"Choose who decides “{later.title}”: the policy leaves it to you."
                self.add_error(None, ValidationError(sentence, "choice_required"))

    def signal(self, actor: str) -> Signal:
        given = self.cleaned_data
        return Decide(
            id=self.id,
            actor=actor,
            task=given["task"],
            decision=Decision(given["decision"]),
            comment=given["comment"],
            choices=getattr(self, "chosen", {}),
        )


def _somebody(written: str) -> str:
    try:
        return somebody(written).handle
    except NotOnePerson as error:
        raise ValidationError(str(error), "unknown_person") from error


class DelegateForm(TaskForm):
    kind = "delegate"
    to = forms.CharField(max_length=400, error_messages={"required": "Write to whom."})
    until = forms.DateField(required=False, error_messages={"invalid": "Enter a day, such as 2026-05-31."})
    comment = LongText()

    def clean_to(self) -> str:
        """The handle of who was written."""
        return _somebody(self.cleaned_data["to"])

    def signal(self, actor: str) -> Signal:
        given = self.cleaned_data
        return Delegate(
            id=self.id,
            actor=actor,
            task=given["task"],
            to=given["to"],
            comment=given["comment"],
            until=given["until"] and end_of(given["until"]),
        )


class ConflictForm(TaskForm):
    kind = "declare_conflict"
    reason = LongText()

    def clean_reason(self) -> str:
        """What the conflict is, in words."""
        reason = str(self.cleaned_data["reason"])
        if not reason.strip():
            raise ValidationError(
                "Say what the conflict is, in a sentence: it stands in the record.", "reason_required"
            )
        return reason

    def signal(self, actor: str) -> Signal:
        given = self.cleaned_data
        return DeclareConflict(id=self.id, actor=actor, task=given["task"], reason=given["reason"])


class InviteForm(TaskForm):
    kind = "invite"
    to = forms.CharField(max_length=400, error_messages={"required": "Write whom."})
    place = forms.ChoiceField(
        choices=[(place, place) for place in get_args(Place)],
        error_messages={
            "required": "Choose when they are asked.",
            "invalid_choice": "There is no such place.",
        },
    )
    comment = LongText()

    def clean_to(self) -> str:
        """The handle of who was written."""
        return _somebody(self.cleaned_data["to"])

    def signal(self, actor: str) -> Signal:
        given = self.cleaned_data
        return Invite(
            id=self.id,
            actor=actor,
            task=given["task"],
            to=given["to"],
            place=given["place"],
            comment=given["comment"],
        )


class ClaimForm(TaskForm):
    kind = "claim"

    def signal(self, actor: str) -> Signal:
        return Claim(id=self.id, actor=actor, task=self.cleaned_data["task"])


class ReleaseForm(TaskForm):
    kind = "release"

    def signal(self, actor: str) -> Signal:
        return Release(id=self.id, actor=actor, task=self.cleaned_data["task"])


class CommentForm(ActionForm):
    kind = "comment"
    text = LongText(required=True)

    def signal(self, actor: str) -> Signal:
        return Comment(id=self.id, actor=actor, text=self.cleaned_data["text"])


class EscalateForm(ActionForm):
    kind = "escalate"
    stage = forms.CharField(max_length=60)
    reason = LongText()

    def signal(self, actor: str) -> Signal:
        given = self.cleaned_data
        return Escalate(id=self.id, actor=actor, stage=given["stage"], reason=given["reason"])


class LookUpForm(ActionForm):
    kind = "look_up"
    stage = forms.CharField(max_length=60)

    def signal(self, actor: str) -> Signal:
        return LookUp(id=self.id, actor=actor, stage=self.cleaned_data["stage"])


class WithdrawForm(ActionForm):
    kind = "withdraw"
    reason = LongText()

    def signal(self, actor: str) -> Signal:
        return Withdraw(id=self.id, actor=actor, reason=self.cleaned_data["reason"])


ACTIONS: dict[str, type[ActionForm]] = {
    form.kind: form
    for form in (
        DecideForm,
        DelegateForm,
        ConflictForm,
        InviteForm,
        ClaimForm,
        ReleaseForm,
        CommentForm,
        EscalateForm,
        LookUpForm,
        WithdrawForm,
    )
}
"""Every action of a request's page, by the last word of its address."""


class ResubmitForm(forms.Form):
    """What goes with a changed form."""

    command = forms.UUIDField()
    round = forms.IntegerField(min_value=1, max_value=1_000)
    comment = LongText()
