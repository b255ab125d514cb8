"""A replayed draft in text, for a terminal, and as a value for programs."""

from collections.abc import Callable, Iterable, Mapping

from pydantic import JsonValue

from approvals.replay.comparison import Comparison, Pair, Work
from approvals.replay.replays import Replayed

ENDS = {
    "approved": "Approved",
    "rejected": "Rejected",
    "withdrawn": "Withdrawn",
    "expired": "Expired",
    "failed": "Failed",
    "returned": "With its requester",
    "open": "Still waiting",
    "refused": "Could not be submitted",
}
"""How a request ends, in words; the order in which they are told."""
SAME = "="
"""What a change of nothing is written as."""
SHOWN = 20
"""Requests that end otherwise are listed up to here in text; JSON has all of them."""


def ends(comparison: Comparison) -> list[tuple[str, Pair]]:
    """Each end that occurs, in words."""
    return [(words, comparison.ends[end]) for end, words in ENDS.items() if end in comparison.ends]


def totals(comparison: Comparison) -> list[tuple[str, Pair]]:
    """What changes in sum."""
    return [
        ("Stages that somebody had to decide", comparison.opened),
        ("Decisions that people took", comparison.decisions),
        ("Deadlines missed", comparison.missed),
        ("Decisions that the ladder took", comparison.by_ladder),
        ("Decisions that rules took", comparison.by_rule),
        ("Requests that ended by themselves", comparison.by_itself),
        ("Rounds", comparison.rounds),
        ("Days until half of them had ended", comparison.days),
    ]


def busiest(works: Mapping[str, Work]) -> list[tuple[str, Work]]:
    """Who has what to do, those first with most decisions on either side."""
    return sorted(
        works.items(), key=lambda entry: (-max(entry[1].decided.then, entry[1].decided.draft), entry[0])
    )


def left_out(replayed: Replayed) -> list[str]:
    """What the figures leave out, in sentences."""
    sentences = []
    if replayed.under_way:
        sentences.append(f"{_requests(replayed.under_way)} still under way and left out.")
    if replayed.older:
        sentences.append(
            f"{_requests(replayed.older)} older than the newest {replayed.comparison.requests:,} and left out."
        )
    return sentences


def summary(comparison: Comparison) -> str:
    """The first sentence."""
    if not comparison.requests:
        return "No request of this policy has ended yet, so there is nothing to replay."
    number, of = len(comparison.different), comparison.requests
    if of == 1:
        return f"The one request would have ended {'otherwise' if number else 'as it did'}."
    if not number:
        return f"All {of:,} requests would have ended as they did."
    return f"{number:,} of {of:,} requests would have ended otherwise."


def as_text(replayed: Replayed, name: Callable[[str], str]) -> str:
    """The whole result as text; ``name`` gives the name of a person."""
    found = replayed.comparison
    lines = [summary(found), *left_out(replayed)]
    if not found.requests:
        return "\n".join(lines)
    lines += ["", _heading("How they end"), *(_row(words, pair) for words, pair in ends(found))]
    lines += ["", _heading("In sum"), *(_row(words, pair) for words, pair in totals(found))]
    lines += ["", _heading("Stages decided, by stage")]
    lines += [_row(stage.title, stage.opened) for stage in found.stages.values()]
    if found.clocks.then or found.clocks.draft:
        lines += ["", _heading("Deadlines missed, by stage")]
        lines += [
            _row(stage.title, stage.missed)
            for stage in found.stages.values()
            if stage.clocks.then or stage.clocks.draft
        ]
    lines += ["", _heading("Decisions, and business hours until them, by role")]
    lines += _works(busiest(found.labels), str)
    lines += ["", _heading("Decisions, and business hours until them, by person")]
    lines += _works([(who, work) for who, work in busiest(found.people) if _busy(work)], name)
    if found.different:
        lines += ["", "Would have ended otherwise:"]
        lines += [
            f"  {other.name}: {ENDS[other.then].lower()}, under the draft {ENDS[other.draft].lower()}. {other.why}"
            for other in found.different[:SHOWN]
        ]
        if len(found.different) > SHOWN:
            lines.append(f"  and {len(found.different) - SHOWN:,} more (--json lists them all)")
    lines += ["", "What is assumed:", *(f"  {sentence}" for sentence in replayed.assumed)]
    return "\n".join(lines)


def as_json(replayed: Replayed) -> dict[str, JsonValue]:
    """The whole result as a value."""
    found = replayed.comparison
    return {
        "requests": found.requests,
        "as_history": found.as_history,
        "under_way": replayed.under_way,
        "older": replayed.older,
        "assumed_decisions": found.assumed,
        "ends": {end: _pair(pair) for end, pair in found.ends.items()},
        "turns": [
            {"then": then, "draft": draft, "requests": number}
            for (then, draft), number in sorted(found.turns.items())
        ],
        "different": [
            {"id": one.id, "name": one.name, "then": one.then, "draft": one.draft, "why": one.why}
            for one in found.different
        ],
        "stages": [
            {
                "id": stage.id,
                "title": stage.title,
                "decided": _pair(stage.opened),
                "skipped": _pair(stage.skipped),
                "deadlines": _pair(stage.clocks),
                "missed": _pair(stage.missed),
                "by_ladder": _pair(stage.by_ladder),
                "by_rule": _pair(stage.by_rule),
            }
            for stage in found.stages.values()
        ],
        "roles": {label: _work(work) for label, work in busiest(found.labels)},
        "people": {who: _work(work) for who, work in busiest(found.people)},
        "totals": {
            "stages_decided": _pair(found.opened),
            "decisions": _pair(found.decisions),
            "deadlines": _pair(found.clocks),
            "missed": _pair(found.missed),
            "by_ladder": _pair(found.by_ladder),
            "by_rule": _pair(found.by_rule),
            "by_themselves": _pair(found.by_itself),
            "rounds": _pair(found.rounds),
            "median_days": _pair(found.days),
        },
        "assumptions": [*replayed.assumed],
    }


def figure(number: float) -> str:
    """A number as people read it: whole ones without a fraction."""
    return f"{number:,.0f}" if round(number, 1) == round(number) else f"{number:,.1f}"


def change(pair: Pair) -> str:
    """How much more or less under the draft: "+3", "−1.5", or "=" where nothing changes."""
    if figure(pair.then) == figure(pair.draft):
        return SAME
    return f"{'+' if pair.more > 0 else '−'}{figure(abs(pair.more))}"


def _requests(number: int) -> str:
    return f"{number:,} request is" if number == 1 else f"{number:,} requests are"


def _busy(work: Work) -> bool:
    return bool(work.decided.then or work.decided.draft)


def _heading(title: str) -> str:
    return f"{title:<52}{'then':>10}{'draft':>10}{'change':>10}"


def _row(label: str, pair: Pair) -> str:
    return f"  {label:<50}{figure(pair.then):>10}{figure(pair.draft):>10}{change(pair):>10}"


def _works(works: Iterable[tuple[str, Work]], name: Callable[[str], str]) -> Iterable[str]:
    for who, work in works:
        yield _row(name(who), work.decided)
        yield _row("  business hours", work.hours)


def _pair(pair: Pair) -> dict[str, JsonValue]:
    return {"then": round(pair.then, 2), "draft": round(pair.draft, 2)}


def _work(work: Work) -> dict[str, JsonValue]:
    return {
        "asked": _pair(work.asked),
        "decided": _pair(work.decided),
        "business_hours": _pair(work.hours),
    }
