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


def somebody(text: str, *, left_too: bool = False) -> Person:
    """The active person that a text means: "Ana Silva (ana)", "ana", her address, or any part of her name
    that nobody else has. With ``left_too`` it may be somebody who has left.

    Raises:
        NotOnePerson: that is nobody, or several.
    """
    text = text.replace("\0", "").strip()
    if not text:
        raise NotOnePerson("Write a name.")
    in_brackets = _HANDLE.search(text)
    handle = in_brackets[1].strip() if in_brackets else text
    exact = _people(left_too).filter(Q(username=handle) | Q(email__iexact=text)).first()
    if exact:
        return exact
    matches = list(suggestions(text, 5, left_too=left_too))
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise NotOnePerson(f"Nobody here is called “{text[:80]}”. Write a name or a user name.")
    raise NotOnePerson(
        f"“{text[:80]}” could be {', '.join(written(one) for one in matches)}. Write one of these."
    )


def suggestions(text: str, at_most: int = MAX_SUGGESTIONS, *, left_too: bool = False) -> QuerySet[Person]:
    """Active people in whose name, user name or unit each word of the text occurs, by name."""
    found = _people(left_too)
    for word in text.replace("\0", "").replace("(", " ").replace(")", " ").split()[:6]:
        found = found.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(username__icontains=word)
            | Q(unit__icontains=word)
        )
    return found.order_by("first_name", "last_name", "username")[:at_most]


def _people(left_too: bool) -> QuerySet[Person]:
    return Person.objects.all() if left_too else Person.objects.filter(is_active=True)
