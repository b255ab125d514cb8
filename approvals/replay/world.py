"""The world of a replay: conditions as the policy has them, people as the log has them, and no clock.

Reminders and escalations would act on their own and were no part of what happened, so deadlines are left out.
"""

from datetime import datetime

from approvals.engine.policy import Stage
from approvals.engine.work import ClockReading, ClockWork, Seat, StagePlan, StageWork
from approvals.policies.conditions import Facts, Requester, evaluate_condition
from approvals.replay.people import Cast


class LoggedWorld:
    """Answers from a case's rows. ``requester`` is set anew for each round."""

    def __init__(self, cast: Cast, requester: Requester) -> None:
        self._cast = cast
        self.requester = requester

    def prepare_stage(self, work: StageWork, now: datetime) -> StagePlan:
        """Whether the stage applies, and a seat for each participant.

        Raises:
            ConditionFailed: the stage's condition cannot be evaluated.
        """
        if work.stage.when is not None:
            facts = Facts(work.form, self.requester, work.round)
            if not evaluate_condition(work.stage.when, work.fields, facts):
                return StagePlan(applies=False)
        return StagePlan(seats=self._seats(work.stage), last_resort=self._cast.candidates(work.owner))

    def prepare_clock(self, work: ClockWork, now: datetime) -> ClockReading:
        """Never asked for: no clock was started."""
        raise AssertionError("A replayed stage has no clock.")

    def _seats(self, stage: Stage) -> tuple[Seat, ...]:
        seats: list[Seat] = []
        for participant in stage.participants:
            people = self._cast.candidates(participant)
            if participant.each:
                seats.extend(Seat(candidates=(person,)) for person in people)
            else:
                seats.append(Seat(candidates=people))
        return tuple(seats)
