"""The way up the reporting line to the first manager with the authority that a policy asks for."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from approvals.engine.currencies import format_money
from approvals.engine.model import Form
from approvals.engine.participant import UpTo
from approvals.engine.policy import FormField
from approvals.people import limits
from approvals.people.limits import Authority
from approvals.people.models import Person
from approvals.people.services import Line
from approvals.policies.wording import possessive, quoted


@dataclass(frozen=True, slots=True)
class Way:
    """The managers on the way, each with every step up to them; ``missing`` says why it leads to nobody."""

    people: tuple[tuple[Person, str], ...] = ()
    missing: str = ""


def label(fields: Mapping[str, FormField], up_to: UpTo) -> str:
    """How the seat is called."""
    if up_to.limit is None:
        return f"Manager of grade {up_to.grade}"
    name = fields[up_to.limit].label if up_to.limit in fields else up_to.limit
    return f"Manager with authority for {quoted(name)}"


def walk(line: Line, name: str, up_to: UpTo, fields: Mapping[str, FormField], form: Form) -> Way:
    """From the requester's manager to the first one who has the authority.

    Args:
        line: the reporting line above the requester.
        name: what the requester is called.
    """
    field = fields.get(up_to.limit or "")
    amount = form.get(up_to.limit or "")
    if up_to.limit is not None and (field is None or not _is_amount(amount)):
        label = field.label if field else up_to.limit
        return Way(missing=f"The field {quoted(label)} has no amount to go by.")
    if not line.people:
        return Way(missing=f"{name} has no manager.")
    wanted = _Wanted(up_to, amount if isinstance(amount, int) else 0, field.currency if field else "")
    known = limits.authorities(line.people, wanted.currency) if field else {}
    steps: list[str] = []
    found: list[tuple[Person, str]] = []
    below = name
    for manager in line.people:
        enough, clause = wanted.judge(manager, known.get(manager.handle))
        steps.append(f"{manager.name}, the manager of {below}, {clause}.")
        found.append((manager, " ".join(steps)))
        if enough:
            return Way(tuple(found))
        below = manager.name
    end = "goes round in a circle" if line.looped else "ends there"
    return Way(missing=f"{' '.join(steps)} {possessive(name)} reporting line {end}.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    up_to: UpTo
    amount: int
    currency: str

    def judge(self, who: Person, authority: Authority | None) -> tuple[bool, str]:
        """Whether somebody has what is wanted, and the clause that says so."""
        said: list[str] = []
        enough = True
        if self.up_to.limit is not None:
            covers = authority is not None and authority.covers(self.amount)
            said.append(self._limit(authority, covers=covers))
            enough = covers
        if self.up_to.grade is not None:
            high = who.grade >= self.up_to.grade
            said.append(
                f"has grade {who.grade}, " + ("which is enough" if high else f"below {self.up_to.grade}")
            )
            enough = enough and high
        return enough, " and ".join(said)

    def _limit(self, authority: Authority | None, *, covers: bool) -> str:
        wanted = format_money(self.amount, self.currency)
        if authority is None:
            return f"has no approval limit in {self.currency}"
        if authority.amount is None:
            return f"may approve any amount in {self.currency} ({authority.source})"
        limit = f"may approve up to {format_money(authority.amount, self.currency)} ({authority.source})"
        return f"{limit}, which covers {wanted}" if covers else f"{limit}, less than {wanted}"


def _is_amount(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
