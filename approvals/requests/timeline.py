"""What happened to a request, told to people: one sentence an event, the system's own steps folded away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from approvals.engine import events as e
from approvals.engine.policy import Policy
from approvals.engine.state import Candidate
from approvals.pages.who import People
from approvals.requests.telling import Entry, Telling, tell


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that stand together: quiet ones are folded."""

    quiet: bool
    entries: tuple[Entry, ...]

    @property
    def id(self) -> str:
        """Stays the same when more is added after it."""
        return f"steps-{self.entries[0].revision}"

    @property
    def summary(self) -> str:
        """What the folded steps come to."""
        headlines = dict.fromkeys(entry.headline for entry in self.entries if entry.headline)
        steps = f"{len(self.entries)} step{'' if len(self.entries) == 1 else 's'} of the system"
        return f"{' '.join(headlines)} {steps}." if headlines else f"{steps}."


def timeline(policy: Policy, requester: str, events: Sequence[e.AnyEvent], people: People) -> list[Group]:
    """The entries of all events, the oldest first; what only answers a command is left out."""
    telling = Telling(
        policy=policy,
        requester=people[requester],
        people=people,
        tasks={event.task: event.stage for event in events if isinstance(event, e.TaskOpened)},
        advisory=frozenset(
            event.task for event in events if isinstance(event, e.TaskOpened) and event.voice.advisory
        ),
        decided=frozenset(
            event.command for event in events if isinstance(event, e.TaskDecided) and event.command
        ),
        former={
            change.stage: change.title
            for event in events
            if isinstance(event, e.PolicyMigrated)
            for change in event.changes
        },
    )
    entries = [entry for event in events if (entry := tell(event, telling))]
    return [Group(quiet, tuple(group)) for quiet, group in groupby(entries, key=lambda entry: entry.quiet)]


def people_in(events: Iterable[e.AnyEvent]) -> set[str]:
    """The handles of everybody whom the events mention."""
    found: set[str] = set()
    for event in events:
        found.add(event.actor)
        found.update(getattr(event, "choices", {}).values())
        if isinstance(event, e.SubordinatesFound):
            continue  # counted, not named
        for name in ("candidates", "people", "removed", "last_resort"):
            for one in getattr(event, name, ()):
                found.update(_handles(one) if isinstance(one, Candidate) else {one})
        if isinstance(event, e.StageOpened):
            found.update(one.person for one in event.left_out)
        found.update(
            handle
            for name in ("to", "instead_of", "person")
            if (handle := getattr(event, name, None)) is not None
        )
    return found - {""}


def _handles(candidate: Candidate) -> set[str]:
    return {candidate.person, *([candidate.instead_of] if candidate.instead_of else [])}
