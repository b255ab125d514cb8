"""From the people a policy means to the seats of a stage: not the requester, and not who is away."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from approvals.engine.matching import matched
from approvals.engine.policy import Participant, Quorum, Stage
from approvals.engine.quorum import met_without
from approvals.engine.separation import MAX_LEFT_OUT
from approvals.engine.state import Candidate, LeftOut
from approvals.engine.voice import PLAIN, Voice
from approvals.engine.work import Seat
from approvals.people import services as people
from approvals.people.substitution import StandIn, stand_ins
from approvals.policies import substitutes
from approvals.policies.participants import Asking, Meant, Named


def wanted(
    asking: Asking, participants: Sequence[Participant], voices: Sequence[Voice] | None = None
) -> list[Meant]:
    """The seats that participants ask for, each with the people who could take it, never the requester.

    Args:
        voices: how a seat of each participant counts; by default like any other.
    """
    seats: list[Meant] = []
    for who, voice in zip(participants, voices or [PLAIN] * len(participants), strict=True):
        for one, meant in asking.seats(who):
            voiced = replace(meant, voice=voice, pick=one.pick is not None)
            if one.each and meant.people:
                seats.extend(replace(voiced, people=(named,)) for named in meant.people)
            else:
                seats.append(voiced)
    return [_without_the_barred(asking, seat) for seat in seats]


def left_out(asking: Asking, participants: Iterable[Participant]) -> tuple[LeftOut, ...]:
    """Whom participants mean and who may not decide, each once."""
    meant = {named.person.handle for who in participants for named in asking.meant(who).people}
    return tuple(
        LeftOut(person=handle, rule="self_approval" if handle == asking.requester else "subordinate")
        for handle in sorted(meant & asking.never)
    )[:MAX_LEFT_OUT]


def last_resort(asking: Asking) -> Meant:
    """Who is asked when nobody else can decide: the policy's owner, or else an administrator."""
    meant = _without_requester(asking, asking.policy_owner())
    owner = _without_the_barred(asking, asking.policy_owner())
    if owner.people:
        return owner
    admins = tuple(
        Named(admin, f"{admin.name} is an administrator, and the policy's owner cannot be asked.")
        for admin in people.admins()
        if admin.handle not in asking.never
    )
    if not admins and meant.people:
        return meant  # who may not decide either, but has to hear of it
    return Meant("Administrator", admins, owner.missing)


def absences(
    asking: Asking, meant: Iterable[Meant], now: datetime, *, delegable: bool = False
) -> dict[str, StandIn]:
    """Who of all these people is away now, or has delegated it where that is allowed, and who takes their place."""
    everybody = (named.person for seat in meant for named in seat.people)
    return stand_ins(everybody, now, replace(asking.matter, delegable=delegable))


def candidates(
    named: Iterable[Named], away: Mapping[str, StandIn], never: Container[str]
) -> tuple[Candidate, ...]:
    """The people as potential owners, each once, with a delegate or substitute in the place of some.

    Who is meant in person comes before the same one as a substitute. Somebody away without a substitute
    stays: late is better than never.

    Args:
        never: who may not decide, and so cannot stand in either.
    """
    found: dict[str, Candidate] = {}
    for one in named:
        candidate = substitutes.candidate(one, away.get(one.person.handle), never)
        before = found.get(candidate.person)
        if before is None or (before.instead_of and not candidate.instead_of):
            found[candidate.person] = candidate
    return tuple(found.values())


def seated(stage: Stage, seats: list[Seat], resort: tuple[Candidate, ...]) -> tuple[Seat, ...]:
    """The seats that are opened: one person has one of them, and an empty one goes to the last resort.

    An empty seat is left out where the quorum is met without it. Where it is not and nobody can take it,
    there are none but for advice, so that the stage never passes with fewer than the policy asks for.
    """
    advice = [seat for seat in seats if seat.voice.advisory and seat.candidates]
    empty = unfilled(stage, seats)
    if stage.quorum is Quorum.ONE_OF_EACH:
        lost = {seat.voice.of for seat in empty}
        filled = [seat for seat in _deciding(seats) if seat.voice.of not in lost]
        stand_ins = [Seat(candidates=resort, label="Policy owner", voice=seat.voice) for seat in empty]
        return (*filled, *(stand_ins if resort else ()), *advice)
    filled = _each_once([seat for seat in _deciding(seats) if seat.candidates])
    if not filled or not empty:
        return tuple(_each_once([*filled, *advice]))
    if not resort:
        return tuple(advice)
    stand_ins = [Seat(candidates=resort, label="Policy owner", voice=seat.voice) for seat in empty]
    return tuple(_each_once([*filled, *stand_ins, *advice]))


def unfilled(stage: Stage, seats: list[Seat]) -> list[Seat]:
    """The seats that nobody can take of those whom the policy asks; none where the quorum is met without."""
    if stage.quorum is Quorum.ONE_OF_EACH:
        return _unmatched(_deciding(seats))
    empty = [seat for seat in _deciding(seats) if not seat.candidates]
    filled = _each_once([seat for seat in _deciding(seats) if seat.candidates])
    return [] if met_without(stage, [seat.voice for seat in filled]) else empty


def _unmatched(seats: list[Seat]) -> list[Seat]:
    """One seat of each participant for whom nobody is left, if every other has a person of its own."""
    first: dict[int | None, Seat] = {}
    people: dict[int | None, frozenset[str]] = {}
    for seat in seats:
        first.setdefault(seat.voice.of, seat)
        found = people.get(seat.voice.of, frozenset())
        people[seat.voice.of] = found | {candidate.person for candidate in seat.candidates}
    sits = matched(people)
    return [seat for of, seat in first.items() if of not in sits]


def _deciding(seats: list[Seat]) -> list[Seat]:
    return [seat for seat in seats if not seat.voice.advisory]


def _each_once(seats: list[Seat]) -> list[Seat]:
    """Without the seats that come to one person who sits already: the strongest voice is kept, then the seat
    that is theirs in their own right."""
    ordered = sorted(seats, key=lambda seat: any(c.instead_of for c in seat.candidates))
    ordered.sort(key=lambda seat: seat.voice.strength, reverse=True)
    sitting: set[str] = set()
    kept = []
    for seat in ordered:
        persons = {candidate.person for candidate in seat.candidates}
        if len(persons) == 1:
            if persons <= sitting:
                continue
            sitting |= persons
        kept.append(seat)
    return sorted(kept, key=seats.index)


def _without_the_barred(asking: Asking, seat: Meant) -> Meant:
    seat = _without_requester(asking, seat)
    others = tuple(named for named in seat.people if named.person.handle not in asking.barred)
    if others or not seat.people:
        return replace(seat, people=others)
    missing = f"Everybody meant reports to {asking.name}, and so may not decide."
    return replace(seat, people=(), missing=missing)


def _without_requester(asking: Asking, seat: Meant) -> Meant:
    others = tuple(named for named in seat.people if named.person.handle != asking.requester)
    if others or not seat.people:
        return replace(seat, people=others)
    name = asking.name
    manager = asking.line.manager(1)
    if manager is None:
        missing = f"{name} cannot decide on their own request and has no manager."
        return replace(seat, people=(), missing=missing)
    why = f"{manager.name} is the manager of {name}, who cannot decide on their own request."
    return replace(seat, people=(Named(manager, why),))
