"""Lucide icons as inline SVG, each drawn once per process."""

from functools import cache

from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide


@cache
def icon(name: str) -> SafeString:
    """The SVG of an icon, hidden from assistive technology: the words beside it say the same.

    Raises:
        lucide.IconDoesNotExist: there is none of that name.
    """
    drawn = lucide(name, size=None, aria_hidden="true", focusable="false", **{"class": "icon"})
    return mark_safe(drawn)  # noqa: S308  # drawn from the package's own files; nothing of a user's is in it
