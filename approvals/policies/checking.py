"""What keeps a policy from working: conditions that do not compile, people and calendars that are not there."""

from collections.abc import Collection, Iterable, Iterator

from django.conf import settings
from django.utils import timezone
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from approvals.calendars import services as calendars
from approvals.calendars.business_time import end
from approvals.calendars.errors import CalendarError
from approvals.calendars.lengths import parse_length
from approvals.calendars.models import Calendar
from approvals.engine.participant import Lookup
from approvals.engine.policy import Participant, Policy, Stage
from approvals.people import limits
from approvals.people import services as people
from approvals.people.models import Group, Role
from approvals.policies.condition_faults import SourceFault
from approvals.policies.conditions import check_condition, check_text
from approvals.policies.faults import Fault, InvalidPolicy, Path
from approvals.policies.reachability import check_reach, check_seats
from approvals.policies.reading import Document
from approvals.policies.table_checks import table_faults

_SENTENCES = {
    "missing": "This is missing.",
    "string_type": "This is text.",
    "int_parsing": "This is a whole number.",
    "int_type": "This is a whole number.",
    "bool_parsing": "This is true or false.",
    "bool_type": "This is true or false.",
    "tuple_type": "This is a list.",
    "model_type": "This is a mapping: keys with their values.",
    "model_attributes_type": "This is a mapping: keys with their values.",
}
_EITHER = {
    "quorum": 'A quorum is "all", "any", "first", "majority", "one_of_each", {count: 2} or {percent: 60}.',
    "on_reject": 'What a rejection does is "reject", "return", "continue" or {back_to: STAGE}.',
}
"""What may stand where a value can be of several kinds."""


def model(document: Document) -> Policy:
    """The policy that a document describes.

    Raises:
        InvalidPolicy: it is none, with every fault that was found.
    """
    try:
        return Policy.model_validate(document.value)
    except ValidationError as error:
        raise InvalidPolicy(_validation_faults(error.errors(include_url=False), document)) from error


def check_rules(policy: Policy) -> Iterator[Fault]:
    """What is wrong with a policy whoever there is: its conditions, and the source of its requests' titles."""
    if policy.subject is not None:
        yield from _source_faults(("subject",), check_text(policy.subject, policy.form))
    yield from check_seats(policy)
    uncompiled = [
        fault
        for path, source, stages in conditions_of(policy)
        for fault in _source_faults(path, check_condition(source, policy.form, stages))
    ]
    yield from uncompiled or check_reach(policy)
    yield from _duty_faults(policy)
    for path, who in _named(policy):
        if who.table is not None:
            yield from table_faults(who.table, policy.form, (*path, "table"))
        if who.lookup is not None:
            yield from _lookup_faults(who.lookup, policy, (*path, "lookup"))


def _lookup_faults(lookup: Lookup, policy: Policy, path: Path) -> Iterator[Fault]:
    """A lookup by fields that are not there, or where it would be asked again with every reading of the clock."""
    fields = {field.id for field in policy.form}
    for number, id in enumerate(lookup.by):
        if id not in fields:
            yield Fault(
                "unknown_field",
                (*path, "by", number),
                f'There is no field "{id}" in the form of this policy.',
            )
    if "levels" in path:
        yield Fault("invalid", path, 'A level cannot look anybody up: only "participants" can.')


def _duty_faults(policy: Policy) -> Iterator[Fault]:
    """Stages that are to be decided by different people, and are not there, or can only be the same person's."""
    alone = {stage.id: _only_one(stage) for stage in policy.stages}
    for number, stages in enumerate(policy.separation_of_duties.four_eyes):
        path: Path = ("separation_of_duties", "four_eyes", number)
        for place, stage in enumerate(stages):
            if stage not in alone:
                yield Fault("unknown_stage", (*path, place), f'There is no stage "{stage}" in this policy.')
            elif stage in stages[:place]:
                yield Fault("invalid", (*path, place), f'The stage "{stage}" stands twice.')
            elif (who := alone[stage]) and who in [alone.get(other) for other in stages[:place]]:
                sentence = (
                    f'Only "{who}" can decide "{stage}" and another stage of this set: nobody else is asked.'
                )
                yield Fault("four_eyes", (*path, place), sentence)


def _only_one(stage: Stage) -> str | None:
    """The one user whom a stage asks, where that is nobody else."""
    asked = {who.user for who in stage.participants}
    return asked.pop() if len(asked) == 1 else None


