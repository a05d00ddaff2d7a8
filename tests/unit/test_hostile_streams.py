"""Streams that mean harm, from a real socket into a process of its own: bounded memory, and a reason."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import pytest

from tui.backends.agent_server import limits

MIB = 1024 * 1024
BOUND = 4 * limits.MAX_EVENT
"""Bytes that the reader's memory may grow by before it calls a stream broken; a third of it is what it takes here."""

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n"
GOOD = b'event: custom\r\ndata: {"n": 1}\r\n\r\n'


def endless(piece: bytes) -> Iterable[bytes]:
    """300 MB of the same."""
    return (piece for _ in range(300 * MIB // len(piece)))


async def read_from(pieces: Callable[[], Iterable[bytes]], head: bytes = HEAD) -> dict[str, Any]:
    """What a reader in another process says of a server that answers with these bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head + b"\r\n")
            for piece in pieces():
                writer.write(piece)
                await writer.drain()
        writer.close()

    async with _listening(serve) as url:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.unit.hostile_reader", url),
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"MALLOC_ARENA_MAX": "1"},
        )
        out, _ = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode == 0
    said: dict[str, Any] = json.loads(out)
    return said


@contextlib.asynccontextmanager
async def _listening(serve: Any) -> AsyncIterator[str]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


CASES: dict[str, tuple[Callable[[], Iterable[bytes]], str, int]] = {
    "a frame of 300 MB": (
        lambda: (GOOD, b'event: updates\r\ndata: {"a": "', *endless(b"x" * MIB), b'"}\r\n\r\n'),
        "bytes in one event",
        1,
    ),
    "a frame of 300 MB in lines": (
        lambda: (GOOD, *endless(b"data: 1\r\n" * 100_000)),
        "bytes in one event",
        1,
    ),
    "a line that never ends": (lambda: (GOOD, *endless(b"x" * MIB)), "bytes in one event", 1),
    "an event with invalid JSON": (
        lambda: (GOOD, b'event: updates\r\ndata: {"a": \r\n\r\n', GOOD),
        "cannot be read",
        1,
    ),
    "an invalid UTF-8 byte": (lambda: (GOOD, b'event: custom\r\ndata: "\xff"\r\n\r\n', GOOD), "not UTF-8", 1),
    "half a character at a cut": (
        lambda: (GOOD, 'event: custom\r\ndata: "한'.encode()[:-1], '한"\r\n\r\n'.encode()[2:], GOOD),
        "",
        3,
    ),
    "a small text of many values": (
        lambda: (GOOD, *(b'event: updates\r\ndata: {"a": [' + b"[]," * (9 * MIB) + b"[]]}\r\n\r\n" for _ in range(3))),
        "holds more than 1,000,000 lists and objects",
        1,
    ),
    "a name without end": (
        lambda: (GOOD, *(b"event: " + b"x" * (8 * MIB) + b"\r\ndata: 1\r\n\r\n" for _ in range(40))),
        "name or id is too long",
        1,
    ),
    "an id without end": (
        lambda: (GOOD, *(b"data: 1\r\nid: " + b"x" * (8 * MIB) + b"\r\n\r\n" for _ in range(40))),
        "name or id is too long",
        1,
    ),
    "a level of JSON too deep": (
        lambda: (GOOD, b"event: custom\r\ndata: " + b"[" * 100_000 + b"]" * 100_000 + b"\r\n\r\n"),
        "cannot be read",
        1,
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_what_breaks_a_stream_is_said_and_costs_little(name: str) -> None:
    pieces, reason, good = CASES[name]
    said = await read_from(pieces)
    assert reason in said["error"]
    assert said["error"].startswith("StreamBroken") == bool(reason)
    assert said["events"] == good, "what came before it is there"
    assert said["grew"] < BOUND, f"{said['grew'] / MIB:.0f} MiB"


async def test_a_compressed_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(gzip.compress(b"x" * (200 * MIB), 9), 9)
    assert len(bomb) < 10_000
    said = await read_from(lambda: [bomb], HEAD + b"content-encoding: gzip, gzip\r\n")
    assert "compressed (gzip, gzip), which was not asked for" in said["error"]
    assert said["grew"] < 20 * MIB


async def test_a_flood_of_events_is_read_in_bounded_memory_while_the_app_goes_on() -> None:
    """As fast as they come: ten seconds of 100,000 events a second would be this, seven times."""
    frame = b'event: custom\r\ndata: {"tick": 12345, "padding": "0123456789012345678901234567890123456789"}\r\n\r\n'
    said = await read_from(lambda: (frame * 1000 for _ in range(150)))
    assert said["error"] == ""
    assert said["events"] == 150_000, "none is lost"
    assert said["grew"] < BOUND, f"{said['grew'] / MIB:.0f} MiB"


async def test_huge_events_one_after_the_other_are_not_all_kept() -> None:
    update = b'event: updates\r\ndata: {"node%d": {"text": "' + b"x" * (8 * MIB) + b'"}}\r\n\r\n'
    said = await read_from(lambda: (update.replace(b"%d", b"%d" % number) for number in range(45)))
    assert said["error"] == ""
    assert said["events"] == 45
    assert said["grew"] < 2 * BOUND, f"{said['grew'] / MIB:.0f} MiB of {45 * 8}"
