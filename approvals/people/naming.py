"""Naming somebody in a form: by name, user name or mail address, with suggestions while typing."""

import re

from django.db.models import Q, QuerySet

from approvals.people.models import Person

MAX_SUGGESTIONS = 12
_HANDLE = re.compile(r"\(([^()]+)\)\s*\Z")


class NotOnePerson(Exception):
    """What was written names nobody, or several people; the message says what to write instead."""


def written(person: Person) -> str:
    """A person as a form writes them: "Ana Silva (ana)"."""
    return f"{person.name} ({person.handle})"


def somebody(text: str) -> Person:
    """The active person that a text means: "Ana Silva (ana)", "ana", her address, or any part of her name
    that nobody else has.

    Raises:
        NotOnePerson: that is nobody, or several.
    """
    text = text.replace("\0", "").strip()
    if not text:
        raise NotOnePerson("Write a name.")
    in_brackets = _HANDLE.search(text)
    handle = in_brackets[1].strip() if in_brackets else text
    exact = Person.objects.filter(Q(username=handle) | Q(email__iexact=text), is_active=True).first()
    if exact:
        return exact
    matches = list(suggestions(text, 5))
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise NotOnePerson(f"Nobody here is called “{text[:80]}”. Write a name or a user name.")
    raise NotOnePerson(
        f"“{text[:80]}” could be {', '.join(written(one) for one in matches)}. Write one of these."
    )


def suggestions(text: str, at_most: int = MAX_SUGGESTIONS) -> QuerySet[Person]:
    """Active people in whose name, user name or unit each word of the text occurs, by name."""
    found = Person.objects.filter(is_active=True)
    for word in text.replace("\0", "").replace("(", " ").replace(")", " ").split()[:6]:
        found = found.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(username__icontains=word)
            | Q(unit__icontains=word)
        )
    return found.order_by("first_name", "last_name", "username")[:at_most]
