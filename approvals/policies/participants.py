"""Who a policy means: its participants, as people with the reason for each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from approvals.engine.model import Form
from approvals.engine.participant import Lookup, Participant, UpTo
from approvals.engine.policy import FormField
from approvals.engine.voice import PLAIN, Voice
from approvals.engine.work import Chosen
from approvals.people import services as people
from approvals.people.models import Person
from approvals.people.substitution import Matter
from approvals.policies import authority, tables
from approvals.policies.conditions import Facts, Requester
from approvals.policies.lookups import Lookups, NoAnswer, nobody_of, question
from approvals.policies.wording import in_the_line, ordinal, possessive, quoted, shown_shortly

MAX_SUBORDINATES = 5_000
"""Beyond this those who report to a requester do not fit into the request's state."""


@dataclass(frozen=True, slots=True)
class Named:
    """A person, and the sentence that says why it is this one."""

    person: Person
    why: str


@dataclass(frozen=True, slots=True)
class Meant:
    """What a participant comes to: its people, or in ``missing`` the sentence that says why there are none.

    ``voice``: how a seat for them counts. ``pick``: only the one with the least to do is asked.
    """

    label: str
    people: tuple[Named, ...] = ()
    missing: str = ""
    voice: Voice = PLAIN
    pick: bool = False


