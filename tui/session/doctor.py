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
from tui.domain.checkpoint import ServerInfo
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
from tui.session.connect import make_backend, route_of
from tui.session.session import Session

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
    if connection.mistakes:
        yield _mistakes(connection)
    way = Way(connection.url, route_of(connection))
    backend = make_backend(connection, read_only=True)
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
        async with aclosing(_capabilities(backend, info)) as found:
            async for finding in found:
                yield finding
    finally:
        await backend.close()


async def capabilities(session: Session) -> list[Finding]:
    """Which server a session is connected to, and what that can do.

    Raises:
        BackendError: the connection is lost, or the server refuses to be looked at.
    """
    found = [judge_server(session.info)]
    if isinstance(session.backend, AgentServerBackend):
        async with aclosing(_capabilities(session.backend, session.info)) as findings:
            found += [finding async for finding in findings]
    return found


async def _capabilities(backend: AgentServerBackend, info: ServerInfo) -> AsyncGenerator[Finding]:
    async with aclosing(Checkup(backend).probes()) as probes:
        async for probe in probes:
            yield judge(probe)
    yield judge(fork_probe(info))
    yield judge(copy_probe(info))


def _settings(connection: Connection) -> Finding:
    words = [connection.url]
    if connection.profile:
        words.append(f"profile {connection.profile}")
    words += [word for word, on in (("production", connection.production), ("read-only", connection.read_only)) if on]
    return Finding("address", State.OK, " · ".join(words), value=connection.url)


async def _way(way: Way) -> AsyncGenerator[Finding]:
    if way.route.words:
        yield Finding("way", State.OK, f"through {way.route.words}", value=way.route.words)
    found = await way.look_up()
    if found and found != [way.host]:
        yield Finding("name", State.OK, f"{way.host} is {', '.join(found[:4])}", value=found)
    seconds = await way.reach()
    where, port = f"{way.host}:{way.port}", way.port
    if way.route.socket is not None:
        where, port = "the near end of the tunnel", 0
    yield Finding("port", State.OK, f"{where} takes connections, after {milliseconds(seconds)}", value=port or None)
    encryption = await way.encrypt()
    if encryption is None:
        yield _not_encrypted(way)
        return
    yield Finding("encryption", State.OK, encryption.protocol, value=encryption.protocol)
    if encryption.expires is not None:
        yield judge_certificate(encryption.expires, datetime.now(UTC))


def _mistakes(connection: Connection) -> Finding:
    told = [str(mistake) for mistake in connection.mistakes]
    return Finding("config", State.NOTE, "; ".join(told), "Mend config.toml: what is wrong is left out.", value=told)


def _not_encrypted(way: Way) -> Finding:
    if way.address.is_encrypted:
        return Finding("encryption", State.UNKNOWN, "not looked at: the proxy itself is spoken to over TLS")
    if not way.route.is_private_to(way.address):
        return Finding("encryption", State.NOTE, "none: plain http, for all on the way to read")
    where = "that machine" if way.route.socket is not None else "this machine"
    return Finding("encryption", State.OK, f"none: plain http, and stays on {where}")


def _key(connection: Connection) -> Finding:
    sent = [*(["x-api-key"] if connection.api_key else []), *connection.headers]
    if sent:
        return Finding("key", State.OK, f"sent, and not refused: {', '.join(sent)}", value=sent)
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
