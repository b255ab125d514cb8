"""Policy proof: every path through a policy has enough people who may decide, or here is one that has not.

Tries every class of requester with every combination of form values at which the policy's rules can come out
differently, and walks each through the engine (:mod:`approvals.policies.proof_course`). What cannot be tried
in the time allowed is sampled, and said.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import prod

from pydantic import JsonValue

from approvals.engine.model import Form
from approvals.engine.policy import FormField, Policy
from approvals.people.census import Census, away_at, take_census, when_all_are_back
from approvals.people.remembering import remembered
from approvals.policies.proof_case import Approval, Case, Obstacle, Walked
from approvals.policies.proof_course import Explorer
from approvals.policies.proof_people import Kind as People
from approvals.policies.proof_people import Population, amounts_of_people
from approvals.policies.proof_result import Counterexample, Coverage, Kind, Proof, Step
from approvals.policies.proof_values import Reading, plain_value, relevant_fields, rounds, values

__all__ = ["Budget", "Counterexample", "Coverage", "Progress", "Proof", "prove"]

Progress = Callable[[int, int], None]
"""Is told how many combinations have been walked, and of how many."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is tried: seconds of time, and combinations of requester, form and round."""

    seconds: float = 60.0
    combinations: int = 20_000


def prove(
    policy: Policy, now: datetime, budget: Budget | None = None, progress: Progress | None = None
) -> Proof:
    """Look for a path through a policy that too few people can decide, as of the people there are now.

    Args:
        now: aware; absences count only in the proof's ``today``.
        progress: is called after each combination.
    """
    budget = budget or Budget()
    began = time.monotonic()
    with remembered():
        census = take_census()
        search = _Search(policy, census, when_all_are_back(now), away={})
        until = began + budget.seconds
        away = away_at(now)
        search.run(budget.combinations, until - budget.seconds * (0.3 if away else 0.1), progress)
        findings = search.findings(until)
        today: tuple[Counterexample, ...] = ()
        if away:
            absent = _Search(policy, census, now, away)
            absent.run(budget.combinations, until, None)
            known = {found.stage for found in findings}
            today = tuple(found for found in absent.findings(until) if found.stage not in known)
    seconds = round(time.monotonic() - began, 2)
    coverage = search.coverage().model_copy(update={"seconds": seconds})
    return Proof(policy=policy.key, made_at=now, coverage=coverage, findings=findings, today=today)


@dataclass
class _Found:
    """The cases that meet an obstacle, and the simplest of them."""

    obstacle: Obstacle
    case: Case
    rank: tuple[int, ...]
    count: int = 0
    requesters: set[str] = field(default_factory=set)


