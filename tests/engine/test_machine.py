"""Anybody does anything to any request, at any time: what must hold all the same."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from pydantic import TypeAdapter

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import evolve, new_request, pending_work, receive, wake_at
from approvals.engine.model import Form
from approvals.engine.policy import Policy
from approvals.engine.state import Decision, RequestState, StageStatus, Status, Task
from tests.engine.generated import ADMIN, DECISIONS, EVERYBODY, GROUPS, REQUESTER, forms, policies, worlds
from tests.engine.recount import Recount
from tests.engine.scene import START
from tests.engine.standing import Standing, turn_has_come
from tests.engine.world import World

EVENT: TypeAdapter[e.AnyEvent] = TypeAdapter(e.AnyEvent)
anybody = st.sampled_from(EVERYBODY)
numbers = st.integers(0, 99)
BOOKKEEPING = ("revision", "seen", "receipts")


class AnyRequest(Standing):
    """A request under a policy that was drawn, in a world that was drawn."""

    world: World

    @initialize(rules=policies(), world=worlds, prompt=st.sampled_from((True, True, False)))
    def submit(self, rules: Policy, world: World, prompt: bool) -> None:
        """``prompt``: the world answers before anything else happens."""
        self.prompt = prompt
        self.blank = self.state = new_request("r1", rules, 1, REQUESTER)
        self.world, self.now, self.count = world, START, 0
        self.events: list[e.Event] = []
        self.sent: list[c.Command] = []
        self.recount = Recount(rules, REQUESTER, world.below(REQUESTER))
        self.give(c.Submit, REQUESTER, title="Any", form={})

    def give(self, kind: type[c.Command], actor: str, **values: Any) -> None:
        self.count += 1
        self.do(kind(id=f"c{self.count}", actor=actor, **values))
        self.answer()

    def answer(self) -> None:
        """What a prompt world does at once; otherwise it is a rule of its own."""
        while self.prompt and (work := pending_work(self.state)):
            self.count += 1
            self.do(self.world.answer(work[0], self.now, f"c{self.count}"))

    def do(self, command: c.Command) -> None:
        """One command, with everything that must hold of one."""
        before = self.state
        self.state, events, receipt = receive(before, command, self.now)
        self.sent.append(command)
        self.events += events
        replayed = before
        for event in events:
            self.hold(replayed, event, events)
            replayed = evolve(replayed, event)
            assert EVENT.validate_json(event.model_dump_json()) == event
        assert replayed == self.state
        assert (receipt is None) == isinstance(
            command, c.Tick | c.StagePrepared | c.ClockPrepared | c.Reroute
        )
        if receipt is not None:
            assert receipt.message
            forgotten = receipt.code == "repeated" and command.id in before.seen
            assert self.state.receipt(command.id) == (None if forgotten else receipt)
            if not receipt.ok:
                assert nothing_but_the_answer(before, self.state)
            if receipt.code == "no_rounds_left" and command.id not in before.seen:
                assert before.round >= before.policy.max_rounds
        if before.status is Status.CLOSED:
            assert receipt is None or not receipt.ok or command.id in before.seen
            assert nothing_but_the_answer(before, self.state)

    def hold(self, before: RequestState, event: e.Event, batch: tuple[e.Event, ...]) -> None:
        """What must hold of an event where it stands."""
        assert event.revision == before.revision + 1
        if isinstance(event, e.TaskDecided):
            hold_decision(before, event)
        if isinstance(event, e.ApprovalCarriedOver):
            task = before.tasks[event.task]
            assert (task.status, [one.person for one in task.candidates]) == ("open", [event.person])
        self.recount.read(event)
        if isinstance(event, e.StageDecided):
            self.hold_result(before, event, batch)
        if isinstance(event, e.ChangesRequested):
            assert before.round < before.policy.max_rounds, "a request that is returned can be resubmitted"
            if any(
                isinstance(x, e.TaskDecided) and x.decision is not Decision.REQUEST_CHANGES for x in batch
            ):
                assert self.recount.opinion(event.stage) == "rejected"
        if isinstance(event, e.StagePreparing):
            assert turn_has_come(before, event.stage)
        if isinstance(event, e.StageStuck):
            assert self.recount.opinion(event.stage) == "stuck" or self.a_seat_is_lost(before, event.stage)
        if isinstance(event, e.RequestClosed):
            assert before.status is not Status.CLOSED, "there are no two outcomes"
            self.hold_outcome(event, batch)

    def a_seat_is_lost(self, state: RequestState, stage: str) -> bool:
        """Whether some seat of a stage has nobody left who may decide it."""
        return any(
            not any(self.recount.may(stage, candidate.person) for candidate in task.candidates)
            for task in state.open_tasks(stage)
        )

    def hold_result(self, before: RequestState, event: e.StageDecided, batch: tuple[e.Event, ...]) -> None:
        """The second opinion agrees, and the policy's word on rejections is kept."""
        rules = before.policy.stage(event.stage)
        if any(isinstance(x, e.RuleApplied) and x.stage == event.stage for x in batch):
            approved = self.recount.ruled == (event.stage, "approve")
            assert (event.result == "approved") is approved
        elif not by_the_ladder(event, batch):
            opinion = self.recount.opinion(event.stage)
            assert opinion == ("approved" if event.result == "approved" else "rejected")
        if event.result == "passed":
            assert rules.on_reject == "continue"
        if event.result == "rejected":
            assert rules.on_reject != "continue"
            assert rules.on_reject == "reject" or before.round >= before.policy.max_rounds

    # What happens

    @precondition(lambda self: bool(pending_work(self.state)))
    @rule(number=numbers)
    def the_world_answers(self, number: int) -> None:
        work = pending_work(self.state)
        self.count += 1
        self.do(self.world.answer(work[number % len(work)], self.now, f"c{self.count}"))

    @precondition(lambda self: bool(self.state.open_tasks()))
    @rule(number=numbers, who=numbers, decision=DECISIONS)
    def a_reviewer_decides(self, number: int, who: int, decision: Decision) -> None:
        """Or wants to, although somebody else has claimed it."""
        task = self.open_task(number)
        if not task.candidates:
            return
        actor = task.candidates[who % len(task.candidates)].person
        self.give(c.Decide, actor, task=task.id, decision=decision)

    @precondition(lambda self: bool(self.state.open_tasks()))
    @rule(number=numbers)
    def a_reviewer_asks_for_changes(self, number: int) -> None:
        task = self.open_task(number)
        for person in task.people[:1]:
            self.give(c.Decide, person, task=task.id, decision=Decision.REQUEST_CHANGES)

    @precondition(lambda self: bool(self.state.open_tasks()))
    @rule(numbers=st.lists(numbers, min_size=2, max_size=4))
    def reviewers_agree(self, numbers: list[int]) -> None:
        for number in numbers:
            if self.state.open_tasks():
                task = self.open_task(number)
                for person in task.people[:1]:
                    self.give(c.Decide, person, task=task.id, decision=Decision.APPROVE)

    @precondition(lambda self: bool(self.state.open_tasks()))
    @rule(number=numbers, who=numbers, to=anybody, kind=st.sampled_from((c.Delegate, c.Claim, c.Release)))
    def a_reviewer_does_something_else(self, number: int, who: int, to: str, kind: type[c.Command]) -> None:
        task = self.open_task(number)
        values = {"to": to} if kind is c.Delegate else {}
        if not task.people:
            return
        self.give(kind, task.people[who % len(task.people)], task=task.id, **values)

    @precondition(lambda self: bool(self.state.open_tasks()))
    @rule(number=numbers, who=numbers, to=anybody, place=st.sampled_from(("before", "beside", "after")))
    def a_reviewer_adds_an_approver(self, number: int, who: int, to: str, place: str) -> None:
        task = self.open_task(number)
        if task.people:
            actor = task.people[who % len(task.people)]
            self.give(c.Invite, actor, task=task.id, to=to, place=place)

    @precondition(lambda self: bool(self.state.open_tasks()))
    @rule(number=numbers, who=numbers, reason=st.sampled_from(("It is my cousin's.", "")))
    def a_reviewer_has_a_conflict(self, number: int, who: int, reason: str) -> None:
        task = self.open_task(number)
        if task.candidates:
            actor = task.candidates[who % len(task.candidates)].person
            self.give(c.DeclareConflict, actor, task=task.id, reason=reason)

    @precondition(lambda self: bool(self.state.open_tasks()))
    @rule(number=numbers, who=numbers, to=anybody, hours=st.sampled_from((-1, 0, 1, 8, 30)))
    def a_task_is_delegated_for_a_time(self, number: int, who: int, to: str, hours: int) -> None:
        task = self.open_task(number)
        if task.people:
            until = self.now + timedelta(hours=hours)
            self.give(c.Delegate, task.people[who % len(task.people)], task=task.id, to=to, until=until)

    @precondition(lambda self: bool(self.state.tasks))
    @rule(number=numbers, of=anybody, to=anybody, cause=st.sampled_from(("absence", "return")))
    def somebody_leaves_or_is_back(self, number: int, of: str, to: str, cause: str) -> None:
        """Whoever it is: what the world says may be out of date."""
        task = list(self.state.tasks.values())[number % len(self.state.tasks)]
        people = [candidate.person for candidate in task.candidates]
        for who in (of, *people[:1]):
            self.give(c.Reroute, "", task=task.id, of=who, to=to, why=f"{who} went.", cause=cause)
        for candidate in task.candidates:
            if candidate.instead_of:
                self.give(
                    c.Reroute, "", task=task.id, of=candidate.person, to=candidate.instead_of,
                    why="Back.", cause=cause,
                )  # fmt: skip

    @precondition(lambda self: bool(self.state.tasks))
    @rule(number=numbers, actor=anybody, decision=DECISIONS, to=anybody)
    def somebody_meddles(self, number: int, actor: str, decision: Decision, to: str) -> None:
        """Whoever it is, whatever task it is, of this round or of an earlier one."""
        task = list(self.state.tasks)[number % len(self.state.tasks)]
        self.give(c.Decide, actor, task=task, decision=decision)
        self.give(c.Delegate, actor, task=task, to=to)
        self.give(c.Reassign, REQUESTER, reason="So.", task=task, to=to)
        self.give(c.Override, REQUESTER, reason="So.", outcome="approved")

    @rule(number=numbers, actor=anybody)
    def somebody_escalates(self, number: int, actor: str) -> None:
        self.give(c.Escalate, actor, stage=self.some_stage(number))
        self.give(c.Comment, actor, text="Well.")

    @precondition(lambda self: self.state.status is Status.RETURNED)
    @rule(actor=st.sampled_from((REQUESTER, REQUESTER, REQUESTER, "eve")), form=forms)
    def it_is_resubmitted(self, actor: str, form: Form) -> None:
        self.give(c.Resubmit, actor, round=self.state.round, title="Again", form=form)

    @precondition(lambda self: self.state.status is Status.OPEN and self.state.policy.amend)
    @rule(form=forms)
    def it_is_amended(self, form: Form) -> None:
        self.give(c.Amend, REQUESTER, round=self.state.round, title="Once more", form=form)

    @precondition(lambda self: bool(self.state.open_tasks()))
    @rule(number=numbers, to=anybody, of=st.one_of(st.none(), anybody))
    def a_task_is_reassigned(self, number: int, to: str, of: str | None) -> None:
        self.give(c.Reassign, ADMIN, reason="So.", task=self.open_task(number).id, to=to, of=of)

    @precondition(lambda self: bool(self.state.open_tasks()))
    @rule(number=numbers, person=anybody, add=st.booleans())
    def an_approver_is_added_or_removed(self, number: int, person: str, add: bool) -> None:
        task = self.open_task(number)
        if add:
            self.give(c.AddApprover, ADMIN, reason="So.", stage=task.stage, person=person)
        else:
            self.give(c.RemoveApprover, ADMIN, reason="So.", task=task.id)

    @rule(
        groups=st.dictionaries(
            st.sampled_from(sorted(GROUPS)),
            st.lists(st.sampled_from(EVERYBODY), unique=True, max_size=3).map(tuple),
        ),
        gone=st.frozensets(st.sampled_from(EVERYBODY), max_size=2),
        number=numbers,
        by=st.sampled_from(("", "", ADMIN, "olga", REQUESTER)),
    )
    def the_world_changes(
        self, groups: dict[str, tuple[str, ...]], gone: frozenset[str], number: int, by: str
    ) -> None:
        """Groups change and people leave; then it is looked up anew whom a stage asks."""
        self.world = replace(self.world, groups={**self.world.groups, **groups}, gone=gone)
        stage = self.some_stage(number)
        if by == ADMIN:
            self.give(c.LookUpAnew, by, reason="So.", stage=stage)
        else:
            self.give(c.LookUp, by, stage=stage)

    @rule(number=numbers, by=st.sampled_from(("PT1H", "1wd")))
    def a_deadline_is_moved(self, number: int, by: str) -> None:
        self.give(c.ExtendDeadline, ADMIN, reason="So.", stage=self.some_stage(number), by=by)

    @precondition(lambda self: not self.state.paused)
    @rule()
    def it_is_paused(self) -> None:
        self.give(c.Pause, ADMIN, reason="So.")

    @precondition(lambda self: self.state.paused)
    @rule()
    def it_is_resumed(self) -> None:
        self.give(c.Resume, ADMIN)

    @rule(number=numbers, actor=st.sampled_from((ADMIN, REQUESTER)))
    def a_stage_is_skipped(self, number: int, actor: str) -> None:
        self.give(c.SkipStage, actor, reason="So.", stage=self.some_stage(number))

    @precondition(lambda self: self.state.status is not Status.CLOSED)
    @rule(rules=policies(), actor=st.sampled_from((ADMIN, ADMIN, ADMIN, REQUESTER)))
    def it_is_moved_to_another_version(self, rules: Policy, actor: str) -> None:
        before = self.state
        version = before.policy_version + 1
        self.give(c.Migrate, actor, reason="So.", version=version, policy=rules)
        if actor == REQUESTER:
            assert self.state.policy_version == before.policy_version
            return
        assert self.state.policy == rules
        assert list(self.state.stages) == [stage.id for stage in rules.stages]
        for id, stage in before.stages.items():
            if stage.status in (StageStatus.APPROVED, StageStatus.PASSED) and id in self.state.stages:
                assert self.state.stages[id] == stage, "what has a result keeps it"

    @precondition(lambda self: self.state.status is Status.CLOSED)
    @rule(rules=policies(), world=worlds)
    def the_next_request_is_made(self, rules: Policy, world: World) -> None:
        self.the_record_gives_the_same_request()
        self.submit(rules, world, self.prompt)

    @precondition(lambda self: len(self.sent) > 20 and self.state.status is not Status.CLOSED)
    @rule(withdrawn=st.booleans())
    def it_is_ended(self, withdrawn: bool) -> None:
        if withdrawn:
            self.give(c.Withdraw, REQUESTER)
        else:
            self.give(c.Override, ADMIN, reason="So.", outcome="rejected")

    @rule(hours=st.sampled_from((0, 1, 8, 30)))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.wake_up()

    @precondition(lambda self: wake_at(self.state) is not None)
    @rule()
    def the_next_alarm_falls_due(self) -> None:
        self.now = max(self.now, wake_at(self.state) or self.now)
        revision = self.state.revision
        self.wake_up()
        assert self.state.revision > revision

    def wake_up(self) -> None:
        self.tick()
        due = wake_at(self.state)
        assert due is None or due > self.now
        revision = self.state.revision
        self.tick()
        assert self.state.revision == revision
        self.answer()

    def tick(self) -> None:
        self.count += 1
        self.do(c.Tick(id=f"c{self.count}"))

    @rule(number=numbers)
    def something_is_sent_again(self, number: int) -> None:
        command = self.sent[number % len(self.sent)]
        before = self.state
        first = before.receipt(command.id)
        self.do(command)
        if first is not None:
            assert self.state is before

    def open_task(self, number: int) -> Task:
        tasks = self.state.open_tasks()
        return tasks[number % len(tasks)]

    def some_stage(self, number: int) -> str:
        """A stage that is being decided; any of them where none is."""
        open_now = [s.id for s in self.state.stages.values() if s.status is StageStatus.OPEN]
        stages = open_now or list(self.state.stages)
        return stages[number % len(stages)]


def hold_decision(before: RequestState, event: e.TaskDecided) -> None:
    """Who decides was asked, and nobody decides twice, or out of turn, or their own request."""
    task = before.tasks[event.task]
    candidate = next(candidate for candidate in task.candidates if candidate.person == event.actor)
    assert event.instead_of == candidate.instead_of
    assert task.status == "open"
    assert task.owner in (None, event.actor)
    assert REQUESTER not in (event.actor, event.instead_of)
    assert before.status is Status.OPEN
    assert not before.paused


def by_the_ladder(event: e.StageDecided, batch: tuple[e.Event, ...]) -> bool:
    """Whether a level of the ladder decided, and not people."""
    levels = [
        x
        for x in batch
        if isinstance(x, e.Escalated) and x.stage == event.stage and x.revision < event.revision
    ]
    return bool(levels) and levels[-1].did in ("approve", "reject")


def nothing_but_the_answer(before: RequestState, after: RequestState) -> bool:
    """Whether two states differ in no more than that a command was answered."""
    return after.model_copy(update={name: getattr(before, name) for name in BOOKKEEPING}) == before


TestAnyRequest = AnyRequest.TestCase
