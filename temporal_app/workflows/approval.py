"""A request as a workflow: the durable shell around the engine.

The rules are in ``approvals.engine``; nothing is decided here. What comes in (people's signals,
administrators' updates, time, and answers about the world) is handed to the engine at once, in the order
of its arrival, by the handler it came to. Beside it, and holding up no command, one task writes the events
to PostgreSQL in order, and one task for each question finds out about the world.

Requests live for weeks, so every change must replay the histories of those under way (``tests/histories``):
put it behind ``workflow.patched``.
"""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from approvals.engine import Refused, evolve, handle, pending_work, receive, wake_at
    from approvals.engine import commands as c
    from approvals.engine.events import AnyEvent, CommandRefused
    from approvals.engine.state import Receipt, Status
    from approvals.engine.work import StageWork, Work

    # Not `from temporal_app import messages`: the sandbox of the tests would load that anew for every request.
    from temporal_app.messages import (
        STATE_QUERY,
        WORKFLOW,
        Activity,
        ApprovalInput,
        Authorisation,
        ClockComputation,
        EventBatch,
        Patch,
        StagePreparation,
        StateView,
    )
    from temporal_app.workflows.activity_options import AUTHORISE
    from temporal_app.workflows.batches import batch_of
    from temporal_app.workflows.handlers import checked_update, command_signal, own_id
    from temporal_app.workflows.questions import plan_of, reading_of, written, written_in_place
    from temporal_app.workflows.visibility import show_status

A_MOMENT = timedelta(milliseconds=1)
"""The shortest timer there is: it begins a new task of the workflow."""
NOT_ADMIN = "Only an administrator can do this."
NOT_VERIFIED = "It could not be verified that you are an administrator, so nothing was changed. Try again."


