"""A month of deadlines in seconds: the server's clock jumps to the next timer."""

from datetime import timedelta

from temporalio.testing import WorkflowEnvironment

from approvals.engine import commands as c
from approvals.engine.events import DeadlineBreached, Escalated, ReminderSent, TaskReassigned
from approvals.engine.state import Outcome
from tests.workflows.running import new_id, policy, running, types
from tests.workflows.world import World

MONTH = {
    "target": "P20D",
    "calendar": "always",
    "reminders": [{"at": "50%"}, {"at": "P1D before"}],
    "levels": [
        {"at": "P2D after", "do": "add", "to": [{"user": "director"}]},
        {"at": "P10D after", "do": "expire"},
    ],
}


async def test_a_request_that_nobody_decides_is_reminded_escalated_and_expires(
    time_skipping: WorkflowEnvironment, world: World
) -> None:
    async with running(time_skipping.client, policy({"id": "boss", "sla": MONTH}), world) as request:
        outcome = await request.outcome()
        state = await request.state()

    assert outcome == Outcome.EXPIRED
    assert [kind for kind in types(world.recorded) if kind in DUE] == [
        "reminder_sent",
        "reminder_sent",
        "deadline_breached",
        "escalated",
        "escalated",
    ]
    assert state.submitted_at is not None
    assert state.closed_at is not None
    assert (state.closed_at - state.submitted_at).days == 30
    assert {"bo", "director"} <= state.involved


DUE = {"reminder_sent", "deadline_breached", "escalated"}


async def test_every_alarm_falls_when_it_was_due(time_skipping: WorkflowEnvironment, world: World) -> None:
    async with running(time_skipping.client, policy({"id": "boss", "sla": MONTH}), world) as request:
        await request.outcome()

    fired = [
        event for event in world.recorded if isinstance(event, ReminderSent | DeadlineBreached | Escalated)
    ]
    assert len(fired) == 5
    assert all(event.due and timedelta(0) <= event.at - event.due < timedelta(minutes=1) for event in fired)


async def test_a_pause_moves_the_deadline_and_the_time_before_it_counts(
    time_skipping: WorkflowEnvironment, world: World
) -> None:
    async with running(time_skipping.client, policy({"id": "boss", "sla": MONTH}), world) as request:
        await request.opened()
        await time_skipping.sleep(5 * DAY)
        await request.update(c.Pause(id=new_id(), actor="admin", reason="Inventory."))
        assert (await request.state()).stages["boss"].clock.deadline is None  # type: ignore[union-attr]
        await time_skipping.sleep(100 * DAY)
        assert not DUE & set(types(world.recorded))
        await request.update(c.Resume(id=new_id(), actor="admin"))
        assert await request.outcome() == Outcome.EXPIRED
        state = await request.state()

    assert state.submitted_at is not None
    assert state.closed_at is not None
    assert (state.closed_at - state.submitted_at).days == 130


DAY = 24 * 60 * 60


async def test_an_extension_moves_what_was_due(time_skipping: WorkflowEnvironment, world: World) -> None:
    async with running(time_skipping.client, policy({"id": "boss", "sla": MONTH}), world) as request:
        before = (await request.opened()).stages["boss"].clock
        await request.update(
            c.ExtendDeadline(id=new_id(), actor="admin", stage="boss", by="P7D", reason="Holidays.")
        )
        state = await request.until(lambda state: not state.stages["boss"].clock.stale)  # type: ignore[union-attr]
        after = state.stages["boss"].clock

    assert before is not None
    assert before.deadline is not None
    assert after is not None
    assert after.deadline is not None
    assert (after.deadline - before.deadline).days == 7


async def test_a_decision_stops_the_clock(time_skipping: WorkflowEnvironment, world: World) -> None:
    async with running(time_skipping.client, policy({"id": "boss", "sla": MONTH}), world) as request:
        await request.opened()
        await time_skipping.sleep(12 * DAY)
        await request.decide("bo")
        assert await request.outcome() == Outcome.APPROVED

    assert [kind for kind in types(world.recorded) if kind in DUE] == ["reminder_sent"]


async def test_what_was_delegated_for_a_time_comes_back_when_it_is_over(
    time_skipping: WorkflowEnvironment, world: World
) -> None:
    async with running(time_skipping.client, policy({"id": "boss", "sla": MONTH}), world) as request:
        state = await request.opened()
        assert state.submitted_at is not None
        until = state.submitted_at + timedelta(days=10)
        command = c.Delegate(id=new_id(), actor="bo", task="boss.1.1", to="cara", until=until)
        await request.signal(command)
        await request.outcome()

    back = [
        event
        for event in world.recorded
        if isinstance(event, TaskReassigned) and event.cause == "delegation_ended"
    ]
    assert [candidate.person for event in back for candidate in event.candidates] == ["bo"]
    assert [event.at >= until for event in back] == [True]
