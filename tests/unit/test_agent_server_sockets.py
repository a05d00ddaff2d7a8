"""Faults on a real socket: what the network does, not what a fake of it does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tui.backends.agent_server import AgentServerBackend
from tui.backends.agent_server.http import Waits
from tui.backends.errors import CannotConnect, ConnectionLost, ServerFailed
from tui.domain.requests import RunRequest, RunSetup, StateUpdate
from tui.domain.transcript import StreamEvent

REQUEST = RunRequest(RunSetup("agent"))
STREAM = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    b"1d\r\nevent: metadata\r\ndata: {}\r\n\r\n\r\n"
)
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\noops"

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[str]:
    """A TCP server; `handler` gets each connection with its number. Yields the host and port."""
    connections = 0

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        try:
            await handler(reader, writer, connections)
        finally:
            writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with listening:
        yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"


async def one_request(reader: asyncio.StreamReader) -> bytes:
    """Read one request with its body; b"" when the client has gone."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b"x:0")
    return head + await reader.readexactly(int(length.partition(b":")[2]))


def client(host: str, scheme: str = "http") -> AgentServerBackend:
    return AgentServerBackend(f"{scheme}://{host}", waits=Waits(0.0, 0.0))


async def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but not listening: nobody else can take it
        backend = client(f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(CannotConnect, match="refused") as raised:
            await backend.connect()
        assert not isinstance(raised.value, ConnectionLost)
        await backend.close()


async def test_a_server_that_dies_in_the_middle_of_a_stream() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        await one_request(reader)
        writer.write(STREAM)
        await writer.drain()

    async with server(handler) as host:
        backend = client(host)
        found: list[StreamEvent] = []
        with pytest.raises(ConnectionLost) as raised:
            await collect(backend, found)
        assert found == [StreamEvent("metadata", {})]
        assert "run goes on" in raised.value.hint
        await backend.close()


async def collect(backend: AgentServerBackend, found: list[StreamEvent]) -> None:
    async with backend.stream_run("t", REQUEST) as stream:
        async for event in stream:
            found.append(event)  # noqa: PERF401  # what came before the error counts


async def test_a_stream_that_ends_properly() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        await one_request(reader)
        writer.write(STREAM + b"0\r\n\r\n")
        await writer.drain()

    async with server(handler) as host:
        backend = client(host)
        found: list[StreamEvent] = []
        await collect(backend, found)
        assert found == [StreamEvent("metadata", {})]
        await backend.close()


async def test_a_silent_server_is_given_up() -> None:
    gone = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        await one_request(reader)
        writer.write(STREAM)
        await writer.drain()
        await reader.read()  # returns when the client has hung up
        gone.set()

    async with server(handler) as host:
        backend = client(host)
        backend.runs_api.silence = 0.2
        found: list[StreamEvent] = []
        with pytest.raises(ConnectionLost, match="in time"):
            await collect(backend, found)
        assert len(found) == 1
        await asyncio.wait_for(gone.wait(), 5)
        await backend.close()


async def test_a_connection_dropped_after_a_500_hurts_neither_reads_nor_writes() -> None:
    """The server answers 500 and resets the connection, though it promised to keep it."""
    requests: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        while request := await one_request(reader):
            requests.append(request.partition(b" HTTP")[0])
            if request.startswith(b"GET /threads/broken"):
                writer.write(BROKEN)
                await writer.drain()
                await one_request(reader)  # takes the next request and drops it unanswered
                return
            body = b'{"thread_id":"t","checkpoint_id":"c"}'
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

    async with server(handler) as host:
        backend = client(host)
        for _ in range(3):
            with pytest.raises(ServerFailed, match="oops"):
                await backend.get_thread("broken")
            assert (await backend.get_thread("t")).thread_id == "t"
            with pytest.raises(ServerFailed, match="oops"):
                await backend.get_thread("broken")
            await backend.update_state("t", StateUpdate(None, {}))
        assert requests.count(b"POST /threads/t/state") == 3
        await backend.close()


async def test_a_server_that_does_not_speak_http() -> None:
    async def handler(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\x1b[31m\r\n")
        await writer.drain()

    async with server(handler) as host:
        backend = client(host)
        with pytest.raises(CannotConnect) as raised:
            await backend.connect()
        assert "\x1b" not in str(raised.value)
        await backend.close()


async def test_a_server_that_does_not_speak_tls() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        await reader.read(100)
        writer.write(BROKEN)
        await writer.drain()

    async with server(handler) as host:
        backend = client(host, "https")
        with pytest.raises(CannotConnect) as raised:
            await backend.connect()
        assert "http:// server" in raised.value.hint
        await backend.close()
