"""What the engine cannot know: whether a stage applies, who is asked and why, and when its clock is due.

Looks at people, groups, absences and calendars as they are now. Its answers are recorded, so that whatever
changes later cannot change what was promised.
"""

from collections.abc import Container
from datetime import datetime

from approvals.calendars.errors import CalendarError
from approvals.engine.state import Candidate
from approvals.engine.work import ClockReading, ClockWork, Seat, StagePlan, StageWork
from approvals.people import services as people
from approvals.people.remembering import as_of_now, revision
from approvals.policies import clock, seats
from approvals.policies.conditions import ConditionFailed, evaluate_condition
from approvals.policies.participants import Asking, Meant
from approvals.policies.picking import least_loaded_first
from approvals.policies.rulings import facts_of, request_ruling, stage_ruling
from approvals.policies.wording import needed_because, not_needed, quoted


@as_of_now()
def prepare_stage(work: StageWork, now: datetime, asking: Asking | None = None) -> StagePlan:
    """What a stage needs to start at ``now`` (aware).

    Never fails for what the policy or the people are like: whatever could not be found is said in the plan's
    ``reason``, and the policy's owner is asked.

    Args:
        asking: what was looked up for this form already, to be used again.
    """
    # Before anything else: what changes while this is found out is a reason to look again.
    known = revision()
    asking = asking or Asking(work.requester, work.form, work.fields, work.owner, work.policy)
    asking.told(work.chosen, work.titles)
    faults: list[str] = []
    because = ""
    try:
        if (decided := _without_asking(work, asking)) is not None:
            return decided.model_copy(update={"known": known, "gone": _gone(work.asked)})
        if work.stage.when is not None:
            because = needed_because(work.stage.when, work.fields, facts_of(work, asking.profile))
    except ConditionFailed as failure:
        faults.append(f"The condition of this stage cannot be evaluated. {failure.message}")
    if work.no_subordinates and (fault := asking.leave_out_subordinates()):
        return _nobody(asking, fault).model_copy(update={"known": known, "gone": _gone(work.asked)})
    meant = [] if faults else seats.wanted(asking, work.stage.participants, work.stage.voices)
    resort = seats.last_resort(asking)
    away = seats.absences(asking, [*meant, resort], now, delegable="delegate" in work.stage.allow)
    fallback = seats.candidates(resort.people, away, asking.never)
    opened = [_seat(one, seats.candidates(one.people, away, asking.never), away) for one in meant]
    faults += [_missing(one) for one in meant if not one.people and not one.voice.advisory]
    plan = StagePlan(
        seats=seats.seated(work.stage, opened, fallback),
        last_resort=fallback,
        left_out=seats.left_out(asking, work.stage.participants),
        subordinates=tuple(sorted(asking.barred)) if work.no_subordinates else None,
        because=because,
        unfilled=len(seats.unfilled(work.stage, opened)),
        known=known,
        gone=_gone(work.asked),
    )
    try:
        reading = _start(work, asking, plan, now)
    except CalendarError as error:
        reading = None
        faults.append(f"This stage has no deadline. {error.message}")
    return plan.model_copy(update={"clock": reading, "reason": " ".join(faults)})


def _without_asking(work: StageWork, asking: Asking) -> StagePlan | None:
    """The plan of a stage for which nobody is asked: a rule decides, or its condition does not hold."""
    when = work.stage.when
    if when is None and not work.rules and not work.stage.rules:
        return None
    facts = facts_of(work, asking.profile)
    if (ruling := request_ruling(work, facts)) is not None:
        return StagePlan(ruling=ruling)
    if when is not None and not evaluate_condition(when, work.fields, facts):
        return StagePlan(applies=False, reason=not_needed(when, work.fields, facts))
    ruling = stage_ruling(work, facts)
    return StagePlan(ruling=ruling) if ruling is not None else None


def _seat(meant: Meant, candidates: tuple[Candidate, ...], away: Container[str]) -> Seat:
    if meant.pick:
        candidates = least_loaded_first(candidates, away)
    return Seat(label=meant.label, candidates=candidates, voice=meant.voice, pick=meant.pick)


def _nobody(asking: Asking, fault: str) -> StagePlan:
    """A stage that nobody known may decide: the policy's owner hears of it, and may not decide either."""
    told = tuple(
        Candidate(person=named.person.handle, why=named.why)
        for named in asking.policy_owner().people
        if named.person.handle != asking.requester
    )
    barred = asking.barred.union(candidate.person for candidate in told)
    return StagePlan(reason=fault, last_resort=told, subordinates=tuple(sorted(barred)))


@as_of_now()
def prepare_clock(work: ClockWork, now: datetime) -> ClockReading:
    """A running clock computed anew at ``now`` (aware), its extensions added to its target.

    Raises:
        CalendarError: the version of the calendar that the clock started with is gone.
    """
    asking = Asking(work.requester, work.form, work.fields, work.owner, work.policy)
    return clock.go_on(work.sla, work.clock, asking, work.asked, now)


def _start(work: StageWork, asking: Asking, plan: StagePlan, now: datetime) -> ClockReading | None:
    sla = work.stage.sla
    if sla is None:
        return None
    asked = _asked(plan)
    if work.clock is None:
        return clock.start_clock(sla, asking, asked, now)
    return clock.go_on(sla, work.clock, asking, asked, now)


def _asked(plan: StagePlan) -> tuple[str, ...]:
    """Who will be asked, in order; where no seat could be filled, that is the last resort."""
    candidates = [
        candidate for seat in plan.seats if not seat.voice.advisory for candidate in seat.candidates
    ] or plan.last_resort
    return tuple(dict.fromkeys(candidate.person for candidate in candidates))


def _gone(asked: tuple[str, ...]) -> tuple[str, ...]:
    """Who of them has no active account any more."""
    there = people.active(asked) if asked else {}
    return tuple(handle for handle in asked if handle not in there)


def _missing(seat: Meant) -> str:
    return f"Nobody was found for {quoted(seat.label)}: {seat.missing}"
