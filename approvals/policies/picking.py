"""Of several who could take a seat, the one with the least to do."""

from collections.abc import Container, Iterable

from django.db.models import Count

from approvals.engine.state import Candidate, WhyStep
from approvals.people.models import Person


def least_loaded_first(candidates: Iterable[Candidate], away: Container[str]) -> tuple[Candidate, ...]:
    """The candidates by how many open tasks wait for each, the fewest first, and then by user name.

    Each says how many that were. A task that several could take counts for each of them. Somebody away for whom
    nobody stands in comes after all the others.

    Args:
        away: whose tasks go to somebody else if to anybody, by handle.
    """
    known = {candidate.person: candidate for candidate in candidates}
    counted = Person.objects.filter(username__in=known).annotate(waiting=Count("assignments"))
    ordered = sorted(
        counted.order_by("waiting", "username"),
        key=lambda person: person.handle in away and known[person.handle].instead_of is None,
    )
    return tuple(_told(known[person.handle], person.name, person.waiting) for person in ordered)


def _told(candidate: Candidate, name: str, waiting: int) -> Candidate:
    tasks = f"{waiting} open task{'' if waiting == 1 else 's'}"
    said = f"{name} had {tasks}; of those who could take it, whoever has the fewest is asked."
    return candidate.model_copy(
        update={
            "why": f"{candidate.why} {said}",
            "steps": (
                *(candidate.steps or (WhyStep(kind="lookup", why=candidate.why),)),
                WhyStep(kind="load", why=said),
            ),
        }
    )
