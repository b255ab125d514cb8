"""What happened to a request, told to people: one sentence an event, the system's own steps folded away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from itertools import groupby

from approvals.engine import events as e
from approvals.engine.policy import Policy
from approvals.engine.state import Candidate, Outcome
from approvals.pages.who import People, Who
from approvals.pages.wording import moment
from approvals.policies.wording import why_left_out
from approvals.requests.answers import ADVISED, DECIDED
from approvals.requests.wording import ADVICE, DECISIONS, OUTCOMES, several


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: who did what, and what they wrote. ``quiet`` are the system's own steps."""

    revision: int
    at: datetime
    sentence: str
    icon: str = "dot"
    tone: str = "plain"
    actor: Who | None = None
    quote: str = ""
    quiet: bool = False
    headline: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that stand together: quiet ones are folded."""

    quiet: bool
    entries: tuple[Entry, ...]

    @property
    def id(self) -> str:
        """Stays the same when more is added after it."""
        return f"steps-{self.entries[0].revision}"

    @property
    def summary(self) -> str:
        """What the folded steps come to."""
        headlines = dict.fromkeys(entry.headline for entry in self.entries if entry.headline)
        steps = f"{len(self.entries)} step{'' if len(self.entries) == 1 else 's'} of the system"
        return f"{' '.join(headlines)} {steps}." if headlines else f"{steps}."


@dataclass(frozen=True, slots=True)
class Telling:
    """What a sentence needs to know beside its event."""

    policy: Policy
    requester: Who
    people: People
    tasks: dict[str, str]
    decided: frozenset[str]
    former: dict[str, str]
    advisory: frozenset[str] = frozenset()

    def stage(self, id: str) -> str:
        """A stage's title in quotation marks, also of one that only an earlier version of the policy had."""
        title = next((stage.title for stage in self.policy.stages if stage.id == id), None)
        return f"“{title or self.former.get(id, id)}”"

    def fields(self, ids: Iterable[str]) -> str:
        """Fields of the form by their labels."""
        labels = {field.id: field.label for field in self.policy.form}
        return several([labels.get(id, id) for id in ids])

    def task(self, id: str) -> str:
        """The stage of a task, by its title."""
        return self.stage(self.tasks[id]) if id in self.tasks else "a task"

    def names(self, people: Iterable[Candidate | str]) -> str:
        """Several people by name, and on whose behalf they are asked; "nobody" for none."""
        return several(list(dict.fromkeys(self._name(one) for one in people))) or "nobody"

    def _name(self, one: Candidate | str) -> str:
        if isinstance(one, str):
            return self.people[one].name
        behalf = f" on behalf of {self.people[one.instead_of].name}" if one.instead_of else ""
        return f"{self.people[one.person].name}{behalf}"


def timeline(policy: Policy, requester: str, events: Sequence[e.AnyEvent], people: People) -> list[Group]:
    """The entries of all events, the oldest first; what only answers a command is left out."""
    telling = Telling(
        policy=policy,
        requester=people[requester],
        people=people,
        tasks={event.task: event.stage for event in events if isinstance(event, e.TaskOpened)},
        advisory=frozenset(
            event.task for event in events if isinstance(event, e.TaskOpened) and event.voice.advisory
        ),
        decided=frozenset(
            event.command for event in events if isinstance(event, e.TaskDecided) and event.command
        ),
        former={
            change.stage: change.title
            for event in events
            if isinstance(event, e.PolicyMigrated)
            for change in event.changes
        },
    )
    entries = [entry for event in events if (entry := tell(event, telling))]
    return [Group(quiet, tuple(group)) for quiet, group in groupby(entries, key=lambda entry: entry.quiet)]


def people_in(events: Iterable[e.AnyEvent]) -> set[str]:
    """The handles of everybody whom the events mention."""
    found: set[str] = set()
    for event in events:
        found.add(event.actor)
        found.update(getattr(event, "choices", {}).values())
        if isinstance(event, e.SubordinatesFound):
            continue  # counted, not named
        for name in ("candidates", "people", "removed", "last_resort"):
            for one in getattr(event, name, ()):
                found.update(_handles(one) if isinstance(one, Candidate) else {one})
        if isinstance(event, e.StageOpened):
            found.update(one.person for one in event.left_out)
        found.update(
            handle
            for name in ("to", "instead_of", "person")
            if (handle := getattr(event, name, None)) is not None
        )
    return found - {""}


