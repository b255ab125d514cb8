"""A form's field for somebody: a name written with suggestions, not a list of everybody."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from approvals.people.models import Person
from approvals.people.naming import NotOnePerson, somebody, written


class PersonInput(forms.TextInput):
    """Drawn by ``components/person_input.html``."""


class PersonField(forms.Field):
    """Somebody, written as a name, a user name or a mail address; cleans to a ``Person``, or None where it is empty.

    Args:
        left_too: take people who have left, too.
        options: as any field's.
    """

    widget = PersonInput

    def __init__(self, *, left_too: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.left_too = left_too

    def clean(self, value: Any) -> Person | None:
        """The person; one fault for nobody and one for several."""
        text = str(value or "").strip()[:400]
        if not text:
            self.validate(None)
            return None
        try:
            return somebody(text, left_too=self.left_too)
        except NotOnePerson as error:
            raise ValidationError(str(error), code="unknown_person") from error

    def prepare_value(self, value: Any) -> Any:
        """A person as a form writes them."""
        return written(value) if isinstance(value, Person) else value
