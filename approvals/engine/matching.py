"""Who can sit where, if one person sits in one place only."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Place = TypeVar("Place", bound=Hashable)

MAX_PLACES = 12
"""Beyond so many places nobody is reserved: the search grows with their square."""


def matched(wanted: Mapping[Place, frozenset[str]]) -> dict[Place, str]:
    """As many places as possible, each with a person of its own, of those who may sit there.

    By augmenting paths (H. W. Kuhn, The Hungarian method for the assignment problem, 1955).
    """
    sits: dict[str, Place] = {}

    def seat(place: Place, tried: set[str]) -> bool:
        for person in sorted(wanted[place] - tried):
            tried.add(person)
            if person not in sits or seat(sits[person], tried):
                sits[person] = place
                return True
        return False

    for place in wanted:
        seat(place, set())
    return {place: person for person, place in sits.items()}


def reserved(wanted: Mapping[Place, frozenset[str]]) -> dict[Place, frozenset[str]]:
    """Who may sit where without leaving another place empty; everybody, where not all places can be filled."""
    places = dict(wanted)
    tight = {place: people for place, people in wanted.items() if len(people) < len(wanted)}
    if not tight or len(wanted) > MAX_PLACES or len(matched(tight)) < len(tight):
        return places
    for place, people in wanted.items():
        rest = {other: who for other, who in tight.items() if other != place}
        needed = frozenset().union(*rest.values()) & people if rest else frozenset()
        lost = {
            person
            for person in needed
            if len(matched({other: who - {person} for other, who in rest.items()})) < len(rest)
        }
        places[place] = people - lost
    return places
