"""Sentences for people: why somebody is asked, why a stage is not needed."""

import re
from collections.abc import Sequence
from datetime import date
from textwrap import shorten

from pydantic import JsonValue

from approvals.engine.forms import number_in_words
from approvals.engine.policy import FormField, Policy
from approvals.engine.state import LeftOut, RequestState, Task
from approvals.policies.conditions import Facts, spelling

MAX_SHOWN = 80
"""Characters of a text that are repeated in a sentence about it."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_MENTIONED = re.compile(r"\bform\.([a-z][a-z0-9_]*)")
_ABOUT = re.compile(r"\brequester\.([a-z]+)")
_DECIDED = re.compile(r"\bdecisions\.([a-z][a-z0-9_]*)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def quoted(text: str) -> str:
    """The text in quotation marks."""
    return f"“{text}”"


def possessive(name: str) -> str:
    """The genitive: Bo's, Ines'."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def ordinal(number: int) -> str:
    """1 is "first"; beyond ten "11th"."""
    return _ORDINALS[number - 1] if 1 <= number <= len(_ORDINALS) else f"{number}th"


def day(when: date) -> str:
    """A day: "3 May 2026"."""
    return f"{when:%-d %B %Y}"


def in_the_line(above: Sequence[str], of: str) -> str:
    """Why somebody is asked as a manager; ``above`` are the names up the line, theirs last."""
    *between, name = above
    if not between:
        return f"{name} is the manager of {of}."
    if len(between) == 1:
        return f"{name} is the manager of {between[0]}, the manager of {of}."
    return f"{name} is the {ordinal(len(above))} manager of {of}, after {' and '.join(between)}."


def not_needed(condition: str, fields: tuple[FormField, ...], facts: Facts) -> str:
    """Why a stage is skipped: its condition, and what it found."""
    seen = f": {what}" if (what := found(condition, fields, facts)) else ""
    return f"Not needed{seen}. The policy asks for it only if {' '.join(condition.split())}"


def why_left_out(one: LeftOut, name: str, policy: Policy) -> str:
    """Why somebody is not asked, as a sentence that begins with the name."""
    titles = {stage.id: stage.title for stage in policy.stages}  # an earlier version may have had others
    match one.rule:
        case "self_approval":
            return f"{name} is left out: nobody decides their own request."
        case "subordinate":
            return f"{name} is left out: nobody decides who reports to the requester."
        case "four_eyes":
            decided = quoted(titles.get(one.stage, one.stage))
            return f"{name} is left out: whoever decides {decided} may not decide here."
        case "conflict_of_interest":
            return f"{name} is left out: there is a conflict of interest."


def needed_because(condition: str, fields: tuple[FormField, ...], facts: Facts) -> str:
    """Why a stage with a condition is not skipped: what the condition found, and the condition."""
    asks = f"The policy asks for this stage if {' '.join(condition.split())}"
    seen = found(condition, fields, facts)
    return f"{asks}: {seen}." if seen else f"{asks}."


def found(condition: str, fields: tuple[FormField, ...], facts: Facts) -> str:
    """What a condition found in what it looks at; "" where it looks at nothing."""
    mentioned = _mentioned(condition, fields, facts)
    return _and(mentioned) if mentioned else ""


def carried(state: RequestState, task: Task) -> tuple[str, ...]:
    """That an approval counts here which was given elsewhere: nothing, or the one mark of such a seat."""
    earlier = state.tasks.get(task.carried_from or "")
    return (f"approved in {quoted(state.stage_title(earlier.stage))}",) if earlier else ()


def shown(field: FormField, value: JsonValue) -> str:
    """A field's value as people read it; "empty" for one that was not filled in."""
    if value is None or value == "":
        return "empty"
    match field.type:
        case "money" | "integer" if isinstance(value, int):
            return number_in_words(field, value)
        case "boolean":
            return "yes" if value else "no"
        case "date":
            return day(date.fromisoformat(str(value)))
        case _:
            return quoted(str(value))


def shown_shortly(field: FormField, value: JsonValue) -> str:
    """As :func:`shown`, with long text cut off at a word."""
    return shown(field, shorten(value, MAX_SHOWN, placeholder=" …") if isinstance(value, str) else value)


def _mentioned(condition: str, fields: tuple[FormField, ...], facts: Facts) -> list[str]:
    """A clause for each fact that a condition looks at, in its order."""
    source = _QUOTED.sub("", condition)
    by_id = {field.id: field for field in fields}
    clauses = [
        f"{quoted(by_id[id].label)} is {shown(by_id[id], facts.form.get(id))}"
        for id in dict.fromkeys(_MENTIONED.findall(source))
        if id in by_id
    ]
    for attribute in dict.fromkeys(_ABOUT.findall(source)):
        value = getattr(facts.requester, attribute, None)
        if value is not None:
            told = ", ".join(value) if isinstance(value, tuple) else str(value)
            clauses.append(f"the requester's {attribute} is {told or 'empty'}")
    spelled = {spelling(stage): stage for stage in facts.stages}
    for name in dict.fromkeys(_DECIDED.findall(source)):
        if name in spelled:
            said = facts.decisions.get(spelled[name])
            came_to = f"was {said.result}" if said else "is not done"
            clauses.append(f"{quoted(facts.stages[spelled[name]])} {came_to}")
    if re.search(r"\bround\b", source):
        clauses.append(f"this is round {facts.round}")
    return clauses


def _and(clauses: list[str]) -> str:
    *first, last = clauses
    return f"{', '.join(first)} and {last}" if first else last
