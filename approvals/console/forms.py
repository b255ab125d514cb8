"""What an administrator fills in, and the command that comes of it."""

import uuid
from typing import Any, ClassVar

from django import forms

from approvals.engine import commands as c
from approvals.people.fields import PersonField

SOMEBODY = "?"
"""Stands for whoever will be chosen, where a command is only tried. It is nobody's user name."""


class ReasonField(forms.CharField):
    """Why an administrator does something."""

    def __init__(self) -> None:
        super().__init__(
            max_length=2_000,
            label="Why",
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"required": "Say why, in a sentence: it stands in the record."},
        )


class ActionForm(forms.Form):
    """One thing an administrator can do to a request, to one of its stages or to one of its tasks.

    Args:
        data: what was sent; None for a fresh form.
        target: the id of the stage or task that it is about; empty for the whole request.
        command: the id by which a repeat is recognised; a new one by default.
    """

    use_required_attribute = False
    kind: ClassVar[str]
    button: ClassVar[str]
    icon: ClassVar[str]
    tone: ClassVar[str] = ""
    reason = ReasonField()

    def __init__(self, data: Any = None, *, target: str = "", command: uuid.UUID | None = None) -> None:
        # A task's id has dots, which the address of an element in a page cannot have.
        super().__init__(data, auto_id=f"{self.kind}-{target.replace('.', '-') or 'request'}-%s")
        self.target = target
        self.command_id = command or uuid.uuid4()
        self.obstacle = ""

    def command(self, actor: str) -> c.Update:
        """The engine's command, of a form that is valid."""
        given = self.cleaned_data
        return self.built({"id": str(self.command_id), "actor": actor, "reason": given["reason"]}, given)

    def trial(self, actor: str) -> c.Update:
        """The same with the first choice of everything, to ask the rules whether it makes sense at all."""
        return self.built({"id": str(self.command_id), "actor": actor, "reason": "Why"}, None)

    def built(self, base: dict[str, str], given: dict[str, Any] | None) -> c.Update:
        """The command from what every command has and what was ``given``; None where nothing is chosen yet."""
        raise NotImplementedError


class ReassignForm(ActionForm):
    kind, button, icon = "reassign", "Reassign", "arrow-right-left"
    to = PersonField(label="To", error_messages={"required": "Write to whom."})
    field_order = ("to", "reason")

    def built(self, base: dict[str, str], given: dict[str, Any] | None) -> c.Update:
        return c.Reassign(task=self.target, to=given["to"].handle if given else SOMEBODY, **base)


class RemoveForm(ActionForm):
    kind, button, icon, tone = "remove_approver", "Remove", "user-minus", "bad"

    def built(self, base: dict[str, str], given: dict[str, Any] | None) -> c.Update:
        return c.RemoveApprover(task=self.target, **base)


class AddForm(ActionForm):
    kind, button, icon = "add_approver", "Add approver", "user-plus"
    person = PersonField(label="Who", error_messages={"required": "Write whom to ask."})
    field_order = ("person", "reason")

    def built(self, base: dict[str, str], given: dict[str, Any] | None) -> c.Update:
        person = given["person"].handle if given else SOMEBODY
        return c.AddApprover(stage=self.target, person=person, **base)


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

    def built(self, base: dict[str, str], given: dict[str, Any] | None) -> c.Update:
        return c.ExtendDeadline(stage=self.target, by=given["by"] if given else "PT4H", **base)


class SkipForm(ActionForm):
    kind, button, icon, tone = "skip_stage", "Skip this stage", "skip-forward", "bad"

    def built(self, base: dict[str, str], given: dict[str, Any] | None) -> c.Update:
        return c.SkipStage(stage=self.target, **base)


class LookUpForm(ActionForm):
    kind, button, icon = "look_up_anew", "Look up anew who is asked", "refresh-cw"

    def built(self, base: dict[str, str], given: dict[str, Any] | None) -> c.Update:
        return c.LookUpAnew(stage=self.target, **base)


class PauseForm(ActionForm):
    kind, button, icon = "pause", "Put on hold", "pause"

    def built(self, base: dict[str, str], given: dict[str, Any] | None) -> c.Update:
        return c.Pause(**base)


class ResumeForm(ActionForm):
    kind, button, icon = "resume", "Resume", "play"

    def built(self, base: dict[str, str], given: dict[str, Any] | None) -> c.Update:
        return c.Resume(**base)


class OverrideForm(ActionForm):
    kind, button, icon, tone = "override", "Override", "gavel", "bad"
    outcome = forms.ChoiceField(
        label="End it as", choices=[("approved", "Approved"), ("rejected", "Rejected")]
    )
    field_order = ("outcome", "reason")

    def built(self, base: dict[str, str], given: dict[str, Any] | None) -> c.Update:
        return c.Override(outcome=given["outcome"] if given else "rejected", **base)


FORMS: dict[str, type[ActionForm]] = {
    form.kind: form
    for form in (
        ReassignForm,
        RemoveForm,
        AddForm,
        LookUpForm,
        ExtendForm,
        SkipForm,
        PauseForm,
        ResumeForm,
        OverrideForm,
    )
}
OF_TASK: tuple[type[ActionForm], ...] = (ReassignForm, RemoveForm)
OF_STAGE: tuple[type[ActionForm], ...] = (AddForm, LookUpForm, ExtendForm, SkipForm)
OF_REQUEST: tuple[type[ActionForm], ...] = (PauseForm, ResumeForm, OverrideForm)


class HandoverForm(forms.Form):
    """Whose tasks go to whom. Who has left already is just whom this is for."""

    use_required_attribute = False
    leaver = PersonField(label="From", left_too=True, error_messages={"required": "Write whose tasks."})
    successor = PersonField(label="To", error_messages={"required": "Write to whom."})

    def clean(self) -> dict[str, Any]:
        """Refuse a handover to oneself."""
        given = super().clean() or {}
        if given.get("leaver") and given.get("leaver") == given.get("successor"):
            self.add_error("successor", "Choose somebody else: these are the same person.")
        return given


class ChosenForm(HandoverForm):
    """A handover that is to be done, and why; the tasks come beside it."""

    reason = ReasonField()


class FilterForm(forms.Form):
    """What the lists of the console are narrowed to. Anything that makes no sense narrows nothing."""

    q = forms.CharField(required=False, max_length=200, strip=True)
    policy = forms.SlugField(required=False)
    person = PersonField(required=False)
    state = forms.ChoiceField(
        required=False,
        choices=[("", "All"), ("overdue", "Overdue"), ("stuck", "Stuck"), ("paused", "On hold")],
    )
