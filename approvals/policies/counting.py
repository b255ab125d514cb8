"""How a stage counts, in words: for those who are to trust a policy, and for those whose request follows it."""

from collections.abc import Callable, Iterable, Sequence

from approvals.engine.policy import CountQuorum, Participant, PercentQuorum, Quorum, Stage
from approvals.engine.quorum import needed, satisfied, tally
from approvals.engine.state import Task
from approvals.engine.voice import Voice


def marks(voice: Voice) -> tuple[str, ...]:
    """What sets a seat apart from the others: "advisory", "chair", "veto", "2 votes"."""
    if voice.advisory:
        return ("advisory",)
    found = ["chair"] if voice.chair else []
    if voice.veto:
        found.append("veto")
    if voice.weight > 1:
        found.append(f"{voice.weight} votes")
    return tuple(found)


def with_marks(who: Participant) -> str:
    """What a participant has beyond the others, to follow its name: ", with 2 votes each and a veto"."""
    if who.advisory:
        return ", for advice that nobody waits for"
    each = " each" if who.each else ""
    has = [f"{who.weight} votes{each}"] if who.weight > 1 else []
    if who.veto:
        has.append(f"a veto{each}")
    said = f", with {' and '.join(has)}" if has else ""
    return f", as the chair{said}" if who.chair else said


def rule(stage: Stage, named: Callable[[Participant], str]) -> str:
    """How many must agree, who can refuse alone, and what ends a tie: a sentence of the policy's page.

    Args:
        named: what a participant is called.
    """
    if stage.quorum is Quorum.FIRST:
        return "The first answer decides, be it an approval or a rejection."
    if len(stage.deciders) == 1 and not stage.deciders[0].several:
        return "It takes one approval."
    tie = [f" If the votes are equal, the side of {named(who)} wins." for who in stage.deciders if who.chair]
    return f"{_agree(stage)}; {_refuse(stage, named)}{''.join(tie)}"


def _agree(stage: Stage) -> str:
    weighed = _weighed(who.voice for who in stage.deciders)
    match stage.quorum:
        case CountQuorum(count=count):
            return f"It takes {count} votes" if weighed else f"{count} must approve"
        case PercentQuorum(percent=percent):
            return f"It takes {percent} % of the votes" if weighed else f"{percent} % must approve"
        case Quorum.MAJORITY:
            return "It takes more than half of the votes" if weighed else "More than half must approve"
        case Quorum.ANY:
            return "One approval is enough"
        case Quorum.ONE_OF_EACH:
            return "Of each of these one must approve, each time somebody else"
        case _:
            return "Everybody who is asked must approve"


def _refuse(stage: Stage, named: Callable[[Participant], str]) -> str:
    if stage.veto:
        return "one rejection rejects."
    holders = [named(who) for who in stage.deciders if who.veto]
    if holders:
        return f"only a rejection by {' or '.join(holders)} rejects at once."
    return "one rejection alone does not reject."


def quorum_in_words(stage: Stage, voices: Sequence[Voice]) -> str:
    """How many of these seats must approve: "2 of 3 must approve"; nothing where one person is asked."""
    voices = [voice for voice in voices if not voice.advisory]
    seats = len(voices)
    if seats < 2:
        return ""
    weighed = _weighed(voices)
    of = f"{sum(voice.weight for voice in voices)} votes" if weighed else str(seats)
    match stage.quorum:
        case Quorum.ALL:
            return f"All {seats} must approve"
        case Quorum.ANY:
            return f"One of {seats} is enough"
        case Quorum.ONE_OF_EACH:
            return f"One from each of {len({voice.of for voice in voices} - {None})} must approve"
        case Quorum.FIRST:
            return f"The first answer of {seats} decides"
        case Quorum.MAJORITY:
            words = f"It takes more than half of {of}" if weighed else f"More than half of {of} must approve"
            return f"{words}; the chair breaks a tie" if any(voice.chair for voice in voices) else words
        case CountQuorum(count=count):
            return f"It takes {count} of {of}" if weighed else f"{count} of {of} must approve"
        case PercentQuorum(percent=percent):
            return f"It takes {percent} % of {of}" if weighed else f"{percent} % of {of} must approve"


def standing(stage: Stage, tasks: Sequence[Task]) -> str:
    """How far the vote of an open stage is: "1 of 2 approvals. 2 of 3 must approve."; nothing for one seat."""
    tasks = [task for task in tasks if not (task.voice.advisory or task.invited)]
    if len(tasks) < 2:
        return ""
    voices = [task.voice for task in tasks]
    if stage.quorum is Quorum.ONE_OF_EACH:
        done, of = satisfied(tasks), len(stage.deciders)
        return f"{done} of {of} have approved. {quorum_in_words(stage, voices)}."
    votes = tally(stage, tasks)
    what = "votes" if _weighed(voices) else "approvals"
    return f"{votes.approvals} of {needed(stage, votes.voting)} {what}. {quorum_in_words(stage, voices)}."


def _weighed(voices: Iterable[Voice]) -> bool:
    return any(voice.weight > 1 for voice in voices)
