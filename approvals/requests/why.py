"""Why somebody is asked: from the policy's rule to the person, step by step, as the events tell it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from approvals.engine import events as e
from approvals.engine.state import Candidate, RequestState, Task, WhyStep
from approvals.pages.who import People, Who
from approvals.pages.wording import moment
from approvals.policies.description import stage_asks
from approvals.requests.answers import why_in_names
from approvals.requests.wording import several

_TITLES = {
    "lookup": "Found",
    "load": "Least to do",
    "absence": "Away",
    "delegation": "Delegated",
}
_ICONS = {
    "Rule": "scroll-text",
    "Data": "file-text",
    "Found": "user-search",
    "Least to do": "scale",
    "Away": "plane",
    "Back": "undo-2",
    "Delegated": "forward",
    "Reassigned": "user-cog",
    "Added": "user-plus",
    "Escalated": "chevrons-up",
    "Last resort": "triangle-alert",
    "Claimed": "hand",
    "Looked up": "rotate-cw",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what kind it is, what happened or held, when and by whom."""

    title: str
    sentence: str
    at: datetime
    actor: Who | None = None
    quote: str = ""

    @property
    def icon(self) -> str:
        """The kind as a picture."""
        return _ICONS[self.title]


@dataclass(frozen=True, slots=True)
class Why:
    """The way to one person, or where several can take the seat to all of them, ``about`` being None.

    ``of_others`` are those who could take the seat too, each with a sentence.
    """

    about: Who | None
    steps: tuple[Step, ...]
    of_others: tuple[tuple[Who, str], ...] = ()


