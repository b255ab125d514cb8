"""The record follows the request and never leads it by the hand."""

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from approvals.engine import commands as c
from approvals.engine.events import AnyEvent, CommentAdded, StageOpened
from approvals.engine.state import Decision, Outcome, StageStatus, Status
from temporal_app.messages import Activity
from temporal_app.workflows.batches import BATCH_BYTES, batch_of
from tests.workflows.running import new_id, policy, running, types, worker
from tests.workflows.world import World


async def test_whoever_decides_is_answered_before_anything_is_written(client: Client, world: World) -> None:
    async with running(client, policy(), world) as request:
        await request.opened()
        await request.decide("bo")
        assert await request.outcome() == Outcome.APPROVED
        kinds = [event.event_type async for event in request.handle.fetch_history_events()]

    after = kinds[kinds.index(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) :]
    answered = after.index(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
    written = after.index(EventType.EVENT_TYPE_MARKER_RECORDED)
    assert answered < after.index(EventType.EVENT_TYPE_TIMER_FIRED) < written
    assert EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED not in kinds, "all of it is done in place"


async def test_where_nobody_waits_no_second_task_is_begun_for_what_follows(
    client: Client, world: World
) -> None:
    async with running(client, policy({"id": "boss"}, {"id": "chief"}), world) as request:
        await request.opened()
        approval = c.Decide(
            id=new_id(), actor="bo", task="boss.1.1", decision=Decision.APPROVE, answer_first=False
        )
        await request.signal(approval)
        after: list[EventType.ValueType] = []
        # Not by queries, for one that comes with the task would be answered before its end.
        async for event in request.handle.fetch_history_events(wait_new_event=True):
            if after or event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                after.append(event.event_type)
            if after.count(EventType.EVENT_TYPE_MARKER_RECORDED) == 2:  # the next stage, and the record
                break

    assert EventType.EVENT_TYPE_TIMER_STARTED not in after
    assert EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED not in after
    assert "chief" in {event.stage for event in world.recorded if isinstance(event, StageOpened)}


async def test_an_outage_of_the_record_holds_up_no_decision(client: Client, world: World) -> None:
    world.outages.add(Activity.RECORD)
    async with running(client, policy({"id": "boss"}, {"id": "chief"}), world) as request:
        await request.opened()
        await request.decide("bo")
        await request.opened("chief.1.1")
        await request.decide("bo", "chief.1.1")
        await request.until(lambda state: state.status is Status.CLOSED)
        view = await request.view()
        assert world.recorded == []
        assert [event.revision for event in view.unrecorded] == list(range(1, view.state.revision + 1))
        world.outages.clear()
        assert await request.outcome() == Outcome.APPROVED

    assert [event.revision for event in world.recorded] == list(range(1, view.state.revision + 1))


async def test_a_command_that_comes_after_the_end_is_answered_and_recorded(
    client: Client, world: World
) -> None:
    world.outages.add(Activity.RECORD)  # so the workflow still waits for its last batch
    async with running(client, policy(), world) as request:
        await request.opened()
        await request.signal(c.Withdraw(id=new_id(), actor="ana"))
        late = await request.decide("bo")
        state = await request.until(lambda state: late in state.seen)
        world.outages.clear()
        await request.outcome()

    answer = state.receipt(late)
    assert answer is not None
    assert answer.code == "request_closed"
    assert types(world.recorded)[-1] == "command_refused"


async def test_a_record_that_failed_for_good_is_tried_again(
    time_skipping: WorkflowEnvironment, world: World
) -> None:
    world.hopeless.add(Activity.RECORD)
    async with running(time_skipping.client, policy(), world) as request:
        await request.opened()
        await time_skipping.sleep(10 * 60)
        assert world.calls.count(Activity.RECORD) > 5
        world.hopeless.clear()
        await request.decide("bo")
        assert await request.outcome() == Outcome.APPROVED

    assert types(world.recorded)[0] == "request_submitted"


async def test_a_stage_that_cannot_be_prepared_opens_without_anybody_and_says_why(
    client: Client, world: World
) -> None:
    world.hopeless.add(Activity.PREPARE_STAGE)
    async with running(client, policy(), world) as request:
        state = await request.until(lambda state: state.stages["boss"].status is StageStatus.OPEN)
        assert state.stages["boss"].reason == "no such calendar"
        assert state.open_tasks() == ()
        await request.update(
            c.AddApprover(
                id=new_id(), actor="admin", stage="boss", person="di", reason="Nobody else is there."
            )
        )
        await request.decide("di")
        assert await request.outcome() == Outcome.APPROVED

    assert "stage_stuck" in types(world.recorded)


async def test_a_stage_waits_for_the_end_of_an_outage(
    time_skipping: WorkflowEnvironment, world: World
) -> None:
    world.outages.add(Activity.PREPARE_STAGE)
    async with running(time_skipping.client, policy(), world) as request:
        await time_skipping.sleep(60 * 60)
        assert (await request.state()).stages["boss"].status is StageStatus.PREPARING
        world.outages.clear()
        await time_skipping.sleep(60)
        await request.decide("bo")
        assert await request.outcome() == Outcome.APPROVED


async def test_a_request_withdrawn_while_its_stage_is_prepared_ends(client: Client, world: World) -> None:
    world.outages.add(Activity.PREPARE_STAGE)
    async with running(client, policy(), world) as request:
        await request.signal(c.Withdraw(id=new_id(), actor="ana"))
        assert await request.outcome() == Outcome.WITHDRAWN


async def test_a_request_withdrawn_before_its_next_stage_is_even_asked_about_ends(
    client: Client, world: World
) -> None:
    async with running(client, policy({"id": "boss"}, {"id": "chief"}), world) as request:
        await request.opened()
    await request.decide("bo")
    await request.signal(c.Withdraw(id=new_id(), actor="ana"))

    async with worker(client, request.queue, world):
        assert await request.outcome() == Outcome.WITHDRAWN

    assert types(world.recorded)[-1] == "command_accepted"


async def test_a_decision_and_the_stage_that_follows_are_recorded_at_once(
    client: Client, world: World
) -> None:
    async with running(client, policy({"id": "boss"}, {"id": "chief"}), world) as request:
        await request.opened()
        await request.decide("bo")
        await request.opened("chief.1.1")
        await request.decide("bo", "chief.1.1")
        await request.outcome()

    assert world.calls.count(Activity.RECORD) == 3


async def test_the_record_does_not_wait_for_what_cannot_be_found_out(client: Client, world: World) -> None:
    world.outages.add(Activity.PREPARE_STAGE)
    async with running(client, policy(), world) as request:
        await request.signal(c.Comment(id=new_id(), actor="ana", text="Please."))
        await request.until_recorded()
        assert "comment_added" in types(world.recorded)
        assert (await request.state()).stages["boss"].status is StageStatus.PREPARING


async def test_the_record_does_not_wait_for_a_clock_that_failed_for_good(
    client: Client, world: World
) -> None:
    sla = {"target": "P1D", "calendar": "always"}
    world.hopeless.add(Activity.PREPARE_CLOCK)
    async with running(client, policy({"id": "boss", "sla": sla}), world) as request:
        await request.opened()
        await request.update(
            c.ExtendDeadline(id=new_id(), actor="admin", stage="boss", by="P1D", reason="Holidays.")
        )
        await request.until_recorded()

    assert "deadline_extended" in types(world.recorded)


def comment(revision: int, size: int, at: str = "2026-03-02T09:00:00Z") -> AnyEvent:
    return CommentAdded.model_validate({"revision": revision, "at": at, "text": "x" * size})


def test_a_batch_is_cut_before_it_is_too_large_for_a_message() -> None:
    events = [comment(1, 20_000), comment(2, BATCH_BYTES - 30_000), comment(3, 20_000)]

    assert batch_of(events) == tuple(events[:2])


def test_a_batch_takes_an_event_that_is_larger_than_it_should_be() -> None:
    events = [comment(1, BATCH_BYTES + 1), comment(2, 1)]

    assert batch_of(events) == tuple(events[:1])


def test_a_batch_takes_everything_that_fits() -> None:
    events = [comment(1, 10), comment(2, 10)]

    assert batch_of(events) == tuple(events)
