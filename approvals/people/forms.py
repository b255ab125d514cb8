"""What can be changed about a person, and by whom."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from approvals.people.directory import reports_to
from approvals.people.fields import PersonField
from approvals.people.models import Absence, Group, Membership, Person

if TYPE_CHECKING:  # the classes take a type argument in their stubs only
    _AbsenceForm = forms.ModelForm[Absence]
    _PersonForm = forms.ModelForm[Person]
    _Groups = forms.ModelMultipleChoiceField[Group]
else:
    _AbsenceForm = _PersonForm = forms.ModelForm
    _Groups = forms.ModelMultipleChoiceField

LONGEST_ABSENCE = timedelta(days=730)
_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AbsenceForm(_AbsenceForm):
    """Days away, and who stands in."""

    use_required_attribute = False
    substitute = PersonField(label="Who stands in", required=False)

    class Meta:
        model = Absence
        fields = ("first_day", "last_day", "substitute", "note")
        widgets = {"first_day": _DATE, "last_day": _DATE}
        labels = {"first_day": "First day away", "last_day": "Last day away", "note": "Note"}
        error_messages = {
            "first_day": {"required": "Enter the first day.", "invalid": "Enter a day, such as 2026-05-31."},
            "last_day": {"required": "Enter the last day.", "invalid": "Enter a day, such as 2026-05-31."},
        }

    def __init__(self, data: Mapping[str, Any] | None = None, *, person: Person) -> None:
        super().__init__(data, instance=Absence(person=person))

    def clean(self) -> dict[str, Any]:
        """Refuse what lies in the past, never ends, or is planned already."""
        given = super().clean() or {}
        first, last = given.get("first_day"), given.get("last_day")
        if first and last:
            if last < first:
                self.add_error("last_day", "The last day is before the first.")
            elif last < timezone.localdate():
                self.add_error("last_day", "These days are over. Enter an absence that is to come.")
            elif last - first > LONGEST_ABSENCE:
                self.add_error("last_day", "An absence has two years at most.")
            elif known := self.instance.person.absences.filter(
                first_day__lte=last, last_day__gte=first
            ).first():
                self.add_error(
                    "first_day",
                    f"The days from {known.first_day:%-d %B} to {known.last_day:%-d %B %Y} are planned already. "
                    "Remove that absence first, or choose other days.",
                )
        if given.get("substitute") == self.instance.person:
            self.add_error("substitute", "Nobody can stand in for themselves.")
        return given


class PersonForm(_PersonForm):
    """What an administrator keeps up to date."""

    use_required_attribute = False
    manager = PersonField(label="Manager", required=False)
    groups_of = _Groups(
        queryset=Group.objects.all(), required=False, label="Groups", widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Person
        fields = ("manager", "unit", "title", "grade", "is_active")
        labels = {"unit": "Unit", "title": "Title", "is_active": "Works here: can sign in and be asked"}
        help_texts = {"unit": "", "grade": ""}

    def __init__(self, *args: Any, editor: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editor = editor
        self.initial["manager"] = self.instance.manager
        self.fields["groups_of"].initial = self.instance.member_of.all()
        self.fields["grade"].required = False

    def clean_manager(self) -> Person | None:
        """Refuse a reporting line that would come back to the person."""
        manager: Person | None = self.cleaned_data["manager"]
        if manager is not None and manager.pk == self.instance.pk:
            raise forms.ValidationError("Nobody can be their own manager.", code="manager_loop")
        if manager is not None and reports_to(manager, self.instance):
            raise forms.ValidationError(
                f"{manager.name} reports to {self.instance.name}. Choose somebody who does not.",
                code="manager_loop",
            )
        return manager

    def clean_grade(self) -> int:
        """A grade that is not given stays as it is."""
        given: int | None = self.cleaned_data["grade"]
        return self.instance.grade if given is None else given

    def clean_is_active(self) -> bool:
        """Nobody locks themselves out."""
        active: bool = self.cleaned_data["is_active"]
        if not active and self.instance.pk == self.editor.pk:
            raise forms.ValidationError(
                "You cannot end your own account. Ask another administrator.", code="own_account"
            )
        return active

    def save(self, commit: bool = True) -> Person:
        """Save the person and the groups."""
        person = super().save(commit)
        wanted = set(self.cleaned_data["groups_of"])
        Membership.objects.filter(person=person).exclude(group__in=wanted).delete()
        Membership.objects.bulk_create(
            [Membership(person=person, group=group) for group in wanted], ignore_conflicts=True
        )
        return person
