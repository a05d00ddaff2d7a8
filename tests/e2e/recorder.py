"""A server that hands requests on to a real one, notes what it was asked, and may answer something else."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"}


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


Answer = Callable[[Asked], "tuple[int, Any] | None"]
"""Status and JSON to answer with instead of the real server; None lets it answer."""
Change = Callable[[Asked, Any], Any]
"""The JSON to answer with, made from the real answer."""


class Recorder:
    """What was asked so far, and how to answer; both may be changed while it runs."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.asked: list[Asked] = []
        self.answer: Answer = lambda _asked: None
        self.change: Change = lambda _asked, value: value
        self.change_stream: Callable[[bytes], bytes] = lambda piece: piece
        """Makes of a piece of an event stream what is handed on."""
        self.ahead = 0.0
        """Seconds that the server's clock is ahead of ours."""
        self.url = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    recorder: Recorder

    def do(self) -> None:
        """Any method."""
        recorder = self.recorder
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        asked = Asked(self.command, self.path, headers)
        recorder.asked.append(asked)
        if (instead := recorder.answer(asked)) is not None:
            self._reply(instead[0], json.dumps(instead[1]).encode(), {"content-type": "application/json"})
            return
        there = http.client.HTTPConnection(recorder.target.hostname or "", recorder.target.port, timeout=60)
        try:
            there.request(self.command, self.path, body or None, headers)
            answer = there.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
            if answer.getheader("content-type", "").startswith("text/event-stream"):
                self._stream(answer, kept)
                return
            data = answer.read()
            if answer.getheader("content-type", "").startswith("application/json") and data:
                data = json.dumps(recorder.change(asked, json.loads(data))).encode()
            self._reply(answer.status, data, kept)
        except OSError:
            self.close_connection = True
        finally:
            there.close()

    # The names are those of the standard library.
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do  # noqa: N815

    def _reply(self, status: int, data: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, answer: http.client.HTTPResponse, headers: Mapping[str, str]) -> None:
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        while piece := answer.read1(65536):
            self.wfile.write(self.recorder.change_stream(piece))
            self.wfile.flush()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) + self.recorder.ahead)

    def log_message(self, *_words: object) -> None:
        """Nothing on the screen of the tests."""


@contextmanager
def recording(target: str, tls: ssl.SSLContext | None = None) -> Iterator[Recorder]:
    """A recorder before the server at `target`; with `tls` it is spoken to encrypted."""
    recorder = Recorder(target)
    handler = type("Handler", (_Handler,), {"recorder": recorder})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        recorder.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield recorder
        finally:
            server.shutdown()
