"""A command and, on its heels, the question for the state that it leads to."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from approvals.engine import new_request, receive
from approvals.engine.commands import Comment
from approvals.engine.policy import Policy
from temporal_app import client
from temporal_app.connection import BUSY, SERVER, WORKERS, Connection, EngineAway
from temporal_app.messages import StateView
from tests.requests.leave import LEAVE, new_id
from tests.temporal_app.lines import under_way


class Server:
    """In the place of Temporal's client: it takes signals, and answers queries with what it is given."""

    def __init__(self, *answers: StateView) -> None:
        self.answers = list(answers)
        self.taken: list[Comment] = []

    def get_workflow_handle(self, _: str) -> "Server":
        return self

    async def signal(self, _: str, command: Comment, **__: object) -> None:
        self.taken.append(command)

    async def query(self, *_: object, **__: object) -> StateView:
        return self.answers.pop(0)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A connection of `temporal_app.client` of its own."""
    made = Connection()
    monkeypatch.setattr(client, "connection", made)
    yield made
    made.close()


def serve(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    async def connect() -> Server:
        return server

    monkeypatch.setattr("temporal_app.connection.connect", connect)


def before_and_after(command: Comment) -> tuple[StateView, StateView]:
    """A request's state before a command came and after."""
    before = new_request(new_id(), Policy.model_validate(LEAVE), 1, "ana")
    after, _, _ = receive(before, command, datetime(2026, 3, 2, tzinfo=UTC))
    return StateView(state=before, unrecorded=()), StateView(state=after, unrecorded=())


def click(command: Comment) -> StateView:
    """The state that a command leads to, as whoever clicked waits for it."""
    told = client.signal_and_ask(new_id(), command)
    told.taken()
    return told.state()


def test_a_question_that_overtook_its_command_is_asked_again(
    line: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = Comment(id=new_id(), actor="ana", text="Hello?")
    before, after = before_and_after(command)
    serve(monkeypatch, server := Server(before, after))

    assert click(command) == after
    assert server.answers == []


def test_a_question_that_came_after_its_command_is_asked_once(
    line: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = Comment(id=new_id(), actor="ana", text="Hello?")
    before, after = before_and_after(command)
    serve(monkeypatch, server := Server(after, before))

    assert click(command) == after
    assert server.answers == [before]


def test_many_clicks_at_once_are_recorded_before_they_are_answered(
    line: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    remark = Comment(id=new_id(), actor="ana", text="Hello?")
    _, after = before_and_after(remark)
    serve(monkeypatch, server := Server(after, after, after))

    client.signal(new_id(), remark)

    click(remark)
    with under_way(line, BUSY):
        click(remark)
        line._silence.timed_out(new_id())
        click(remark)

    first = [command.answer_first for command in server.taken]
    assert first == [False, True, False, True], "not while anybody is silent, nor where nobody waits"


def test_a_click_on_a_silent_engine_is_begun_all_the_same(line: Connection) -> None:
    """It is said when the answer is asked for, where whoever clicked is ready to hear it."""
    line._silence.begins(SERVER)

    told = client.signal_and_ask(new_id(), Comment(id=new_id(), actor="ana", text="Hello?"))

    with pytest.raises(EngineAway, match="a moment ago"):
        told.taken()
    with pytest.raises(EngineAway, match="a moment ago"):
        told.state()


def test_a_click_is_taken_where_only_the_workers_are_silent(
    line: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, server := Server())
    line._silence.begins(WORKERS)
    remark = Comment(id=new_id(), actor="ana", text="Hello?")

    told = client.signal_and_ask(new_id(), remark)
    told.taken()

    assert [command.id for command in server.taken] == [remark.id]
    with pytest.raises(EngineAway, match="a moment ago"):
        told.state()
