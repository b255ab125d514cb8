"""Separation of duties: who may not decide, and by which rule.

Whom the requester leads is found out when a stage is prepared, and recorded; everything else the engine sees
for itself. Every way to a seat asks here: the policy's own, delegation, reassignment, escalation, the last resort.
"""

from collections.abc import Iterable

from approvals.engine.errors import Refused
from approvals.engine.quorum import met_without
from approvals.engine.state import Candidate, LeftOut, RequestState
from approvals.engine.work import Seat, StagePlan

MAX_LEFT_OUT = 50
"""So many of those who are left out of a stage stand in the record by name."""


def bar(state: RequestState, stage: str, person: str) -> LeftOut | None:
    """The rule that keeps a person from deciding in a stage; None where there is none."""
    if person == state.requester:
        return LeftOut(person=person, rule="self_approval")
    if person in state.conflicts:
        return LeftOut(person=person, rule="conflict_of_interest")
    if person in state.subordinates and state.policy.separation_of_duties.no_subordinates:
        return LeftOut(person=person, rule="subordinate")
    for other in _decided_apart(state, stage, person):
        return LeftOut(person=person, rule="four_eyes", stage=other)
    return None


def must_not_be_barred(state: RequestState, stage: str, actor: str) -> None:
    """Tell somebody who was asked in a stage once why they are not any more."""
    barred = bar(state, stage, actor)
    if barred is not None and barred.rule == "conflict_of_interest":
        raise Refused(barred.rule, "You have declared a conflict of interest, so you decide nothing here.")
    if barred is not None and barred.rule == "four_eyes":
        decided = state.policy.stage(barred.stage).title
        raise Refused("four_eyes", f"You have decided “{decided}”, and the policy wants other eyes here.")


def must_be_free(state: RequestState, stage: str, person: str) -> None:
    """Refuse somebody whom a rule keeps from deciding in a stage."""
    barred = bar(state, stage, person)
    if barred is None:
        return
    titles = {id: f"“{state.policy.stage(id).title}”" for id in (barred.stage or stage, stage)}
    why = {
        "self_approval": "Nobody decides their own request.",
        "subordinate": f"{person} reports to the requester, and the policy lets no subordinate decide.",
        "four_eyes": f"{person} has decided {titles[barred.stage or stage]}, "
        f"and the policy wants other eyes for {titles[stage]}.",
        "conflict_of_interest": f"{person} has declared a conflict of interest.",
    }
    raise Refused(barred.rule, f"{why[barred.rule]} Choose somebody else.")


def eligible(state: RequestState, stage: str, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The candidates who may decide in this stage, each once, in their own right rather than for another.

    Nobody decides their own request, or has it decided on their behalf; and nobody decides twice in a stage.
    """
    return tuple(c for c in _unspoken(state, stage, candidates) if bar(state, stage, c.person) is None)


def seats(state: RequestState, stage: str, plan: StagePlan) -> tuple[Seat, ...]:
    """The seats of a plan that somebody may take.

    A seat that a rule has emptied is left out where the quorum is met without it, and goes to the last resort
    where it is not. Where nobody at all may take it there are none but for advice, so that the stage never passes with
    fewer than the policy asks for.
    """
    kept = [seat for seat in plan.seats if eligible(state, stage, seat.candidates)]
    lost = [
        seat
        for seat in plan.seats
        if not seat.voice.advisory and seat not in kept and _unspoken(state, stage, seat.candidates)
    ]
    rules, voices = state.policy.stage(stage), [seat.voice for seat in kept]
    lost = [seat for seat in lost if not met_without(rules, voices, seat.voice)]
    if not lost:
        return tuple(kept)
    resort = eligible(state, stage, plan.last_resort)
    if not resort:
        return tuple(seat for seat in kept if seat.voice.advisory)
    lost.sort(key=lambda seat: seat.voice.strength, reverse=True)
    stand_ins = [Seat(candidates=resort, label="Policy owner", voice=seat.voice) for seat in lost]
    return (*kept, *stand_ins[: len(resort)])


def left_out(state: RequestState, stage: str, plan: StagePlan) -> tuple[LeftOut, ...]:
    """Everybody whom a plan's seats are kept from, each once: as found in the world, and as the engine sees it."""
    found = {one.person: one for one in plan.left_out}
    for seat in plan.seats:
        for candidate in seat.candidates:
            barred = bar(state, stage, candidate.person)
            if barred is not None:
                found.setdefault(candidate.person, barred)
    return tuple(found.values())[:MAX_LEFT_OUT]


def _unspoken(state: RequestState, stage: str, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The candidates, each once, without the requester and without whoever has decided in the stage already."""
    once: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.instead_of is not None):
        own_request = state.requester in (candidate.person, candidate.instead_of)
        if not own_request and not state.has_decided(stage, candidate.person):
            once.setdefault(candidate.person, candidate)
    return tuple(once.values())


def _decided_apart(state: RequestState, stage: str, person: str) -> Iterable[str]:
    """The stages that the person has decided, in any round, and that want other eyes than this one."""
    apart = state.policy.separation_of_duties.apart_from(stage)
    if apart:
        yield from (
            task.stage
            for task in state.tasks.values()
            if task.decided_by == person and task.stage in apart and not task.voice.advisory
        )
