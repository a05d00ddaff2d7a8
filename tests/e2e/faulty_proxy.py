"""An HTTP proxy in front of a real server that does what networks do: waits, refuses, redirects, cuts off."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came in, its path without the query."""

    method: str
    path: str
    headers: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Late:
    """Handed on, and the answer as well, but so many seconds late."""

    seconds: float


@dataclass(frozen=True)
class Answer:
    """Not handed on: answered here. `reset`: the connection is reset behind the answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = "{}"
    reset: bool = False


@dataclass(frozen=True)
class Swallow:
    """Handed on to the server, whose answer is lost: the connection is reset instead, after so much of its head."""

    share: float = 0.0


Fault = Late | Answer | Swallow | None
"""None: handed on both ways as it is."""


class FaultyProxy:
    """Records every request; `fault` says what becomes of it and can be changed at any time."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._tasks: set[asyncio.Task[None]] = set()
        self.fault: Callable[[Asked], Fault] = lambda _asked: None
        self.asked: list[Asked] = []
        self.under_way: list[Asked] = []
        """Requests whose answers are not through yet."""

    def requests(self, method: str, ending: str) -> list[Asked]:
        """The recorded requests of a method whose path ends so."""
        return [asked for asked in self.asked if asked.method == method and asked.path.endswith(ending)]

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a new connection."""
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request; the answer ends the connection."""
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                head = await reader.readuntil(b"\r\n\r\n")
                asked = _parse(head)
                self.asked.append(asked)
                self.under_way.append(asked)
                try:
                    body = await reader.readexactly(int(asked.headers.get("content-length", "0")))
                    await self._treat(self.fault(asked), head, body, writer)
                finally:
                    self.under_way.remove(asked)
        finally:
            writer.close()

    async def _treat(self, fault: Fault, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        if isinstance(fault, Answer):
            lines = [f"HTTP/1.1 {fault.status} Fault", f"content-length: {len(fault.body.encode())}"]
            lines += [f"{name}: {value}" for name, value in fault.headers.items()]
            writer.write(("\r\n".join(lines) + "\r\n\r\n" + fault.body).encode())
            await writer.drain()
            if fault.reset:
                _reset(writer)
            return
        there, to_server = await asyncio.open_connection(*self._target)
        try:
            to_server.write(_closing(head) + body)
            await to_server.drain()
            if isinstance(fault, Swallow):
                answered = await there.readuntil(b"\r\n\r\n")  # the server has done it
                writer.write(answered[: int(fault.share * len(answered))])
                await writer.drain()
                _reset(writer)
                return
            if isinstance(fault, Late):
                await asyncio.sleep(fault.seconds)
            while data := await there.read(65536):
                writer.write(data)
                await writer.drain()
        finally:
            to_server.close()


def _parse(head: bytes) -> Asked:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    return Asked(method, path.partition("?")[0], {name.lower(): value for name, value in headers.items()})


def _closing(head: bytes) -> bytes:
    """The same head, but the connection ends with the answer."""
    lines = [line for line in head[:-4].split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"connection: close", b"", b""])


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection so that the other side's next read fails."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def faulty_proxy(target: str) -> AsyncIterator[tuple[str, FaultyProxy]]:
    """A running proxy and the URL to reach the target through it."""
    proxy = FaultyProxy(target)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", proxy
    finally:
        server.close()
        await proxy.close()
