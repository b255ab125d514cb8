"""Planning who decides in somebody's place: substitutes for single policies, and standing delegations."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone

from approvals.people.fields import PersonField
from approvals.people.models import Absence, Cover, Delegation, Person
from approvals.requests.amounts import NotAnAmount, parse_amount

Choices = Sequence[tuple[str, str]]
"""Keys of policies, each with its title."""
MOST_STANDING = 50
"""Delegations of one person that stand at once."""


class CoverForm(forms.Form):
    """Somebody else for the requests of some policies while one is away.

    Args:
        data: what was sent; None for a fresh form.
        absence: which absence it is about.
        policies: what can be chosen.
    """

    use_required_attribute = False
    policies = forms.MultipleChoiceField(
        label="For these policies",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one policy.",
            "invalid_choice": "There is no such policy any more. Choose again.",
        },
    )
    substitute = PersonField(label="Who stands in", error_messages={"required": "Write who stands in."})

    def __init__(self, data: Mapping[str, Any] | None = None, *, absence: Absence, policies: Choices) -> None:
        super().__init__(data, auto_id=f"cover-{absence.pk}-%s")
        self.absence = absence
        self.fields["policies"].choices = list(policies)  # type: ignore[attr-defined]

    def clean_substitute(self) -> Person:
        """Nobody stands in for themselves."""
        substitute: Person = self.cleaned_data["substitute"]
        if substitute.pk == self.absence.person_id:
            raise forms.ValidationError("Nobody can stand in for themselves.", code="own_substitute")
        return substitute

    def save(self) -> None:
        """Put the substitute down for each policy, in the place of one who was."""
        for policy in self.cleaned_data["policies"]:
            Cover.objects.update_or_create(
                absence=self.absence, policy=policy, defaults={"substitute": self.cleaned_data["substitute"]}
            )


class DelegationForm(forms.Form):
    """A standing delegation: to whom, and within which limits.

    Args:
        data: what was sent; None for a fresh form.
        person: whose tasks.
        creator: who enters it.
        policies: what can be chosen.
    """

    use_required_attribute = False
    delegate = PersonField(label="To", error_messages={"required": "Write to whom."})
    policies = forms.MultipleChoiceField(
        label="Only these policies (none chosen: all of them)",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": "There is no such policy any more. Choose again."},
    )
    limit = forms.CharField(label="Up to the amount", max_length=40, required=False)
    currency = forms.CharField(label="Currency of the amount", max_length=3, required=False, initial="EUR")
    last_day = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a day, such as 2026-05-31."},
    )
    note = forms.CharField(label="Note", max_length=200, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        person: Person,
        creator: Person,
        policies: Choices,
    ) -> None:
        super().__init__(data, auto_id="delegation-%s")
        self.person, self.creator = person, creator
        self.fields["policies"].choices = list(policies)  # type: ignore[attr-defined]

    def clean_delegate(self) -> Person:
        """Nobody delegates to themselves."""
        delegate: Person = self.cleaned_data["delegate"]
        if delegate.pk == self.person.pk:
            raise forms.ValidationError(
                "Choose somebody else: these tasks come here already.", code="own_delegate"
            )
        return delegate

    def clean_last_day(self) -> Any:
        """Refuse what is over before it begins."""
        last = self.cleaned_data["last_day"]
        if last and last < timezone.localdate():
            raise forms.ValidationError("This day is over. Enter one that is to come.", code="over")
        return last

    def clean(self) -> dict[str, Any]:
        """Read the amount in its currency, and refuse too many delegations at once."""
        given = super().clean() or {}
        given["minor"] = None
        if text := given.get("limit", "").strip():
            currency = str(given.get("currency", "")).strip().upper()
            if not re.fullmatch("[A-Z]{3}", currency):
                self.add_error("currency", "Write the currency's three letters, such as EUR.")
                return given
            try:
                given["minor"] = parse_amount(text, currency)
            except NotAnAmount as fault:
                self.add_error("limit", str(fault))
                return given
            if given["minor"] <= 0:
                self.add_error("limit", "The amount is more than nothing.")
        if Delegation.objects.filter(person=self.person, ended_at__isnull=True).count() >= MOST_STANDING:
            self.add_error(None, f"{MOST_STANDING} delegations stand already. End one first.")
        return given

    def save(self) -> Delegation:
        """Let it stand."""
        given = self.cleaned_data
        limited = given["minor"] is not None
        return Delegation.objects.create(
            person=self.person,
            delegate=given["delegate"],
            policies=given["policies"],
            limit=given["minor"],
            currency=given["currency"].strip().upper() if limited else "",
            last_day=given["last_day"],
            note=given["note"],
            created_by=self.creator,
        )
