"""What a command costs, in calls rather than in time: a count is the same on every machine."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from approvals.engine import commands as c
from approvals.engine import pending_work, receive, wake_at
from approvals.engine.state import Decision, RequestState
from tests.engine.scene import Scene, policy
from tests.engine.world import World

MANY = 50
MOST_CALLS = 3_000
"""Of Python functions in one command at fifty open tasks: about a third of a millisecond in 2026."""
REMINDED = {"target": "PT8H", "calendar": "always", "reminders": [{"at": "50%"}]}


def wide(tasks: int) -> Scene:
    """One stage that so many people decide at the same time."""
    people = tuple(f"p{number}" for number in range(tasks))
    rules = policy(
        {"participants": [{"group": "all", "each": True}], "sla": REMINDED},
        {"asks": ["zoe"]},
    )
    return Scene(rules, World(groups={"all": people}))


def long(tasks: int) -> Scene:
    """As many stages, one after the other, all but the last one decided."""
    scene = Scene(policy(*({"asks": ["pia"]} for _ in range(tasks))))
    for number in range(1, tasks):
        scene.approve("pia", f"s{number}.1.1")
    return scene


COMMANDS: dict[str, Callable[[RequestState], c.Command]] = {
    "decide": lambda state: c.Decide(
        id="x", actor=state.open_tasks()[-1].people[0], task=state.open_tasks()[-1].id,
        decision=Decision.APPROVE,
    ),
    "comment": lambda state: c.Comment(id="x", actor="ana", text="Hm."),
    "reassign": lambda state: c.Reassign(
        id="x", actor="ada", task=state.open_tasks()[-1].id, to="yan", reason="So."
    ),
    "pause": lambda state: c.Pause(id="x", actor="ada", reason="So."),
    "request changes": lambda state: c.Decide(
        id="x", actor=state.open_tasks()[-1].people[0], task=state.open_tasks()[-1].id,
        decision=Decision.REQUEST_CHANGES,
    ),
    "tick": lambda state: c.Tick(id="x"),
}  # fmt: skip


def calls(scene: Scene, command: c.Command) -> int:
    """How many functions Python calls for a command, and for what the shell asks after it."""
    count = 0

    def note(frame: Any, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        state, _, _ = receive(scene.state, command, scene.now)
        pending_work(state)
        wake_at(state)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("shape", [wide, long], ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_at_fifty_tasks_is_cheap(name: str, shape: Callable[[int], Scene]) -> None:
    scene = shape(MANY)
    assert len(scene.state.tasks) == MANY
    spent = calls(scene, COMMANDS[name](scene.state))
    assert spent <= MOST_CALLS


@pytest.mark.parametrize("name", COMMANDS)
def test_twice_the_tasks_are_no_more_than_about_twice_the_work(name: str) -> None:
    """Nothing looks at every task for every task."""
    half, whole = wide(MANY // 2), wide(MANY)
    assert calls(whole, COMMANDS[name](whole.state)) <= 2.5 * calls(half, COMMANDS[name](half.state))
