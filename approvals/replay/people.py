"""The people of a replay: one for each role of the log, or one for each resource in it."""

from collections.abc import Sequence

from pydantic import BaseModel

from approvals.engine.policy import Participant
from approvals.engine.state import Candidate, RequestState, Task
from approvals.replay.log import Row
from approvals.replay.mapping import Mapping, Who

_WAYS = tuple(name for name, field in Participant.model_fields.items() if field.default is None)
"""The ways to name people; what else a participant says stands at a default of its own."""


def name_of(participant: Participant) -> str:
    """A participant as one word and its value: ``role:administration``, ``manager:1``."""
    way, value = next((way, value) for way in _WAYS if (value := getattr(participant, way)) is not None)
    if isinstance(value, BaseModel):
        value = value.model_dump_json(exclude_defaults=True)
    return way if value is True else f"{way}:{value}"


def actor_of(mapping: Mapping, role: str, resource: str) -> str | None:
    """Who acts in a row: the requester, a role's person, or None where the mapping has no such role."""
    if role == mapping.requester.role:
        return mapping.requester.handle
    who = mapping.roles.get(role)
    return None if who is None else _handle(who, resource)


class LoggedActors:
    """The people of the log: each row's role, or resource, is who acts in it."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self.requester = mapping.requester.handle

    def speaker(self, state: RequestState, role: str, resource: str) -> str | None:
        """The row's person."""
        return actor_of(self._mapping, role, resource)

    def decider(
        self, state: RequestState, role: str, resource: str, stage: str | None
    ) -> tuple[str, Task] | None:
        """The row's person, with a task of theirs."""
        actor = actor_of(self._mapping, role, resource)
        if actor is None:
            return None
        theirs = [t for t in state.tasks.values() if t.candidate(actor) and stage in (None, t.stage)]
        waiting = [task for task in theirs if task.status == "open" and task.may_decide(actor)]
        task = next(iter(waiting), None) or next(reversed(theirs), None)
        return None if task is None else (actor, task)


class Cast:
    """Who is there for a case. A participant that no role of the log stands for is a person too."""

    def __init__(self, mapping: Mapping, rows: Sequence[Row]) -> None:
        self._people: dict[str, list[str]] = {}
        for role, who in mapping.roles.items():
            people = self._people.setdefault(name_of(who), [])
            people.extend(person for person in _persons(mapping, role, who, rows) if person not in people)

    def candidates(self, participant: Participant) -> tuple[Candidate, ...]:
        """The people that a participant means."""
        name = name_of(participant)
        return tuple(Candidate(person=person) for person in self._people.get(name) or [name])


def _persons(mapping: Mapping, role: str, who: Who, rows: Sequence[Row]) -> list[str]:
    if who.people == "one":
        return [name_of(who)]
    seen = dict.fromkeys(
        _handle(who, row.resource) for row in rows if role == (_by(mapping, row) or row.role)
    )
    unseen = (f"{name_of(who)}/{number}" for number in range(len(seen) + 1, who.members + 1))
    return [*seen, *unseen]


def _by(mapping: Mapping, row: Row) -> str | None:
    step = mapping.step(row.activity)
    return step.by if step else None


def _handle(who: Who, resource: str) -> str:
    return f"{name_of(who)}/{resource}" if who.people == "resource" else name_of(who)
