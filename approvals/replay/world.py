"""The world of a replay: conditions as the policy has them, people as the log has them, deadlines that only
tell whether they were missed.

Reminders and escalations would act on their own and were no part of what happened, so they are left out.
"""

from datetime import datetime

from approvals.engine.policy import Stage
from approvals.engine.work import ClockReading, ClockWork, Seat, StagePlan, StageWork
from approvals.policies.conditions import Requester, evaluate_condition
from approvals.policies.rulings import facts_of, request_ruling, stage_ruling
from approvals.replay.calendars import CalendarFiles
from approvals.replay.clocks import breach_clock
from approvals.replay.people import Cast


class LoggedWorld:
    """Answers from a case's rows. ``requester`` is set anew for each round."""

    def __init__(self, cast: Cast, requester: Requester, calendars: CalendarFiles | None = None) -> None:
        self._cast = cast
        self._calendars = calendars
        self.requester = requester

    def prepare_stage(self, work: StageWork, now: datetime) -> StagePlan:
        """Whether the stage applies, and a seat for each participant.

        Raises:
            ConditionFailed: the stage's condition cannot be evaluated.
        """
        facts = facts_of(work, self.requester)
        if (ruling := request_ruling(work, facts)) is not None:
            return StagePlan(ruling=ruling)
        if work.stage.when is not None and not evaluate_condition(work.stage.when, work.fields, facts):
            return StagePlan(applies=False)
        if (ruling := stage_ruling(work, facts)) is not None:
            return StagePlan(ruling=ruling)
        sla, calendars = work.stage.sla, self._calendars
        return StagePlan(
            seats=self._seats(work.stage),
            last_resort=self._cast.candidates(work.owner),
            clock=breach_clock(calendars, sla, work.clock, now) if sla and calendars else None,
        )

    def prepare_clock(self, work: ClockWork, now: datetime) -> ClockReading:
        """Never asked for: nobody pauses a case of a log, and nobody hands its tasks on."""
        raise AssertionError("The clock of a replayed stage never goes stale.")

    def _seats(self, stage: Stage) -> tuple[Seat, ...]:
        seats: list[Seat] = []
        for participant, voice in zip(stage.participants, stage.voices, strict=True):
            people = self._cast.candidates(participant)
            if participant.each:
                seats.extend(Seat(candidates=(person,), voice=voice) for person in people)
            else:
                seats.append(Seat(candidates=people, voice=voice))
        return tuple(seats)
