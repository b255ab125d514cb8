"""An entry of the timeline, and what it takes to put an event into a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from approvals.engine import events as e
from approvals.engine.policy import Policy
from approvals.engine.state import Candidate
from approvals.pages.who import People, Who
from approvals.requests.wording import several


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: who did what, and what they wrote. ``quiet`` are the system's own steps."""

    revision: int
    at: datetime
    sentence: str
    icon: str = "dot"
    tone: str = "plain"
    actor: Who | None = None
    quote: str = ""
    quiet: bool = False
    headline: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """What a sentence needs to know beside its event."""

    policy: Policy
    requester: Who
    people: People
    tasks: dict[str, str]
    decided: frozenset[str]
    former: dict[str, str]
    advisory: frozenset[str] = frozenset()

    def stage(self, id: str) -> str:
        """A stage's title in quotation marks, also of one that only an earlier version of the policy had."""
        title = next((stage.title for stage in self.policy.stages if stage.id == id), None)
        return f"“{title or self.former.get(id, id)}”"

    def fields(self, ids: Iterable[str]) -> str:
        """Fields of the form by their labels."""
        labels = {field.id: field.label for field in self.policy.form}
        return several([labels.get(id, id) for id in ids])

    def task(self, id: str) -> str:
        """The stage of a task, by its title."""
        return self.stage(self.tasks[id]) if id in self.tasks else "a task"

    def names(self, people: Iterable[Candidate | str]) -> str:
        """Several people by name, and on whose behalf they are asked; "nobody" for none."""
        return several(list(dict.fromkeys(self._name(one) for one in people))) or "nobody"

    def _name(self, one: Candidate | str) -> str:
        if isinstance(one, str):
            return self.people[one].name
        behalf = f" on behalf of {self.people[one.instead_of].name}" if one.instead_of else ""
        return f"{self.people[one.person].name}{behalf}"


def entry(
    event: e.Event,
    telling: Telling,
    sentence: str,
    icon: str,
    tone: str = "plain",
    *,
    quote: str = "",
    quiet: bool = False,
    by: bool = True,
    headline: str = "",
) -> Entry:
    """The entry of an event, told after its actor's name unless it is not ``by`` somebody."""
    actor = telling.people[event.actor] if by and event.actor else None
    return Entry(event.revision, event.at, sentence, icon, tone, actor, quote, quiet, headline)


@singledispatch
def tell(event: e.Event, telling: Telling) -> Entry | None:
    """The entry of an event. With an actor the sentence goes on after the name."""
    return entry(event, telling, f"{type(event).__name__}.", "dot", quiet=True)
