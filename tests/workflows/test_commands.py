"""What people and administrators send to a running request."""

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from approvals.engine import commands as c
from approvals.engine.state import Decision, Outcome, Receipt, RequestState, Status
from temporal_app.messages import Activity
from tests.workflows.running import Running, new_id, policy, running, types, worker
from tests.workflows.world import World


async def test_an_approval_ends_the_request_and_everything_is_recorded(client: Client, world: World) -> None:
    async with running(client, policy(), world) as request:
        await request.opened()
        command = await request.decide("bo")
        assert await request.outcome() == Outcome.APPROVED
        view = await request.view()

    assert view.unrecorded == ()
    assert [event.revision for event in world.recorded] == list(range(1, view.state.revision + 1))
    assert types(world.recorded)[-4:] == [
        "task_decided",
        "stage_decided",
        "request_closed",
        "command_accepted",
    ]
    receipt = view.state.receipt(command)
    assert receipt is not None
    assert receipt.ok


async def test_an_amendment_asks_again_in_the_next_round(client: Client, world: World) -> None:
    async with running(client, policy(amend=True), world) as request:
        await request.opened()
        amendment = c.Amend(id=new_id(), actor="ana", round=1, title="Four days", form={"days": 4})
        await request.signal(amendment)
        state = await request.opened("boss.2.1")
        assert (state.round, state.form) == (2, {"days": 4})
        await request.decide("bo", "boss.2.1")
        assert await request.outcome() == Outcome.APPROVED


async def test_word_of_an_absence_moves_the_task_and_a_repeat_does_nothing(
    client: Client, world: World
) -> None:
    async with running(client, policy(), world) as request:
        await request.opened()
        for _ in range(2):
            word = c.Reroute(
                id="away", task="boss.1.1", of="bo", to="cara", why="Bo is away.", cause="absence"
            )
            await request.handle.signal(word.kind, word)
        await request.decide("cara")
        assert await request.outcome() == Outcome.APPROVED
        state = (await request.view()).state
    assert state.tasks["boss.1.1"].instead_of == "bo"
    assert types(world.recorded).count("task_reassigned") == 1


async def test_whoever_is_added_decides_first_and_a_conflict_of_interest_ends_their_part(
    client: Client, world: World
) -> None:
    rules = policy({"id": "boss", "participants": [{"user": "bo"}], "allow": ["add_before"]})
    async with running(client, rules, world) as request:
        await request.opened()
        for to in ("cy", "di"):
            await request.signal(c.Invite(id=new_id(), actor="bo", task="boss.1.1", to=to, place="before"))
        declared = c.DeclareConflict(id=new_id(), actor="cy", task="boss.1.2", reason="My cousin.")
        for _ in range(2):
            await request.handle.signal(declared.kind, declared)
        early = await request.decide("bo")
        await request.decide("di", "boss.1.3")
        await request.decide("bo")
        assert await request.outcome() == Outcome.APPROVED
        state = (await request.view()).state
    refused = state.receipt(early)
    assert refused is not None
    assert refused.code == "waits_for_other"
    assert state.conflicts == {"cy"}
    assert types(world.recorded).count("conflict_declared") == 1
    assert types(world.recorded).count("turn_came") == 1


async def test_a_decision_sent_while_no_worker_runs_is_applied_by_the_next(
    client: Client, world: World
) -> None:
    async with running(client, policy(), world) as request:
        await request.opened()
    await request.decide("bo")

    async with worker(client, request.queue, world):
        assert await request.outcome() == Outcome.APPROVED


async def test_a_request_started_while_no_worker_runs_takes_its_submission_first(
    client: Client, world: World
) -> None:
    async with running(client, policy(), world) as other:
        queue = other.queue
    request = Running(client, queue, other.input.model_copy(update={"state": renamed(other)}))
    await request.start()
    await request.signal(c.Withdraw(id=new_id(), actor="ana"))

    async with worker(client, queue, World()):
        assert await request.outcome() == Outcome.WITHDRAWN