class Asking:
    """A request as its participants see it: who asks, and what the form says. Looks each thing up once."""

    def __init__(
        self,
        requester: str,
        form: Form,
        fields: tuple[FormField, ...],
        owner: Participant,
        policy: str = "",
    ) -> None:
        self.requester = requester
        self.form = form
        self.fields: Mapping[str, FormField] = {field.id: field for field in fields}
        self.owner = owner
        self.policy = policy
        self.barred: frozenset[str] = frozenset()
        """Who else may not decide, beside the requester."""
        self.foreseeing = False
        """Whether choices that are still to be made count as made, by somebody who stands for whoever it will be."""
        self.lookups = Lookups()
        """How services outside are asked."""
        self._meant: dict[Participant, Meant] = {}
        self._chosen: tuple[Chosen, ...] = ()
        self._titles: Mapping[str, str] = {}

    def told(self, chosen: tuple[Chosen, ...], titles: Mapping[str, str]) -> None:
        """Take note of whom earlier stages chose for the stage that is being prepared."""
        self._chosen, self._titles = chosen, titles

    @cached_property
    def profile(self) -> Requester:
        """The requester as conditions know them."""
        found = people.profile(self.requester)
        if found is None:
            return Requester(handle=self.requester, name=self.requester)
        return Requester(
            handle=found.handle,
            name=found.name,
            unit=found.unit,
            title=found.title,
            grade=found.grade,
            groups=found.groups,
            roles=found.roles,
        )

    @cached_property
    def matter(self) -> Matter:
        """What is to be decided, for whoever may do it in somebody's place: the form's first amount counts."""
        money = next((field for field in self.fields.values() if field.type == "money"), None)
        amount = self.form.get(money.id) if money else None
        return Matter(
            policy=self.policy,
            amount=amount if isinstance(amount, int) and not isinstance(amount, bool) else None,
            currency=money.currency if money else "",
            requester=self.requester,
        )

    @cached_property
    def line(self) -> people.Line:
        """The reporting line above the requester."""
        return people.lines([self.requester])[self.requester]

    @property
    def never(self) -> frozenset[str]:
        """Everybody who may not decide, the requester first of all."""
        return self.barred | {self.requester}

    def leave_out_subordinates(self) -> str:
        """Bar whom the requester leads; the reason why that cannot be done, where they are too many to record."""
        found = people.subordinates(self.requester, MAX_SUBORDINATES + 1)
        self.barred = frozenset(found)
        if len(found) <= MAX_SUBORDINATES:
            return ""
        return (
            f"{self.name} leads more than {MAX_SUBORDINATES:,} people, none of whom may decide. "
            "An administrator has to choose who does."
        )

    def meant(self, who: Participant) -> Meant:
        """The people a participant means, absent ones and the requester included."""
        if who.chosen_in is not None:  # it hangs on the stage, not on the form
            return self._choice(who.chosen_in)
        if who not in self._meant:
            self._meant[who] = self._look_up(who)
        return self._meant[who]

    def seats(self, who: Participant) -> tuple[tuple[Participant, Meant], ...]:
        """The participants that one entry of a policy comes to, each with its people: for a table several."""
        if who.table is None:
            return ((who, self.meant(who)),)
        found = tables.answer(who.table, tuple(self.fields.values()), Facts(self.form, self.profile))
        if found.missing:
            return ((who, Meant(who.table.title, missing=found.missing)),)
        return tuple((one, _because(self.meant(one), found.why)) for one in found.participants)

    @property
    def name(self) -> str:
        """What the requester is called."""
        return self.line.of.name if self.line.of else self.requester

    def _look_up(self, who: Participant) -> Meant:
        if who.user is not None:
            return self._user(who.user)
        if who.group is not None:
            return _group(who.group)
        if who.role is not None:
            return self._role(who.role)
        if who.manager is not None:
            return self.manager(who.manager)
        if who.up_to is not None:
            return self._up_to(who.up_to, each=who.each)
        if who.field is not None:
            return self._field(who.field)
        if who.table is not None:
            return self._table(who, who.table.title)
        if who.lookup is not None:
            return self._lookup(who.lookup)
        return self.policy_owner()

    def _choice(self, stage: str) -> Meant:
        """Whom those who approved an earlier stage chose."""
        title = quoted(self._titles.get(stage, stage))
        label = f"Chosen in {title}"
        chosen = [one for one in self._chosen if one.stage == stage]
        if not chosen:
            return Meant(label, missing=f"Nobody was chosen in {title}.")
        there = people.active(one.person for one in chosen)
        if self.foreseeing:
            there = {one.person: Person(pk=-1, username=one.person) for one in chosen}
        by = people.names(one.by for one in chosen)
        named = {
            one.person: Named(
                there[one.person],
                f"{by[one.by]}, who approved {title}, chose {there[one.person].name}.",
            )
            for one in chosen
            if one.person in there
        }
        left = [f"{quoted(one.person)}, whom {by[one.by]} chose, has no active account." for one in chosen]
        return Meant(label, tuple(named.values()), "" if named else " ".join(left))

    def _lookup(self, lookup: Lookup) -> Meant:
        """Whom a service outside names, or whom the policy asks instead."""
        name = quoted(lookup.service)
        asked = question(lookup, self.policy, self.requester, self.form)
        try:
            handles = self.lookups.ask(lookup.service, asked)
        except NoAnswer as none:
            return self._otherwise(lookup, f"The lookup {name} {none.reason}")
        there = people.active(handles)
        unknown = [handle for handle in handles if handle not in there]
        if not there:
            return self._otherwise(lookup, f"The lookup {name} named {nobody_of(unknown)}")
        facts = " and ".join(
            f"{quoted(field.label)} is {shown_shortly(field, self.form.get(field.id))}"
            for field in (self.fields[id] for id in lookup.by if id in self.fields)
        )
        because = f", as {facts}" if facts else ""
        left = f" It also named {nobody_of(unknown)}." if unknown else ""
        named = (
            Named(there[handle], f"The lookup {name} names {there[handle].name}{because}.{left}")
            for handle in handles
            if handle in there
        )
        return Meant(_lookup_label(lookup), tuple(named))

    def _otherwise(self, lookup: Lookup, fault: str) -> Meant:
        """Whom the policy asks where a lookup came to nobody, with what became of it."""
        if lookup.otherwise is None:
            return Meant(_lookup_label(lookup), missing=f"{fault}.")
        instead = self.meant(lookup.otherwise)
        named = tuple(
            replace(one, why=f"{fault}, so the policy asks somebody else. {one.why}")
            for one in instead.people
        )
        return Meant(instead.label, named, f"{fault}. {instead.missing}" if instead.missing else "")

    def _table(self, who: Participant, title: str) -> Meant:
        """Everybody whom a table names, as one."""
        seats = [meant for _, meant in self.seats(who)]
        everybody = {named.person.handle: named for meant in seats for named in meant.people}
        missing = "" if everybody else " ".join(meant.missing for meant in seats)
        return Meant(title, tuple(everybody.values()), missing)

    def policy_owner(self) -> Meant:
        """The owner of the policy."""
        meant = self.meant(self.owner)
        named = tuple(Named(n.person, f"{n.why} The policy's owner is asked.") for n in meant.people)
        return Meant("Policy owner", named, meant.missing)

    def manager(self, level: int) -> Meant:
        """The requester's ``level``-th manager."""
        name, label = self.name, _manager_label(level)
        above = self.line.people[:level]
        if len(above) == level:
            return Meant(label, (Named(above[-1], in_the_line([who.name for who in above], name)),))
        if self.line.looped:
            return Meant(label, missing=f"{possessive(name)} reporting line goes round in a circle.")
        if not above:
            return Meant(label, missing=f"{name} has no manager.")
        return Meant(
            label, missing=f"{name} has no {ordinal(level)} manager: the line ends with {above[-1].name}."
        )

    def _up_to(self, up_to: UpTo, *, each: bool) -> Meant:
        label = authority.label(self.fields, up_to)
        way = authority.walk(self.line, self.name, up_to, self.fields, self.form)
        if not way.people:
            return Meant(label, missing=way.missing)
        *between, (last, why) = way.people
        if not each:
            return Meant(label, (Named(last, why),))
        everybody = f"The policy asks every manager on the way to {last.name}."
        asked = [Named(manager, f"{steps} {everybody}") for manager, steps in between]
        return Meant(label, (*asked, Named(last, why)))

    def _user(self, handle: str) -> Meant:
        person = people.active([handle]).get(handle)
        if person is None:
            return Meant(handle, missing=f"{quoted(handle)} has no active account.")
        return Meant(person.name, (Named(person, f"The policy names {person.name}."),))

    def _role(self, slug: str) -> Meant:
        unit = self.line.of.unit if self.line.of else ""
        held = people.role_holders(slug, unit)
        if held.name is None:
            return Meant(slug, missing=f"There is no role {quoted(slug)}.")
        if not held.people:
            where = f" for {unit}" if unit else ""
            return Meant(held.name, missing=f"Nobody holds the role {held.name}{where}.")
        where = f" for {held.unit}" if held.unit else ""
        return Meant(
            held.name,
            tuple(Named(who, f"{who.name} holds the role {held.name}{where}.") for who in held.people),
        )

    def _field(self, id: str) -> Meant:
        label = self.fields[id].label if id in self.fields else id
        handle = self.form.get(id)
        if not isinstance(handle, str) or not handle:
            return Meant(label, missing=f"The field {quoted(label)} names nobody.")
        person = people.active([handle]).get(handle)
        if person is None:
            return Meant(
                label, missing=f"{quoted(handle)}, named in the field {quoted(label)}, has no active account."
            )
        why = f"{self.name} named {person.name} in the field {quoted(label)}."
        return Meant(label, (Named(person, why),))


