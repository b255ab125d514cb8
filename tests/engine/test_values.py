"""State, commands and events are frozen values that survive JSON."""

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import evolve, pending_work, receive
from approvals.engine.state import RequestState, new_request
from approvals.engine.work import Work
from tests.engine.scene import START, Scene, policy
from tests.engine.world import World

COMMAND: TypeAdapter[c.AnyCommand] = TypeAdapter(c.AnyCommand)
EVENT: TypeAdapter[e.AnyEvent] = TypeAdapter(e.AnyEvent)
WORK: TypeAdapter[Work] = TypeAdapter(Work)
SLA = {
    "target": "PT8H",
    "calendar": "always",
    "reminders": [{"at": "25%"}],
    "levels": [{"at": "50%", "do": "notify", "to": [{"user": "max"}]}],
}


class Recorder(Scene):
    """A scene that keeps its commands too, and every question that the engine asked."""

    def __init__(self, *arguments: Any, **values: Any) -> None:
        self.commands: list[c.Command] = []
        self.questions: list[Work] = []
        super().__init__(*arguments, **values)

    def receive(self, command: c.Command) -> Any:
        self.commands.append(command)
        receipt = super().receive(command)
        self.questions += pending_work(self.state)
        return receipt


def everything() -> Recorder:
    """A request to which everything happens that can."""
    form = [{"id": "note", "label": "Note", "type": "text", "required": False}]
    desk = {"participants": [{"group": "desk"}, {"user": "rosa"}], "sla": SLA, "allow": [
        "abstain", "delegate", "request_changes", "add_before"], "watches": []}  # fmt: skip
    last = {"asks": ["uma", "olga"], "already_approved": "carry_over", "allow": ["add_after"]}
    stages = (desk, {"asks": ["sam", "tom"]}, {"when": "false"}, last,
        {"after": [], "rules": [{"name": "Small", "when": "true", "do": "approve"}]},
        {"after": [], "asks": ["ben"], "on_reject": {"back_to": "s6"}})  # fmt: skip
    rules = policy(*stages, form=form, amend=True, separation_of_duties={"no_subordinates": True})
    scene = Recorder(rules, World(groups={"desk": ("pia", "quin")}, managers={"will": "ana"}))
    act, admin = scene.act, scene.admin
    act(c.Claim, "pia", task="s1.1.1")
    act(c.Release, "pia", task="s1.1.1")
    act(c.Comment, "ana", text="Please.")
    act(c.Delegate, "rosa", task="s1.1.2", to="zoe", comment="Yours.")
    act(c.DeclareConflict, "quin", task="s1.1.1", reason="My cousin.")
    scene.wait(2)
    scene.request_changes("zoe", "s1.1.2", "Why?")
    scene.resubmit(form={"note": "Because."})
    scene.wait(10)
    act(c.Escalate, "ana", stage="s1", reason="Late.")
    admin(c.ExtendDeadline, stage="s1", by="PT4H")
    admin(c.Pause)
    admin(c.Resume)
    for of, to in (("pia", "pam"), ("pam", "pia")):
        cause: Any = "absence" if of == "pia" else "return"
        scene.send(c.Reroute(id=scene.id(), task="s1.2.1", of=of, to=to, why="Pia is away.", cause=cause))
    act(c.Invite, "rosa", task="s1.2.2", to="yul", place="before", comment="You know it.")
    scene.decide("yul", "approve", "s1.2.3")
    scene.decide("pia", "abstain", "s1.2.1")
    scene.decide("rosa", "abstain", "s1.2.2")
    scene.approve("olga", "s1.2.4")
    admin(c.AddApprover, stage="s2", person="yan")
    admin(c.Reassign, task="s2.2.1", to="xia")
    admin(c.RemoveApprover, task="s2.2.3")
    act(c.LookUp, "olga", stage="s2")
    admin(c.LookUpAnew, stage="s2")
    admin(c.SkipStage, stage="s2")
    admin(c.Migrate, version=4, policy=rules.model_copy(update={"title": "Holiday"}))
    scene.approve("eve", "s4.2.1")
    act(c.Invite, "uma", task="s4.2.1", to="vic", place="after")
    admin(c.AddApprover, stage="s4", person="vic")
    scene.approve("uma", "s4.2.1")
    act(c.Amend, "ana", round=2, title="Eight days", form={"note": "Another."})
    scene.reject("ben", "s6.3.1")
    admin(c.Override, outcome="approved")
    act(c.Withdraw, "ana")
    return scene


def test_everything_happens() -> None:
    scene = everything()
    assert scene.outcome == "approved"
    assert {type(command) for command in scene.commands} == set(get_args(get_args(c.AnyCommand)[0]))
    assert {type(event) for event in scene.events} == set(get_args(get_args(e.AnyEvent)[0]))


def test_every_command_survives_json() -> None:
    for command in everything().commands:
        assert COMMAND.validate_json(command.model_dump_json()) == command


def test_every_event_survives_json() -> None:
    for event in everything().events:
        assert EVENT.validate_json(event.model_dump_json()) == event


def test_every_question_survives_json() -> None:
    for question in everything().questions:
        assert WORK.validate_json(question.model_dump_json()) == question


def test_the_state_survives_json_at_every_step() -> None:
    scene = everything()
    state = scene.blank
    for event in scene.events:
        state = evolve(state, event)
        assert RequestState.model_validate_json(state.model_dump_json()) == state
    assert state == scene.state


def test_a_reloaded_state_goes_on_exactly_as_the_other() -> None:
    """What a continued run carries: its next events are those that would have come anyway."""
    scene = everything()
    state = scene.blank
    for minute, command in enumerate(scene.commands):
        state = both(state, command, START + timedelta(minutes=minute))


def test_values_are_frozen() -> None:
    scene = everything()
    with pytest.raises(ValidationError):
        scene.state.revision = 0  # type: ignore[misc]
    with pytest.raises(ValidationError):
        scene.events[0].revision = 0  # type: ignore[misc]
    with pytest.raises(ValidationError):
        scene.commands[0].actor = "eve"  # type: ignore[misc]


@pytest.mark.parametrize("id", ["", "x" * 101, "a\0b"])
def test_a_command_has_a_usable_id(id: str) -> None:
    with pytest.raises(ValidationError):
        c.Tick(id=id)


def test_a_new_request_has_all_its_stages_waiting() -> None:
    state = new_request("r1", policy({}, {}), 7, "ana")
    assert (state.revision, state.policy_version, list(state.stages)) == (0, 7, ["s1", "s2"])


def both(state: RequestState, command: c.Command, at: datetime) -> RequestState:
    """What a command makes of a state, which is what it makes of the same state reloaded."""
    result = receive(state, command, at)
    assert receive(RequestState.model_validate_json(state.model_dump_json()), command, at) == result
    return result[0]
