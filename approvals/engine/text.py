"""What a text may be, so that it can be kept and read."""

from approvals.engine.errors import Refused

MAX_TEXT = 20_000
"""Bytes of UTF-8 in a comment or a reason."""
MAX_TITLE = 200
"""Characters of a request's title; the rest is cut."""
MAX_NAME = 150
"""Characters of a user name."""


def storable(text: str) -> bool:
    """Whether a text survives JSON and PostgreSQL: no NUL, and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def must_fit(text: str) -> None:
    """Refuse a text beyond :data:`MAX_TEXT`, or one that cannot be kept."""
    if not storable(text):
        raise Refused("invalid_text", "The text has a character that cannot be kept. Type it anew.")
    size = len(text.encode())
    if size > MAX_TEXT:
        raise Refused("text_too_long", f"The text has {size:,} bytes; at most {MAX_TEXT:,} are allowed.")


def must_name_somebody(person: str) -> None:
    """Refuse what can be nobody's user name. Whether there is such a person is for the shell to know."""
    if not person.strip() or len(person) > MAX_NAME or not storable(person):
        raise Refused("unknown_person", "Choose a person: there is nobody of that name.")
