"""A TCP proxy that cuts answers: real connections, broken where a test wants them broken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class CuttingProxy:
    """Hands on bytes both ways. The n-th stream is cut after `cuts[n]` bytes of its body; later ones pass."""

    def __init__(self, target: str, cuts: Iterable[int] = (), *, trickle: bool = False) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._cuts = list(cuts)
        self._trickle = trickle
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
        head, sent, limit = b"", 0, None
        while data := await there.read(65536):
            if b"\r\n\r\n" not in head:
                head += data
                if b"\r\n\r\n" not in head:
                    continue
                data = head
                if is_stream() and self._cuts:
                    limit = head.index(b"\r\n\r\n") + 4 + self._cuts.pop(0)
            if limit is not None and sent + len(data) >= limit:
                writer.write(data[: limit - sent])
                await writer.drain()
                self.cut += 1
                return
            sent += len(data)
            for piece in _pieces(data) if self._trickle else (data,):
                writer.write(piece)
                await writer.drain()


def _pieces(data: bytes) -> Iterable[bytes]:
    return (data[i : i + 7] for i in range(0, len(data), 7))


@asynccontextmanager
async def cutting_proxy(
    target: str, cuts: Iterable[int] = (), *, trickle: bool = False
) -> AsyncIterator[tuple[str, CuttingProxy]]:
    """A running proxy and the URL to reach the target through it."""
    proxy = CuttingProxy(target, cuts, trickle=trickle)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", proxy
    finally:
        server.close()
        await proxy.close()
