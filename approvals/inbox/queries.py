"""What waits for a person, read from the index of assignments."""

from approvals.inbox.models import Assignment
from approvals.people.models import Person


def waiting(person: Person, *, at_most: int) -> int:
    """How many tasks wait for the person, counted up to a limit."""
    return Assignment.objects.filter(person=person)[:at_most].count()
