"""A policy in words, for the people who are to trust it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import get_args

from approvals.engine.participant import Lookup
from approvals.engine.policy import (
    FormField,
    Level,
    Participant,
    Policy,
    Sla,
    Stage,
    UpTo,
)
from approvals.engine.state import Place
from approvals.people import services as people
from approvals.policies.counting import rule, with_marks
from approvals.policies.course_text import after, again, rejected, rules
from approvals.policies.wording import ordinal

_DID = {
    "remind": "remind those who are asked",
    "notify": "tell",
    "add": "also ask",
    "reassign": "pass it on to",
    "raise_priority": "raise the priority",
    "approve": "approve the stage",
    "reject": "reject the stage",
    "expire": "let the request expire",
    "move_on": "go on without a decision",
}
_HITS = {
    "unique": "of whose rows only one fits",
    "first": "by the first row that fits",
    "collect": "by all rows that fit",
}


REMINDER = "remind those who are asked"


@dataclass(frozen=True, slots=True)
class StageText:
    """One stage: who, how many, when, and what time does."""

    stage: Stage
    after: str
    who: tuple[str, ...]
    quorum: str
    on_reject: str
    clock: tuple[str, ...]
    not_who: tuple[str, ...] = ()
    adding: str = ""
    again: str = ""
    rules: tuple[tuple[str, str], ...] = ()
    instead: str = ""


class Names:
    """The names of the groups, roles and people that a policy mentions; a key that nothing has is shown as it is."""

    def __init__(self, policy: Policy) -> None:
        who = [*_participants(policy)]
        self.groups = people.group_names({p.group for p in who if p.group})
        self.roles = people.role_names({p.role for p in who if p.role})
        self.people = people.names({p.user for p in who if p.user})
        self.fields = {field.id: field.label for field in policy.form}
        self.stages = {stage.id: stage.title for stage in policy.stages}


def describe(policy: Policy) -> list[StageText]:
    """Each stage in words, in the order of the policy."""
    names = Names(policy)
    titles = {stage.id: stage.title for stage in policy.stages}
    return [
        StageText(
            stage=stage,
            after=after(stage, [titles[id] for id in policy.before(stage.id)]),
            who=tuple(
                _sentence(line) + (with_marks(who) if not number else "")
                for who in stage.participants
                for number, line in enumerate(_lines(who, names))
            ),
            quorum=rule(stage, partial(participant, names=names)),
            on_reject=rejected(stage, titles),
            clock=tuple(_clock(stage.sla, names)) if stage.sla else (),
            not_who=tuple(_not_who(policy, stage)),
            adding=_adding(stage),
            again=again(stage, names.fields),
            rules=tuple(rules(stage.rules, "the stage")),
            instead=_instead(stage),
        )
        for stage in policy.stages
    ]


def _adding(stage: Stage) -> str:
    """Whether its reviewers may have others asked; "" where they may not."""
    places = [place for place in get_args(Place) if f"add_{place}" in stage.allow]
    if not places:
        return ""
    *first, last = places
    when = f"{', '.join(first)} or {last}" if first else last
    return (
        f"Whoever is asked may have somebody else asked {when} themselves, on top of those named here; "
        "the stage waits for the answer."
    )


def _instead(stage: Stage) -> str:
    """Who decides in somebody's place."""
    handed = "Reviewers may delegate." if "delegate" in stage.allow else "Reviewers may not delegate."
    back = "comes back with them" if stage.when_back == "return" else "stays with the substitute"
    return f"{handed} The task of somebody away goes to their substitute; when they are back it {back}."


def _not_who(policy: Policy, stage: Stage) -> Iterable[str]:
    """Who may not decide a stage."""
    rules = policy.separation_of_duties
    yield "Nobody decides their own request."
    if rules.no_subordinates:
        yield "Nobody decides who reports to the requester, directly or through others."
    apart = rules.apart_from(stage.id)
    if policy.carries_over(stage.id):
        yield (
            "Whoever has approved another stage and is alone asked here is not asked again: "
            "the approval counts here too."
        )
    if apart:
        named = [f"“{other.title}”" for other in policy.stages if other.id in apart]
        *first, last = named
        other_stages = f"{', '.join(first)} or {last}" if first else last
        yield f"Whoever has decided {other_stages} may not decide this."


def stage_asks(policy: Policy) -> dict[str, str]:
    """Whom each stage asks, by its id: "one of Finance and the requester’s manager"."""
    names = Names(policy)
    asked = {stage.id: [participant(who, names) for who in stage.participants] for stage in policy.stages}
    return {id: _and(whom) for id, whom in asked.items()}


