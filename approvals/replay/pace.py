"""How long people take, from what they took: for those whom only a draft asks."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import Protocol

from approvals.calendars.business_time import elapsed, end
from approvals.calendars.errors import CalendarError
from approvals.calendars.opening_hours import BusinessCalendar
from approvals.engine.policy import Policy
from approvals.replay.past import Past, Said

WITHOUT_ANY = timedelta(hours=8)
"""What a decision is taken to need where nobody has ever taken one."""


class Calendars(Protocol):
    """Where calendars are found by their key."""

    def find(self, key: str) -> BusinessCalendar | None:
        """The calendar of that key; None where there is none."""


class Hours:
    """Business time in the calendars of policies: a stage's own, else the first that its policy names.

    Without any calendar every hour counts.
    """

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars
        self._found: dict[tuple[int, str], tuple[Policy, BusinessCalendar | None]] = {}

    def between(self, policy: Policy, stage: str, first: datetime, last: datetime) -> timedelta:
        """The business time between two instants (aware)."""
        calendar = self._calendar(policy, stage)
        if last <= first:
            return timedelta()
        try:
            return elapsed(calendar, first, last) if calendar else last - first
        except CalendarError:
            return last - first

    def after(self, policy: Policy, stage: str, start: datetime, length: timedelta) -> datetime:
        """When so much business time has passed."""
        calendar = self._calendar(policy, stage)
        try:
            return end(calendar, start, length) if calendar else start + length
        except CalendarError:
            return start + length

    def _calendar(self, policy: Policy, stage: str) -> BusinessCalendar | None:
        key = (id(policy), stage)
        if key not in self._found:
            # The policy is kept beside it, so that its id stays its own.
            self._found[key] = (policy, self._look_up(policy, stage))
        return self._found[key][1]

    def _look_up(self, policy: Policy, stage: str) -> BusinessCalendar | None:
        ordered = sorted(policy.stages, key=lambda other: other.id != stage)
        named = (other.sla.calendar for other in ordered if other.sla)
        return next((found for key in named if (found := self._calendars.find(key))), None)


class Pace:
    """The median of what decisions took: a person's own, else the stage's, else everybody's."""

    def __init__(self, pasts: Iterable[Past], hours: Hours) -> None:
        self.hours = hours
        by_person: dict[str, list[float]] = defaultdict(list)
        by_stage: dict[str, list[float]] = defaultdict(list)
        everybody: list[float] = []
        for past in pasts:
            for said in past.said:
                took = self._took(past, said).total_seconds()
                by_person[said.person].append(took)
                by_stage[said.stage].append(took)
                everybody.append(took)
        self._person = {person: median(all) for person, all in by_person.items()}
        self._stage = {stage: median(all) for stage, all in by_stage.items()}
        self._everybody = median(everybody) if everybody else WITHOUT_ANY.total_seconds()
        self._often = {person: len(all) for person, all in by_person.items()}

    def takes(self, person: str, stage: str) -> timedelta:
        """The business time that somebody is taken to need."""
        seconds = self._person.get(person)
        return timedelta(seconds=self._stage.get(stage, self._everybody) if seconds is None else seconds)

    def often(self, person: str) -> int:
        """How many decisions the person took."""
        return self._often.get(person, 0)

    def _took(self, past: Past, said: Said) -> timedelta:
        """The business time from the opening of a task to its decision."""
        return self.hours.between(past.policy, said.stage, said.opened_at, said.at)
