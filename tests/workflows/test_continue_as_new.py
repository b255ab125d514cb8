"""A long life in several runs: what one run knew, the next one knows."""

import asyncio

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from approvals.engine import commands as c
from approvals.engine.state import Outcome
from temporal_app.messages import Activity
from tests.workflows.conftest import EVENTS_BEFORE_CONTINUING
from tests.workflows.running import Running, new_id, policy, running
from tests.workflows.world import World

COMMENTS = 50


async def talk(request: Running) -> list[str]:
    """Many comments at once, more than a run has room for; their ids."""
    comments = [c.Comment(id=new_id(), actor="ana", text=f"Comment {n}.") for n in range(COMMENTS)]
    return list(await asyncio.gather(*(request.signal(comment) for comment in comments)))


async def run_id(request: Running) -> str | None:
    return (await request.handle.describe()).run_id


async def test_commands_that_come_while_a_run_ends_are_all_applied_once(
    impatient_client: Client, world: World
) -> None:
    async with running(impatient_client, policy(), world) as request:
        first = await run_id(request)
        await request.opened()
        ids: list[str] = []
        while await run_id(request) == first:
            ids += await talk(request)
        state = await request.until(lambda state: state.comments == len(ids))
        await request.decide("bo")
        assert await request.outcome() == Outcome.APPROVED

    assert set(ids) <= state.seen
    assert [event.revision for event in world.recorded] == list(range(1, len(world.recorded) + 1))
    assert sum(event.type == "comment_added" for event in world.recorded) == len(ids)


async def test_receipts_survive(impatient_client: Client, world: World) -> None:
    async with running(impatient_client, policy(), world) as request:
        first = await run_id(request)
        await request.opened()
        refused = await request.decide("eve")
        last: list[str] = []
        while await run_id(request) == first:
            last.append(await request.signal(c.Comment(id=new_id(), actor="ana", text="And now?")))
        state = await request.state()

    answer = state.receipt(refused)
    assert answer is not None
    assert answer.code == "not_assigned"
    assert all(state.receipt(id) for id in last)


async def test_a_deadline_survives(impatient_client: Client, world: World) -> None:
    sla = {"target": "PT3S", "calendar": "always", "levels": [{"at": "100%", "do": "expire"}]}
    async with running(impatient_client, policy({"id": "boss", "sla": sla}), world) as request:
        await request.opened()
        await talk(request)
        assert await request.outcome() == Outcome.EXPIRED
        last_run = request.client.get_workflow_handle(request.handle.id)
        kinds = [event.event_type async for event in last_run.fetch_history_events()]
        state = await request.state()

    assert state.revision > EVENTS_BEFORE_CONTINUING
    assert EventType.EVENT_TYPE_TIMER_FIRED in kinds
    assert EventType.EVENT_TYPE_MARKER_RECORDED in kinds, "what fell due was written down in place"
    assert await runs(request) > 1


async def runs(request: Running) -> int:
    """How many runs the request took."""
    found = request.client.list_workflows(f"WorkflowId = '{request.handle.id}'")
    return len([run async for run in found])


async def test_an_outage_of_the_record_does_not_keep_a_run_from_ending(
    impatient_client: Client, world: World
) -> None:
    async with running(impatient_client, policy({"id": "boss"}, {"id": "chief"}), world) as request:
        await request.opened()
        world.outages |= {Activity.RECORD, Activity.PREPARE_STAGE}
        first = await run_id(request)
        await request.decide("bo")
        sent = 0
        while await run_id(request) == first:
            sent += len(await talk(request))
        assert len((await request.view()).unrecorded) >= sent
        world.outages.clear()
        await request.opened("chief.1.1")
        await request.decide("bo", "chief.1.1")
        assert await request.outcome() == Outcome.APPROVED

    assert [event.revision for event in world.recorded] == list(range(1, len(world.recorded) + 1))
    assert sum(event.type == "comment_added" for event in world.recorded) == sent
