"""What the servers of these tests share: a free port, a note of what was asked, threads that end with the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

S = TypeVar("S", bound="LocalServer")


class LocalServer(ThreadingHTTPServer):
    """Answers on a free port, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, handler: type[Answering]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.asked: list[str] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has enough hangs up: nothing to say about."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answering(BaseHTTPRequestHandler):
    """Reads a request, notes it with its server, and lets `answer` speak."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = self.path.partition("?")[0]
        assert isinstance(self.server, LocalServer)
        self.server.asked.append(f"{self.command} {path}")
        self.answer(path, body)

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def answer(self, path: str, body: bytes) -> None:
        """Answer; `path` is without its query."""
        raise NotImplementedError

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def running(server: S) -> Iterator[S]:
    """Let a server answer until the end."""
    worker = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    worker.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        worker.join()