@workflow.defn(name=WORKFLOW)
class ApprovalWorkflow:
    """One request, from its submission to its outcome."""

    @workflow.init
    def __init__(self, start: ApprovalInput) -> None:
        # Handlers can run before `run` does, so everything they need is here.
        self._in_place = workflow.patched(Patch.IN_PLACE)
        self._state = start.state
        self._unrecorded: list[AnyEvent] = list(start.unrecorded)
        self._asked: set[str] = set()
        self._first_tries: set[str] = set()
        self._questions: dict[str, asyncio.Task[None]] = {}
        self._pause: asyncio.Task[None] | None = None
        self._writing = self._recording = False
        self._fault: BaseException | None = None
        self._timer: asyncio.Task[None] | None = None
        self._timer_at: datetime | None = None
        for command in start.commands:
            self._apply(command, workflow.now())

    @workflow.run
    async def run(self, start: ApprovalInput) -> str:
        """Carry a request to its end; its outcome."""
        self._ask_about_the_world()
        recorder = self._in_background(self._record())
        while not self._is_over():
            if self._may_continue_as_new():
                unrecorded = tuple(self._unrecorded)
                workflow.continue_as_new(ApprovalInput(state=self._state, unrecorded=unrecorded))
            self._set_timer(wake_at(self._state))
            await self._until(self._something_to_do(self._state.revision))
            self._let_time_pass()
        recorder.cancel()
        show_status(str(self._state.outcome))
        return str(self._state.outcome)

    def _something_to_do(self, revision: int) -> Callable[[], bool]:
        return lambda: (
            self._state.revision != revision
            or self._timer_is_due()
            or self._may_continue_as_new()
            or self._is_over()
        )

    # ---- what comes in ------------------------------------------------------------------------

    def _hear(self, command: c.Command) -> Receipt | None:
        """A person's command: who waits for it sees at once what it came to; what follows begins after that."""
        receipt = self._apply(command, workflow.now())
        if not (self._in_place and command.answer_first):
            self._ask_about_the_world()
        elif self._pause is None:
            self._pause = self._in_background(self._let_the_answer_go_first())
        return receipt

    async def _let_the_answer_go_first(self) -> None:
        # Local activities run within the task of the workflow; a query waits for its end.
        await workflow.sleep(A_MOMENT)
        self._pause = None
        self._ask_about_the_world()

    def _receive(self, command: c.Command, now: datetime | None = None) -> None:
        """A command of the shell itself, for which nobody waits."""
        self._apply(command, now or workflow.now())
        self._ask_about_the_world()

    def _apply(self, command: c.Command, now: datetime) -> Receipt | None:
        self._state, events, receipt = receive(self._state, command, now)
        self._unrecorded.extend(events)  # type: ignore[arg-type]
        return receipt

    @workflow.query(name=STATE_QUERY)
    def state(self) -> StateView:
        """Where the request is, and what happened last."""
        return StateView(state=self._state, unrecorded=tuple(self._unrecorded))

    @command_signal
    def decide(self, command: c.Decide) -> None:
        """A reviewer's decision on a task."""
        self._hear(command)

    @command_signal
    def comment(self, command: c.Comment) -> None:
        """A remark."""
        self._hear(command)

    @command_signal
    def claim(self, command: c.Claim) -> None:
        """A potential owner takes a task."""
        self._hear(command)

    @command_signal
    def release(self, command: c.Release) -> None:
        """An owner gives a task back."""
        self._hear(command)

    @command_signal
    def delegate(self, command: c.Delegate) -> None:
        """A reviewer hands a task on."""
        self._hear(command)

    @command_signal
    def invite(self, command: c.Invite) -> None:
        """A reviewer adds an approver."""
        self._receive(command)

    @command_signal
    def declare_conflict(self, command: c.DeclareConflict) -> None:
        """A reviewer may not decide."""
        self._hear(command)

    @command_signal
    def resubmit(self, command: c.Resubmit) -> None:
        """The requester's next round."""
        self._hear(command)

    @command_signal
    def amend(self, command: c.Amend) -> None:
        """The requester's change of an open request."""
        self._hear(command)

    @command_signal
    def withdraw(self, command: c.Withdraw) -> None:
        """The requester takes the request back."""
        self._hear(command)

    @command_signal
    def escalate(self, command: c.Escalate) -> None:
        """Somebody who waits, or is asked, calls the next level."""
        self._hear(command)

    @command_signal
    def look_up(self, command: c.LookUp) -> None:
        """People and groups have changed, or the policy's owner has mended something."""
        self._hear(command)

    @command_signal
    def reroute(self, command: c.Reroute) -> None:
        """A courier's word of who is away or back."""
        self._receive(command)

    # ---- what administrators ask --------------------------------------------------------------

    @checked_update
    async def reassign(self, command: c.Reassign) -> Receipt:
        """Give a task to somebody else."""
        return await self._administer(command)

    @checked_update
    async def add_approver(self, command: c.AddApprover) -> Receipt:
        """Open one more seat."""
        return await self._administer(command)

    @checked_update
    async def remove_approver(self, command: c.RemoveApprover) -> Receipt:
        """Take a seat away."""
        return await self._administer(command)

    @checked_update
    async def extend_deadline(self, command: c.ExtendDeadline) -> Receipt:
        """Give a stage more time."""
        return await self._administer(command)

    @checked_update
    async def pause(self, command: c.Pause) -> Receipt:
        """Put the request on hold."""
        return await self._administer(command)

    @checked_update
    async def resume(self, command: c.Resume) -> Receipt:
        """End the hold."""
        return await self._administer(command)

    @checked_update
    async def skip_stage(self, command: c.SkipStage) -> Receipt:
        """Pass a stage over."""
        return await self._administer(command)

    @checked_update
    async def migrate(self, command: c.Migrate) -> Receipt:
        """Follow another version of the policy."""
        return await self._administer(command)

    @checked_update
    async def override(self, command: c.Override) -> Receipt:
        """End the request in place of its reviewers."""
        return await self._administer(command)

    @checked_update
    async def look_up_anew(self, command: c.LookUpAnew) -> Receipt:
        """Find out anew whom a stage asks."""
        return await self._administer(command)

    def check(self, command: c.AdminCommand) -> None:
        """Refuse at once what the rules do not allow."""
        if command.id in self._state.seen:
            return  # a repeat gets the first answer again
        try:
            handle(self._state, command, workflow.now())
        except Refused as refusal:
            raise ApplicationError(refusal.message, type=refusal.code, non_retryable=True) from refusal

    async def _administer(self, command: c.Update) -> Receipt:
        question = Authorisation(request=self._state.request, actor=command.actor, kind=command.kind)
        try:
            allowed = await workflow.execute_activity(
                Activity.AUTHORISE, question, result_type=bool, **AUTHORISE
            )
        except ActivityError as error:
            raise ApplicationError(NOT_VERIFIED, type="not_verified", non_retryable=True) from error
        if not allowed:
            return self._refuse(command, "not_admin", NOT_ADMIN)
        receipt = self._hear(command)
        if receipt is None:  # only the shell's own commands go without
            raise ApplicationError(f"{command.kind} was not answered", type="failed", non_retryable=True)
        return receipt

    def _refuse(self, command: c.Command, code: str, message: str) -> Receipt:
        """Answer a command whose actor may not give it; the attempt stands in the record."""
        now, revision = workflow.now(), self._state.revision + 1
        refused = CommandRefused(
            revision=revision, at=now, actor=command.actor, command=command.id, code=code, message=message
        )
        self._state = evolve(self._state, refused)
        self._unrecorded.append(refused)
        return Receipt(command=command.id, code=code, message=message, at=now, revision=revision)

    # ---- time ---------------------------------------------------------------------------------

    def _set_timer(self, due: datetime | None) -> None:
        """Have one timer for the next due moment; one that stands right is left alone."""
        if due == self._timer_at:
            return
        if self._timer:
            self._timer.cancel()
        self._timer_at = due
        self._timer = asyncio.create_task(self._sleep_until(due)) if due else None

    async def _sleep_until(self, due: datetime) -> None:
        await workflow.sleep(max((due - workflow.now()).total_seconds(), 0))

    def _timer_is_due(self) -> bool:
        return self._timer is not None and self._timer.done()

    def _let_time_pass(self) -> None:
        if not (self._timer_at and self._timer_is_due()):
            return
        # The server rounds to milliseconds; what its timer says is due, is due.
        due, now = self._timer_at, workflow.now()
        self._timer = self._timer_at = None
        workflow.metric_meter().create_histogram_timedelta(
            "placet_sla_lag", "From when a reminder, breach or escalation was due until it was carried out."
        ).record(max(now - due, timedelta(0)))
        self._receive(c.Tick(id=own_id()), max(now, due))

    # ---- what is done beside it ---------------------------------------------------------------

    def _ask_about_the_world(self) -> None:
        """Begin to find out whatever the engine needs, each thing once; after the end nothing more."""
        if self._state.status is Status.CLOSED:
            for question in self._questions.values():
                question.cancel()
        for work in pending_work(self._state):
            if work.id not in self._asked:
                self._asked.add(work.id)
                self._first_tries.add(work.id)
                question = self._in_background(self._find_out(work))
                self._questions[work.id] = question
                question.add_done_callback(functools.partial(self._forget_question, work.id))

    def _forget_question(self, id: str, _: object) -> None:
        # One that was cancelled before it began never came to its own end.
        self._first_tries.discard(id)
        del self._questions[id]

    async def _find_out(self, work: Work) -> None:
        now, tried = workflow.now(), functools.partial(self._first_tries.discard, work.id)
        answer: c.Command
        if isinstance(work, StageWork):
            plan = await plan_of(StagePreparation(work=work, now=now), tried, in_place=self._in_place)
            answer = c.StagePrepared(id=own_id(), work=work.id, plan=plan)
        else:
            reading = await reading_of(ClockComputation(work=work, now=now), tried, in_place=self._in_place)
            answer = c.ClockPrepared(id=own_id(), work=work.id, computed_for=now, reading=reading)
        self._receive(answer)

    async def _record(self) -> None:
        """Write what happened to PostgreSQL, batch after batch, for as long as the request lives."""
        while True:
            await workflow.wait_condition(self._may_record)
            self._recording = True
            events = batch_of(self._unrecorded)
            await self._write(EventBatch(request=self._state.request, events=events))
            del self._unrecorded[: len(events)]
            self._recording = False

    def _may_record(self) -> bool:
        return bool(self._unrecorded) and not self._first_tries and self._pause is None

    async def _write(self, batch: EventBatch) -> None:
        if self._in_place:
            self._writing = True
            try:
                if await written_in_place(batch):
                    return
            finally:
                self._writing = False
        await written(batch)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._note_fault)
        return task

    def _note_fault(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) and not is_cancelled_exception(error):
            self._fault = error

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait, but not past a fault of a background task, which nobody else would see."""
        await workflow.wait_condition(lambda: self._fault is not None or condition())
        if self._fault:
            # Not a failure of the request: the task of the workflow fails and is tried until it is mended.
            raise RuntimeError("A background task of the workflow failed") from self._fault

    # ---- the end of a run ---------------------------------------------------------------------

    def _is_over(self) -> bool:
        """Whether the request is closed and all of it recorded: what came late has its answer too."""
        return (
            self._state.status is Status.CLOSED and not self._unrecorded and workflow.all_handlers_finished()
        )

    def _something_is_under_way_in_place(self) -> bool:
        """Whether a local activity runs or is about to. A run that ends beside one could not be replayed."""
        begins = not self._recording and self._may_record()
        return self._in_place and (self._writing or begins or bool(self._first_tries))

    def _may_continue_as_new(self) -> bool:
        """Whether a new run can carry on now: it writes what is left, and asks again what was not answered."""
        # Not only when PostgreSQL has everything: a busy hour would have no such moment, an outage none at all.
        return (
            workflow.info().is_continue_as_new_suggested()
            and workflow.all_handlers_finished()
            and not self._something_is_under_way_in_place()
            and len(batch_of(self._unrecorded)) == len(self._unrecorded)
        )
