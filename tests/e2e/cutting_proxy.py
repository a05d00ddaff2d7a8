"""A TCP proxy that cuts answers: real connections, broken where a test wants them broken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class AfterFrame:
    """A place in a stream: so many bytes (may be negative) behind the end of the n-th event, counted from 1."""

    number: int
    more: int = 0


class CuttingProxy:
    """Hands on bytes both ways. The n-th stream is cut at `cuts[n]` (bytes of its body, or a frame); later ones pass.

    `stall`: it is not cut but falls silent there. `endless`: it says nowhere how long a stream is, as proxies of HTTP
    1.0 do: who reads cannot tell a cut from the end.
    """

    def __init__(
        self,
        target: str,
        cuts: Iterable[int | AfterFrame] = (),
        *,
        trickle: bool = False,
        stall: bool = False,
        endless: bool = False,
    ) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._cuts = list(cuts)
        self._trickle = trickle
        self._stall = stall
        self._endless = endless
        self._connections: set[asyncio.Task[None]] = set()
        self.cut = 0
        """How many answers were cut."""
        self._away = False

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a new connection."""
        if self._away:
            writer.close()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def go_away(self) -> None:
        """Break all connections, and take no others."""
        self._away = True
        await self.close()

    def come_back(self) -> None:
        """Take connections again."""
        self._away = False

    async def close(self) -> None:
        """End all connections."""
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        there, to_server = await asyncio.open_connection(self._host, self._port)
        stream = False

        async def up() -> None:
            nonlocal stream
            while data := await reader.read(65536):
                stream = stream or b"/stream" in data.split(b"\r\n", 1)[0]
                to_server.write(data)
                await to_server.drain()
            to_server.close()

        upward = asyncio.create_task(up())
        try:
            await self._down(there, writer, lambda: stream)
        finally:
            upward.cancel()
            for end in (to_server, writer):
                end.close()

    async def _down(
        self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, is_stream: Callable[[], bool]
    ) -> None:
        head, body, sent = b"", b"", 0
        cut: int | AfterFrame | None = None
        chunks: _Chunks | None = None
        while data := await there.read(65536):
            if b"\r\n\r\n" not in head:
                head += data
                if b"\r\n\r\n" not in head:
                    continue
                end = head.index(b"\r\n\r\n") + 4
                head, data = head[:end], head[end:]
                if is_stream() and self._endless:
                    head = head.replace(b"transfer-encoding: chunked", b"connection: close")
                    chunks = _Chunks()
                writer.write(head)
                if is_stream() and self._cuts:
                    cut = self._cuts.pop(0)
            if chunks is not None:
                data = chunks.take(data)
            if cut is not None:
                body += data
                place = _place(cut, body)
                if place is not None and len(body) >= place:
                    writer.write(body[sent:place])
                    await writer.drain()
                    self.cut += 1
                    if self._stall:
                        await asyncio.Event().wait()  # until the proxy is closed
                    return
                if isinstance(cut, AfterFrame):
                    continue  # held back until it is known where the frame ends
                sent = len(body)
            for piece in _pieces(data) if self._trickle else (data,):
                writer.write(piece)
                await writer.drain()
            if chunks is not None and chunks.ended:
                break  # the server keeps the connection
        writer.write(body[sent:])
        await writer.drain()


class _Chunks:
    """Takes the marks of lengths out of a chunked body."""

    def __init__(self) -> None:
        self._rest = b""
        self.ended = False

    def take(self, data: bytes) -> bytes:
        """What a piece of the body adds to its content."""
        self._rest += data
        content = b""
        while not self.ended:
            size, found, rest = self._rest.partition(b"\r\n")
            length = int(size or b"0", 16)
            if not found or len(rest) < length + 2:
                break
            content, self._rest = content + rest[:length], rest[length + 2 :]
            self.ended = length == 0
        return content


def _place(cut: int | AfterFrame | None, body: bytes) -> int | None:
    """The byte of the body to cut at, once it is known."""
    if not isinstance(cut, AfterFrame):
        return cut
    at = 0
    for _ in range(cut.number):
        found = body.find(b"\r\n\r\n", at)
        if found < 0:
            return None
        at = found + 4
    return max(1, at + cut.more)


def _pieces(data: bytes) -> Iterable[bytes]:
    return (data[i : i + 7] for i in range(0, len(data), 7))


@asynccontextmanager
async def cutting_proxy(
    target: str,
    cuts: Iterable[int | AfterFrame] = (),
    *,
    trickle: bool = False,
    stall: bool = False,
    endless: bool = False,
) -> AsyncIterator[tuple[str, CuttingProxy]]:
    """A running proxy and the URL to reach the target through it."""
    proxy = CuttingProxy(target, cuts, trickle=trickle, stall=stall, endless=endless)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", proxy
    finally:
        server.close()
        await proxy.close()
