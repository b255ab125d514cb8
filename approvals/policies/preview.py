"""Before submitting: who will be asked, in which order, by when, and why.

Runs the engine itself over the form, with :func:`prepare_stage` as its world, and lets everybody approve at
the last moment: exactly at the deadline. So what is shown is what happens if nobody is early and nobody refuses.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from approvals.engine import new_request, pending_work, receive
from approvals.engine.choosing import foreseen
from approvals.engine.commands import (
    Amend,
    ClockPrepared,
    Command,
    Decide,
    Resubmit,
    StagePrepared,
    Submit,
)
from approvals.engine.errors import Refused
from approvals.engine.model import Form
from approvals.engine.quorum import needed
from approvals.engine.rounds import why_kept
from approvals.engine.rules import Ruling
from approvals.engine.state import (
    Candidate,
    Decision,
    LeftOut,
    Outcome,
    Receipt,
    RequestState,
    StageState,
    StageStatus,
    Status,
    Task,
)
from approvals.engine.work import StageWork
from approvals.people import services as people
from approvals.people.models import Person
from approvals.policies import services
from approvals.policies.counting import marks, quorum_in_words
from approvals.policies.lookups import Glimpses
from approvals.policies.models import PolicyVersion
from approvals.policies.participants import Asking
from approvals.policies.preparation import prepare_clock, prepare_stage
from approvals.policies.wording import carried, why_left_out

_REQUEST = "preview"


@dataclass(frozen=True, slots=True)
class SeatPreview:
    """A seat for a decision: anyone of its candidates can take it. ``names`` gives each handle's name,
    ``marks`` what sets the seat apart ("2 votes")."""

    label: str
    candidates: tuple[Candidate, ...]
    names: dict[str, str]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StagePreview:
    """A stage as it would go.

    Args:
        after: the ids of the stages before it; stages after the same ones stand side by side.
        skipped: it would be passed over, and ``reason`` says why. Otherwise ``reason`` says what could not be
            found, if something could not.
        ruled: what a rule would decide, "approved" or "rejected", and ``reason`` says which and why.
        kept: it was approved before and is not asked again, and ``reason`` says why.
        seats: who is asked. Where nobody was found, that is the policy's owner.
        needed: how many approvals it takes, or votes where participants have several.
        quorum: the same in words; "" where one person is asked.
        starts_at: when it starts at the latest; None for a stage that is skipped or is never reached.
        due_at: its deadline then; None where it has none.
        zone: the time zone of its calendar.
        left_out: a sentence for everybody who would be asked but for a rule.
    """

    id: str
    title: str
    after: tuple[str, ...]
    skipped: bool = False
    kept: bool = False
    ruled: str = ""
    reason: str = ""
    seats: tuple[SeatPreview, ...] = ()
    needed: int = 0
    quorum: str = ""
    starts_at: datetime | None = None
    due_at: datetime | None = None
    zone: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a request would go through, in the policy's order.

    ``ends`` says which rule decides the request as a whole, if one does. ``done_by`` is when it is approved at
    the latest; None where a stage has no deadline of its own, or where nobody at all could decide.
    """

    title: str
    stages: tuple[StagePreview, ...]
    done_by: datetime | None
    ends: str = ""


def preview(
    version: PolicyVersion, requester: Person, form: Form, now: datetime, state: RequestState | None = None
) -> Preview:
    """What becomes of a form if it is submitted at ``now`` (aware).

    Args:
        state: the request that is resubmitted or amended with this form; by default it is a new one.

    Raises:
        Refused: the form is not what the policy asks for (``invalid_form``), or the request cannot be changed.
    """
    policy = services.engine_policy(version)
    title = services.request_title(policy, requester, form)
    before = state or new_request(_REQUEST, policy, version.number, requester.handle)
    course = _Course(before, form)
    course.submit(title, now)
    course.run(now)
    asked = (who for tasks in course.asked.values() for task in tasks for who in _handles(task.candidates))
    names = people.names([*asked, *(one.person for left in course.left_out.values() for one in left)])
    return Preview(
        title=title,
        stages=tuple(course.stage(stage.id, names) for stage in policy.stages),
        done_by=course.done_by,
        ends=course.ends,
    )


