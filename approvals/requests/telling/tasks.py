"""What people are told of tasks."""

from approvals.engine import events as e
from approvals.pages.wording import moment
from approvals.requests.answers import ADVISED, DECIDED
from approvals.requests.telling.entries import Entry, Telling, entry, tell
from approvals.requests.wording import ADVICE, DECISIONS, several


@tell.register
def _(event: e.TaskOpened, telling: Telling) -> Entry:
    stage, asked = telling.stage(event.stage), telling.names(event.candidates)
    sentence = f"added {asked} to {stage}." if event.actor else f"{asked} was asked for {stage}."
    if event.invited:
        when = {"before": "decide first", "beside": "decide as well", "after": "decide next"}[event.invited]
        sentence = f"added {asked} to {stage}, to {when}."
    if not event.actor and len(event.candidates) > 1:
        sentence = f"{asked} were asked for {stage}; one of them decides."
    if event.voice.advisory:
        sentence = f"{asked} {'were' if len(event.candidates) > 1 else 'was'} asked for advice in {stage}."
    return entry(event, telling, sentence, "user-plus", quote=event.reason, quiet=not event.actor)


@tell.register
def _(event: e.TaskClaimed, telling: Telling) -> Entry:
    return entry(event, telling, f"claimed the task in {telling.task(event.task)}.", "hand")


@tell.register
def _(event: e.TaskReleased, telling: Telling) -> Entry:
    return entry(event, telling, f"released the task in {telling.task(event.task)}.", "undo-2")


@tell.register
def _(event: e.TaskDelegated, telling: Telling) -> Entry:
    to = telling.people[event.to].name
    until = f" until {moment(event.until)}" if event.until else ""
    sentence = f"delegated the task in {telling.task(event.task)} to {to}{until}."
    return entry(event, telling, sentence, "forward", quote=event.comment)


@tell.register
def _(event: e.ApproverNamed, telling: Telling) -> Entry:
    sentence = (
        f"named {telling.people[event.to].name}, to decide {telling.task(event.task)} after an approval."
    )
    return entry(event, telling, sentence, "user-plus", quote=event.comment)


@tell.register
def _(event: e.InvitationLapsed, telling: Telling) -> Entry:
    name, stage = telling.people[event.to].name, telling.task(event.task)
    sentence = f"{name} was to decide {stage} next, but is asked already, has decided or may not."
    return entry(event, telling, sentence, "user-minus", "warn", by=False)


@tell.register
def _(event: e.TurnCame, telling: Telling) -> Entry:
    sentence = f"The task in {telling.task(event.task)} that waited has its turn."
    return entry(event, telling, sentence, "hourglass", quiet=True, by=False)


@tell.register
def _(event: e.ConflictDeclared, telling: Telling) -> Entry:
    stage = telling.stage(event.stage)
    sentence = f"declared a conflict of interest in {stage}, and decides nothing in this request."
    return entry(event, telling, sentence, "scale", "warn", quote=event.reason)


@tell.register
def _(event: e.TaskReassigned, telling: Telling) -> Entry:
    stage, now = telling.task(event.task), telling.names(event.candidates)
    if event.actor:
        sentence = f"reassigned the task in {stage} to {now}."
        return entry(event, telling, sentence, "user-cog", quote=event.reason)
    match event.cause:
        case "absence":
            return entry(event, telling, f"{event.reason} The task in {stage} waits for {now} now.", "plane")
        case "return":
            return entry(
                event, telling, f"{event.reason} The task in {stage} waits for {now} again.", "undo-2"
            )
        case "delegation_ended":
            sentence = (
                f"The time is over for which the task in {stage} was delegated. It waits for {now} again."
            )
            return entry(event, telling, sentence, "undo-2")
    return entry(event, telling, f"The task in {stage} now waits for {now}.", "user-cog", quiet=True)


@tell.register
def _(event: e.TaskDecided, telling: Telling) -> Entry:
    advised = event.task in telling.advisory
    sign = (ADVICE if advised else DECISIONS)[event.decision]
    behalf = f" on behalf of {telling.people[event.instead_of].name}" if event.instead_of else ""
    chose = [f"{telling.people[who].name} for {telling.stage(id)}" for id, who in event.choices.items()]
    chosen = f", and chose {several(chose)}" if chose else ""
    did = (ADVISED if advised else DECIDED)[event.decision]
    sentence = f"{did} in {telling.stage(event.stage)}{behalf}{chosen}."
    return entry(event, telling, sentence, sign.icon, sign.tone, quote=event.comment)


@tell.register
def _(event: e.ApprovalCarriedOver, telling: Telling) -> Entry:
    name, rule = telling.people[event.person].name, event.rule.replace("_", " ")
    behalf = f", on behalf of {telling.people[event.instead_of].name}" if event.instead_of else ""
    sentence = (
        f"By the rule “{rule}” what {name} approved in {telling.task(event.earlier)} "
        f"counts in {telling.stage(event.stage)} too{behalf}."
    )
    return entry(event, telling, sentence, "circle-check", "good", by=False)


_CANCELLED = {
    "stage_decided": "The stage is decided, so another task in {} is not needed any more.",
    "decided_elsewhere": "Another task in {} had the same reviewer, whose word counts once.",
    "returned": "The task in {} ended, because the request went back for changes.",
    "sent_back": "The task in {} ended, because the request was sent back to an earlier stage.",
    "amended": "The task in {} ended, because the request was changed.",
    "closed": "The task in {} ended with the request.",
    "removed": "A task in {} was taken away.",
    "skipped": "The task in {} ended, because the stage was passed over.",
    "barred": "A task in {} fell away: the only one asked may not decide it, and the others suffice.",
    "migrated": "The task in {} ended with the version of the policy that asked for it.",
    "looked_up": "A task in {} ended, because somebody else is asked now.",
    "satisfied": "A task in {} ended, because one approval of those asked for it is enough.",
    "needed_elsewhere": "A task in {} ended, because only its reviewer can take another one there.",
}


@tell.register
def _(event: e.TaskCancelled, telling: Telling) -> Entry:
    if event.reason == "removed" and event.actor:
        return entry(event, telling, f"took away a task in {telling.task(event.task)}.", "user-minus")
    sentence = _CANCELLED[event.reason].format(telling.task(event.task))
    return entry(event, telling, sentence, "circle-slash", quiet=True, by=False)
