"""What a replay of a draft takes for granted, in words: they stand beside every result."""

from collections.abc import Iterator

from approvals.engine.policy import Policy
from approvals.replay.comparison import Comparison
from approvals.replay.past import Past

OURS = (
    "A stage that the draft leaves as it was asks whom it asked then. Every other stage asks people as they are "
    "today: today's reporting lines, groups and roles, and the absences of those days.",
    "Reminders and escalations act as the draft says, at their times.",
)
LOG = (
    "Each role of the log is one person, or each of its resources, as the mapping says. A role that the log does "
    "not know is somebody new.",
    "Deadlines are computed; reminders and escalations are left out, because a log does not tell whom they mean.",
)
_ALWAYS = (
    "Whoever was asked then and is asked by the draft decides as then and takes as long as then, in business time. "
    "If a stage opens at the same moment, so is it decided.",
    "Somebody newly asked approves, after the median of what their own decisions took; without any, of the stage's; "
    "without any, of everybody's.",
    "Somebody whose decision came to be not needed approves, after it was not needed. Whoever let a task lie until "
    "the escalation ladder decided lets it lie again.",
    "Where the draft asks for changes that were not asked for then, the request stays with its requester.",
    "Requesters withdraw, and administrators act, as they did and when they did, where the draft lets them.",
)


def assumptions(draft: Policy, pasts: list[Past], comparison: Comparison, *, of_log: bool) -> Iterator[str]:
    """Each assumption as a sentence, those first that this replay rests on most."""
    if comparison.assumed:
        number = f"{comparison.assumed:,} of {int(comparison.decisions.draft):,}"
        yield f"{number} decisions under the draft are assumed, because history does not tell them."
    yield from _ALWAYS
    yield from LOG if of_log else OURS
    known = {field.id for past in pasts for field in past.policy.form}
    for field in draft.form:
        if field.id not in known:
            what = "empty" if field.default is None else f"its default, {field.default}"
            yield f"The new field “{field.label}” is taken to be {what}."
