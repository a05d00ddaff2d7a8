"""What the unit tests of the Agent Server's client share: a scripted network instead of a server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from tui.backends._httpx import httpx
from tui.backends.agent_server import AgentServerBackend
from tui.backends.agent_server.http import Waits

URL = "http://127.0.0.1:2024"
NO_WAITS = Waits(first=0.0, longest=0.0)
Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Script(httpx.AsyncBaseTransport):
    """Answers requests one after the other, the last step for ever, and remembers them."""

    def __init__(self, *steps: Step) -> None:
        self._steps = list(steps)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        if isinstance(step, Exception):
            raise step
        return step(request) if callable(step) else step

    @property
    def asked(self) -> list[str]:
        """Method, path and query of every request."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]

    @property
    def bodies(self) -> list[Any]:
        """The JSON bodies of the requests, None where there was none."""
        return [json.loads(request.content) if request.content else None for request in self.requests]


class Chunks(httpx.AsyncByteStream):
    """A body in pieces, maybe ending in an error; counts the bytes that were really read."""

    def __init__(self, pieces: Iterable[bytes], end: Exception | None = None) -> None:
        self._pieces = pieces
        self._end = end
        self.read = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self.read += len(piece)
            yield piece
        if self._end is not None:
            raise self._end

    async def aclose(self) -> None:
        self.closed = True


def answer(value: Any, status: int = 200, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    """A JSON answer; may be given any number of times."""
    return lambda _request: httpx.Response(
        status, json=value, headers={key.replace("_", "-"): headers[key] for key in headers}
    )


def raw(
    body: bytes, content_type: str = "application/json", status: int = 200
) -> Callable[[httpx.Request], httpx.Response]:
    """An answer of bytes; may be given any number of times."""
    return lambda _request: httpx.Response(status, content=body, headers={"content-type": content_type})


def events(*pieces: bytes, end: Exception | None = None, **headers: str) -> httpx.Response:
    """An event stream; can be given once."""
    given = {"content-type": "text/event-stream; charset=utf-8"}
    given |= {key.replace("_", "-"): value for key, value in headers.items()}
    return httpx.Response(200, headers=given, stream=Chunks(pieces, end))


def backend(script: httpx.AsyncBaseTransport, **options: Any) -> AgentServerBackend:
    """A backend on a scripted network that does not pause between attempts."""
    return AgentServerBackend(options.pop("url", URL), transport=script, waits=NO_WAITS, **options)