class _Course:
    """A request that runs through the engine in the mind only."""

    def __init__(self, before: RequestState, form: Form) -> None:
        self.form = form
        policy = before.policy
        self.asking = Asking(before.requester, form, policy.form, policy.owner, policy.key)
        self.asking.foreseeing = True
        self.asking.lookups = Glimpses()
        self.state = before
        self.rulings: dict[str, Ruling] = {}
        self.ruled: dict[str, str] = {}
        self.asked: dict[str, tuple[Task, ...]] = {}
        self.left_out: dict[str, tuple[LeftOut, ...]] = {}
        self.starts: dict[str, datetime] = {}
        self.reasons: dict[str, str] = {}
        self.untimed: set[str] = set()
        self._unsure: set[str] = set()
        self._blocked: set[str] = set()
        self._commands = 0

    def submit(self, title: str, now: datetime) -> None:
        """Hand the form in.

        Raises:
            Refused: the engine does not take it.
        """
        receipt = self._receive(self._submission(title), now)
        if receipt is not None and not receipt.ok:
            raise Refused(receipt.code, receipt.message)
        for stage in self.state.stages.values():
            if stage.status is StageStatus.OPEN:
                self._note(stage.id, stage.opened_at or now)

    def _submission(self, title: str) -> Command:
        state = self.state
        by = {"id": self._id(), "actor": state.requester, "title": title, "form": self.form}
        match state.status:
            case Status.NEW:
                return Submit(**by)
            case Status.RETURNED:
                return Resubmit(**by, round=state.round)
            case _:
                return Amend(**by, round=state.round)

    def run(self, now: datetime) -> None:
        """Prepare what can start, let the stage that is due first be approved, and so on to the end."""
        while self.state.status is Status.OPEN:
            for work in pending_work(self.state):
                if self.state.outcome is not None:
                    return  # a rule has decided the request, so that its other stages never start
                if isinstance(work, StageWork):
                    plan = prepare_stage(work, now, self.asking)
                    if plan.ruling is not None:
                        self.rulings[work.stage.id] = plan.ruling
                    self._receive(StagePrepared(id=self._id(), work=work.id, plan=plan), now)
                    self._note(work.stage.id, now)
                else:
                    reading = prepare_clock(work, now)
                    self._receive(
                        ClockPrepared(id=self._id(), work=work.id, computed_for=now, reading=reading), now
                    )
            if pending_work(self.state):
                continue
            stage = self._next(now)
            if stage is None:
                return
            now = max(now, _due(stage) or now)
            self._approve(stage.id, now)

    @property
    def done_by(self) -> datetime | None:
        """When it is approved, if that is known."""
        return self.state.closed_at if self.state.outcome is Outcome.APPROVED and not self.untimed else None

    @property
    def ends(self) -> str:
        """What the rule says that decides the whole request."""
        whole = next((ruling for ruling in self.rulings.values() if ruling.whole), None)
        if whole is None:
            return ""
        did = "approved" if whole.do == "approve" else "rejected"
        return f"The request is {did} by the rule “{whole.rule}”. {whole.reason}".strip()

    def stage(self, id: str, names: dict[str, str]) -> StagePreview:
        """How a stage went."""
        rules, stage = self.state.policy.stage(id), self.state.stages[id]
        asked = self.asked.get(id, ())
        seats = tuple(
            SeatPreview(
                task.label,
                task.candidates,
                {who: names[who] for who in _handles(task.candidates)},
                (*marks(task.voice), *carried(self.state, task)),
            )
            for task in asked
        )
        voices = [task.voice for task in asked]
        votes = sum(voice.weight for voice in voices if not voice.advisory)
        kept = stage.kept_from is not None and id not in self.asked
        timed = id in self.starts and id not in self._unsure
        return StagePreview(
            id=id,
            title=rules.title,
            after=self.state.policy.before(id),
            skipped=stage.status is StageStatus.SKIPPED,
            kept=kept,
            ruled=self.ruled.get(id, ""),
            reason=why_kept(self.state.policy, rules) if kept else self.reasons.get(id, ""),
            seats=seats,
            needed=min(needed(rules, votes), votes),
            quorum=quorum_in_words(rules, voices),
            starts_at=self.starts[id] if timed else None,
            due_at=_due(stage) if timed else None,
            zone=stage.clock.zone if stage.clock else "",
            left_out=tuple(
                why_left_out(one, names[one.person], self.state.policy) for one in self.left_out.get(id, ())
            ),
        )

    def _note(self, stage: str, now: datetime) -> None:
        """Keep who is asked when a stage starts; the decisions that follow are only assumed.

        After a stage without a deadline nobody can say when the next ones start.
        """
        if (self.untimed | self._unsure).intersection(self.state.policy.before(stage)):
            self._unsure.add(stage)
        self.reasons[stage] = self.state.stages[stage].reason
        ruling = self.rulings.get(stage)
        if ruling is not None:
            self.ruled[stage] = "approved" if ruling.do == "approve" else "rejected"
            self.reasons[stage] = f"By the rule “{ruling.rule}”. {ruling.reason}".strip()
            return
        if self.state.stages[stage].status is StageStatus.SKIPPED:
            return
        self.starts[stage] = now
        self.left_out[stage] = self.state.stages[stage].left_out
        self.asked[stage] = self.state.stage_tasks(stage)
        if self.state.stages[stage].clock is None and self.state.open_tasks(stage):
            self.untimed.add(stage)

    def _next(self, now: datetime) -> StageState | None:
        """The open stage that is due first; one without a deadline is taken to be decided at once."""
        waiting = [
            stage
            for stage in self.state.stages.values()
            if stage.status is StageStatus.OPEN and stage.id not in self._blocked
        ]
        return min(waiting, key=lambda stage: _due(stage) or now, default=None)

    def _approve(self, stage: str, now: datetime) -> None:
        """Let the first of each seat's people approve until the stage is done."""
        for task in self.state.awaited(stage):
            now_asked = self.state.tasks[task.id].people if self.state.tasks[task.id].status == "open" else ()
            for actor in now_asked[:1]:
                self._receive(
                    Decide(
                        id=self._id(),
                        actor=actor,
                        task=task.id,
                        decision=Decision.APPROVE,
                        comment="Yes.",
                        choices=foreseen(self.state.policy, stage),
                    ),
                    now,
                )
        if self.state.stages[stage].status is StageStatus.OPEN:
            self._blocked.add(stage)

    def _receive(self, command: Command, now: datetime) -> Receipt | None:
        self.state, _, receipt = receive(self.state, command, now)
        return receipt

    def _id(self) -> str:
        self._commands += 1
        return f"{_REQUEST}-{self._commands}"


def _due(stage: StageState) -> datetime | None:
    return stage.clock.deadline if stage.clock else None


def _handles(candidates: Iterable[Candidate]) -> list[str]:
    """Everybody whom candidates name: those who would decide, and those on whose behalf."""
    return [who for one in candidates for who in (one.person, one.instead_of) if who is not None]
