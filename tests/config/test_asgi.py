"""How a request comes to a thread and its answer goes back."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import patch

import pytest
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils import timezone

from config.asgi import OneThread

Message = dict[str, Any]
threads: list[str] = []


def plain(request: HttpRequest) -> HttpResponse:
    threads.append(threading.current_thread().name)
    said = HttpResponse(f"{request.method} {request.body.decode()} {timezone.get_current_timezone_name()}")
    said.set_cookie("one", "1")
    said.set_cookie("two", "2")
    timezone.activate("Asia/Tokyo")
    return said


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"bit ", b"by ", b"bit"]))


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken")


urlpatterns = [path("plain/", plain), path("streamed/", streamed), path("broken/", broken)]


@pytest.fixture(autouse=True)
def pages(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["config.health.HealthMiddleware"]
    threads.clear()
    with patch("django.core.signals.request_started.send"):
        yield


async def ask(
    handler: OneThread, address: str, *, body: bytes = b"", method: str = "GET", query: bytes = b""
) -> tuple[Message, bytes]:
    """The head and the body of the answer."""
    sent: list[Message] = []
    parts: list[Message] = [
        {"type": "http.request", "body": body[:3], "more_body": True},
        {"type": "http.request", "body": body[3:]},
    ]
    received = iter(parts)

    async def receive() -> Message:
        return next(received)

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(dict(message))

    headers = [(b"host", b"localhost"), (b"content-length", str(len(body)).encode())]
    scope = {
        "type": "http",
        "method": method,
        "path": address,
        "root_path": "",
        "query_string": query,
        "headers": headers,
    }
    await handler(scope, receive, send)
    head, content = sent
    return head, content["body"]


async def test_the_answer_has_its_content_its_headers_and_each_cookie() -> None:
    head, content = await ask(OneThread(), "/plain/", body=b"a body in two parts", method="POST")

    assert head["status"] == 200
    assert content == b"POST a body in two parts UTC"
    cookies = [value for name, value in head["headers"] if name == b"Set-Cookie"]
    assert cookies == [b"one=1; Path=/", b"two=2; Path=/"]


async def test_what_a_request_leaves_on_its_thread_is_gone_for_the_next() -> None:
    handler = OneThread()
    for _ in range(3):
        _, content = await ask(handler, "/plain/")
        assert content == b"GET  UTC"

    assert set(threads) == {"request_0"}, "they were on the same thread"


async def test_a_streamed_answer_comes_whole() -> None:
    assert (await ask(OneThread(), "/streamed/"))[1] == b"bit by bit"


async def test_an_error_is_an_answer_and_the_connection_is_given_back() -> None:
    finished: list[str] = []

    def note(**_: object) -> None:
        finished.append(threading.current_thread().name)

    request_finished.connect(note)
    try:
        head, _ = await ask(OneThread(), "/broken/")
    finally:
        request_finished.disconnect(note)

    assert head["status"] == 500
    assert finished == ["request_0"], "on the thread that has it"


async def test_an_address_that_cannot_be_read_is_refused() -> None:
    assert (await ask(OneThread(), "/plain/", query=b"\xff"))[0]["status"] == 400


async def test_who_goes_away_while_sending_is_not_answered() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "method": "POST", "path": "/plain/", "query_string": b"", "headers": []}
    await OneThread()(scope, receive, send)

    assert threads == []


async def test_a_probe_is_answered_while_every_other_thread_is_taken() -> None:
    handler, ended = OneThread(), threading.Event()
    taken = [handler._threads.submit(ended.wait) for _ in range(handler._threads._max_workers)]
    try:
        head, content = await asyncio.wait_for(ask(handler, "/healthz"), 30)
    finally:
        ended.set()

    assert (head["status"], content) == (200, b'{"status": "alive"}')
    assert all(one.result() for one in taken)
