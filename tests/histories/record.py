"""Record the histories that every later version of the workflow must replay.

``python -m tests.histories.record`` runs each of the stories below on a server of its own and writes its
history beside this file. Do this for a new story; a history that is there already is kept, because it
stands for the requests that were under way when it was made; before a patch, move those that are there into a
folder of their own. ``--anew`` writes all of them again: only
right before any request lives, since it hides what a change of the workflow breaks.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from approvals.engine import commands as c
from approvals.engine.policy import Policy
from approvals.engine.state import Decision, RequestState
from config.local.temporal import TEMPORAL
from temporal_app.messages import Activity
from temporal_app.shutdown import release_temporal
from tests.workflows.running import Running, new_id, policy, running
from tests.workflows.world import World

DIRECTORY = Path(__file__).parent
EVENTS_BEFORE_CONTINUING = 60
Story = Callable[[Running, World], Awaitable[None]]

CHIEF = {"id": "chief", "participants": [{"user": "cy"}]}
HURRIED = {
    "id": "boss",
    "sla": {
        "target": "PT3S",
        "calendar": "always",
        "reminders": [{"at": "PT2S before"}],
        "levels": [
            {"at": "PT1S before", "do": "add", "to": [{"user": "di"}]},
            {"at": "PT1S after", "do": "expire"},
        ],
    },
}
LONG = {"id": "boss", "sla": {"target": "P10D", "calendar": "always"}}


async def approved(request: Running, world: World) -> None:
    """Two stages, claimed, commented and delegated on the way."""
    await request.opened()
    await request.signal(c.Claim(id=new_id(), actor="bo", task="boss.1.1"))
    await request.signal(c.Comment(id=new_id(), actor="ana", text="Please."))
    await request.decide("eve")
    await request.signal(c.Delegate(id=new_id(), actor="bo", task="boss.1.1", to="di"))
    await request.decide("di")
    await request.opened("chief.1.1")
    await request.decide("cy", "chief.1.1")


async def carried(request: Running, world: World) -> None:
    """Commands that nobody waits for, and one that somebody does, right behind each other."""
    await request.opened()
    await request.signal(c.Comment(id=new_id(), actor="ana", text="By mail.", answer_first=False))
    await request.signal(c.Comment(id=new_id(), actor="ana", text="In the browser."))
    await request.signal(_approval("boss.1.1", "bo"))
    await request.opened("chief.1.1")
    await request.signal(_approval("chief.1.1", "cy"))


def _approval(task: str, actor: str) -> c.Decide:
    return c.Decide(id=new_id(), actor=actor, task=task, decision=Decision.APPROVE, answer_first=False)


async def returned_and_rejected(request: Running, world: World) -> None:
    """Sent back, resubmitted, and rejected in the second round."""
    await request.opened()
    await request.decide("bo", decision=Decision.REQUEST_CHANGES)
    await request.signal(c.Resubmit(id=new_id(), actor="ana", round=1, title="Two days", form={"days": 2}))
    await request.opened("boss.2.1")
    await request.decide("bo", "boss.2.1", Decision.REJECT)


async def expired(request: Running, world: World) -> None:
    """Reminded, escalated and expired."""
    await request.opened()


async def administered(request: Running, world: World) -> None:
    """Extended, paused, resumed, reassigned, and overridden in the end; once by somebody who may not."""
    await request.opened()
    await request.update(c.Pause(id=new_id(), actor="bo", reason="I want to."))
    extend = c.ExtendDeadline(id=new_id(), actor="admin", stage="boss", by="P1D", reason="Holidays.")
    await request.update(extend)
    await request.until(_clock_is_right)
    await request.update(c.Pause(id=new_id(), actor="admin", reason="Inventory."))
    await request.update(c.Resume(id=new_id(), actor="admin"))
    await request.until(_clock_is_right)
    await request.update(c.Reassign(id=new_id(), actor="admin", task="boss.1.1", to="di", reason="Ill."))
    await request.until(_clock_is_right)
    await request.update(c.Override(id=new_id(), actor="admin", outcome="approved", reason="Urgent."))


async def withdrawn_in_an_outage(request: Running, world: World) -> None:
    """Withdrawn while neither its stage could be prepared nor anything recorded."""
    world.outages |= {Activity.RECORD, Activity.PREPARE_STAGE}
    await request.decide("bo")
    await request.signal(c.Withdraw(id=new_id(), actor="ana"))
    await request.until(lambda state: state.outcome is not None)
    world.outages.clear()


async def continued(request: Running, world: World) -> None:
    """So many comments that it continued as new; both runs are kept."""
    await request.opened()
    first = (await request.handle.describe()).run_id
    while (await request.handle.describe()).run_id == first:
        await request.signal(c.Comment(id=new_id(), actor="ana", text="And now?"))
    await request.decide("bo")


async def migrated(request: Running, world: World) -> None:
    """Moved to versions in which its first stage begins anew, twice, and another follows it."""
    await request.opened()
    for version, asked in ((2, "di"), (3, "ed")):
        rules = policy({**LONG, "participants": [{"user": asked}]}, CHIEF)
        await request.update(
            c.Migrate(id=new_id(), actor="admin", version=version, policy=rules, reason="New law.")
        )
        await request.opened(f"boss.1.{version}")
    await request.decide("ed", "boss.1.3")
    await request.opened("chief.1.1")
    await request.decide("cy", "chief.1.1")


def _clock_is_right(state: RequestState) -> bool:
    clock = state.stages["boss"].clock
    return clock is not None and not clock.stale


STORIES: dict[str, tuple[Policy, Story]] = {
    "approved": (policy({"id": "boss"}, CHIEF), approved),
    "carried": (policy(LONG, CHIEF), carried),
    "returned-and-rejected": (policy(LONG), returned_and_rejected),
    "expired": (policy(HURRIED), expired),
    "administered": (policy(LONG), administered),
    "withdrawn-in-an-outage": (policy(), withdrawn_in_an_outage),
    "continued": (policy(LONG), continued),
    "migrated": (policy(LONG), migrated),
}


async def record(client: Client, name: str) -> None:
    """Tell a story and write down its history, one file for each run."""
    rules, story = STORIES[name]
    world = World()
    async with running(client, rules, world) as request:
        await story(request, world)
        await request.outcome()
    for old in DIRECTORY.glob(f"{name}-*.json"):
        old.unlink()
    runs = [run async for run in client.list_workflows(f"WorkflowId = '{request.handle.id}'")]
    for number, run in enumerate(sorted(runs, key=lambda run: run.start_time), 1):
        history = await client.get_workflow_handle(request.handle.id, run_id=run.run_id).fetch_history()
        file = DIRECTORY / f"{name}-{number}.json"
        told = _without_this_machine(json.loads(history.to_json()))
        file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
        print(f"{file.name}: {len(history.events)} events")  # noqa: T201 - a command's output


def _without_this_machine(value: Any) -> Any:
    """A history without the names of the machine and the process that made it, and without its paths."""
    if isinstance(value, dict):
        return {
            key: "recorder" if key in ("identity", "workerInstanceKey") else _without_this_machine(item)
            for key, item in value.items()
            if key != "stackTrace"
        }
    if isinstance(value, list):
        return [_without_this_machine(item) for item in value]
    if isinstance(value, str):
        return value.replace(socket.gethostname(), "recorder")
    return value


async def main(anew: bool) -> None:
    """Record every story that has no history yet, or all of them."""
    limit = f"limit.historyCount.suggestContinueAsNew={EVENTS_BEFORE_CONTINUING}"
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=TEMPORAL,
        dev_server_extra_args=["--dynamic-config-value", limit],
    ) as environment:
        for name in STORIES:
            if anew or not (DIRECTORY / f"{name}-1.json").exists():
                await record(environment.client, name)


if __name__ == "__main__":
    asyncio.run(main("--anew" in sys.argv[1:]))
    release_temporal()
