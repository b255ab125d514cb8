"""Seven mistakes that published samples of approval workflows make, each made impossible here."""

import inspect

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from approvals.engine import commands as c
from approvals.engine.state import Decision, Outcome, Status
from temporal_app.activities import ACTIVITIES
from temporal_app.messages import Activity
from tests.workflows.running import new_id, policy, running
from tests.workflows.world import World


async def test_1_a_decision_that_comes_while_a_notification_is_awaited_is_not_erased(
    client: Client, world: World
) -> None:
    world.outages.add(Activity.RECORD)  # what is to be told to bo is still being written
    async with running(client, policy(), world) as request:
        await request.opened()
        await request.decide("bo")
        state = await request.until(lambda state: state.status is Status.CLOSED)
        assert state.tasks["boss.1.1"].decision is Decision.APPROVE
        world.outages.clear()
        assert await request.outcome() == Outcome.APPROVED


def test_2_every_activity_takes_one_argument() -> None:
    for activity in ACTIVITIES:
        assert len(inspect.signature(activity).parameters) == 1


async def test_2_the_approved_path_runs_through_every_activity(client: Client, world: World) -> None:
    rules = policy({"id": "boss", "sla": {"target": "P1D", "calendar": "always"}})
    async with running(client, rules, world) as request:
        await request.opened()
        await request.update(
            c.ExtendDeadline(id=new_id(), actor="admin", stage="boss", by="P1D", reason="Holidays.")
        )
        await request.until(lambda state: not state.stages["boss"].clock.stale)  # type: ignore[union-attr]
        await request.decide("bo")
        assert await request.outcome() == Outcome.APPROVED

    assert set(world.calls) == set(Activity)


async def test_3_a_failed_reminder_does_not_fail_the_request(
    time_skipping: WorkflowEnvironment, world: World
) -> None:
    sla = {"target": "PT2H", "calendar": "always", "reminders": [{"at": "50%"}]}
    async with running(time_skipping.client, policy({"id": "boss", "sla": sla}), world) as request:
        await request.opened()
        world.outages.add(Activity.RECORD)
        await time_skipping.sleep(70 * 60)
        assert (await request.state()).stages["boss"].clock.fired == {"reminder-0"}  # type: ignore[union-attr]
        await request.decide("bo")
        assert (await request.state()).outcome is Outcome.APPROVED
        world.outages.clear()
        assert await request.outcome() == Outcome.APPROVED


async def test_4_the_ids_that_were_seen_survive_continue_as_new(
    impatient_client: Client, world: World
) -> None:
    async with running(impatient_client, policy(), world) as request:
        await request.opened()
        first = c.Comment(id=new_id(), actor="ana", text="Please.")
        await request.signal(first)
        comments = 1
        while (await request.handle.describe()).run_id == request.handle.first_execution_run_id:
            await request.signal(c.Comment(id=new_id(), actor="ana", text="And now?"))
            comments += 1
        await request.signal(first)
        state = await request.state()

    assert state.comments == comments
    assert first.id in state.seen


async def test_5_the_last_allowed_resubmission_is_accepted(client: Client, world: World) -> None:
    async with running(client, policy(max_rounds=2), world) as request:
        await request.opened()
        await request.decide("bo", decision=Decision.REQUEST_CHANGES)
        await request.signal(
            c.Resubmit(id=new_id(), actor="ana", round=1, title="Two days", form={"days": 2})
        )
        await request.opened("boss.2.1")
        await request.decide("bo", "boss.2.1")
        assert await request.outcome() == Outcome.APPROVED


async def test_6_knowing_an_id_is_not_enough_to_decide(client: Client, world: World) -> None:
    async with running(client, policy(), world) as request:
        await request.opened()
        forged = [await request.decide(who) for who in ("eve", "ana", "admin", "")]
        state = await request.state()

    assert state.status is Status.OPEN
    assert state.tasks["boss.1.1"].decision is None
    assert [state.receipt(id).code for id in forged] == ["not_assigned"] * 4  # type: ignore[union-attr]


async def test_7_the_first_decision_of_a_task_stands(client: Client, world: World) -> None:
    rules = policy({"id": "desk", "participants": [{"group": "desk"}]}, {"id": "chief"})
    async with running(client, rules, world) as request:
        await request.opened("desk.1.1")
        await request.decide("cy", "desk.1.1")
        late = await request.decide("di", "desk.1.1", Decision.REJECT)
        state = await request.opened("chief.1.1")

    answer = state.receipt(late)
    assert state.tasks["desk.1.1"].decided_by == "cy"
    assert answer is not None
    assert answer.code == "already_decided"
    assert answer.message.startswith("cy approved on ")
