"""Setting an approval limit: for a grade, a role or a person, in one currency."""

import re
from typing import TYPE_CHECKING, Any

from django import forms

from approvals.people.fields import PersonField
from approvals.people.models import ApprovalLimit, Role
from approvals.requests.amounts import NotAnAmount, parse_amount

if TYPE_CHECKING:  # the class takes a type argument in its stub only
    _Roles = forms.ModelChoiceField[Role]
else:
    _Roles = forms.ModelChoiceField

MAX_GRADE = 1_000


class LimitForm(forms.Form):
    """One limit. A limit that is there already for the same grade, role or person gets the new amount."""

    use_required_attribute = False
    grade = forms.IntegerField(
        label="From this grade upwards", required=False, min_value=0, max_value=MAX_GRADE
    )
    role = _Roles(
        label="Or whoever holds the role", queryset=Role.objects.all(), required=False, empty_label="No role"
    )
    person = PersonField(label="Or this person alone", required=False)
    amount = forms.CharField(
        label="May approve up to (leave it empty for any amount)", required=False, max_length=40
    )
    currency = forms.CharField(
        label="Currency",
        max_length=3,
        initial="EUR",
        error_messages={"required": "Write a currency, such as EUR."},
    )

    def clean_currency(self) -> str:
        """A currency by its three letters."""
        given = str(self.cleaned_data["currency"]).upper()
        if not re.fullmatch("[A-Z]{3}", given):
            raise forms.ValidationError("A currency has three letters, such as EUR.", code="invalid_currency")
        return given

    def clean(self) -> dict[str, Any]:
        """Refuse a limit of nobody or of several, and an amount that is none."""
        given = super().clean() or {}
        if not self.errors and sum(given.get(of) is not None for of in ("grade", "role", "person")) != 1:
            raise forms.ValidationError(
                "Say whose limit it is: a grade, a role or a person, and only one of them.",
                code="limit_of_one",
            )
        text = str(given.get("amount") or "").strip()
        given["minor"] = None
        if text and "currency" in given:
            try:
                given["minor"] = parse_amount(text, given["currency"])
            except NotAnAmount as error:
                self.add_error("amount", forms.ValidationError(str(error), code="invalid_amount"))
            else:
                if given["minor"] < 0:
                    self.add_error(
                        "amount", forms.ValidationError("A limit is not negative.", code="invalid_amount")
                    )
        return given

    def save(self) -> ApprovalLimit:
        """Set the limit, of a form that is valid."""
        given = self.cleaned_data
        limit, _ = ApprovalLimit.objects.update_or_create(
            person=given["person"],
            role=given["role"],
            grade=given["grade"],
            currency=given["currency"],
            defaults={"amount": given["minor"]},
        )
        return limit
