"""One client a process, and what is made of its silence."""

import asyncio
import multiprocessing
import os
import threading

import pytest

from approvals.engine.commands import Comment
from temporal_app import client
from temporal_app.connection import BUSY, SILENCE, Connection, EngineAway, Silence
from tests.requests.leave import new_id
from tests.servers import NOWHERE
from tests.temporal_app.lines import under_way


class Hands:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def silence(hands: Hands) -> Silence:
    return Silence(hands)


def test_a_request_that_did_not_answer_is_left_alone_for_a_while(silence: Silence, hands: Hands) -> None:
    silence.timed_out("r1")
    assert silence.lasts("r1")
    assert not silence.lasts("r2"), "one time-out may be the trouble of one request"
    assert not silence.lasts(None), "a signal needs no worker"

    hands.now = SILENCE + 0.1
    assert not silence.lasts("r1")


def test_two_requests_that_did_not_answer_speak_for_all_workers(silence: Silence) -> None:
    silence.timed_out("r1")
    silence.timed_out("r2")

    assert silence.lasts("r3")
    assert not silence.lasts(None)


def test_an_answer_breaks_the_silence(silence: Silence) -> None:
    silence.timed_out("r1")
    silence.broken("r2")
    silence.timed_out("r3")

    assert not silence.lasts("r1")
    assert not silence.lasts("r2")


def test_a_signal_that_was_taken_says_nothing_about_workers(silence: Silence) -> None:
    silence.timed_out("r1")
    silence.timed_out("r2")
    silence.broken(None)

    assert silence.lasts("r3")


def test_a_server_that_is_away_is_away_for_everything(silence: Silence) -> None:
    silence.timed_out(None)

    assert silence.lasts(None)
    assert silence.lasts("r1")


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", NOWHERE)
    client.forget()
    with pytest.raises(EngineAway):
        client.signal(new_id(), Comment(id=new_id(), actor="ana", text="Hello?"))
    with pytest.raises(EngineAway, match="a moment ago"):
        client.workers()
    client.forget()


def test_an_error_of_ours_is_not_taken_for_silence() -> None:
    async def fail(_: object) -> None:
        raise RuntimeError("ours")

    connection = Connection()
    with pytest.raises(RuntimeError, match="ours"):
        connection.call(fail)
    connection.close()


def test_all_threads_share_one_client() -> None:
    async def who(found: object) -> int:
        return id(found)

    connection = Connection()
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.append(connection.call(who))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()

    assert len(seen) == 8
    assert len(set(seen)) == 1


def test_it_is_busy_while_many_calls_are_under_way() -> None:
    async def is_busy(_: object) -> bool:
        return connection.is_busy

    connection = Connection()
    assert not connection.is_busy
    # The call that asks is under way too.
    with under_way(connection, BUSY - 2):
        assert not connection.call(is_busy)
    with under_way(connection, BUSY - 1):
        assert connection.call(is_busy)
    assert not connection.call(is_busy)
    connection.close()


def test_a_stuck_line_is_given_up_and_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is stuck in, nobody waits for ever, and the next one is answered."""
    unstuck = threading.Event()

    async def stick(_: object) -> None:
        unstuck.wait()

    async def thread(_: object) -> threading.Thread:
        return threading.current_thread()

    connection = Connection()
    stuck = connection.call(thread)
    with monkeypatch.context() as impatient:
        impatient.setattr("temporal_app.connection.PATIENCE", 0.1)
        with pytest.raises(EngineAway, match="stuck"):
            connection.call(stick)
    assert connection.call(thread) is not stuck
    unstuck.set()
    stuck.join(10)
    assert not stuck.is_alive(), "it ends when it wakes"
    connection.close()


def test_a_line_whose_thread_has_died_is_made_anew() -> None:
    async def die(_: object) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.05, loop.stop)  # after this call has been answered

    async def thread(_: object) -> threading.Thread:
        return threading.current_thread()

    connection = Connection()
    dead = connection.call(thread)
    connection.call(die)
    dead.join(10)
    assert connection.call(thread) is not dead
    connection.close()


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("temporal_app.connection.DEADLINE", 0.05)

    async def say_nothing(_: object) -> None:
        await asyncio.Event().wait()

    connection = Connection()
    with pytest.raises(EngineAway, match="in time"):
        connection.call(say_nothing)
    connection.close()


def test_a_closed_connection_opens_again() -> None:
    async def pid(_: object) -> int:
        return os.getpid()

    connection = Connection()
    assert connection.call(pid) == os.getpid()
    connection.close()
    connection.close()
    assert connection.call(pid) == os.getpid()
    connection.close()


def in_child(connection: Connection, answers: "multiprocessing.Queue[int]") -> None:
    async def pid(_: object) -> int:
        return os.getpid()

    answers.put(connection.call(pid))
    connection.close()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_has_a_client_of_its_own() -> None:
    async def pid(_: object) -> int:
        return os.getpid()

    connection = Connection()
    connection.call(pid)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=in_child, args=(connection, answers))
    child.start()
    answered = answers.get(timeout=30)
    child.join()
    connection.close()

    assert answered == child.pid
