"""Every request comes to an end, by its people or by time."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import wake_at
from approvals.engine.policy import Level, Policy, Sla
from approvals.engine.state import StageStatus, Status
from tests.engine.generated import DECISIONS, policies, worlds
from tests.engine.scene import Scene
from tests.engine.world import World

MANY = 500


@given(rules=policies(), world=worlds, data=st.data())
def test_people_who_do_their_part_bring_it_to_an_end(
    rules: Policy, world: World, data: st.DataObject
) -> None:
    scene = Scene(rules, world)
    for step in range(MANY):
        if scene.state.status is Status.CLOSED:
            break
        scene.now += timedelta(minutes=1)
        tasks = [task for task in scene.state.open_tasks() if task.people]
        lost = [task for task in scene.state.open_tasks() if not task.people]
        if scene.state.status is Status.RETURNED:
            assert scene.resubmit(scene.state.round) == "ok"
        elif tasks:
            task = data.draw(st.sampled_from(tasks))
            actor = data.draw(st.sampled_from(task.people))
            if scene.decide(actor, data.draw(DECISIONS).value, task.id) != "ok":
                assert scene.approve(actor, task.id) == "ok"
        elif lost:
            assert lost[0].stage in {event.stage for event in scene.all(e.StageStuck)}
            assert scene.admin(c.Reassign, task=lost[0].id, to=f"expert-{step}") == "ok"
        else:
            stuck = next(
                stage.id for stage in scene.state.stages.values() if stage.status is StageStatus.OPEN
            )
            assert stuck in {event.stage for event in scene.all(e.StageStuck)}
            assert scene.admin(c.AddApprover, stage=stuck, person=f"expert-{step}") == "ok"
            assert scene.approve(f"expert-{step}", scene.state.open_tasks()[0].id) == "ok"
    assert scene.outcome in ("approved", "rejected")
    assert scene.state.round <= rules.max_rounds


@given(rules=policies(), world=worlds)
def test_silence_ends_where_every_ladder_does(rules: Policy, world: World) -> None:
    scene = Scene(with_an_end(rules), world)
    for _ in range(MANY):
        if scene.state.status is Status.RETURNED:  # by the ladder, or by a rule as soon as its stage started
            assert scene.resubmit(scene.state.round) == "ok"
        due = wake_at(scene.state)
        if due is None:
            if scene.state.status is Status.RETURNED:
                continue
            break
        assert due >= scene.now
        scene.now = due
        scene.wait(0)
    assert scene.state.status is Status.CLOSED


@given(rules=policies(), world=worlds)
def test_one_late_wake_up_comes_to_the_same_as_many_in_time(rules: Policy, world: World) -> None:
    """What time does in a stage does not depend on when the shell woke up; when the next stage opens does."""
    on_time, late = Scene(rules, world), Scene(rules, world)
    first = progress(on_time)
    while (due := wake_at(on_time.state)) and progress(on_time) == first:
        on_time.now = due
        on_time.send(c.Tick(id=on_time.id()))
    late.now = on_time.now
    late.send(c.Tick(id=late.id()))
    assert [told(event) for event in late.events] == [told(event) for event in on_time.events]


def progress(scene: Scene) -> tuple[int, dict[str, StageStatus]]:
    """The round, in which a stage can begin anew, and where each stage is."""
    return scene.state.round, {stage.id: stage.status for stage in scene.state.stages.values()}


def told(event: e.Event) -> object:
    return event.model_copy(update={"at": None, "revision": 0, "command": None})


def with_an_end(rules: Policy) -> Policy:
    """The same policy, with a clock for every stage that at last expires the request."""
    end = Level(at="P9D after", do="expire")
    clock = Sla(target="PT8H", calendar="always")
    stages = []
    for stage in rules.stages:
        sla = stage.sla or clock
        stages.append(stage.model_copy(update={"sla": sla.model_copy(update={"levels": (*sla.levels, end)})}))
    return rules.model_copy(update={"stages": tuple(stages)})
