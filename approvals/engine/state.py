"""What is known of a request: the sum of its events."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from approvals.engine import upcasting
from approvals.engine.model import Form, Model
from approvals.engine.policy import Policy
from approvals.engine.rules import Said
from approvals.engine.voice import Voice

SYSTEM = ""
"""The actor of what nobody did: a timer, a rule."""


class Status(StrEnum):
    """Where a request is."""

    NEW = "new"
    OPEN = "open"
    RETURNED = "returned"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a request ended."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


class StageStatus(StrEnum):
    """Where a stage is. ``passed`` is a rejection that the policy allows to continue."""

    WAITING = "waiting"
    PREPARING = "preparing"
    OPEN = "open"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    PASSED = "passed"
    SKIPPED = "skipped"


DONE = frozenset({StageStatus.APPROVED, StageStatus.PASSED, StageStatus.SKIPPED})
"""Stages in these states let the next ones start."""


class Decision(StrEnum):
    """What a reviewer can say."""

    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request_changes"
    ABSTAIN = "abstain"


class WhyStep(Model):
    """One step on the way from what a policy says to the person who is asked."""

    kind: Literal["lookup", "load", "absence", "delegation"]
    why: str


class Candidate(Model):
    """A potential owner of a task, and why it is this person."""

    person: str
    instead_of: str | None = Field(default=None, description="On whose behalf the person would decide.")
    why: str = ""
    steps: tuple[WhyStep, ...] = Field(
        default=(), description="``why`` step by step, where it took more than looking the person up."
    )

    @property
    def stands_in(self) -> bool:
        """Whether it is because of an absence that the person would decide for somebody else."""
        return self.instead_of is not None and any(step.kind == "absence" for step in self.steps)


class LeftOut(Model):
    """Somebody who would be asked and may not decide, and by which rule."""

    person: str
    rule: Literal["self_approval", "subordinate", "four_eyes", "conflict_of_interest"]
    stage: str = Field(default="", description="With four_eyes: the other stage, which they have decided.")


Place = Literal["before", "beside", "after"]
"""When somebody's turn is whom a reviewer adds, as that reviewer sees it."""


class Invitation(Model):
    """Somebody who is asked once a task is approved, and who wanted it."""

    person: str
    by: str
    comment: str = ""


class Loan(Model):
    """A task that was delegated for a time: at ``until`` it goes from ``to`` back to who delegated it."""

    until: datetime
    to: str
    back: Candidate


class Task(Model):
    """One seat for a decision."""

    id: str
    stage: str
    round: int
    candidates: tuple[Candidate, ...]
    owner: str | None = Field(default=None, description="Who claimed it.")
    label: str = Field(default="", description="How the policy names the seat: 'Finance', 'Your manager'.")
    status: Literal["open", "decided", "cancelled"] = "open"
    opened_at: datetime
    decision: Decision | None = None
    decided_by: str | None = None
    instead_of: str | None = None
    decided_at: datetime | None = None
    comment: str = ""
    choices: dict[str, str] = Field(default_factory=dict, description="Who was chosen here, by stage.")
    added_by: str | None = None
    carried_from: str | None = Field(
        default=None, description="The task whose approval counts here too, where nobody was asked again."
    )
    loans: tuple[Loan, ...] = ()
    voice: Voice = Voice()
    invited: Place | None = Field(
        default=None, description="A reviewer added it, so that it is needed beside the quorum."
    )
    waits_for: tuple[str, ...] = Field(default=(), description="Tasks that are decided before this one.")
    followed_by: tuple[Invitation, ...] = Field(default=(), description="Who is asked once it is approved.")
    superseded: bool = Field(
        default=False,
        description="Its stage was begun anew under another version, so that it counts no more.",
    )
    placed: bool = Field(
        default=False,
        description="Given to somebody by a person or by the ladder: a lookup leaves it to them while they are there.",
    )

    def candidate(self, person: str) -> Candidate | None:
        """The person's candidacy for this task."""
        return next((candidate for candidate in self.candidates if candidate.person == person), None)

    def may_decide(self, person: str) -> bool:
        """Whether the seat is this person's, or may become it, and has its turn."""
        return self.candidate(person) is not None and self.owner in (None, person) and not self.waits_for

    @property
    def people(self) -> tuple[str, ...]:
        """Who can decide it now: the owner once claimed, else every potential owner."""
        return (self.owner,) if self.owner else tuple(candidate.person for candidate in self.candidates)