class _Search:
    """The cases of one policy as of one instant, and what was found in them."""

    def __init__(self, policy: Policy, census: Census, now: datetime, away: dict[str, str | None]) -> None:
        self._policy = policy
        reading = Reading(policy)
        involved = {*census.delegating, *away, *(handle for handle in away.values() if handle)}
        special: dict[str, str] = {handle: handle for handle in involved}
        self._population = Population(census, reading, special)
        self._explorer = Explorer(policy, now, self._population, present=bool(away))
        self._rounds = rounds(reading)
        constants = amounts_of_people(reading, census)
        self._relevant = {one.id for one in relevant_fields(reading)} | constants.keys()
        self._plain: Form = {}
        self._values: dict[str, tuple[JsonValue, ...]] = {}
        for one in policy.form:
            if one.id in self._relevant and one.type != "person":
                self._values[one.id] = values(one, reading, constants.get(one.id, ()))
            elif (plain := plain_value(one)) is not None:
                self._plain[one.id] = plain
        self._found: dict[tuple[str, Kind, bool], _Found] = {}
        self._kinds = {kind.one: kind for kind in self._population.requesters}
        self._tried: set[str] = set()
        self._reached: set[str] = set()
        self._walked = self._unfinished = 0
        self.total = sum(self._cases_of(kind) for kind in self._kinds.values())

    def run(self, most: int, until: float, progress: Progress | None) -> None:
        """Walk the cases, or as many as time and number allow; the first ones are the plainest."""
        for case in self._chosen(most):
            if time.monotonic() > until:
                return
            walked = self._explorer.walk(case)
            self._walked += 1
            self._note(case, walked)
            if progress is not None:
                progress(self._walked, self.total)

    def coverage(self) -> Coverage:
        """What was tried so far."""
        all_tried = self._walked >= self.total and not self._unfinished
        return Coverage(
            combinations=self._walked,
            of=self.total,
            exhaustive=all_tried,
            people=sum(len(kind.handles) for kind in self._kinds.values()),
            classes=len(self._kinds),
            unreached=tuple(stage.id for stage in self._policy.stages if stage.id not in self._reached),
            unfinished=self._unfinished,
        )

    def findings(self, until: float) -> tuple[Counterexample, ...]:
        """A counter-example for each stage that cannot be decided, as small as time allows."""
        order = {stage.id: number for number, stage in enumerate(self._policy.stages)}
        found = sorted(
            self._found.items(), key=lambda entry: (order[entry[0][0]], not entry[0][2], entry[0][1])
        )
        return tuple(self._counterexample(one, until) for _, one in found)

    # ---- cases ---------------------------------------------------------------------------------

    def _dimensions(self, kind: People) -> list[tuple[FormField, Sequence[JsonValue]]]:
        """Each relevant field with its values for these requesters, the plain one first."""
        found: list[tuple[FormField, Sequence[JsonValue]]] = []
        for one in self._policy.form:
            if one.id in self._values:
                found.append((one, self._values[one.id]))
            elif one.id in self._relevant:
                named: tuple[JsonValue, ...] = self._population.named_by(kind.one)
                by_others = (*named[1:], *named[:1])
                found.append((one, by_others if one.required else (None, *by_others)))
        return found

    def _cases_of(self, kind: People) -> int:
        return len(self._rounds) * prod(len(several) for _, several in self._dimensions(kind))

    def _chosen(self, most: int) -> Iterator[Case]:
        """Every case, in an order that does not favour any; with too many, plain ones and then a sample."""
        draw = random.Random(self._policy.key)  # noqa: S311  # the same cases each time
        starts: list[tuple[int, People]] = []
        at = 0
        for kind in self._kinds.values():
            starts.append((at, kind))
            at += self._cases_of(kind)
        given: set[int] = set()
        for number, kind in self._simple(starts):
            if len(given) >= most:
                return
            given.add(number)
            yield self._case(kind, number - _start_of(starts, number)[0])
        if self.total <= most:
            rest = [number for number in range(self.total) if number not in given]
            draw.shuffle(rest)
        else:
            rest = []
            while len(given) + len(rest) < most:
                rest.append(draw.randrange(self.total))
            rest = [number for number in dict.fromkeys(rest) if number not in given]
        for number in rest:
            start, kind = _start_of(starts, number)
            yield self._case(kind, number - start)

    def _simple(self, starts: list[tuple[int, People]]) -> Iterator[tuple[int, People]]:
        """The plain form of each class of requesters, then that with one other value."""
        for start, kind in starts:
            yield start, kind
        for start, kind in starts:
            step = len(self._rounds)
            for number in range(1, len(self._rounds)):
                yield start + number, kind
            for _, several in self._dimensions(kind):
                for number in range(1, len(several)):
                    yield start + number * step, kind
                step *= len(several)

    def _case(self, kind: People, number: int) -> Case:
        """The case of that number: its digits, in a mixed radix, choose the round and each field's value."""
        number, at = divmod(number, len(self._rounds))
        form = dict(self._plain)
        for one, several in self._dimensions(kind):
            number, chosen = divmod(number, len(several))
            if several[chosen] is not None:
                form[one.id] = several[chosen]
        return Case(kind.one, form, self._rounds[at])

    # ---- findings ------------------------------------------------------------------------------

    def _note(self, case: Case, walked: Walked) -> None:
        self._tried.add(case.requester)
        self._reached |= walked.opened
        self._unfinished += not walked.complete
        for obstacle in walked.obstacles:
            rank = self._rank(case, obstacle)
            key = (obstacle.stage, obstacle.kind, obstacle.certain)
            known = self._found.get(key)
            if known is None or rank < known.rank:
                before = known or _Found(obstacle, case, rank)
                known = self._found[key] = _Found(obstacle, case, rank, before.count, before.requesters)
            known.count += 1
            known.requesters.add(case.requester)

    def _rank(self, case: Case, obstacle: Obstacle) -> tuple[int, ...]:
        """What is simpler comes first: few approvals, plain values, a requester who has nothing to do with it."""
        kind = self._kinds[case.requester]
        other = sum(case.form.get(one.id) != several[0] for one, several in self._dimensions(kind))
        involved = self._population.matters(case.requester)
        return len(obstacle.path), case.round, other, int(involved), -len(kind.handles)

    def _counterexample(self, found: _Found, until: float) -> Counterexample:
        case, obstacle, matters = self._shrunk(found, until)
        anybody = found.requesters >= self._tried
        return Counterexample(
            stage=obstacle.stage,
            kind=obstacle.kind,
            certain=obstacle.certain,
            reason=obstacle.reason,
            requester=case.requester,
            round=case.round,
            form=case.form,
            matters=matters,
            path=() if obstacle.certain else steps_of(obstacle.path),
            missing=obstacle.people,
            combinations=found.count,
            requesters=sum(len(self._kinds[one].handles) for one in found.requesters),
            anybody=anybody,
        )

    def _shrunk(self, found: _Found, until: float) -> tuple[Case, Obstacle, tuple[str, ...]]:
        """The case with values as plain as they can be, and the fields whose values it cannot do without."""
        case, obstacle = found.case, found.obstacle
        dimensions = self._dimensions(self._kinds[case.requester])
        for one, several in dimensions:
            for value in several[: several.index(case.form.get(one.id))]:
                plainer = _with(case, one.id, value)
                if (same := self._meets(plainer, found.obstacle, until)) is not None:
                    case, obstacle = plainer, same
                    break
        matters = [
            one.id
            for one, several in dimensions
            if any(
                value != case.form.get(one.id)
                and self._meets(_with(case, one.id, value), obstacle, until) is None
                for value in several
            )
        ]
        return case, obstacle, tuple(matters)

    def _meets(self, case: Case, wanted: Obstacle, until: float) -> Obstacle | None:
        """The same obstacle in another case; None where it is not met, or where there is no time to see."""
        if time.monotonic() > until:
            return None
        met = self._explorer.walk(case).obstacles
        key = (wanted.stage, wanted.kind, wanted.certain)
        return next((one for one in met if (one.stage, one.kind, one.certain) == key), None)


def _start_of(starts: list[tuple[int, People]], number: int) -> tuple[int, People]:
    return next(entry for entry in reversed(starts) if entry[0] <= number)


def _with(case: Case, field: str, value: JsonValue) -> Case:
    form = {id: kept for id, kept in case.form.items() if id != field}
    if value is not None:
        form[field] = value
    return Case(case.requester, form, case.round)


def steps_of(path: Sequence[Approval]) -> tuple[Step, ...]:
    """A path as it is kept."""
    return tuple(Step(stage=one.stage, person=one.person, rejects=one.rejects) for one in path)