def _and(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _lines(who: Participant, names: Names) -> Iterable[str]:
    """Whom one entry of a policy means, with the rows of a table each on a line."""
    yield participant(who, names)
    if who.table is None:
        return
    titles = [given.title for given in who.table.inputs]
    for row in who.table.rows:
        said = [
            f"{title} {cell}" for title, cell in zip(titles, row.when, strict=True) if cell.strip() != "-"
        ]
        whom = _and([participant(one, names) for one in row.to])
        yield f"if {_and(said)}: {whom}" if said else f"whatever the rest: {whom}"


def participant(who: Participant, names: Names) -> str:
    """Whom one entry of a policy means."""
    if who.table:
        return f"whom the table “{who.table.title}” names, {_HITS[who.table.hit]}"
    each = "each of " if who.each else ""
    if who.pick:
        named = names.groups.get(who.group, who.group) if who.group else ""
        whose = named or f"those who hold the role {names.roles.get(who.role or '', who.role or '')}"
        return f"the one of {whose} with the fewest open tasks"
    if who.group:
        return f"{each or 'one of '}{names.groups.get(who.group, who.group)}"
    if who.role:
        name = names.roles.get(who.role, who.role)
        return f"{each}those who hold the role {name}" if who.each else f"whoever holds the role {name}"
    if who.user:
        return names.people.get(who.user, who.user)
    if who.field:
        return f"the person named in “{names.fields.get(who.field, who.field)}”"
    return _found(who, names)


def _found(who: Participant, names: Names) -> str:
    """Whom an entry means that names nobody by itself."""
    if who.manager:
        return (
            "the requester’s manager"
            if who.manager == 1
            else f"the requester’s {ordinal(who.manager)} manager"
        )
    if who.chosen_in:
        title = names.stages.get(who.chosen_in, who.chosen_in)
        return f"{'each person' if who.each else 'the person'} whom those who approve “{title}” choose"
    if who.lookup:
        return _lookup(who.lookup, names, each=who.each)
    if who.up_to:
        return _up_to(who.up_to, names, each=who.each)
    return "the owner of the policy"


def _lookup(lookup: Lookup, names: Names, *, each: bool) -> str:
    fields = _and([f"“{names.fields.get(id, id)}”" for id in lookup.by]) if lookup.by else ""
    told = f", told {fields}," if fields else ""
    whom = "each person whom" if each else "whom"
    instead = participant(lookup.otherwise, names) if lookup.otherwise else "the owner of the policy"
    return f"{whom} the service “{lookup.service}”{told} names, or if it names nobody {instead}"


def _up_to(up_to: UpTo, names: Names, *, each: bool) -> str:
    having = []
    if up_to.limit is not None:
        having.append(f"an approval limit that covers “{names.fields.get(up_to.limit, up_to.limit)}”")
    if up_to.grade is not None:
        having.append(f"grade {up_to.grade} or above")
    way = f"first manager up the requester’s reporting line with {' and '.join(having)}"
    return f"every manager up to the {way}" if each else f"the {way}"


def field_text(field: FormField) -> str:
    """What may be written into a field."""
    match field.type:
        case "choice":
            return f"one of: {', '.join(field.choices)}"
        case "money":
            return f"an amount in {field.currency}"
        case "long_text":
            return f"text of up to {field.max_length:,} characters"
        case "boolean":
            return "yes or no"
        case "person":
            return "a person"
        case "integer":
            return "a whole number"
        case _:
            return f"a {field.type}" if field.type == "date" else "a line of text"


def _sentence(text: str) -> str:
    """With a capital, for the start of a line; the rest keeps its own."""
    return text[:1].upper() + text[1:]


def _clock(sla: Sla, names: Names) -> Iterable[str]:
    yield f"Target: {length(sla.target)} by the calendar {sla.calendar}."
    for reminder in sla.reminders:
        yield f"{_moment(reminder.at, reminder.times)}: {REMINDER}."
    for level in sla.levels:
        yield f"{_moment(level.at, level.times)}: {level_text(level, names)}."


def level_text(level: Level, names: Names) -> str:
    """What a step of the ladder does, and with whom."""
    whom = [participant(who, names) for who in level.to]
    if level.up:
        whom.append("their manager" if level.up == 1 else f"their {ordinal(level.up)} manager")
    return " ".join([_DID[level.do], " and ".join(whom)]).strip()


def _moment(at: str, times: int) -> str:
    if at.endswith("%"):
        return "At the deadline" if at == "100%" else f"At {at} of the target"
    span, _, side = at.partition(" ")
    if times > 1:
        return f"Every {length(span)} after the deadline, {times} times"
    return f"{length(span).capitalize()} {side} the deadline"


def length(text: str) -> str:
    """A length of business time in words: PT8H is "8 hours", 2wd "2 working days"."""
    if text.endswith("wd"):
        return _counted(int(text.removesuffix("wd")), "working day")
    parts, number = [], ""
    for sign in text.removeprefix("P"):
        if sign.isdigit():
            number += sign
        elif sign != "T":
            unit = {"D": "day", "H": "hour", "M": "minute", "S": "second"}[sign]
            parts.append(_counted(int(number), unit))
            number = ""
    return " ".join(parts)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _participants(policy: Policy) -> Iterable[Participant]:
    yield policy.owner
    for stage in policy.stages:
        for who in stage.participants:
            yield from who.named
        for level in stage.sla.levels if stage.sla else ():
            for who in level.to:
                yield from who.named
