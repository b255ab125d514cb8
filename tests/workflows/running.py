"""A request that runs, and what a test does with it."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from approvals.engine import commands as c
from approvals.engine import new_request
from approvals.engine.events import AnyEvent
from approvals.engine.policy import Policy
from approvals.engine.state import Decision, Receipt, RequestState
from temporal_app.messages import STATE_QUERY, ApprovalInput, StateView, workflow_id
from temporal_app.workflows.approval import ApprovalWorkflow
from tests.workflows.world import World

TASK_TIMEOUT = timedelta(seconds=2)
"""So long a task is given up for lost whose worker has ended."""
ONE_STAGE: dict[str, Any] = {
    "key": "leave",
    "title": "Leave",
    "owner": {"user": "owner"},
    "form": [{"id": "days", "label": "Days", "type": "integer"}],
    "stages": [{"id": "boss", "title": "Boss", "participants": [{"user": "bo"}]}],
}


def policy(*stages: dict[str, Any], **more: Any) -> Policy:
    """A policy of these stages, by default one that asks bo; each without participants asks bo as well."""
    described = [
        {"title": stage["id"].title(), "participants": [{"user": "bo"}], **stage} for stage in stages
    ]
    return Policy.model_validate(ONE_STAGE | ({"stages": described} if stages else {}) | more)


def submission(rules: Policy, request: str | None = None) -> ApprovalInput:
    """What the web hands over when ana submits a request."""
    state = new_request(request or str(uuid.uuid4()), rules, 1, "ana")
    submit = c.Submit(id=new_id(), actor="ana", title="Three days", form={"days": 3})
    return ApprovalInput(state=state, commands=(submit,))


def new_id() -> str:
    """An id for a command."""
    return str(uuid.uuid4())


def worker(client: Client, queue: str, world: World, **options: Any) -> Worker:
    """A worker whose activities look at `world`."""
    return Worker(
        client,
        task_queue=queue,
        workflows=[ApprovalWorkflow],
        activities=world.activities,
        # In use workflows run without it, for what it costs (see `temporal_app.worker`): here is where it tells.
        workflow_runner=SandboxedWorkflowRunner(),
        # For so long the server keeps a task for a worker that has ended.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
        **options,
    )


class Running:
    """A request in a workflow."""

    def __init__(self, client: Client, queue: str, start: ApprovalInput) -> None:
        self.client = client
        self.queue = queue
        self.input = start
        self.handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(workflow_id(start.state.request))

    async def start(self) -> None:
        """Start the workflow; only the handle that comes from this makes time skip."""
        self.handle = await self.client.start_workflow(
            ApprovalWorkflow.run,
            self.input,
            id=self.handle.id,
            task_queue=self.queue,
            task_timeout=TASK_TIMEOUT,
        )

    async def view(self) -> StateView:
        """The answer to the query."""
        view: StateView = await self.handle.query(STATE_QUERY, result_type=StateView)
        return view

    async def state(self) -> RequestState:
        """Where the request is."""
        return (await self.view()).state

    async def signal(self, command: c.Signal) -> str:
        """Send a person's command; its id."""
        await self.handle.signal(command.kind, command)
        return command.id

    async def decide(
        self, who: str, task: str = "boss.1.1", decision: Decision = Decision.APPROVE, id: str = ""
    ) -> str:
        """Somebody decides a task; the command's id."""
        return await self.signal(
            c.Decide(id=id or new_id(), actor=who, task=task, decision=decision, comment="I say so.")
        )

    async def update(self, command: c.Update) -> Receipt:
        """Give an administrator's command."""
        receipt: Receipt = await self.handle.execute_update(
            command.kind, command, id=command.id, result_type=Receipt
        )
        return receipt

    async def until(self, happened: Callable[[RequestState], bool]) -> RequestState:
        """The state as soon as it is so. Each query waits for the workflow's next task; the test's own
        time limit ends it."""
        while True:
            state = await self.state()
            if happened(state):
                return state

    async def until_recorded(self) -> None:
        """As soon as nothing is left to be recorded."""
        while (await self.view()).unrecorded:
            pass

    async def opened(self, task: str = "boss.1.1") -> RequestState:
        """The state once a task is open."""
        return await self.until(lambda state: task in state.tasks)

    async def outcome(self) -> str:
        """The request's outcome, once it has ended."""
        outcome: str = await self.handle.result()
        return outcome


def types(events: Sequence[AnyEvent]) -> list[str]:
    """What kinds of events there are, in order."""
    return [event.type for event in events]


@asynccontextmanager
async def running(client: Client, rules: Policy, world: World) -> AsyncIterator[Running]:
    """A submitted request with a worker of its own."""
    queue = f"test-{uuid.uuid4()}"
    request = Running(client, queue, submission(rules))
    async with worker(client, queue, world):
        await request.start()
        yield request
