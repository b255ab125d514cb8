"""What a policy says that can never matter: conditions that never hold or always do, stages that nobody reaches."""

from collections.abc import Iterator

from approvals.engine.policy import Policy, Stage
from approvals.engine.rules import Rule
from approvals.policies.faults import Fault, Path
from approvals.policies.reasoning import Reasoning

_TRIED = "It was tried at every value where it could change."
_FAILS = "This fails for every form that was tried: a division by zero, or a text that is no number."


def check_reach(policy: Policy) -> Iterator[Fault]:
    """Every condition that cannot be evaluated, never holds or always does, and whatever that leaves out of reach.

    The conditions must compile. What their shape does not let one decide is passed over.
    """
    every = tuple(stage.id for stage in policy.stages)
    yield from _rules(
        Reasoning(policy, every, all_done=False), policy.rules, ("rules",), "no stage is ever reached"
    )
    for index, stage in enumerate(policy.stages):
        reasoning = Reasoning(policy, policy.all_before(stage.id))
        path: Path = ("stages", index)
        at_fault = list(_when(reasoning, policy, stage, path))
        yield from at_fault
        if not at_fault:
            given = (stage.when,) if stage.when is not None else ()
            asked = "nobody is ever asked"
            yield from _rules(reasoning, stage.rules, (*path, "rules"), asked, given)


def check_seats(policy: Policy) -> Iterator[Fault]:
    """Quorums that need one person twice: however often a stage names somebody, they have one seat."""
    for index, stage in enumerate(policy.stages):
        wanted = stage.votes_wanted
        if wanted is None or any(who.several for who in stage.deciders):
            continue
        weights = {
            who.user or str(place): who.weight for place, who in reversed(list(enumerate(stage.deciders)))
        }
        left = sum(weights.values())
        if wanted > left:
            message = f"{wanted} votes are wanted, and one person has one seat: the users named have {left}."
            yield Fault("quorum_too_large", ("stages", index, "quorum"), message)


def _when(reasoning: Reasoning, policy: Policy, stage: Stage, path: Path) -> Iterator[Fault]:
    if stage.when is None:
        return
    at: Path = (*path, "when")
    found, complete = reasoning.outcomes(stage.when)
    if found == {(None,)}:
        yield Fault("condition_fails", at, _FAILS)
    elif complete and (True,) not in found and (None,) not in found:
        yield Fault("never_true", at, f"This never holds, so “{stage.title}” is never reached. {_TRIED}")
    elif complete and found == {(True,)}:
        yield Fault("always_true", at, f"This always holds: leave it out. {_TRIED}")
    elif taken := _taken_before(reasoning, policy, stage.when):
        yield Fault(
            "unreachable",
            at,
            f"“{stage.title}” is never reached: whenever this holds, the rule “{taken}” has decided the request.",
        )


def _taken_before(reasoning: Reasoning, policy: Policy, when: str) -> str:
    """The name of a rule of the policy that holds whenever a stage's condition does; "" where none does.

    A rule that looks at decisions may see less than the stage that comes after them.
    """
    for rule in policy.rules:
        if "decisions" not in rule.when:
            found, complete = reasoning.outcomes(when, rule.when)
            if complete and all(rules for holds, rules in found if holds is not False):
                return rule.name
    return ""


def _rules(
    reasoning: Reasoning, rules: tuple[Rule, ...], path: Path, then: str, given: tuple[str, ...] = ()
) -> Iterator[Fault]:
    """What is wrong with rules, of which the first that holds decides.

    Args:
        then: what follows where one always holds.
        given: the condition under which they are looked at.
    """
    before: list[str] = []
    for number, rule in enumerate(rules):
        fault = _rule(reasoning, rule, before, then, given)
        if fault is not None:
            code, message = fault
            yield Fault(code, (*path, number, "when"), message)
        else:
            before.append(rule.when)


def _rule(
    reasoning: Reasoning, rule: Rule, before: list[str], then: str, given: tuple[str, ...]
) -> tuple[str, str] | None:
    found, complete = reasoning.outcomes(rule.when, *given)
    alone = {values[0] for values in found if False not in values[1:]}
    if alone == {None}:
        return "condition_fails", _FAILS
    if not complete:
        return None
    if alone <= {False}:
        where = " where the stage is needed" if given else ""
        return "never_true", f"This never holds{where}, so the rule “{rule.name}” never decides. {_TRIED}"
    if alone == {True}:
        where = " where the stage is needed" if given else ""
        return "always_true", f"This always holds{where}, so {then}. {_TRIED}"
    return _shadowed(reasoning, rule, before, given)


def _shadowed(
    reasoning: Reasoning, rule: Rule, before: list[str], given: tuple[str, ...]
) -> tuple[str, str] | None:
    """Whether the rules before a rule hold wherever it does."""
    if not before:
        return None
    found, complete = reasoning.outcomes(rule.when, *given, *before)
    holds = [values for values in found if values[0] is not False and False not in values[1 : 1 + len(given)]]
    if complete and all(True in values[1 + len(given) :] for values in holds):
        return (
            "unreachable",
            f"The rule “{rule.name}” never decides: wherever it holds, one above it does too.",
        )
    return None
