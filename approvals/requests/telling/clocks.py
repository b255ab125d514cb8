"""What people are told of reminders, deadlines and escalations."""

from approvals.engine import events as e
from approvals.pages.wording import moment
from approvals.requests.telling.entries import Entry, Telling, entry, tell


@tell.register
def _(event: e.ReminderSent, telling: Telling) -> Entry:
    sentence = f"{telling.names(event.people)} got a reminder of {telling.stage(event.stage)}."
    return entry(event, telling, sentence, "bell", quiet=True, by=False, headline="A reminder was sent.")


@tell.register
def _(event: e.DeadlineBreached, telling: Telling) -> Entry:
    sentence = f"{telling.stage(event.stage)} missed its deadline."
    return entry(event, telling, sentence, "alarm-clock-off", "bad", by=False)


_ESCALATED = {
    "remind": "{people} got a reminder",
    "notify": "{people} heard of it",
    "add": "{people} can decide it too",
    "reassign": "{people} decides it now",
    "raise_priority": "its priority was raised",
    "approve": "the policy approves it",
    "reject": "the policy rejects it",
    "expire": "the request expires",
    "move_on": "the request moves on without it",
    "fell_through": "nobody was found for this step, so the next one is taken",
    "last_resort": "{people}, as the last resort, can decide it",
}


@tell.register
def _(event: e.Escalated, telling: Telling) -> Entry:
    did = _ESCALATED.get(event.did, event.did).format(people=telling.names(event.people))
    stage = telling.stage(event.stage)
    sentence = f"escalated {stage}: {did}." if event.actor else f"{stage} was escalated: {did}."
    return entry(event, telling, sentence, "chevrons-up", "warn", quote=event.reason)


@tell.register
def _(event: e.DeadlineExtended, telling: Telling) -> Entry:
    sentence = f"extended the deadline of {telling.stage(event.stage)} by {_length(event.by)}."
    return entry(event, telling, sentence, "calendar-plus", quote=event.reason)


@tell.register
def _(event: e.ClockComputed, telling: Telling) -> Entry:
    deadline = event.reading.deadline
    due = f"is due {moment(deadline)} now" if deadline else "has no deadline for now"
    return entry(event, telling, f"{telling.stage(event.stage)} {due}.", "clock", quiet=True, by=False)


def _length(text: str) -> str:
    """A length of the policy language, such as 2wd or PT8H, in words."""
    if text.endswith("wd"):
        return f"{text.removesuffix('wd')} working day{'' if text == '1wd' else 's'}"
    units = {"D": "d", "H": "h", "M": "min", "S": "s"}
    words, number = [], ""
    for sign in text.removeprefix("P").replace("T", ""):
        if sign.isdigit():
            number += sign
        else:
            words.append(f"{number} {units.get(sign, sign)}")
            number = ""
    return f"{' '.join(words)} of business time"
