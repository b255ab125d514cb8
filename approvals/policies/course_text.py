"""When a stage is asked, and asked again, in plain sentences."""

from collections.abc import Mapping, Sequence

from approvals.engine.policy import BackTo, Policy, Stage
from approvals.engine.rules import Rule


def again(stage: Stage, labels: Mapping[str, str]) -> str:
    """When a stage that approved is asked again; empty where that is in every round.

    Args:
        labels: what each field of the form is called, by its id.
    """
    if stage.watches is None:
        return ""
    if not stage.watches:
        return "Once approved, it is not asked again, whatever changes in the form."
    named = several([f"“{labels.get(id, id)}”" for id in stage.watches], "or")
    return f"Once approved, it is asked again only if {named} changes."


def rules(of: Sequence[Rule], what: str) -> list[tuple[str, str]]:
    """What rules decide: a sentence that goes on with the condition, and the condition.

    Args:
        what: what they decide: "the stage".
    """
    verbs = {"approve": "approves", "reject": "rejects"}
    return [(f"“{one.name}” {verbs[one.do]} {what} and asks nobody, if", one.when) for one in of]


def after(stage: Stage, before: Sequence[str]) -> str:
    """What comes before a stage, by the titles of those stages."""
    if not before:
        return "At once"
    if stage.join == "any" and len(before) > 1:
        return f"After {several(before, 'or')}, whichever is decided first"
    return f"After {several(before)}"


def rejected(stage: Stage, titles: Mapping[str, str]) -> str:
    """What becomes of a request that the stage rejects."""
    if isinstance(stage.on_reject, BackTo):
        to = titles[stage.on_reject.back_to]
        return (
            f"A rejection sends the request back to {to}, which is asked again with all that follows; "
            "in the last round it ends the request."
        )
    return {
        "reject": "A rejection ends the request.",
        "return": "A rejection returns the request to its requester.",
        "continue": "A rejection is recorded, and the request goes on.",
    }[stage.on_reject]


def amendments(policy: Policy) -> str:
    """Whether a request can be changed while it is being decided."""
    if not policy.amend:
        return ""
    return (
        "The requester can change a request while it is being decided. Whoever the change matters to is "
        "asked again, decided or not; the others go on."
    )


def several(words: Sequence[str], link: str = "and") -> str:
    """Joins words to "a", "a and b", "a, b and c"."""
    *first, last = words or [""]
    return f"{', '.join(first)} {link} {last}" if first else last
