"""A look at a connection from the cable to the capabilities, step by step, sending nothing that changes anything."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

from tui.backends.agent_server.backend import AgentServerBackend
from tui.backends.agent_server.checkup import Checkup
from tui.backends.agent_server.probe import Pong
from tui.backends.agent_server.reach import Way
from tui.backends.base import ThreadQuery
from tui.backends.errors import BackendError, CannotConnect, NotAllowed
from tui.config import Connection
from tui.domain.diagnosis import (
    Finding,
    State,
    copy_probe,
    fork_probe,
    judge,
    judge_certificate,
    judge_clock,
    judge_latency,
    judge_server,
    milliseconds,
)

PINGS = 5
PING_SECONDS = 5.0
"""No further round trip is measured once they took this long together."""
_THREADS_COUNTED = 1000


async def examine(connection: Connection) -> AsyncGenerator[Finding]:
    """Everything that can be found out, in order; ends early where the way ends."""
    try:
        async with aclosing(_examine(connection)) as findings:
            async for finding in findings:
                yield finding
    except BackendError as error:
        name = (
            "key" if isinstance(error, NotAllowed) else "connection" if isinstance(error, CannotConnect) else "server"
        )
        yield Finding(name, State.FAIL, error.what, error.hint)


async def _examine(connection: Connection) -> AsyncGenerator[Finding]:
    yield _settings(connection)
    way = Way(connection.url, connection.ca_file)
    backend = AgentServerBackend(
        connection.url,
        api_key=connection.api_key,
        headers=connection.headers,
        ca_file=connection.ca_file,
        read_only=True,
    )
    try:
        async for finding in _way(way):
            yield finding
        info = await backend.connect()
        yield _key(connection)
        yield judge_server(info)
        pongs = await _pongs(backend)
        yield judge_latency([pong.seconds for pong in pongs])
        yield judge_clock(pongs[-1].date, pongs[-1].before, pongs[-1].after)
        yield await _threads(backend)
        async with aclosing(Checkup(backend).probes()) as probes:
            async for probe in probes:
                yield judge(probe)
        yield judge(fork_probe(info))
        yield judge(copy_probe(info))
    finally:
        await backend.close()


def _settings(connection: Connection) -> Finding:
    words = [connection.url]
    if connection.profile:
        words.append(f"profile {connection.profile}")
    words += [word for word, on in (("production", connection.production), ("read-only", connection.read_only)) if on]
    return Finding("address", State.OK, " · ".join(words), value=connection.url)


async def _way(way: Way) -> AsyncGenerator[Finding]:
    found = await way.look_up()
    if found != [way.host]:
        yield Finding("name", State.OK, f"{way.host} is {', '.join(found[:4])}", value=found)
    seconds = await way.reach()
    yield Finding(
        "port", State.OK, f"{way.host}:{way.port} takes connections, after {milliseconds(seconds)}", value=way.port
    )
    encryption = await way.encrypt()
    if encryption is None:
        local = "and stays on this machine" if way.address.is_loopback else "for all on the way to read"
        yield Finding("encryption", State.OK if way.address.is_loopback else State.NOTE, f"none: plain http, {local}")
        return
    yield Finding("encryption", State.OK, encryption.protocol, value=encryption.protocol)
    if encryption.expires is not None:
        yield judge_certificate(encryption.expires, datetime.now(UTC))


def _key(connection: Connection) -> Finding:
    sent = [*(["x-api-key"] if connection.api_key else []), *connection.headers]
    if sent:
        return Finding("key", State.OK, f"accepted: {', '.join(sent)}", value=sent)
    return Finding("key", State.OK, "none is sent, and none is asked for", value=[])


async def _pongs(backend: AgentServerBackend) -> list[Pong]:
    await backend.ping()  # the first one may have had to connect
    pongs: list[Pong] = []
    while len(pongs) < PINGS and sum(pong.seconds for pong in pongs) < PING_SECONDS:
        pongs.append(await backend.ping())
    return pongs


async def _threads(backend: AgentServerBackend) -> Finding:
    counted = await backend.count_threads()
    if counted is not None:
        return Finding("threads", State.OK, f"{counted}", value=counted)
    page = await backend.search_threads(ThreadQuery(limit=_THREADS_COUNTED, with_preview=False))
    found = Finding("threads", State.OK, f"{len(page.threads)}", value=len(page.threads))
    return found if page.next_offset is None else replace(found, words=f"{len(page.threads)} or more")