def _handles(candidate: Candidate) -> set[str]:
    return {candidate.person, *([candidate.instead_of] if candidate.instead_of else [])}


def _entry(
    event: e.Event,
    telling: Telling,
    sentence: str,
    icon: str,
    tone: str = "plain",
    *,
    quote: str = "",
    quiet: bool = False,
    by: bool = True,
    headline: str = "",
) -> Entry:
    actor = telling.people[event.actor] if by and event.actor else None
    return Entry(event.revision, event.at, sentence, icon, tone, actor, quote, quiet, headline)


@singledispatch
def tell(event: e.Event, telling: Telling) -> Entry | None:
    """The entry of an event. With an actor the sentence goes on after the name."""
    return _entry(event, telling, f"{type(event).__name__}.", "dot", quiet=True)


@tell.register
def _(event: e.CommandAccepted, telling: Telling) -> None:
    """The events before it say what was done."""


@tell.register
def _(event: e.CommandRefused, telling: Telling) -> Entry:
    return _entry(event, telling, "tried something that was refused.", "ban", quote=event.message, quiet=True)


@tell.register
def _(event: e.RequestSubmitted, telling: Telling) -> Entry:
    return _entry(event, telling, "submitted the request.", "send", "accent")


@tell.register
def _(event: e.RequestResubmitted, telling: Telling) -> Entry:
    what = f"with a change of {telling.fields(event.changed)}" if event.changed else "without a change"
    sentence = f"resubmitted the request {what}. Round {event.round} begins."
    return _entry(event, telling, sentence, "send", "accent", quote=event.comment)


@tell.register
def _(event: e.RequestAmended, telling: Telling) -> Entry:
    sentence = f"changed {telling.fields(event.changed)} of the request. Round {event.round} begins."
    return _entry(event, telling, sentence, "pencil", "accent", quote=event.comment)


@tell.register
def _(event: e.StageSentBack, telling: Telling) -> Entry:
    quote = "" if event.command in telling.decided else event.reason
    again = f"{telling.stage(event.to)} is asked again. Round {event.round} begins."
    sentence = f"{telling.stage(event.stage)} was rejected: {again}"
    return _entry(event, telling, sentence, "undo-2", "warn", quote=quote, by=False)


@tell.register
def _(event: e.RuleApplied, telling: Telling) -> Entry:
    did, tone = ("approved", "good") if event.do == "approve" else ("rejected", "bad")
    what = "the request" if event.whole else telling.stage(event.stage)
    sentence = f"The rule “{event.rule}” {did} {what}."
    return _entry(event, telling, sentence, "scale", tone, quote=event.reason, by=False)


@tell.register
def _(event: e.StageKept, telling: Telling) -> Entry:
    sentence = f"{telling.stage(event.stage)} is not asked again."
    return _entry(event, telling, sentence, "check-check", quote=event.reason, by=False)


@tell.register
def _(event: e.StageAskedAgain, telling: Telling) -> Entry:
    because = f", because {telling.fields(event.changed)} changed" if event.changed else ""
    sentence = f"{telling.stage(event.stage)} is asked again{because}."
    return _entry(event, telling, sentence, "rotate-cw", by=False)


@tell.register
def _(event: e.StagePreparing, telling: Telling) -> Entry:
    return _entry(event, telling, f"{telling.stage(event.stage)} has its turn.", "loader", quiet=True)


@tell.register
def _(event: e.StageSkipped, telling: Telling) -> Entry:
    stage = telling.stage(event.stage)
    sentence = f"skipped {stage}." if event.actor else f"{stage} was passed over."
    return _entry(event, telling, sentence, "circle-slash", quote=event.reason)