def renamed(request: Running) -> RequestState:
    """The same request under another id."""
    return request.input.state.model_copy(update={"request": new_id()})


async def test_a_repeated_command_changes_nothing(client: Client, world: World) -> None:
    async with running(client, policy(), world) as request:
        await request.opened()
        again = c.Comment(id=new_id(), actor="ana", text="Please.")
        for _ in range(3):
            await request.signal(again)
        assert (await request.state()).comments == 1
        await request.decide("bo")
        await request.outcome()

    assert types(world.recorded).count("comment_added") == 1


async def test_what_cannot_be_read_is_dropped_and_the_request_goes_on(client: Client, world: World) -> None:
    async with running(client, policy(), world) as request:
        await request.opened()
        whole = c.Decide(id=new_id(), actor="bo", task="boss.1.1", decision=Decision.REJECT, comment="No.")
        for content in MALFORMED:
            await request.handle.signal("decide", args=content)
        await request.handle.signal("decide", args=[whole, whole])
        await request.handle.signal("comment", whole)
        await request.handle.signal("unheard_of", whole)
        await request.decide("bo")
        assert await request.outcome() == Outcome.APPROVED


MALFORMED: list[list[object]] = [[], [{"surprise": True}], [b"\x00"], ["decide"], [None], [1, 2, 3]]


async def test_an_update_that_cannot_be_read_is_refused_and_the_request_goes_on(
    client: Client, world: World
) -> None:
    async with running(client, policy(), world) as request:
        await request.opened()
        for content in MALFORMED:
            with pytest.raises(WorkflowUpdateFailedError):
                await request.handle.execute_update("pause", args=content)
        await request.decide("bo")
        assert await request.outcome() == Outcome.APPROVED


async def test_the_shell_s_own_commands_cannot_be_used_up_by_others(client: Client, world: World) -> None:
    async with running(client, policy({"id": "boss"}, {"id": "chief"}), world) as request:
        await request.opened()
        for id in ("tick", "boss.1", "chief.1", "prepared-chief.1"):
            await request.signal(c.Comment(id=id, actor="ana", text="Mine."))
        await request.decide("bo")
        await request.opened("chief.1.1")


async def test_a_group_that_has_changed_is_asked_once_it_is_looked_up_anew(
    client: Client, world: World
) -> None:
    rules = policy({"id": "desk", "participants": [{"group": "desk"}]})
    async with running(client, rules, world) as request:
        await request.opened("desk.1.1")
        world.groups["desk"] = ("ed",)
        again = c.LookUp(id=new_id(), stage="desk")
        for _ in range(2):
            await request.signal(again)
        await request.until(lambda state: state.tasks["desk.1.1"].people == ("ed",))
        assert (await request.state()).stages["desk"].lookups == 1
        await request.decide("ed", "desk.1.1")
        assert await request.outcome() == Outcome.APPROVED


async def test_a_closed_request_still_answers_the_query(client: Client, world: World) -> None:
    async with running(client, policy(), world) as request:
        await request.opened()
        await request.signal(c.Withdraw(id=new_id(), actor="ana", reason="Not needed."))
        await request.outcome()
        state = await request.state()

    assert state.status is Status.CLOSED
    assert state.outcome_reason == "Not needed."


# ---- administrators ---------------------------------------------------------------------------


async def test_an_update_that_the_rules_refuse_is_answered_and_leaves_no_trace(
    client: Client, world: World
) -> None:
    async with running(client, policy(), world) as request:
        await request.until(lambda state: "boss.1.1" in state.tasks)
        await request.decide("eve")
        revision = (await request.state()).revision
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await request.update(
                c.Reassign(id=new_id(), actor="admin", task="boss.1.1", to="ana", reason="?")
            )
        assert (await request.state()).revision == revision

    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "self_approval"
    assert refused.value.cause.message == "Nobody decides their own request. Choose somebody else."
    assert Activity.AUTHORISE not in world.calls