def conditions_of(policy: Policy) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Every condition: where it stands, its source, and the stages whose decisions it may look at."""
    every = tuple(stage.id for stage in policy.stages)
    for number, rule in enumerate(policy.rules):
        yield ("rules", number, "when"), rule.when, every
    for index, stage in enumerate(policy.stages):
        before = policy.all_before(stage.id)
        if stage.when is not None:
            yield ("stages", index, "when"), stage.when, before
        for number, rule in enumerate(stage.rules):
            yield ("stages", index, "rules", number, "when"), rule.when, before


def check_world(policy: Policy) -> Iterator[Fault]:
    """Whom and what a policy names that is not there. Only a missing calendar is an error: people come later."""
    named = list(_named(policy))
    users = people.active(who.user for _, who in named if who.user is not None)
    groups = set(
        Group.objects.filter(slug__in=[who.group for _, who in named if who.group]).values_list(
            "slug", flat=True
        )
    )
    roles = set(
        Role.objects.filter(slug__in=[who.role for _, who in named if who.role]).values_list(
            "slug", flat=True
        )
    )
    for path, who in named:
        if who.user is not None and who.user not in users:
            yield _unknown("user", path, f'Nobody with an active account is called "{who.user}".')
        if who.group is not None and who.group not in groups:
            yield _unknown("group", path, f'There is no group "{who.group}" yet.')
        if who.role is not None and who.role not in roles:
            yield _unknown("role", path, f'There is no role "{who.role}" yet.')
        if who.lookup is not None and who.lookup.service not in settings.LOOKUPS:
            yield _unknown_service(who.lookup.service, (*path, "lookup", "service"))
    yield from _limit_faults(policy, named)
    yield from _calendar_faults(policy)


def _limit_faults(policy: Policy, named: list[tuple[Path, Participant]]) -> Iterator[Fault]:
    """Amounts in a currency in which nobody may approve anything."""
    currencies = {field.id: field.currency for field in policy.form}
    for path, who in named:
        if who.up_to and who.up_to.limit and not limits.in_currency(currencies[who.up_to.limit]):
            message = f"Nobody has an approval limit in {currencies[who.up_to.limit]} yet."
            yield Fault("no_limits", (*path, "up_to", "limit"), message, severity="warning")


def _calendar_faults(policy: Policy) -> Iterator[Fault]:
    wanted = {
        ("stages", index, "sla", "calendar"): stage.sla.calendar
        for index, stage in enumerate(policy.stages)
        if stage.sla
    }
    known = set(Calendar.objects.filter(key__in=set(wanted.values())).values_list("key", flat=True))
    for path, key in wanted.items():
        if key not in known:
            yield Fault(
                "unknown_calendar", path, f'There is no calendar "{key}": publish it first, or name another.'
            )
    yield from _time_faults(policy, known)


def _time_faults(policy: Policy, known: Collection[str]) -> Iterator[Fault]:
    """Targets that a calendar has no open time for."""
    for index, stage in enumerate(policy.stages):
        if stage.sla is not None and stage.sla.calendar in known:
            calendar = calendars.business_calendar(calendars.current(stage.sla.calendar))
            try:
                end(calendar, timezone.now(), parse_length(stage.sla.target))
            except CalendarError as error:
                why = f'The calendar "{stage.sla.calendar}" has no open time for this target. {error.message}'
                yield Fault("no_open_time", ("stages", index, "sla", "target"), why)


def _named(policy: Policy) -> Iterator[tuple[Path, Participant]]:
    yield ("owner",), policy.owner
    for index, stage in enumerate(policy.stages):
        for number, who in enumerate(stage.participants):
            yield from _in_rows(("stages", index, "participants", number), who)
        for step, level in enumerate(stage.sla.levels if stage.sla else ()):
            for number, who in enumerate(level.to):
                yield from _in_rows(("stages", index, "sla", "levels", step, "to", number), who)


def _in_rows(path: Path, who: Participant) -> Iterator[tuple[Path, Participant]]:
    """A participant, and those whom the rows of its table name, or who are asked where a lookup fails."""
    yield path, who
    for number, row in enumerate(who.table.rows if who.table else ()):
        for place, named in enumerate(row.to):
            yield from _in_rows((*path, "table", "rows", number, "to", place), named)
    if who.lookup is not None and who.lookup.otherwise is not None:
        yield (*path, "lookup", "otherwise"), who.lookup.otherwise


def _unknown_service(service: str, path: Path) -> Fault:
    there = ", ".join(f'"{name}"' for name in sorted(settings.LOOKUPS))
    known = f"there are {there}" if there else "there are none here"
    message = f'There is no lookup service "{service}": {known}. Whoever runs the application sets them up.'
    return Fault("unknown_service", path, message)


def _unknown(what: str, path: Path, message: str) -> Fault:
    return Fault(f"unknown_{what}", (*path, what), message, severity="warning")


def _source_faults(path: Path, faults: Iterable[SourceFault]) -> Iterator[Fault]:
    for fault in faults:
        place = f"Line {fault.line}, column {fault.column} of the condition"
        yield Fault("condition", path, f"{place}: {fault.message}")


def _validation_faults(errors: list[ErrorDetails], document: Document) -> list[Fault]:
    found: dict[tuple[Path, str], Fault] = {}
    for error in errors:
        path = _path(error["loc"]) + getattr(error.get("ctx", {}).get("error"), "path", ())
        either = next((_EITHER[key] for key in _EITHER if key in error["loc"]), None)
        message = either or _sentence(error, path, document)
        if message:
            code = "unknown_key" if error["type"] == "extra_forbidden" else "invalid"
            found.setdefault((path, message), Fault(code, path, message))
    return list(found.values())


def _path(loc: tuple[int | str, ...]) -> Path:
    """Where an error is, without the steps that only the models know; of a quorum just that."""
    for either in _EITHER:
        if either in loc:
            return loc[: loc.index(either) + 1]
    return loc


def _sentence(error: ErrorDetails, path: Path, document: Document) -> str | None:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "too_short":
        # A list whose only item is at fault counts as empty too: the item's own fault says enough.
        return None if (*path, 0) in document.places else "This list is empty."
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    if kind == "extra_forbidden":
        return f"“{path[-1]}” is not known here; see the policy schema for the keys that are."
    if kind in ("literal_error", "enum"):
        return f"This is one of {context.get('expected', '')}.".replace("'", '"')
    if kind == "string_pattern_mismatch":
        return f"This does not have the form {context.get('pattern', '')}."
    return _SENTENCES.get(kind, f"{error['msg']}.")
