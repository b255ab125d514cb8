"""A proof in words: what goes wrong, for whom, when, and how much was tried."""

from collections.abc import Iterable
from dataclasses import dataclass

from approvals.engine.model import Form
from approvals.engine.policy import FormField, Policy
from approvals.people.services import names
from approvals.policies.proof_result import Counterexample, Coverage, Proof, Step
from approvals.policies.wording import possessive, quoted, shown

_HEADLINES = {
    ("nobody", True): "Nobody can decide {stage}",
    ("nobody", False): "{stage} can come to an end at which nobody is left to decide",
    ("owner", True): "{stage} falls to the policy’s owner",
    ("owner", False): "{stage} can come to need the policy’s owner",
}
_TODAY = "Nobody who is there today can decide {stage}"


@dataclass(frozen=True, slots=True)
class CounterexampleText:
    """A counter-example in words.

    Args:
        headline: what goes wrong, without its full stop.
        when: who asks for what.
        path: who approves on the way, where it depends on that.
        reason: what is missing.
        extent: whom else it concerns.
        people: handle and name of those to look at: who is missing, who asks, and who approves on the way.
    """

    stage: str
    headline: str
    when: str
    path: tuple[str, ...]
    reason: str
    extent: str
    people: tuple[tuple[str, str], ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it, in order."""
        return tuple(
            part for part in (f"{self.headline}.", self.when, *self.path, self.reason, self.extent) if part
        )


def in_words(proof: Proof, policy: Policy) -> tuple[CounterexampleText, ...]:
    """The counter-examples of a proof."""
    return _told(proof.findings, proof, policy)


def today_in_words(proof: Proof, policy: Policy) -> tuple[CounterexampleText, ...]:
    """What is wrong today only, because somebody is away."""
    return _told(proof.today, proof, policy)


def coverage_in_words(coverage: Coverage, policy: Policy) -> tuple[str, ...]:
    """How much was tried, and what no try has led to."""
    tried = f"{coverage.combinations:,} of {_counted(coverage.of, 'combination')}"
    whom = (
        f"{_counted(coverage.people, 'person', 'people')} in {_counted(coverage.classes, 'class', 'classes')}"
    )
    how = "which is exhaustive" if coverage.exhaustive else "which is a sample"
    found = [f"Tried: {tried} of requester, form values and round, {how}. Requesters: {whom}."]
    if coverage.unfinished:
        found.append(f"{_counted(coverage.unfinished, 'combination')} had more ways than were walked.")
    titles = [quoted(policy.stage(id).title) for id in coverage.unreached]
    if titles and coverage.combinations:
        found.append(f"None of them led to {_or(titles)}.")
    return tuple(found)


def verdict(proof: Proof) -> str:
    """What a proof comes to, in a sentence."""
    if not proof.holds:
        number = len({found.stage for found in proof.findings})
        return f"{_counted(number, 'stage')} cannot always be decided by those whom the policy asks."
    if proof.coverage.exhaustive:
        return "Every path has enough people who may decide."
    return "No counter-example was found in what was tried."


def _told(found: Iterable[Counterexample], proof: Proof, policy: Policy) -> tuple[CounterexampleText, ...]:
    several = tuple(found)
    handles = {who for one in several for who in (one.requester, *one.missing)}
    handles |= {step.person for one in several for step in one.path}
    handles |= {
        str(one.form[field.id])
        for one in several
        for field in policy.form
        if field.type == "person" and field.id in one.form
    }
    called = names(handles)
    away = several is proof.today
    return tuple(_text(one, proof.coverage, policy, called, away=away) for one in several)


def _text(
    found: Counterexample, coverage: Coverage, policy: Policy, called: dict[str, str], *, away: bool
) -> CounterexampleText:
    title = quoted(policy.stage(found.stage).title)
    headline = _TODAY if away else _HEADLINES[found.kind, found.certain]
    requester = () if found.missing and found.anybody else (found.requester,)
    involved = dict.fromkeys((*found.missing, *requester, *(step.person for step in found.path)))
    return CounterexampleText(
        stage=found.stage,
        headline=headline.format(stage=title),
        when=_when(found, policy, called),
        path=tuple(_step(step, policy, called) for step in found.path),
        reason=found.reason or "Those who are asked are not allowed to decide it.",
        extent=_extent(found, coverage, called),
        people=tuple((handle, called[handle]) for handle in involved),
    )


def _step(step: Step, policy: Policy, called: dict[str, str]) -> str:
    said = "rejects" if step.rejects else "approves"
    return f"{called[step.person]} {said} {quoted(policy.stage(step.stage).title)}."


def _when(found: Counterexample, policy: Policy, called: dict[str, str]) -> str:
    who = "anybody asks" if found.anybody else f"{called[found.requester]} asks"
    fields = [field for field in policy.form if field.id in found.matters]
    facts = [f"{quoted(field.label)} is {_value(field, found.form, called)}" for field in fields]
    later = [f"it is round {found.round}"] if found.round > 1 else []
    return f"It happens when {_and([who, *facts, *later])}."


def _value(field: FormField, form: Form, called: dict[str, str]) -> str:
    value = form.get(field.id)
    if field.type == "person" and value:
        return called.get(str(value), str(value))
    return shown(field, value)


def _extent(found: Counterexample, coverage: Coverage, called: dict[str, str]) -> str:
    if found.anybody:
        return ""
    if found.requesters == 1:
        return f"Only {possessive(called[found.requester])} requests can come to this."
    return f"Requests of {found.requesters:,} of {_counted(coverage.people, 'person', 'people')} can come to this."


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def _and(parts: list[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _or(parts: list[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} or {last}" if first else last
