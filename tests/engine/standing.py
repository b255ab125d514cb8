"""What holds of a request at any time, and of its record in the end."""

from hypothesis.stateful import RuleBasedStateMachine, invariant

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import evolve, pending_work
from approvals.engine.state import RequestState, StageStatus, Status
from tests.engine.generated import REQUESTER
from tests.engine.recount import Recount


class Standing(RuleBasedStateMachine):
    """A request, what happened to it, and the second opinion on both. Whoever inherits it does things to it."""

    blank: RequestState
    """As it was before it was submitted."""
    state: RequestState
    events: list[e.Event]
    recount: Recount
    sent: list[c.Command]

    def hold_outcome(self, event: e.RequestClosed, batch: tuple[e.Event, ...]) -> None:
        """It ends as somebody who may end it said, as the ladder or a rule says, or as its stages come to."""
        command = self.sent[-1]
        whole = [x.do for x in batch if isinstance(x, e.RuleApplied) and x.whole]
        if isinstance(command, c.Withdraw):
            expected: str | None = "withdrawn"
        elif isinstance(command, c.Override):
            expected = command.outcome
        elif any(isinstance(x, e.Escalated) and x.did == "expire" for x in batch):
            expected = "expired"
        elif whole:
            expected = {"approve": "approved", "reject": "rejected"}[whole[0]]
        else:
            expected = self.recount.outcome()
        assert event.outcome == expected

    @invariant()
    def it_survives_json(self) -> None:
        assert RequestState.model_validate_json(self.state.model_dump_json()) == self.state

    @invariant()
    def somebody_is_to_act_or_the_owner_knows(self) -> None:
        state = self.state
        if state.status is not Status.OPEN or state.paused:
            return
        assert self.recount.outcome() is None, "what is decided is closed"
        under_way = [
            s for s in state.stages.values() if s.status in (StageStatus.OPEN, StageStatus.PREPARING)
        ]
        assert under_way
        for stage in under_way:
            if stage.status is StageStatus.PREPARING:
                assert any(work.id.startswith(f"{stage.id}.") for work in pending_work(state))
                continue
            opinion = self.recount.opinion(stage.id)
            assert opinion in ("undecided", "stuck"), "what is decided is closed"
            if opinion == "stuck" or not state.awaited(stage.id):
                assert self.owner_was_told(stage.id)

    def owner_was_told(self, stage: str) -> bool:
        told = [event for event in self.events if isinstance(event, e.StageStuck) and event.stage == stage]
        return bool(told) and told[-1].people == self.state.stages[stage].last_resort

    @invariant()
    def open_tasks_are_for_those_who_may_decide_them(self) -> None:
        state = self.state
        for task in state.open_tasks():
            assert state.status is Status.OPEN
            assert task.round == state.round_of(task.stage)
            assert state.stages[task.stage].status is StageStatus.OPEN
            people = [candidate.person for candidate in task.candidates]
            if not people:  # an administrator has to choose somebody, and the owner knows
                assert self.owner_was_told(task.stage)
                resort = state.stages[task.stage].last_resort
                free = [one for one in resort if self.recount.may(task.stage, one.person)]
                assert all(state.has_decided(task.stage, one.person) or one.instead_of for one in free)
            assert all(self.recount.may(task.stage, person) for person in people)
            assert len(people) == len(set(people))
            assert REQUESTER not in people
            assert task.owner is None or task.owner in people
            assert not any(state.has_decided(task.stage, person) for person in people)
            assert state.involved.issuperset(people)

    @invariant()
    def nothing_is_asked_out_of_turn(self) -> None:
        for stage in self.state.stages.values():
            under_way = stage.status in (StageStatus.OPEN, StageStatus.PREPARING)
            if self.state.status is Status.OPEN and under_way and stage.kept_from is None:
                assert turn_has_come(self.state, stage.id)

    @invariant()
    def what_was_delegated_for_a_time_is_with_a_delegate(self) -> None:
        for task in self.state.open_tasks():
            for loan in task.loans:
                assert task.candidate(loan.to) is not None
                assert loan.back.person != loan.to

    @invariant()
    def clocks_run_only_while_somebody_is_asked(self) -> None:
        for stage in self.state.stages.values():
            if stage.clock is not None:
                open_now = self.state.status is Status.OPEN and stage.status is StageStatus.OPEN
                assert stage.clock.running == (open_now and not self.state.paused)

    def teardown(self) -> None:
        if hasattr(self, "events"):
            self.the_record_gives_the_same_request()

    def the_record_gives_the_same_request(self) -> None:
        state = self.blank
        for event in self.events:
            state = evolve(state, event)
        assert state == self.state
        assert [event.revision for event in self.events] == list(range(1, state.revision + 1))
        closed = [event for event in self.events if isinstance(event, e.RequestClosed)]
        assert len(closed) == (state.status is Status.CLOSED)
        self.each_stage_is_late_once()

    def each_stage_is_late_once(self) -> None:
        """In a round, and under a version of the policy; a stage that a new round leaves as it is goes on."""
        late: set[str] = set()
        for event in self.events:
            if isinstance(event, e.PolicyMigrated):
                late.clear()
            elif isinstance(event, e.RequestResubmitted | e.RequestAmended | e.StageSentBack):
                late.intersection_update(event.kept)
            elif isinstance(event, e.DeadlineBreached):
                assert event.stage not in late
                late.add(event.stage)


def turn_has_come(state: RequestState, stage: str) -> bool:
    """Whether the stages before one are done, or one of them was decided where any is enough."""
    rules = state.policy.stage(stage)
    first = [state.stages[id].status.value for id in state.policy.before(stage)]
    done = [status in ("approved", "passed", "skipped") for status in first]
    return all(done) or (rules.join == "any" and ("approved" in first or "passed" in first))