class Run(Model):
    """A stretch of time in which a stage's clock ran; still running while ``stop`` is None."""

    start: datetime
    stop: datetime | None = None


class Alarm(Model):
    """A moment on a stage's clock at which something happens, with whom it concerns.

    ``offset`` is in business seconds from the first start of the clock; ``at`` is its instant while the clock runs.
    """

    id: str
    kind: Literal["reminder", "breach", "level"]
    index: int = Field(default=0, description="Which reminder or level of the policy.")
    offset: int
    at: datetime | None
    people: tuple[Candidate, ...] = ()


class Clock(Model):
    """The SLA clock of a stage. The calendar's version stays the one it started with."""

    calendar: str
    calendar_version: int
    zone: str
    target: int = Field(description="Business seconds.")
    elapsed: int = Field(default=0, description="Business seconds when it was last computed.")
    runs: tuple[Run, ...]
    deadline: datetime | None
    alarms: tuple[Alarm, ...] = ()
    fired: frozenset[str] = frozenset()
    breached_at: datetime | None = None
    stale: bool = Field(default=False, description="The instants must be computed anew before they count.")
    extensions: tuple[str, ...] = Field(default=(), description="Lengths to add at the next computation.")
    number: int = Field(default=0, description="Raised by whatever makes it stale.")

    @property
    def running(self) -> bool:
        """Whether time counts now."""
        return bool(self.runs) and self.runs[-1].stop is None


class StageState(Model):
    """A stage of this request."""

    id: str
    status: StageStatus = StageStatus.WAITING
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    reason: str = Field(default="", description="Why it was skipped, or what the matter is.")
    clock: Clock | None = None
    priority: int = Field(default=0, description="Raised by escalation; the inbox shows higher first.")
    last_resort: tuple[Candidate, ...] = Field(default=(), description="The policy's owner, resolved.")
    seats: int = Field(default=0, description="How many tasks this stage has opened in this round.")
    escalations: int = Field(default=0, description="How often its last resort was called.")
    left_out: tuple[LeftOut, ...] = Field(default=(), description="Who was not asked because of a rule.")
    rule: str = Field(default="", description="The rule that decided it, where it was one.")
    kept_from: int | None = Field(
        default=None, description="The earlier round that goes on to count, where it was not asked again."
    )
    migration: int = Field(default=0, description="Which migration of the request began it anew; 0 for none.")
    lookups: int = Field(default=0, description="How often it was looked up anew whom to ask, in this round.")
    looking: bool = Field(default=False, description="It is being looked up anew.")
    known: int = Field(default=0, description="The revision of people and groups that it was looked up in.")


class Receipt(Model):
    """What a command came to. ``ok`` means that it took effect."""

    command: str
    code: str
    message: str
    at: datetime
    revision: int

    @property
    def ok(self) -> bool:
        """Whether the command took effect."""
        return self.code == "ok"


