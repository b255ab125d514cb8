"""Every command is answered once; a repeat changes nothing and gets the first answer."""

from datetime import timedelta

import pytest

from approvals.engine import Refused, handle, receive
from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.evolve import evolve
from approvals.engine.evolving.request import RECEIPTS_KEPT
from approvals.engine.handle import MAX_COMMANDS
from approvals.engine.state import Decision
from tests.engine.scene import START, Scene, policy
from tests.engine.world import World

DESK = World(groups={"desk": ("pia", "quin")})


def at_desk() -> Scene:
    return Scene(policy({"participants": [{"group": "desk"}]}, {"asks": ["rosa"]}), DESK)


def approve(id: str, actor: str = "pia") -> c.Decide:
    return c.Decide(id=id, actor=actor, task="s1.1.1", decision=Decision.APPROVE)


def test_a_receipt_says_what_was_done_and_at_which_revision() -> None:
    scene = at_desk()
    receipt = scene.send(approve("one"))
    assert receipt
    assert receipt.ok
    assert (receipt.command, receipt.code, receipt.message, receipt.at) == (
        "one",
        "ok",
        "You approved.",
        START,
    )
    answer = next(
        event for event in scene.events if event.command == "one" and event.revision == receipt.revision
    )
    assert isinstance(answer, e.CommandAccepted)


def test_a_repeat_changes_nothing_and_gets_the_first_answer() -> None:
    scene = at_desk()
    first = scene.send(approve("one"))
    before = scene.state
    scene.now += timedelta(days=1)
    assert scene.send(approve("one")) == first
    assert scene.state is before


def test_a_repeat_of_a_refusal_is_refused_again_although_it_would_be_right_by_now() -> None:
    scene = at_desk()
    scene.act(c.Claim, "quin", task="s1.1.1")
    first = scene.send(approve("one"))
    assert first
    assert first.code == "claimed_by_other"
    scene.act(c.Release, "quin", task="s1.1.1")
    assert scene.send(approve("one")) == first
    assert scene.outcome is None


def test_a_used_id_cannot_be_used_for_something_else() -> None:
    scene = at_desk()
    first = scene.send(approve("one"))
    assert scene.send(c.Withdraw(id="one", actor="ana")) == first
    assert scene.outcome is None


def test_a_refusal_stands_in_the_record_and_changes_nothing_else() -> None:
    scene = at_desk()
    before = scene.state
    receipt = scene.send(approve("one", "eve"))
    assert receipt
    assert not receipt.ok
    assert isinstance(scene.events[-1], e.CommandRefused)
    kept = {"revision": before.revision, "seen": before.seen, "receipts": before.receipts}
    assert scene.state.model_copy(update=kept) == before


def test_old_answers_are_forgotten_but_not_that_there_was_one() -> None:
    scene = at_desk()
    scene.send(approve("old"))
    for number in range(RECEIPTS_KEPT):
        scene.send(c.Comment(id=f"n{number}", actor="ana", text="And?"))
    assert len(scene.state.receipts) == RECEIPTS_KEPT
    before = scene.state
    receipt = scene.send(approve("old"))
    assert receipt
    assert receipt.code == "repeated"
    assert scene.state is before


def test_a_request_takes_only_so_many_commands() -> None:
    scene = at_desk()
    many = frozenset(f"{number:0100}" for number in range(MAX_COMMANDS))
    scene.state = scene.state.model_copy(update={"seen": many})
    before = scene.state
    assert scene.act(c.Comment, "ana", text="One more.") == "too_many_commands"
    assert scene.state is before
    assert len(before.model_dump_json()) < 1_000_000


def test_the_clock_ticks_on_all_the_same() -> None:
    sla = {"target": "PT1H", "calendar": "always", "levels": [{"at": "100%", "do": "expire"}]}
    scene = Scene(policy({"sla": sla}))
    many = frozenset(str(number) for number in range(MAX_COMMANDS))
    scene.state = scene.state.model_copy(update={"seen": many})
    scene.wait(1)
    assert scene.outcome == "expired"


def test_nobody_can_use_up_the_ids_of_the_clock() -> None:
    sla = {"target": "PT1H", "calendar": "always", "levels": [{"at": "100%", "do": "expire"}]}
    scene = Scene(policy({"sla": sla}))
    scene.send(c.Comment(id="tick", actor="ana", text="Stop."))
    scene.now += timedelta(hours=1)
    assert scene.send(c.Tick(id="tick")) is None
    assert scene.outcome == "expired"


def test_the_shells_own_commands_have_no_receipt() -> None:
    scene = at_desk()
    receipts = scene.state.receipts
    scene.wait(1)
    assert scene.state.receipts == receipts
    assert {event.command for event in scene.all(e.TaskOpened)} == {None}


def test_handle_gives_the_events_alone_or_raises() -> None:
    scene = at_desk()
    events = handle(scene.state, approve("one"), START)
    assert [event.revision for event in events] == list(
        range(scene.state.revision + 1, scene.state.revision + 1 + len(events))
    )
    with pytest.raises(Refused) as refusal:
        handle(scene.state, approve("two", "eve"), START)
    assert refusal.value.code == "not_assigned"
    assert str(refusal.value) == refusal.value.message


def test_an_event_out_of_order_is_an_error() -> None:
    scene = at_desk()
    with pytest.raises(ValueError, match="does not follow"):
        evolve(scene.state, scene.events[0])


def test_everything_one_command_caused_bears_its_id() -> None:
    scene = at_desk()
    _, events, _ = receive(scene.state, approve("one"), START)
    assert {event.command for event in events} == {"one"}
    assert [event.revision for event in events] == sorted(event.revision for event in events)
