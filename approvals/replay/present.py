"""The world of a draft replayed over our own requests: the people of today, and of then where nothing changes."""

from datetime import datetime

from approvals.calendars import services as calendars
from approvals.calendars.errors import CalendarError, UnknownCalendar
from approvals.calendars.opening_hours import BusinessCalendar
from approvals.engine.participant import Participant
from approvals.engine.policy import Policy
from approvals.engine.work import ClockReading, ClockWork, Seat, StagePlan, StageWork
from approvals.policies import clock, preparation
from approvals.policies.lookups import NeverAsked
from approvals.policies.participants import Asking, Meant
from approvals.replay.drafts import SAME, fitted, same_seats
from approvals.replay.past import Past

_NOBODY_TO_LOOK_UP = (Participant(owner=True),)


class PublishedCalendars:
    """The published calendars, each looked up once."""

    def __init__(self) -> None:
        self._found: dict[str, BusinessCalendar | None] = {}

    def find(self, key: str) -> BusinessCalendar | None:
        """The current version of that calendar; None where there is none."""
        if key not in self._found:
            try:
                self._found[key] = calendars.business_calendar(calendars.current(key))
            except UnknownCalendar:
                self._found[key] = None
        return self._found[key]


class _Kept(Asking):
    """A request as its participants see it. What does not hang on its form is looked up once for all requests."""

    def __init__(self, work: StageWork, known: dict[tuple[str, Participant], Meant]) -> None:
        super().__init__(work.requester, work.form, work.fields, work.owner, work.policy)
        self.lookups = NeverAsked()
        self._known = known

    def meant(self, who: Participant) -> Meant:
        """The people a participant means, absent ones and the requester included."""
        if who.user is None and who.group is None and who.role is None:
            return super().meant(who)
        key = ("" if who.role is None else self.requester, who)
        if key not in self._known:
            self._known[key] = super().meant(who)
        return self._known[key]


class Today:
    """What is known of people today, each looked up once for all requests."""

    def __init__(self) -> None:
        self._requesters: dict[str, Asking] = {}
        self._known: dict[tuple[str, Participant], Meant] = {}

    def asking(self, work: StageWork) -> Asking:
        """A request as its participants see it."""
        asking = _Kept(work, self._known)
        known = self._requesters.setdefault(work.requester, asking)
        asking.profile, asking.line = known.profile, known.line
        return asking


class PresentWorld:
    """Answers for one past request.

    A stage that the draft leaves as it was asks whom it asked then; every other looks people up as they are
    today. Conditions are evaluated over the form as it was, and the requester as he is today.
    """

    def __init__(self, draft: Policy, past: Past, today: Today) -> None:
        self._draft = draft
        self._past = past
        self._today = today
        self._asking: dict[int, Asking] = {}

    def prepare_stage(self, work: StageWork, now: datetime) -> StagePlan:
        """What a stage needs to start at ``now``."""
        if (known := self._as_then(work, now)) is not None:
            return known
        if work.round not in self._asking:
            self._asking[work.round] = self._today.asking(work)
        asking = self._asking[work.round]
        then = self._past.seats.get((work.stage.id, work.round))
        if then is None or not same_seats(self._draft, self._past, work.stage.id):
            return preparation.prepare_stage(work, now, asking)
        stage = work.stage.model_copy(update={"participants": _NOBODY_TO_LOOK_UP, "sla": None})
        plan = preparation.prepare_stage(work.model_copy(update={"stage": stage}), now, asking)
        if not plan.applies or plan.ruling is not None:
            return plan
        return plan.model_copy(update={"seats": then, "clock": _clock(work, asking, then, now)})

    def _as_then(self, work: StageWork, now: datetime) -> StagePlan | None:
        """What was found out then, where the stage, its form and its moment are what they were."""
        key = (work.stage.id, work.round)
        then = self._past.openings.get(key)
        rules = next((stage for stage in self._past.policy.stages if stage.id == work.stage.id), None)
        if then is None or rules != work.stage or abs(then.at - now) >= SAME:
            return None
        if self._past.migrated or work.rules or work.stage.rules or self._past.policy.rules:
            return None
        if work.stage.when is not None and "decisions" in work.stage.when:
            return None
        if work.form != fitted(self._draft, self._past.rounds[work.round - 1].form):
            return None
        return then.plan.model_copy(update={"seats": self._past.seats.get(key, ())})

    def prepare_clock(self, work: ClockWork, now: datetime) -> ClockReading:
        """A running clock, computed anew at ``now``."""
        return preparation.prepare_clock(work, now)


def _clock(work: StageWork, asking: Asking, seats: tuple[Seat, ...], now: datetime) -> ClockReading | None:
    """The clock of a stage that asks these people."""
    sla = work.stage.sla
    if sla is None:
        return None
    asked = tuple(dict.fromkeys(candidate.person for seat in seats for candidate in seat.candidates))
    try:
        if work.clock is None:
            return clock.start_clock(sla, asking, asked, now)
        return clock.go_on(sla, work.clock, asking, asked, now)
    except CalendarError:
        return None
