"""A service on loopback that says who decides, well or badly."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class WhoService(ThreadingHTTPServer):
    """Answers with ``status``, ``headers`` and ``body``; ``asked`` are the questions, ``tokens`` who asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: bytes = b""
        self.failures = 0
        self.asked: list[Any] = []
        self.tokens: list[str | None] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/who?of=money"

    def says(self, *people: str) -> None:
        """Name these people from now on."""
        self.status, self.headers, self.failures = 200, {}, 0
        self.body = json.dumps({"people": people}).encode()


class _Handler(BaseHTTPRequestHandler):
    server: WhoService

    def do_POST(self) -> None:
        service = self.server
        service.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        service.tokens.append(self.headers["Authorization"])
        status = service.status
        if service.failures:
            service.failures -= 1
            status = 503
        self.send_response(status)
        for name, value in {"Content-Length": str(len(service.body)), **service.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(service.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def who_service() -> Iterator[WhoService]:
    """It runs meanwhile."""
    service = WhoService()
    thread = Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        thread.join()
        service.server_close()


@contextmanager
def silence() -> Iterator[str]:
    """The address of a socket that takes calls and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"


def closed_address() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"http://127.0.0.1:{listening.getsockname()[1]}/"
