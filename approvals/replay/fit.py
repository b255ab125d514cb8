"""Whether a mapping goes with a policy and a log: everything that would go wrong, before the first case runs."""

from collections import Counter
from collections.abc import Iterable, Iterator

from approvals.engine.policy import Participant, Policy
from approvals.replay.errors import ReplayError
from approvals.replay.log import Case
from approvals.replay.mapping import DECISIONS, Mapping
from approvals.replay.people import name_of


def check_fit(policy: Policy, mapping: Mapping, cases: Iterable[Case]) -> None:
    """Refuse what does not go together.

    Raises:
        ReplayError: with a sentence for each thing to change in the mapping.
    """
    cases = list(cases)
    faults = [
        *_form_faults(policy, mapping),
        *_role_faults(policy, mapping),
        *_column_faults(mapping, cases),
        *_log_faults(mapping, cases),
    ]
    if faults:
        raise ReplayError(*faults)


def speaks_of(mapping: Mapping, cases: Iterable[Case]) -> bool:
    """Whether the mapping names every activity of the log: whether it is for this log."""
    return all(mapping.step(name) for name in {row.activity for case in cases for row in case.rows})


def _form_faults(policy: Policy, mapping: Mapping) -> Iterator[str]:
    fields = {field.id: field for field in policy.form}
    for id in mapping.form:
        if id not in fields:
            known = ", ".join(fields) or "none"
            yield f'form: the policy has no field "{id}"; it has {known}.'
    for field in policy.form:
        if field.required and field.id not in mapping.form:
            yield f'form: the policy needs "{field.id}" ({field.label}); say where it comes from.'


def _role_faults(policy: Policy, mapping: Mapping) -> Iterator[str]:
    asked = {name_of(who): who for stage in policy.stages for who in stage.participants}
    for role, who in mapping.roles.items():
        if name_of(who) not in asked:
            known = ", ".join(_written(participant) for participant in asked.values())
            yield f'roles: "{role}" is {_written(who)}, whom no stage asks; the stages ask {known}.'
    stages = {stage.id for stage in policy.stages}
    for activity, step in mapping.activities.items():
        if step.stage is not None and step.stage not in stages:
            known = ", ".join(stage.id for stage in policy.stages)
            yield f'activities: "{activity}" names the stage "{step.stage}"; the policy has {known}.'


def _column_faults(mapping: Mapping, cases: list[Case]) -> Iterator[str]:
    who = mapping.requester
    sources = [*mapping.form.values(), who.unit, who.title, who.grade]
    for row in (case.rows[0] for case in cases[:1]):
        for column in sorted({source.column for source in sources if source.column} - row.values.keys()):
            yield f'form: the log has no column "{column}"; its columns are {", ".join(row.values)}.'


def _log_faults(mapping: Mapping, cases: Iterable[Case]) -> Iterator[str]:
    rows = Counter((row.activity, row.role) for case in cases for row in case.rows)
    known = {mapping.requester.role, *mapping.roles}
    unnamed = {activity for activity, _ in rows if mapping.step(activity) is None}
    for activity in sorted(unnamed):
        number = sum(n for (name, _), n in rows.items() if name == activity)
        yield f'activities: the log has "{activity}" ({number:,} rows); say what it does, or "outside".'
    for (activity, role), number in rows.items():
        step = mapping.step(activity)
        if step is None or not {step.do, step.last} & DECISIONS or (step.by or role) in known:
            continue
        yield (
            f'roles: "{activity}" is done by "{step.by or role}" ({number:,} rows); say under roles: whom the '
            'policy asks, or in the activity with "by:" who does it.'
        )


def _written(who: Participant) -> str:
    return "{" + name_of(who).replace(":", ": ", 1) + "}"
