"""What the pages of a migration read."""

import uuid
from typing import Any

from django import forms

from approvals.console.forms import ReasonField
from approvals.migration.services import MOST


class FilterForm(forms.Form):
    """To which version, and what the list is narrowed to. Anything that makes no sense narrows nothing."""

    to = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)
    q = forms.CharField(required=False, max_length=100)
    follows = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)
    state = forms.ChoiceField(
        required=False,
        choices=[("", "Any state"), ("open", "Open"), ("returned", "Returned"), ("paused", "On hold")],
    )


class RequestsField(forms.CharField):
    """Ids of requests with spaces between them; what is no id is passed over."""

    def __init__(self) -> None:
        super().__init__(
            required=False, max_length=40 * MOST, error_messages={"max_length": f"Choose at most {MOST:,}."}
        )

    def clean(self, value: Any) -> list[uuid.UUID]:
        """The ids."""
        return read_ids(str(super().clean(value)).split())


class GoForm(forms.Form):
    """Which requests are to be moved, and why."""

    use_required_attribute = False
    items = RequestsField()
    reason = ReasonField()


def read_ids(texts: list[str]) -> list[uuid.UUID]:
    """The ids among texts, each once, in their order."""
    found: dict[uuid.UUID, None] = {}
    for text in texts:
        try:
            found[uuid.UUID(text)] = None
        except ValueError:
            continue
    return list(found)