def _because(meant: Meant, why: str) -> Meant:
    """The same people, with what led to them."""
    named = tuple(replace(one, why=f"{one.why} {why}") for one in meant.people)
    return replace(meant, people=named, missing=f"{meant.missing} {why}" if meant.missing else "")


def managers_of(asked: tuple[str, ...], level: int) -> tuple[Named, ...]:
    """The ``level``-th managers of those who are asked, each once."""
    lines = people.lines(asked)
    found: dict[str, Named] = {}
    for handle in asked:
        line = lines[handle]
        manager = line.manager(level)
        if line.of is not None and manager is not None and manager.handle not in found:
            above = [who.name for who in line.people[:level]]
            found[manager.handle] = Named(manager, in_the_line(above, f"{line.of.name}, who was asked"))
    return tuple(found.values())


def _group(slug: str) -> Meant:
    name, members = people.group_members(slug)
    if name is None:
        return Meant(slug, missing=f"There is no group {quoted(slug)}.")
    if not members:
        return Meant(name, missing=f"The group {name} has no active members.")
    return Meant(name, tuple(Named(who, f"{who.name} is in the group {name}.") for who in members))


def _lookup_label(lookup: Lookup) -> str:
    return f"Lookup {lookup.service}"


def _manager_label(level: int) -> str:
    match level:
        case 1:
            return "Manager"
        case 2:
            return "Manager's manager"
        case _:
            return f"{ordinal(level).capitalize()} manager"
