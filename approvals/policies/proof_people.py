"""Who could ask and who could decide: people whom a policy cannot tell apart count as one.

Two people are of one class where swapping them changes no answer that the policy can get about the world:
they are in the same of its groups and roles, it names neither, the lines above them are alike, and so on.
What a policy never looks at does not tell people apart; whatever is in doubt does.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from approvals.people.census import Census, Resident
from approvals.policies.proof_values import Reading

_IDENTIFYING = ("handle", "name")
"""What a condition can know of a requester that is different for each."""


@dataclass(frozen=True, slots=True)
class Kind:
    """People whom the policy cannot tell apart. ``handles`` are in order; the first stands for all of them."""

    handles: tuple[str, ...]

    @property
    def one(self) -> str:
        """The handle of the one who stands for the others."""
        return self.handles[0]


class Population:
    """The people as one policy sees them."""

    def __init__(self, census: Census, reading: Reading, apart: Mapping[str, Hashable] | None = None) -> None:
        """``apart`` tells people apart by something more, by handle: who is away, for example."""
        self._people = census.people
        self._reading = reading
        self._apart = apart or {}
        self._units = {
            unit
            for one in self._people.values()
            for role, unit in one.roles
            if unit and role in reading.words
        }
        self._traits = {handle: self._trait(one) for handle, one in self._people.items()}

    @cached_property
    def requesters(self) -> tuple[Kind, ...]:
        """The classes of people who can make a request; every active person is in one."""
        found: dict[Hashable, list[str]] = defaultdict(list)
        for handle in self._people:
            found[self._standing(handle)].append(handle)
        return tuple(Kind(tuple(handles)) for handles in found.values())

    @property
    def sees_decisions(self) -> bool:
        """Whether the policy's conditions look at earlier decisions."""
        return "decisions" in self._reading.words

    def named_by(self, requester: str) -> tuple[str, ...]:
        """Those whom a requester could name in a field: themselves, those above, and one of each class."""
        asking = self._people[requester]
        others = (next((h for h in kind.handles if h != requester), None) for kind in self.requesters)
        return tuple(dict.fromkeys((requester, *asking.above, *(other for other in others if other))))

    def trait(self, handle: str, special: Iterable[str]) -> Hashable:
        """What an approver is to the policy; whoever is ``special`` to the request is only like themselves."""
        if handle in special or handle not in self._people:
            return handle
        return self._traits[handle], self._people[handle].above[:1]

    def special(self, requester: str, named: Iterable[str]) -> frozenset[str]:
        """Those who have to do with a request in person: who asks, who is above them, whom the form names."""
        asking = self._people.get(requester)
        above = asking.above if asking else ()
        lines = (h for name in named if name in self._people for h in (name, *self._people[name].above))
        return frozenset((requester, *above, *lines))

    @cached_property
    def _below(self) -> dict[str, Counter[Hashable]]:
        """For each person those below who mean something to the policy."""
        found: dict[str, Counter[Hashable]] = defaultdict(Counter)
        for handle, one in self._people.items():
            if self._matters(one):
                for boss in one.above:
                    found[boss][self._traits[handle]] += 1
        return found

    def matters(self, handle: str) -> bool:
        """Whether the policy names the person, or a group or role of theirs."""
        return self._matters(self._people[handle])

    def _matters(self, one: Resident) -> bool:
        words = self._reading.words
        return one.handle in words or bool(one.groups & words) or any(role in words for role, _ in one.roles)

    def _standing(self, handle: str) -> Hashable:
        one = self._people[handle]
        line = tuple(self._traits[boss] for boss in one.above)
        below = frozenset(self._below[handle].items()) if handle in self._below else frozenset()
        return self._traits[handle], line, one.looped, below

    def _trait(self, one: Resident) -> Hashable:
        words, mentions = self._reading.words, self._reading.mentions
        groups = one.groups if mentions("size") and "groups" in words else one.groups & words
        roles = frozenset(
            (role, unit)
            for role, unit in one.roles
            if role in words or (mentions("size") and "roles" in words)
        )
        return (
            groups,
            roles,
            one.unit if mentions("unit") or one.unit in self._units else "",
            one.title if "title" in words else "",
            one.grade if mentions("grade") else 0,
            one.authority if mentions("limit") else (),
            one.more,
            one.handle if one.handle in words else "",
            tuple(getattr(one, name) for name in _IDENTIFYING if f"requester.{name}" in self._sources),
            self._apart.get(one.handle),
        )

    @cached_property
    def _sources(self) -> str:
        return " ".join(str(passage.value) for passage in self._reading.passages)


def amounts_of_people(reading: Reading, census: Census) -> dict[str, frozenset[int]]:
    """The amounts that a money field is compared with because of who people are, by the field's id.

    Those are approval limits, where the policy goes by them, and the limits of standing delegations, which look at
    the form's first amount.
    """
    money = [field for field in reading.policy.form if field.type == "money"]
    found: dict[str, frozenset[int]] = {}
    for number, field in enumerate(money):
        limits = (
            census.limits.get(field.currency)
            if reading.mentions("limit") and field.id in reading.words
            else None
        )
        mandates = census.mandates.get(field.currency) if number == 0 else None
        if limits or mandates:
            found[field.id] = (limits or frozenset()) | (mandates or frozenset())
    return found