@tell.register
def _(event: e.StageOpened, telling: Telling) -> Entry:
    due = f", due {moment(event.clock.deadline)}" if event.clock and event.clock.deadline else ""
    sentence = f"{telling.stage(event.stage)} began{due}."
    began = f"{telling.stage(event.stage)} began."
    left_out = [why_left_out(one, telling.people[one.person].name, telling.policy) for one in event.left_out]
    return _entry(
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
    return _entry(event, telling, sentence, "users", quiet=True, by=False)


@tell.register
def _(event: e.StageStuck, telling: Telling) -> Entry:
    sentence = (
        f"Nobody could decide {telling.stage(event.stage)}; it was put to {telling.names(event.people)}."
    )
    return _entry(event, telling, sentence, "triangle-alert", "warn", quote=event.reason, by=False)


@tell.register
def _(event: e.LookupStarted, telling: Telling) -> Entry:
    stage = telling.stage(event.stage)
    sentence = (
        f"had it looked up anew who decides {stage}."
        if event.actor
        else f"Who decides {stage} is looked up anew."
    )
    return _entry(event, telling, sentence, "refresh-cw", quote=event.reason, quiet=not event.actor)


@tell.register
def _(event: e.StageLookedUp, telling: Telling) -> Entry:
    sentence = f"It was looked up anew who decides {telling.stage(event.stage)}."
    return _entry(
        event, telling, sentence, "refresh-cw", quote=event.reason, quiet=not event.reason, by=False
    )


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
    return _entry(event, telling, sentence, "user-plus", quote=event.reason, quiet=not event.actor)


@tell.register
def _(event: e.TaskClaimed, telling: Telling) -> Entry:
    return _entry(event, telling, f"claimed the task in {telling.task(event.task)}.", "hand")


@tell.register
def _(event: e.TaskReleased, telling: Telling) -> Entry:
    return _entry(event, telling, f"released the task in {telling.task(event.task)}.", "undo-2")


@tell.register
def _(event: e.TaskDelegated, telling: Telling) -> Entry:
    to = telling.people[event.to].name
    until = f" until {moment(event.until)}" if event.until else ""
    sentence = f"delegated the task in {telling.task(event.task)} to {to}{until}."
    return _entry(event, telling, sentence, "forward", quote=event.comment)


@tell.register
def _(event: e.ApproverNamed, telling: Telling) -> Entry:
    sentence = (
        f"named {telling.people[event.to].name}, to decide {telling.task(event.task)} after an approval."
    )
    return _entry(event, telling, sentence, "user-plus", quote=event.comment)


@tell.register
def _(event: e.InvitationLapsed, telling: Telling) -> Entry:
    name, stage = telling.people[event.to].name, telling.task(event.task)
    sentence = f"{name} was to decide {stage} next, but is asked already, has decided or may not."
    return _entry(event, telling, sentence, "user-minus", "warn", by=False)


@tell.register
def _(event: e.TurnCame, telling: Telling) -> Entry:
    sentence = f"The task in {telling.task(event.task)} that waited has its turn."
    return _entry(event, telling, sentence, "hourglass", quiet=True, by=False)


@tell.register
def _(event: e.ConflictDeclared, telling: Telling) -> Entry:
    stage = telling.stage(event.stage)
    sentence = f"declared a conflict of interest in {stage}, and decides nothing in this request."
    return _entry(event, telling, sentence, "scale", "warn", quote=event.reason)


@tell.register
def _(event: e.TaskReassigned, telling: Telling) -> Entry:
    stage, now = telling.task(event.task), telling.names(event.candidates)
    if event.actor:
        sentence = f"reassigned the task in {stage} to {now}."
        return _entry(event, telling, sentence, "user-cog", quote=event.reason)
    match event.cause:
        case "absence":
            return _entry(event, telling, f"{event.reason} The task in {stage} waits for {now} now.", "plane")
        case "return":
            return _entry(
                event, telling, f"{event.reason} The task in {stage} waits for {now} again.", "undo-2"
            )
        case "delegation_ended":
            sentence = (
                f"The time is over for which the task in {stage} was delegated. It waits for {now} again."
            )
            return _entry(event, telling, sentence, "undo-2")
    return _entry(event, telling, f"The task in {stage} now waits for {now}.", "user-cog", quiet=True)


@tell.register
def _(event: e.TaskDecided, telling: Telling) -> Entry:
    advised = event.task in telling.advisory
    sign = (ADVICE if advised else DECISIONS)[event.decision]
    behalf = f" on behalf of {telling.people[event.instead_of].name}" if event.instead_of else ""
    chose = [f"{telling.people[who].name} for {telling.stage(id)}" for id, who in event.choices.items()]
    chosen = f", and chose {several(chose)}" if chose else ""
    did = (ADVISED if advised else DECIDED)[event.decision]
    sentence = f"{did} in {telling.stage(event.stage)}{behalf}{chosen}."
    return _entry(event, telling, sentence, sign.icon, sign.tone, quote=event.comment)


@tell.register
def _(event: e.ApprovalCarriedOver, telling: Telling) -> Entry:
    name, rule = telling.people[event.person].name, event.rule.replace("_", " ")
    behalf = f", on behalf of {telling.people[event.instead_of].name}" if event.instead_of else ""
    sentence = (
        f"By the rule “{rule}” what {name} approved in {telling.task(event.earlier)} "
        f"counts in {telling.stage(event.stage)} too{behalf}."
    )
    return _entry(event, telling, sentence, "circle-check", "good", by=False)


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
        return _entry(event, telling, f"took away a task in {telling.task(event.task)}.", "user-minus")
    sentence = _CANCELLED[event.reason].format(telling.task(event.task))
    return _entry(event, telling, sentence, "circle-slash", quiet=True, by=False)


@tell.register
def _(event: e.StageDecided, telling: Telling) -> Entry:
    word = {
        "approved": "was approved",
        "rejected": "was rejected",
        "passed": "was rejected; the request goes on",
    }
    tone = {"approved": "good", "rejected": "bad", "passed": "warn"}[event.result]
    sentence = f"{telling.stage(event.stage)} {word[event.result]}."
    return _entry(
        event, telling, sentence, "flag", tone, quote=event.reason, quiet=not event.reason, by=False
    )


@tell.register
def _(event: e.ChangesRequested, telling: Telling) -> Entry:
    quote = "" if event.command in telling.decided else event.comment
    sentence = f"The request is back with {telling.requester.name} for changes."
    return _entry(event, telling, sentence, "undo-2", "warn", quote=quote, by=False)


@tell.register
def _(event: e.ReminderSent, telling: Telling) -> Entry:
    sentence = f"{telling.names(event.people)} got a reminder of {telling.stage(event.stage)}."
    return _entry(event, telling, sentence, "bell", quiet=True, by=False, headline="A reminder was sent.")


@tell.register
def _(event: e.DeadlineBreached, telling: Telling) -> Entry:
    sentence = f"{telling.stage(event.stage)} missed its deadline."
    return _entry(event, telling, sentence, "alarm-clock-off", "bad", by=False)


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
    return _entry(event, telling, sentence, "chevrons-up", "warn", quote=event.reason)


@tell.register
def _(event: e.DeadlineExtended, telling: Telling) -> Entry:
    sentence = f"extended the deadline of {telling.stage(event.stage)} by {_length(event.by)}."
    return _entry(event, telling, sentence, "calendar-plus", quote=event.reason)


@tell.register
def _(event: e.ClockComputed, telling: Telling) -> Entry:
    deadline = event.reading.deadline
    due = f"is due {moment(deadline)} now" if deadline else "has no deadline for now"
    return _entry(event, telling, f"{telling.stage(event.stage)} {due}.", "clock", quiet=True, by=False)


@tell.register
def _(event: e.RequestPaused, telling: Telling) -> Entry:
    return _entry(event, telling, "put the request on hold.", "circle-pause", "warn", quote=event.reason)


@tell.register
def _(event: e.RequestResumed, telling: Telling) -> Entry:
    return _entry(event, telling, "let the request go on.", "circle-play", quote=event.reason)


@tell.register
def _(event: e.PolicyMigrated, telling: Telling) -> Entry:
    sentence = f"moved the request from version {event.previous} of its policy to version {event.version}."
    return _entry(
        event, telling, " ".join([sentence, *_became(event, telling)]), "arrow-up-down", "accent",
        quote=event.reason,
    )  # fmt: skip


def _became(event: e.PolicyMigrated, telling: Telling) -> Iterable[str]:
    """A sentence for each thing that did not stay as it was."""
    words = {"added": "is new", "dropped": "is gone", "again": "begins anew"}
    for becomes, word in words.items():
        stages = [telling.stage(change.stage) for change in event.changes if change.becomes == becomes]
        if stages:
            verb = word if len(stages) == 1 else word.replace("is ", "are ").replace("begins", "begin")
            yield f"{several(stages)} {verb}."


@tell.register
def _(event: e.CommentAdded, telling: Telling) -> Entry:
    return _entry(event, telling, "wrote", "message-square", quote=event.text)


@tell.register
def _(event: e.RequestClosed, telling: Telling) -> Entry:
    sign = OUTCOMES[event.outcome]
    sentence, by = f"The request is {event.outcome}.", False
    if event.outcome is Outcome.WITHDRAWN:
        sentence, by = "withdrew the request.", True
    elif event.actor and event.reason and event.command not in telling.decided:
        sentence, by = f"decided in place of the reviewers: the request is {event.outcome}.", True
    return _entry(event, telling, sentence, sign.icon, sign.tone, quote=event.reason, by=by)


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