class RequestState(Model):
    """A request. ``revision`` counts its events."""

    request: str
    policy: Policy
    policy_version: int
    requester: str
    title: str = ""
    form: Form = Field(default_factory=dict)
    round: int = 1
    status: Status = Status.NEW
    paused: bool = False
    outcome: Outcome | None = None
    outcome_reason: str = ""
    submitted_at: datetime | None = None
    closed_at: datetime | None = None
    stages: dict[str, StageState] = Field(default_factory=dict)
    tasks: dict[str, Task] = Field(default_factory=dict)
    involved: frozenset[str] = frozenset()
    conflicts: frozenset[str] = Field(
        default=frozenset(), description="Who declared a conflict of interest, in whatever round."
    )
    subordinates: frozenset[str] = Field(
        default=frozenset(),
        description="Who reports to the requester, where the policy lets none of them decide.",
    )
    seen: frozenset[str] = Field(default=frozenset(), description="Command ids that were answered.")
    receipts: tuple[Receipt, ...] = Field(default=(), description="The latest answers, oldest first.")
    comments: int = 0
    revision: int = 0
    migrations: int = Field(default=0, description="How often it was moved to another version of its policy.")
    former: dict[str, str] = Field(
        default_factory=dict, description="Titles of stages that its policy had and has no more, by id."
    )

    @model_validator(mode="before")
    @classmethod
    def _in_its_present_shape(cls, body: object) -> object:
        return upcasting.state(body)

    def open_tasks(self, stage: str | None = None) -> tuple[Task, ...]:
        """The tasks that wait for a decision, of one stage or of all."""
        return tuple(t for t in self.tasks.values() if t.status == "open" and stage in (None, t.stage))

    def awaited(self, stage: str) -> tuple[Task, ...]:
        """The open tasks that a stage waits for: advice is not among them."""
        return tuple(task for task in self.open_tasks(stage) if not task.voice.advisory)

    def stage_tasks(self, stage: str) -> tuple[Task, ...]:
        """The tasks of a stage in the round that counts for it, cancelled and superseded ones left out."""
        round = self.round_of(stage)
        return tuple(
            t
            for t in self.tasks.values()
            if t.stage == stage and t.round == round and t.status != "cancelled" and not t.superseded
        )

    def decisions(self) -> dict[str, Said]:
        """What the stages that are done came to, by id."""
        return {
            stage.id: _said(stage, self.stage_tasks(stage.id))
            for stage in self.stages.values()
            if stage.status in DONE
        }

    def round_of(self, stage: str) -> int:
        """The round whose tasks count for a stage: the present one, or an earlier one that was kept."""
        known = self.stages.get(stage)
        return (known.kept_from if known else None) or self.round

    def stage_title(self, stage: str) -> str:
        """The title of a stage, also of one that another version of the policy had."""
        title = next((rules.title for rules in self.policy.stages if rules.id == stage), None)
        return title or self.former.get(stage, stage)

    def has_decided(self, stage: str, person: str) -> bool:
        """Whether the person has decided a seat of the stage in the round that counts: one word each, besides
        advice."""
        return any(task.decided_by == person and not task.voice.advisory for task in self.stage_tasks(stage))

    def receipt(self, command: str) -> Receipt | None:
        """The answer to a command, while it is still remembered in words."""
        return next((receipt for receipt in reversed(self.receipts) if receipt.command == command), None)


_RESULTS: dict[StageStatus, Literal["approved", "rejected", "skipped"]] = {
    StageStatus.APPROVED: "approved",
    StageStatus.PASSED: "rejected",
    StageStatus.SKIPPED: "skipped",
}


def _said(stage: StageState, tasks: tuple[Task, ...]) -> Said:
    voted = (t for t in tasks if t.decided_by and not t.voice.advisory)
    decided = sorted(voted, key=lambda t: (t.decided_at or t.opened_at, t.id))
    votes = [task.decision for task in decided]
    return Said(
        result=_RESULTS[stage.status],
        by=tuple(task.decided_by for task in decided if task.decided_by),
        approvals=votes.count(Decision.APPROVE),
        rejections=votes.count(Decision.REJECT),
        abstentions=votes.count(Decision.ABSTAIN),
        rule=stage.rule,
    )


def new_request(request: str, policy: Policy, policy_version: int, requester: str) -> RequestState:
    """The state before the first event."""
    return RequestState(
        request=request,
        policy=policy,
        policy_version=policy_version,
        requester=requester,
        stages={stage.id: StageState(id=stage.id) for stage in policy.stages},
    )
