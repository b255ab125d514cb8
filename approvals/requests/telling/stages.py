"""What people are told of stages."""

from approvals.engine import events as e
from approvals.pages.wording import moment
from approvals.policies.wording import why_left_out
from approvals.requests.telling.entries import Entry, Telling, entry, tell


@tell.register
def _(event: e.StageSentBack, telling: Telling) -> Entry:
    quote = "" if event.command in telling.decided else event.reason
    again = f"{telling.stage(event.to)} is asked again. Round {event.round} begins."
    sentence = f"{telling.stage(event.stage)} was rejected: {again}"
    return entry(event, telling, sentence, "undo-2", "warn", quote=quote, by=False)


@tell.register
def _(event: e.RuleApplied, telling: Telling) -> Entry:
    did, tone = ("approved", "good") if event.do == "approve" else ("rejected", "bad")
    what = "the request" if event.whole else telling.stage(event.stage)
    sentence = f"The rule “{event.rule}” {did} {what}."
    return entry(event, telling, sentence, "scale", tone, quote=event.reason, by=False)


@tell.register
def _(event: e.StageKept, telling: Telling) -> Entry:
    sentence = f"{telling.stage(event.stage)} is not asked again."
    return entry(event, telling, sentence, "check-check", quote=event.reason, by=False)


@tell.register
def _(event: e.StageAskedAgain, telling: Telling) -> Entry:
    because = f", because {telling.fields(event.changed)} changed" if event.changed else ""
    sentence = f"{telling.stage(event.stage)} is asked again{because}."
    return entry(event, telling, sentence, "rotate-cw", by=False)


@tell.register
def _(event: e.StagePreparing, telling: Telling) -> Entry:
    return entry(event, telling, f"{telling.stage(event.stage)} has its turn.", "loader", quiet=True)


@tell.register
def _(event: e.StageSkipped, telling: Telling) -> Entry:
    stage = telling.stage(event.stage)
    sentence = f"skipped {stage}." if event.actor else f"{stage} was passed over."
    return entry(event, telling, sentence, "circle-slash", quote=event.reason)


@tell.register
def _(event: e.StageOpened, telling: Telling) -> Entry:
    due = f", due {moment(event.clock.deadline)}" if event.clock and event.clock.deadline else ""
    sentence = f"{telling.stage(event.stage)} began{due}."
    began = f"{telling.stage(event.stage)} began."
    left_out = [why_left_out(one, telling.people[one.person].name, telling.policy) for one in event.left_out]
    return entry(
        event,
        telling,
        sentence,
        "circle-play",
        quote="\n".join(filter(None, [event.reason, *left_out])),
        quiet=True,
        by=False,
        headline=began,
    )


@tell.register
def _(event: e.SubordinatesFound, telling: Telling) -> Entry:
    count = len(event.people)
    sentence = (
        f"{count:,} {'person reports' if count == 1 else 'people report'} to {telling.requester.name} "
        "and may not decide."
    )
    return entry(event, telling, sentence, "users", quiet=True, by=False)


@tell.register
def _(event: e.StageStuck, telling: Telling) -> Entry:
    sentence = (
        f"Nobody could decide {telling.stage(event.stage)}; it was put to {telling.names(event.people)}."
    )
    return entry(event, telling, sentence, "triangle-alert", "warn", quote=event.reason, by=False)


@tell.register
def _(event: e.LookupStarted, telling: Telling) -> Entry:
    stage = telling.stage(event.stage)
    sentence = (
        f"had it looked up anew who decides {stage}."
        if event.actor
        else f"Who decides {stage} is looked up anew."
    )
    return entry(event, telling, sentence, "refresh-cw", quote=event.reason, quiet=not event.actor)


@tell.register
def _(event: e.StageLookedUp, telling: Telling) -> Entry:
    sentence = f"It was looked up anew who decides {telling.stage(event.stage)}."
    return entry(event, telling, sentence, "refresh-cw", quote=event.reason, quiet=not event.reason, by=False)


@tell.register
def _(event: e.StageDecided, telling: Telling) -> Entry:
    word = {
        "approved": "was approved",
        "rejected": "was rejected",
        "passed": "was rejected; the request goes on",
    }
    tone = {"approved": "good", "rejected": "bad", "passed": "warn"}[event.result]
    sentence = f"{telling.stage(event.stage)} {word[event.result]}."
    return entry(event, telling, sentence, "flag", tone, quote=event.reason, quiet=not event.reason, by=False)
