"""From somebody whom a policy means to whoever decides for them, with the reason step by step."""

from collections.abc import Container

from approvals.engine.currencies import format_money
from approvals.engine.state import Candidate, WhyStep
from approvals.people.models import Delegation
from approvals.people.substitution import StandIn
from approvals.policies.participants import Named
from approvals.policies.wording import day


def candidate(named: Named, taken: StandIn | None, never: Container[str]) -> Candidate:
    """The potential owner for somebody who is meant: they themselves, their delegate or their substitute.

    Args:
        taken: who takes the person's place; None where they decide themselves.
        never: who may not decide, and so takes nobody's place.
    """
    person = named.person
    by_delegation = taken is not None and taken.delegation is not None
    if taken is None or (by_delegation and taken.person is not None and taken.person.handle in never):
        return Candidate(person=person.handle, why=named.why)
    if taken.delegation is not None and taken.person is not None:
        said = WhyStep(kind="delegation", why=delegated(taken.delegation))
    elif taken.person is None or taken.person.handle in never:
        return Candidate(person=person.handle, why=f"{named.why} {_away(taken)}, with nobody to stand in.")
    else:
        said = WhyStep(kind="absence", why=absent(taken))
    return Candidate(
        person=taken.person.handle,
        instead_of=person.handle,
        why=f"{named.why} {said.why}",
        steps=(WhyStep(kind="lookup", why=named.why), said),
    )


def delegated(delegation: Delegation) -> str:
    """A standing delegation as a sentence, with its limits."""
    limits = []
    if delegation.limit is not None:
        limits.append(f"up to {format_money(delegation.limit, delegation.currency)}")
    if delegation.last_day is not None:
        limits.append(f"until {day(delegation.last_day)}")
    within = f", {' and '.join(limits)}" if limits else ""
    return f"{delegation.person.name} has delegated such decisions to {delegation.delegate.name}{within}."


def absent(taken: StandIn) -> str:
    """Who is away until when and who stands in, as a sentence."""
    link = ", so" if len(taken.away) > 1 else ", and"
    name = taken.person.name if taken.person else "nobody"
    return f"{_away(taken)}{link} {name} stands in."


def _away(taken: StandIn) -> str:
    return " and ".join(
        f"{who.name} {'is away ' if number == 0 else ''}until {day(last)}"
        for number, (who, last) in enumerate(taken.away)
    )
