"""What an administrator fills in, and the command that comes of it."""

import uuid
from typing import TYPE_CHECKING, Any

from django import forms

from approvals.engine import commands as c
from approvals.people.models import Person

if TYPE_CHECKING:  # the class takes a type argument in its stubs only
    _Choice = forms.ModelChoiceField[Person]
else:
    _Choice = forms.ModelChoiceField


class PersonField(_Choice):
    """An active person, by name."""

    def __init__(self, **options: Any) -> None:
        active = Person.objects.filter(is_active=True).order_by("first_name", "last_name", "username")
        super().__init__(queryset=active, to_field_name="username", empty_label="Choose somebody", **options)

    def label_from_instance(self, obj: Any) -> str:
        """The person's name and what they do."""
        return f"{obj.name}, {obj.title}" if obj.title else str(obj.name)


class ActionForm(forms.Form):
    """One thing an administrator can do to a request, to one of its stages or to one of its tasks."""

    kind = ""
    button = ""
    icon = ""
    tone = ""
    reason = forms.CharField(
        max_length=2_000, label="Why", widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why, in a sentence: it stands in the record."},
    )  # fmt: skip

    def command(self, actor: str, target: str) -> c.Update:
        """The engine's command; ``target`` is the id of the stage or task it is about."""
        raise NotImplementedError

    def given(self, actor: str) -> dict[str, str]:
        """What every command has: an id of its own, who gives it, and why."""
        return {"id": str(uuid.uuid4()), "actor": actor, "reason": self.cleaned_data["reason"]}


class ReassignForm(ActionForm):
    kind, button, icon = "reassign", "Reassign", "arrow-right-left"
    to = PersonField(label="To")
    field_order = ("to", "reason")

    def command(self, actor: str, target: str) -> c.Update:
        return c.Reassign(task=target, to=self.cleaned_data["to"].handle, **self.given(actor))


class RemoveForm(ActionForm):
    kind, button, icon, tone = "remove_approver", "Remove", "user-minus", "bad"

    def command(self, actor: str, target: str) -> c.Update:
        return c.RemoveApprover(task=target, **self.given(actor))


class AddForm(ActionForm):
    kind, button, icon = "add_approver", "Add approver", "user-plus"
    person = PersonField(label="Who")
    field_order = ("person", "reason")

    def command(self, actor: str, target: str) -> c.Update:
        return c.AddApprover(stage=target, person=self.cleaned_data["person"].handle, **self.given(actor))


class ExtendForm(ActionForm):
    kind, button, icon = "extend_deadline", "Extend the deadline", "calendar-plus"
    by = forms.ChoiceField(
        label="By",
        choices=[
            ("PT4H", "4 business hours"),
            ("1wd", "1 working day"),
            ("2wd", "2 working days"),
            ("5wd", "5 working days"),
            ("10wd", "10 working days"),
        ],
    )
    field_order = ("by", "reason")

    def command(self, actor: str, target: str) -> c.Update:
        return c.ExtendDeadline(stage=target, by=self.cleaned_data["by"], **self.given(actor))


class SkipForm(ActionForm):
    kind, button, icon, tone = "skip_stage", "Skip this stage", "skip-forward", "bad"

    def command(self, actor: str, target: str) -> c.Update:
        return c.SkipStage(stage=target, **self.given(actor))


class PauseForm(ActionForm):
    kind, button, icon = "pause", "Put on hold", "pause"

    def command(self, actor: str, target: str) -> c.Update:
        return c.Pause(**self.given(actor))


class ResumeForm(ActionForm):
    kind, button, icon = "resume", "Resume", "play"

    def command(self, actor: str, target: str) -> c.Update:
        return c.Resume(**self.given(actor))


class OverrideForm(ActionForm):
    kind, button, icon, tone = "override", "Override", "gavel", "bad"
    outcome = forms.ChoiceField(
        label="End it as", choices=[("approved", "Approved"), ("rejected", "Rejected")]
    )
    field_order = ("outcome", "reason")

    def command(self, actor: str, target: str) -> c.Update:
        return c.Override(outcome=self.cleaned_data["outcome"], **self.given(actor))


def prefix(kind: str, target: str) -> str:
    """Keeps the forms of one page apart: what they do, and to which stage or task."""
    return f"{kind}-{target}" if target else kind


FORMS: dict[str, type[ActionForm]] = {
    form.kind: form
    for form in (ReassignForm, RemoveForm, AddForm, ExtendForm, SkipForm, PauseForm, ResumeForm, OverrideForm)
}
OF_TASK = (ReassignForm, RemoveForm)
OF_STAGE = (AddForm, ExtendForm, SkipForm)


class HandoverForm(forms.Form):
    """Whose tasks go to whom."""

    leaver = PersonField(label="From")
    successor = PersonField(label="To")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who has left already is inactive, and is just whom this is for.
        leaver = self.fields["leaver"]
        if isinstance(leaver, PersonField):
            leaver.queryset = Person.objects.order_by("first_name", "last_name", "username")

    def clean(self) -> dict[str, Any]:
        """Refuse a handover to oneself."""
        given = super().clean() or {}
        if given.get("leaver") and given.get("leaver") == given.get("successor"):
            self.add_error("successor", "Choose somebody else: these are the same person.")
        return given


class FilterForm(forms.Form):
    """What the list of open tasks is narrowed to. Anything that makes no sense narrows nothing."""

    q = forms.CharField(required=False, max_length=200, strip=True)
    policy = forms.SlugField(required=False)
    person = PersonField(required=False)
    state = forms.ChoiceField(
        required=False,
        choices=[("", "All"), ("overdue", "Overdue"), ("stuck", "Stuck"), ("paused", "On hold")],
    )
