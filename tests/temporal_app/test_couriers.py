"""Couriers go on, whatever happens to a delivery."""

import threading
from collections.abc import Callable

from temporal_app.couriers import LONGEST_PAUSE, POLL, Courier


def outcomes(*planned: int | Exception) -> Callable[[], int]:
    """A delivery that goes as planned, one after the other."""
    left = iter(planned)

    def deliver() -> int:
        outcome = next(left)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return deliver


def test_it_goes_on_at_once_while_there_is_work() -> None:
    courier = Courier("test", outcomes(5, 1, 0))

    assert [courier.carry(0.0) for _ in range(3)] == [0.0, 0.0, POLL]


def test_it_waits_longer_and_longer_while_its_table_cannot_be_read() -> None:
    courier = Courier("test", outcomes(*[ConnectionError("away")] * 8, 0))
    pauses = [0.0]
    for _ in range(9):
        pauses.append(courier.carry(pauses[-1]))

    assert pauses[1:] == [POLL, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE, POLL]


def test_an_error_does_not_end_it() -> None:
    delivered = threading.Event()
    plan = outcomes(ConnectionError("away"), 1)

    def deliver() -> int:
        tried = plan()
        delivered.set()
        return tried

    courier = Courier("test", deliver)
    courier.start()
    assert delivered.wait(30)
    courier.end()
    assert courier.join(30)


def test_the_end_does_not_wait_for_a_delivery_that_hangs() -> None:
    begun, release = threading.Event(), threading.Event()

    def deliver() -> int:
        begun.set()
        release.wait()
        return 0

    courier = Courier("test", deliver)
    courier.start()
    assert begun.wait(30)
    courier.end()
    assert not courier.join(0)
    release.set()
    assert courier.join(30)