class Reasons:
    """Why each task of a request is whose it is, out of one reading of its events."""

    def __init__(self, state: RequestState, events: Sequence[e.AnyEvent], people: People) -> None:
        self._state, self._people = state, people
        self._asks = stage_asks(state.policy)
        self._stages: dict[str, e.StageOpened] = {}
        self._stuck: dict[str, e.StageStuck] = {}
        self._escalated: dict[str, e.Escalated] = {}
        self._stage_of: dict[str, str] = {}
        self._seats: dict[str, tuple[Step, ...]] = {}
        self._ways: dict[str, dict[str, tuple[Step, ...]]] = defaultdict(dict)
        for event in events:
            self._read(event)

    def why(self, task: Task, reader: str) -> Why:
        """The way to the reader, if the seat is theirs too; else to the one whose it is."""
        ways = self._ways.get(task.id, {})
        mine = task.candidate(reader) is not None and task.decided_by in (None, reader)
        one = reader if mine else task.decided_by or task.owner
        if one is None and len(task.candidates) == 1:
            one = task.candidates[0].person
        others = tuple(
            (self._people[other.person], why_in_names(other.why, self._people))
            for other in task.candidates
            if other.person != one
        )
        if one is None:
            return Why(None, self._seats.get(task.id, ()), others)
        return Why(self._people[one], ways.get(one) or self._seats.get(task.id, ()), others)

    def _read(self, event: e.AnyEvent) -> None:
        match event:
            case e.StageOpened():
                self._stages[event.stage] = event
            case e.StageStuck():
                self._stuck[event.stage] = event
            case e.Escalated():
                self._escalated[event.stage] = event
            case e.TaskOpened():
                self._opened(event)
            case e.TaskClaimed():
                self._add(
                    event.task, event.actor, Step("Claimed", "Claimed the task.", event.at, self._by(event))
                )
            case e.TaskDelegated():
                self._delegated(event)
            case e.TaskReassigned():
                self._reassigned(event)
            case _:
                pass

    def _opened(self, event: e.TaskOpened) -> None:
        self._stage_of[event.task] = event.stage
        first = self._added(event) if event.actor else self._escalation(event, event.stage)
        way = (first,) if first else self._from_the_policy(event)
        self._seats[event.task] = way
        self._ways[event.task] = {
            candidate.person: way + self._found(candidate, event.at) if not event.actor else way
            for candidate in event.candidates
        }

    def _added(self, event: e.TaskOpened) -> Step:
        names = self._names(candidate.person for candidate in event.candidates)
        sentence = f"Added {names} to {self._title(event.stage)}."
        return Step("Added", sentence, event.at, self._by(event), event.reason)

    def _from_the_policy(self, event: e.TaskOpened) -> tuple[Step, ...]:
        """The rule, and what the form said; for the last resort, why it had to come to that."""
        opened, stuck = self._stages.get(event.stage), self._stuck.get(event.stage)
        if stuck is not None and stuck.at == event.at and event.reason == stuck.reason:
            sentence = f"Nobody else could decide {self._title(event.stage)}, so who answers for the policy is asked."
            return (Step("Last resort", sentence, event.at, quote=stuck.reason),)
        at = opened.at if opened else event.at
        seat = f" This seat is “{event.label}”." if event.label else ""
        rule = f"{self._title(event.stage)} asks {self._asks.get(event.stage, 'its reviewers')}.{seat}"
        steps = [Step("Rule", rule, at)]
        if opened is not None and opened.because:
            steps.append(Step("Data", opened.because, at))
        return tuple(steps)

    def _found(self, candidate: Candidate, at: datetime) -> tuple[Step, ...]:
        steps = candidate.steps or (WhyStep(kind="lookup", why=candidate.why),)
        return tuple(
            Step(_TITLES[step.kind], why_in_names(step.why, self._people), at) for step in steps if step.why
        )

    def _delegated(self, event: e.TaskDelegated) -> None:
        ways = self._ways[event.task]
        own = ways.get(event.to)
        to = self._people[event.to].name
        sentence = f"Delegated the task to {to}, who decides it now."
        if own is None:
            sentence = (
                f"Delegated the task to {to}, who decides on behalf of {self._people[event.actor].name}."
            )
        if event.until is not None:
            sentence += f" It comes back on {moment(event.until)}, if it is still open."
        step = Step("Delegated", sentence, event.at, self._by(event), event.comment)
        ways[event.to] = (*(own or ways.get(event.actor) or self._seats.get(event.task, ())), step)

    def _reassigned(self, event: e.TaskReassigned) -> None:
        ways = self._ways[event.task]
        before = next((ways[who] for who in event.removed if who in ways), self._seats.get(event.task, ()))
        kept = {
            candidate.person: ways[candidate.person]
            for candidate in event.candidates
            if candidate.person in ways
        }
        for candidate in event.candidates:
            if candidate.person not in kept:
                kept[candidate.person] = self._arrival(event, candidate, before)
        self._ways[event.task] = kept

    def _arrival(
        self, event: e.TaskReassigned, candidate: Candidate, before: tuple[Step, ...]
    ) -> tuple[Step, ...]:
        """The way to somebody who was not asked before."""
        name = self._people[candidate.person].name
        if event.cause == "absence":
            return (*before, Step("Away", why_in_names(event.reason, self._people), event.at))
        if event.cause == "return":
            return (*before, Step("Back", why_in_names(event.reason, self._people), event.at))
        if event.cause == "delegation_ended":
            ended = f"The time was over for which {name} had delegated it."
            return (*before, Step("Back", ended, event.at))
        if event.cause == "looked_up":
            anew = "People or groups had changed, so it was found out anew whom the policy means."
            first = self._seats.get(event.task, ())
            return (*first, Step("Looked up", anew, event.at), *self._found(candidate, event.at))
        if event.actor:
            old = self._names(event.removed) if event.removed else ""
            sentence = f"Reassigned the task{f' from {old}' if old else ''} to {name}."
            return (*before, Step("Reassigned", sentence, event.at, self._by(event), event.reason))
        step = self._escalation(event, self._stage_of.get(event.task, ""))
        found = self._found(candidate, event.at)
        return (*self._seats.get(event.task, ()), *((step,) if step else ()), *found)

    def _escalation(self, event: e.Event, stage: str) -> Step | None:
        """The step of the ladder that an event belongs to, if one does."""
        escalated = self._escalated.get(stage)
        if escalated is None or escalated.at != event.at:
            return None
        by = self._by(escalated)
        if escalated.level is None:
            sentence = "Nobody was left on the escalation ladder, so who answers for the policy is asked."
            return Step("Last resort", sentence, event.at, by, escalated.reason)
        said = f"{self._title(stage)} was still undecided"
        said = f"Escalated {self._title(stage)} early" if by else said
        asks = "others are asked instead" if escalated.did == "reassign" else "others are asked too"
        return Step("Escalated", f"{said}: by the policy’s ladder, {asks}.", event.at, by, escalated.reason)

    def _add(self, task: str, person: str, step: Step) -> None:
        ways = self._ways[task]
        ways[person] = (*ways.get(person, self._seats.get(task, ())), step)

    def _title(self, stage: str) -> str:
        return f"“{self._state.stage_title(stage)}”"

    def _names(self, handles: Iterable[str]) -> str:
        return several([self._people[handle].name for handle in handles])

    def _by(self, event: e.Event) -> Who | None:
        return self._people[event.actor] if event.actor else None