async def test_who_is_no_administrator_is_refused_and_the_attempt_is_recorded(
    client: Client, world: World
) -> None:
    async with running(client, policy(), world) as request:
        await request.opened()
        receipt = await request.update(
            c.Override(id=new_id(), actor="bo", outcome="approved", reason="I can.")
        )
        state = await request.state()
        await request.decide("bo")
        await request.outcome()

    assert receipt.code == "not_admin"
    assert state.status is Status.OPEN
    assert state.receipt(receipt.command) == receipt
    assert "command_refused" in types(world.recorded)


async def test_a_repeated_update_gets_the_first_answer(client: Client, world: World) -> None:
    async with running(client, policy(), world) as request:
        await request.opened()
        command = c.Reassign(id=new_id(), actor="admin", task="boss.1.1", to="di", reason="Bo is ill.")
        first = await request.update(command)
        again: Receipt = await request.handle.execute_update("reassign", command, result_type=Receipt)
        task = (await request.state()).tasks["boss.1.1"]

    assert first.ok
    assert again == first
    assert task.people == ("di",)


async def test_administrators_can_do_everything_that_has_a_name(client: Client, world: World) -> None:
    rules = policy({"id": "boss"}, {"id": "chief"}, {"id": "desk", "sla": {"target": "P1D", "calendar": "x"}})

    def by_admin(command: type[c.AdminCommand], **values: str) -> c.Update:
        made: c.Update = command(id=new_id(), actor="admin", reason="Because.", **values)  # type: ignore[assignment]
        return made

    async with running(client, rules, world) as request:
        await request.opened()
        for command in (
            by_admin(c.Reassign, task="boss.1.1", to="di"),
            by_admin(c.LookUpAnew, stage="boss"),
            by_admin(c.AddApprover, stage="boss", person="cy"),
            by_admin(c.RemoveApprover, task="boss.1.2"),
            by_admin(c.Pause),
            by_admin(c.Resume),
            by_admin(c.SkipStage, stage="boss"),
        ):
            assert (await request.update(command)).ok
        await request.opened("chief.1.1")
        await request.decide("bo", "chief.1.1")
        await request.opened("desk.1.1")
        assert (await request.update(by_admin(c.ExtendDeadline, stage="desk", by="P1D"))).ok
        assert (await request.update(by_admin(c.Override, outcome="rejected"))).ok
        assert await request.outcome() == Outcome.REJECTED


async def test_an_update_is_refused_when_nobody_can_say_who_is_an_administrator(
    time_skipping: WorkflowEnvironment, world: World
) -> None:
    world.outages.add(Activity.AUTHORISE)
    async with running(time_skipping.client, policy(), world) as request:
        await request.opened()
        with pytest.raises(WorkflowUpdateFailedError) as refused, time_skipping.auto_time_skipping_disabled():
            await request.update(c.Pause(id=new_id(), actor="admin", reason="Wait."))
        assert not (await request.state()).paused

    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "not_verified"


async def test_a_request_is_moved_to_another_version_while_it_runs(client: Client, world: World) -> None:
    later = policy({"id": "boss", "participants": [{"user": "di"}]}, {"id": "chief"})
    async with running(client, policy(), world) as request:
        await request.opened()
        command = c.Migrate(id=new_id(), actor="admin", version=2, policy=later, reason="New law.")
        receipt = await request.update(command)
        assert receipt.ok
        assert await request.update(command) == receipt
        state = await request.opened("boss.1.2")
        assert state.tasks["boss.1.2"].people == ("di",)
        assert (state.policy_version, state.migrations) == (2, 1)
        await request.decide("di", "boss.1.2")
        await request.opened("chief.1.1")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await request.update(c.Migrate(id=new_id(), actor="admin", version=2, policy=later, reason="So."))

    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "same_version"
    assert "policy_migrated" in types(world.recorded)
