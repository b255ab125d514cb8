"""The rules of a policy that decide in nobody's place: which of them holds, and why."""

from approvals.engine.rules import Rule, Ruling
from approvals.engine.work import StageWork
from approvals.policies.conditions import Facts, Requester, evaluate_condition
from approvals.policies.wording import found


def facts_of(work: StageWork, requester: Requester) -> Facts:
    """What the conditions of a stage look at when it is about to start."""
    return Facts(work.form, requester, work.round, work.decisions, work.titles)


def request_ruling(work: StageWork, facts: Facts) -> Ruling | None:
    """The first rule for the whole request that holds.

    Raises:
        ConditionFailed: a rule before it cannot be evaluated; the message names it.
    """
    return _first(work.rules, work, facts, whole=True)


def stage_ruling(work: StageWork, facts: Facts) -> Ruling | None:
    """The first rule of the stage that holds.

    Raises:
        ConditionFailed: a rule before it cannot be evaluated; the message names it.
    """
    return _first(work.stage.rules, work, facts, whole=False)


def _first(rules: tuple[Rule, ...], work: StageWork, facts: Facts, *, whole: bool) -> Ruling | None:
    for rule in rules:
        if evaluate_condition(rule.when, work.fields, facts):
            return Ruling(rule=rule.name, do=rule.do, whole=whole, reason=_why(rule, work, facts))
    return None


def _why(rule: Rule, work: StageWork, facts: Facts) -> str:
    seen = found(rule.when, work.fields, facts)
    verb = "approves" if rule.do == "approve" else "rejects"
    because = f"{seen[:1].upper()}{seen[1:]}. " if seen else ""
    return f"{because}It {verb} if {' '.join(rule.when.split())}"
