"""What can be changed about a person, and by whom."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from approvals.people.models import Absence, Group, Membership, Person
from approvals.people.services import lines

if TYPE_CHECKING:  # the classes take a type argument in their stubs only
    _AbsenceForm = forms.ModelForm[Absence]
    _PersonForm = forms.ModelForm[Person]
    _PersonChoice = forms.ModelChoiceField[Person]
    _Groups = forms.ModelMultipleChoiceField[Group]
else:
    _AbsenceForm = _PersonForm = forms.ModelForm
    _PersonChoice = forms.ModelChoiceField
    _Groups = forms.ModelMultipleChoiceField

LONGEST_ABSENCE = timedelta(days=730)
_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SomebodyField(_PersonChoice):
    """An active person, by name."""

    def __init__(self, **options: Any) -> None:
        active = Person.objects.filter(is_active=True).order_by("first_name", "last_name", "username")
        super().__init__(queryset=active, to_field_name="username", required=False, **options)

    def label_from_instance(self, obj: Any) -> str:
        """The person's name and what they do."""
        return f"{obj.name}, {obj.title}" if obj.title else str(obj.name)


class AbsenceForm(_AbsenceForm):
    """Days away, and who stands in."""

    substitute = SomebodyField(label="Who stands in", empty_label="Nobody")

    class Meta:
        model = Absence
        fields = ("first_day", "last_day", "substitute", "note")
        widgets = {"first_day": _DATE, "last_day": _DATE}
        labels = {"first_day": "First day away", "last_day": "Last day away", "note": "Note"}

    def __init__(self, data: Mapping[str, Any] | None = None, *, person: Person) -> None:
        super().__init__(data, instance=Absence(person=person))

    def clean(self) -> dict[str, Any]:
        """Refuse what lies in the past or never ends."""
        given = super().clean() or {}
        first, last = given.get("first_day"), given.get("last_day")
        if first and last:
            if last < first:
                self.add_error("last_day", "The last day is before the first.")
            elif last < timezone.localdate():
                self.add_error("last_day", "These days are over. Enter an absence that is to come.")
            elif last - first > LONGEST_ABSENCE:
                self.add_error("last_day", "An absence has two years at most.")
        if given.get("substitute") == self.instance.person:
            self.add_error("substitute", "Nobody can stand in for themselves.")
        return given


class PersonForm(_PersonForm):
    """What an administrator keeps up to date."""

    manager = SomebodyField(label="Manager", empty_label="Nobody")
    groups_of = _Groups(
        queryset=Group.objects.all(), required=False, label="Groups", widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Person
        fields = ("manager", "unit", "title", "is_active")
        labels = {"unit": "Unit", "title": "Title", "is_active": "Works here: can sign in and be asked"}

    def __init__(self, *args: Any, editor: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editor = editor
        self.fields["groups_of"].initial = self.instance.member_of.all()

    def clean_manager(self) -> Person | None:
        """Refuse a reporting line that would come back to the person."""
        manager: Person | None = self.cleaned_data["manager"]
        if manager is None:
            return None
        above = lines([manager.handle])[manager.handle].people
        if self.instance.pk in {manager.pk, *(person.pk for person in above)}:
            raise forms.ValidationError(
                f"{manager.name} reports to {self.instance.name}. Choose somebody who does not.",
                code="manager_loop",
            )
        return manager

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
