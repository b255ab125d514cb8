"""From the people a policy means to the seats of a stage: not the requester, and not who is away."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from approvals.engine.policy import CountQuorum, Participant, Quorum, Stage
from approvals.engine.state import Candidate
from approvals.engine.work import Seat
from approvals.people import services as people
from approvals.people.services import StandIn
from approvals.policies.participants import Asking, Meant, Named
from approvals.policies.wording import day


def wanted(asking: Asking, participants: Iterable[Participant]) -> list[Meant]:
    """The seats that participants ask for, each with the people who could take it, never the requester."""
    seats: list[Meant] = []
    for who in participants:
        meant = asking.meant(who)
        if who.each and meant.people:
            seats.extend(Meant(meant.label, (named,)) for named in meant.people)
        else:
            seats.append(meant)
    return [_without_requester(asking, seat) for seat in seats]


def last_resort(asking: Asking) -> Meant:
    """Who is asked when nobody else can decide: the policy's owner, or else an administrator."""
    owner = _without_requester(asking, asking.policy_owner())
    if owner.people:
        return owner
    admins = tuple(
        Named(admin, f"{admin.name} is an administrator, and the policy's owner cannot be asked.")
        for admin in people.admins()
        if admin.handle != asking.requester
    )
    return Meant("Administrator", admins, owner.missing)


def absences(meant: Iterable[Meant], now: datetime) -> dict[str, StandIn]:
    """Who of all these people is away now, and who stands in."""
    return people.stand_ins((named.person for seat in meant for named in seat.people), now)


def candidates(named: Iterable[Named], away: Mapping[str, StandIn], requester: str) -> tuple[Candidate, ...]:
    """The people as potential owners, each once, with a substitute in the place of whoever is away.

    Who is meant in person comes before the same one as a substitute. Somebody away without a substitute
    stays: late is better than never.
    """
    found: dict[str, Candidate] = {}
    for one in named:
        candidate = _candidate(one, away.get(one.person.handle), requester)
        before = found.get(candidate.person)
        if before is None or (before.instead_of and not candidate.instead_of):
            found[candidate.person] = candidate
    return tuple(found.values())


def seated(stage: Stage, seats: list[Seat], resort: tuple[Candidate, ...]) -> tuple[Seat, ...]:
    """The seats that are opened: one person has one of them, and an empty one goes to the last resort.

    An empty seat is left out where the quorum is met without it. Where it is not and nobody can take it,
    there are no seats at all, so that the stage never passes with fewer than the policy asks for.
    """
    filled = _each_once([seat for seat in seats if seat.candidates])
    empty = len(seats) - len([seat for seat in seats if seat.candidates])
    if not filled or not empty or _met_without(stage, len(filled)):
        return tuple(filled)
    if not resort:
        return ()
    return tuple(_each_once([*filled, *[Seat(candidates=resort, label="Policy owner")] * empty]))


def _met_without(stage: Stage, filled: int) -> bool:
    match stage.quorum:
        case Quorum.ANY:
            return True
        case CountQuorum(count=count):
            return filled >= count
        case _:
            return False


def _each_once(seats: list[Seat]) -> list[Seat]:
    """Without the seats that come to one person who sits already."""
    ordered = sorted(seats, key=lambda seat: any(c.instead_of for c in seat.candidates))
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


def _without_requester(asking: Asking, seat: Meant) -> Meant:
    others = tuple(named for named in seat.people if named.person.handle != asking.requester)
    if others or not seat.people:
        return Meant(seat.label, others, seat.missing)
    name = asking.name
    manager = asking.line.manager(1)
    if manager is None:
        return Meant(seat.label, missing=f"{name} cannot decide on their own request and has no manager.")
    why = f"{manager.name} is the manager of {name}, who cannot decide on their own request."
    return Meant(seat.label, (Named(manager, why),))


def _candidate(named: Named, absence: StandIn | None, requester: str) -> Candidate:
    person = named.person
    if absence is None:
        return Candidate(person=person.handle, why=named.why)
    away = " and ".join(
        f"{who.name} {'is away ' if first else ''}until {day(last)}"
        for first, (who, last) in zip((True, *[False] * len(absence.away)), absence.away, strict=False)
    )
    substitute = absence.person
    if substitute is None or substitute.handle == requester:
        return Candidate(person=person.handle, why=f"{named.why} {away}, with nobody to stand in.")
    link = ", so" if len(absence.away) > 1 else ", and"
    return Candidate(
        person=substitute.handle,
        instead_of=person.handle,
        why=f"{named.why} {away}{link} {substitute.name} stands in.",
    )
