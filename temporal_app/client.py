"""How Django speaks to the engine: plain functions over Temporal's asynchronous client.

Every call ends in time for a page to be answered within three seconds. Who did not answer is not asked
again for a few seconds, so that one page waits and not each of them (see ``temporal_app.connection``).

A click is a signal and a query for the state that it leads to (:func:`signal_and_ask`). An update that returns
the state, and one that is refused with the state as its reason, were measured: neither answers as soon.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from approvals.engine.commands import Reroute, Signal, Update
from approvals.engine.state import Receipt
from temporal_app.connection import RPC_TIMEOUT, EngineAway, NotRunning, connection
from temporal_app.messages import (
    STATE_QUERY,
    WORKFLOW,
    ApprovalInput,
    SearchAttribute,
    StateView,
    workflow_id,
)

logger = logging.getLogger(__name__)

__all__ = [
    "EngineAway",
    "NotRunning",
    "forget",
    "signal",
    "signal_and_ask",
    "start",
    "state",
    "state_soon",
    "update",
    "workers",
]

TASK_TIMEOUT = timedelta(seconds=5)
"""For one task of a workflow, which takes milliseconds. So long its commands wait when a worker is killed with it."""
HEAD_START = 0.0005
"""Seconds that a command gets before the question for the state that it leads to."""
POLLED_WITHIN = timedelta(seconds=75)
"""A worker that lives has polled within this time: one poll lasts a minute at most."""


def start(request: ApprovalInput) -> None:
    """Start a request's workflow. Where it has been started already, nothing happens.

    Raises:
        EngineAway: the server cannot be reached.
    """
    connection.call(lambda client: _start(client, request))


def signal(request: str, command: Signal | Reroute) -> None:
    """Hand a person's command, or word of who is away, to a request. The server takes it, whether or not a worker runs.

    Nobody waits to see what it comes to.

    Raises:
        EngineAway: the server cannot be reached.
        NotRunning: the request has ended, or was never started.
    """
    connection.call(lambda client: _signal(client, request, command, answer_first=False))


@dataclass(frozen=True)
class Told:
    """A command on its way to a request, and after it the question for the state that it leads to."""

    taken: Callable[[], None]
    """Waits until the server has the command; raises what :func:`signal` raises."""
    state: Callable[[], StateView]
    """Waits for that state, and raises what :func:`state` raises; to be called when the command is taken."""


def signal_and_ask(request: str, command: Signal) -> Told:
    """Begin to hand over a command and to ask for the state that it leads to, and do something else meanwhile.

    The question follows the command closely, without waiting for the server's word that it has it: so it mostly
    finds the command still on its way to the worker and goes along with it, which spares a turn of server and
    worker. Now and then it comes first, which the answer shows, and is asked again.

    Where many wait at once, none is answered before what happened is written down: all of it together is a third
    less work for the server, and so each of them is answered sooner. Not while anybody is silent, for then what
    is written down may be what is slow.
    """

    async def send(client: Client) -> None:
        await _signal(client, request, command, answer_first=not connection.is_busy)

    async def ask(client: Client) -> StateView:
        await asyncio.sleep(HEAD_START)
        return await _state(client, request)

    def answer() -> StateView:
        view = asked()
        return view if view.state.receipt(command.id) else state(request)

    taken = connection.begin(send)
    asked = connection.begin(ask, needs_worker_of=request)
    return Told(taken, answer)


def update(request: str, command: Update) -> Receipt:
    """Give an administrator's command and wait for what it comes to.

    Raises:
        EngineAway: the server cannot be reached or no worker answered; the command may still take effect.
        NotRunning: the request has ended, or was never started.
    """

    async def ask(client: Client) -> Receipt:
        handle = client.get_workflow_handle(workflow_id(request))
        receipt: Receipt = await handle.execute_update(
            command.kind, command, id=command.id, result_type=Receipt, rpc_timeout=RPC_TIMEOUT
        )
        return receipt

    try:
        return connection.call(ask, needs_worker_of=request)
    except WorkflowUpdateFailedError as refused:
        return _refusal(command, refused.cause)


def state(request: str) -> StateView:
    """Where a request is, as its workflow knows it.

    Raises:
        EngineAway: the server cannot be reached or no worker answered.
        NotRunning: the request was never started, or is forgotten.
    """
    return state_soon(request)()


def state_soon(request: str) -> Callable[[], StateView]:
    """Ask for the :func:`state` and do something else meanwhile; what comes back waits for the answer."""

    return connection.begin(lambda client: _state(client, request), needs_worker_of=request)


def workers() -> int:
    """How many workers wait for work, give or take one that ended in the last minute.

    Raises:
        EngineAway: the server cannot be reached.
    """

    async def ask(client: Client) -> int:
        queue = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace,
                task_queue=TaskQueue(name=settings.TEMPORAL_TASK_QUEUE),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            ),
            timeout=RPC_TIMEOUT,
        )
        since = datetime.now(UTC) - POLLED_WITHIN
        recent = {
            poller.identity
            for poller in queue.pollers
            if poller.last_access_time.ToDatetime(tzinfo=UTC) > since
        }
        return len(recent)

    return connection.call(ask)


def forget() -> None:
    """Close this process's client; the next call makes a new one, and asks whoever was silent again."""
    connection.close()


async def _signal(client: Client, request: str, command: Signal | Reroute, *, answer_first: bool) -> None:
    sent = command.model_copy(update={"answer_first": answer_first})
    handle = client.get_workflow_handle(workflow_id(request))
    await handle.signal(sent.kind, sent, rpc_timeout=RPC_TIMEOUT)


async def _state(client: Client, request: str) -> StateView:
    handle = client.get_workflow_handle(workflow_id(request))
    view: StateView = await handle.query(STATE_QUERY, result_type=StateView, rpc_timeout=RPC_TIMEOUT)
    return view


async def _start(client: Client, request: ApprovalInput) -> None:
    try:
        await _start_found_by(client, request, _search_attributes(request))
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT or "search attribute" not in str(error).lower():
            raise
        logger.warning("the engine's server lacks our search attributes", extra={"why": str(error)})
        await _start_found_by(client, request, TypedSearchAttributes.empty)


async def _start_found_by(client: Client, request: ApprovalInput, found_by: TypedSearchAttributes) -> None:
    try:
        await client.start_workflow(
            WORKFLOW,
            request,
            id=workflow_id(request.state.request),
            task_queue=settings.TEMPORAL_TASK_QUEUE,
            # A repeat finds the run that is there, or that there was one.
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=found_by,
            task_timeout=TASK_TIMEOUT,
            rpc_timeout=RPC_TIMEOUT,
        )
    except WorkflowAlreadyStartedError:
        logger.info("request was started before", extra={"request": request.state.request})


def _search_attributes(request: ApprovalInput) -> TypedSearchAttributes:
    values = {
        SearchAttribute.POLICY: request.state.policy.key,
        SearchAttribute.STATUS: request.state.status.value,
    }
    return TypedSearchAttributes(
        [SearchAttributePair(SearchAttributeKey.for_keyword(name), value) for name, value in values.items()]
    )


def _refusal(command: Update, cause: BaseException) -> Receipt:
    code = cause.type if isinstance(cause, ApplicationError) and cause.type else "failed"
    message = cause.message if isinstance(cause, ApplicationError) else str(cause)
    return Receipt(command=command.id, code=code, message=message, at=datetime.now(UTC), revision=0)
