"""`forkpoint doctor` on what is no server, half a server, or a server with gaps; and that it never writes."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.unit.agent_server_fakes import backend
from tui.backends._httpx import httpx
from tui.backends.agent_server import limits
from tui.backends.agent_server.checkup import Checkup
from tui.backends.agent_server.guard import is_read
from tui.backends.errors import ConnectionLost
from tui.config import Connection
from tui.domain.diagnosis import Finding, State, exit_code
from tui.session.doctor import examine

Reply = tuple[int, Any]
INFO = {"version": "0.16.7", "langgraph_py_version": "1.2.22", "flags": {"assistants": True}}
ROW = {
    "values": {"messages": []},
    "next": [],
    "checkpoint": {"checkpoint_id": "c2", "thread_id": "t1", "checkpoint_ns": ""},
    "created_at": "2026-11-21T12:00:00+00:00",
    "metadata": {"source": "loop", "step": 3},
}
ASSISTANT = {"assistant_id": "a1", "graph_id": "agent"}
THREAD = {"thread_id": "t1", "status": "idle", "extracted": {"last": None}}


def full_server(method: str, path: str, query: dict[str, str], _body: Any = None) -> Reply:
    """A server that has everything that is probed."""
    routes: dict[tuple[str, str], Reply] = {
        ("GET", "/info"): (200, INFO),
        ("POST", "/assistants/search"): (200, [ASSISTANT]),
        ("GET", "/assistants/a1/graph"): (200, {"nodes": []}),
        ("GET", "/assistants/a1/schemas"): (200, {}),
        ("POST", "/threads/search"): (200, [THREAD]),
        ("POST", "/threads/count"): (200, 7),
        ("GET", "/threads/t1/history"): (200, [] if query.get("before") == "c2" else [ROW]),
        ("GET", "/threads/t1/state/c2"): (200, ROW),
        ("POST", "/threads/t1/state/checkpoint"): (200, ROW),
        ("GET", "/threads/t1/runs"): (200, []),
        ("GET", "/threads/t1/stream"): (200, "events"),
        ("GET", "/threads/t1/storage"): (200, {"total_bytes": 1}),
    }
    return routes.get((method, path), (404, {"detail": "Not Found"}))


class Served(httpx.AsyncBaseTransport):
    """A server in memory; `but` answers some requests otherwise than the full server."""

    def __init__(self, but: Callable[[str, str, dict[str, str], Any], Reply | None] | None = None) -> None:
        self._but = but
        self.asked: list[tuple[str, str, tuple[str, ...]]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        query = dict(request.url.params)
        asked = (request.method, request.url.path, query, body)
        self.asked.append((request.method, request.url.path, tuple(query)))
        status, value = (self._but(*asked) if self._but else None) or full_server(*asked)
        if value == "events":
            return httpx.Response(200, content=b"", headers={"content-type": "text/event-stream"})
        return httpx.Response(status, json=value)


async def probed(server: Served) -> dict[str, bool | None]:
    client = backend(server, read_only=True)
    return {probe.name: probe.works async for probe in Checkup(client).probes()}


# Capabilities


async def test_a_server_that_has_everything() -> None:
    server = Served()
    found = await probed(server)
    assert len(found) == 12
    assert set(found.values()) == {True}
    assert all(is_read(*asked) for asked in server.asked), "nothing that changes anything"


def _aegra(method: str, path: str, _query: dict[str, str], body: Any) -> Reply | None:
    if path == "/threads/search" and ("select" in body or "extract" in body):
        return 422, {"detail": [{"msg": "not supported"}]}
    if path == "/threads/count":
        return 405, {"error": "method_not_allowed", "message": "no"}
    if path in ("/threads/t1/storage", "/threads/t1/stream"):
        return 404, {"detail": "Not Found"}
    return (500, "boom") if (method, path) == ("GET", "/assistants/a1/schemas") else None


async def test_what_is_missing_is_found() -> None:
    found = await probed(Served(_aegra))
    assert {name for name, works in found.items() if works is False} == {
        "lists without states",
        "previews of threads",
        "count of threads",
        "schemas",
        "watch a thread",
        "size of a thread",
    }
    assert None not in found.values()


@pytest.mark.parametrize("values", [{"messages": ["everything"]}, None], ids=["a state", "no state yet"])
async def test_what_is_accepted_and_ignored_is_found(values: Any) -> None:
    def ignores(_method: str, path: str, _query: dict[str, str], _body: Any) -> Reply | None:
        if path == "/threads/search":
            return 200, [{"thread_id": "t1", "values": values}]
        return (200, [ROW]) if path == "/threads/t1/history" else None

    found = await probed(Served(ignores))
    assert (found["lists without states"], found["previews of threads"]) == (False, False)
    assert found["history page by page"] is False


async def test_without_a_thread_nothing_is_said_of_threads() -> None:
    def empty(_method: str, path: str, _query: dict[str, str], _body: Any) -> Reply | None:
        return (200, []) if path in ("/threads/search", "/assistants/search") else None

    found = await probed(Served(empty))
    assert [name for name, works in found.items() if works is None] == [
        "lists without states",
        "previews of threads",
        "graph",
        "schemas",
        "history page by page",
        "state at a checkpoint",
        "states of subgraphs",
        "runs of a thread",
        "watch a thread",
        "size of a thread",
    ]


async def test_a_lost_connection_ends_it() -> None:
    def breaks(_method: str, path: str, _query: dict[str, str], _body: Any) -> Reply | None:
        if path == "/threads/t1/runs":
            raise httpx.ReadTimeout("late")
        return None

    with pytest.raises(ConnectionLost):
        await probed(Served(breaks))


# The way there, on real sockets


@asynccontextmanager
async def listening(
    reply: Callable[[bytes], bytes] | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A server on a free port of this machine that answers each request by `reply`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while reply is not None:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((n for n in head.lower().split(b"\r\n") if n.startswith(b"content-length:")), b"x:0")
                await reader.readexactly(int(length.partition(b":")[2]))
                writer.write(reply(head.partition(b"\r\n")[0]))
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


def page(body: Any, status: str = "200 OK", content_type: str = "application/json", date: str = "") -> bytes:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(raw)}\r\n"
    return f"{head}{f'date: {date}' + chr(13) + chr(10) if date else ''}\r\n".encode() + raw


async def examined(url: str, **settings: Any) -> list[Finding]:
    return [finding async for finding in examine(Connection(url, **settings))]


def failed(findings: list[Finding]) -> Finding:
    """The one failure, which is the last finding."""
    assert [finding.state for finding in findings].count(State.FAIL) == 1
    assert findings[-1].state is State.FAIL
    assert findings[-1].advice
    assert exit_code(findings) == 4
    return findings[-1]


async def test_nothing_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = failed(await examined(f"http://127.0.0.1:{port}"))
    assert found.name == "connection"
    assert f"Nothing listens at 127.0.0.1:{port}" in found.words


async def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    found = failed(await examined("http://agents.example"))
    assert "agents.example is not known" in found.words


async def test_a_server_of_something_else() -> None:
    async with listening(lambda _line: page("<html>hello", content_type="text/html")) as port:
        found = failed(await examined(f"http://127.0.0.1:{port}"))
    assert found.name == "connection"
    assert "not an Agent Server" in found.words


@pytest.mark.parametrize("key", [None, "planted-0123456789"])
async def test_a_key_that_is_missing_or_wrong(key: str | None) -> None:
    def guarded(line: bytes) -> bytes:
        return page(INFO) if b"/info" in line else page({"detail": f"the key {key} is unknown"}, "401 Unauthorized")

    async with listening(guarded) as port:
        found = failed(await examined(f"http://127.0.0.1:{port}", api_key=key))
    assert found.name == "key"
    assert "401" in found.words
    assert key is None or key not in str(found), "though the server repeats it"


async def test_a_key_that_would_go_over_the_network_in_clear_text() -> None:
    found = failed(await examined("http://192.0.2.1", api_key="planted-0123456789"))
    assert found.name == "key"
    assert "unencrypted" in found.words


async def test_an_agent_server_with_gaps_a_slow_clock_and_a_limit_that_matters() -> None:
    def gaps(line: bytes) -> bytes:
        method, path, _ = line.decode().split()
        status, value = full_server(method, path.partition("?")[0], {})
        if path.startswith("/threads/t1/state/c2"):
            status = 404
        return page(value, "200 OK" if status == 200 else "404 Not Found", date="Sat, 21 Nov 2020 12:00:00 GMT")

    async with listening(gaps) as port:
        findings = await examined(f"http://127.0.0.1:{port}", profile="prod", production=True)
    by_name = {finding.name: finding for finding in findings}
    assert "production" in by_name["address"].words
    assert by_name["clock"].state is State.WARN
    assert by_name["latency"].state is State.OK
    assert by_name["threads"].value == 7
    assert by_name["state at a checkpoint"].state is State.WARN
    assert exit_code(findings) == 1


# Certificates


def certified(authority: trustme.CA, ends: datetime) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=ends).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


async def test_a_certificate_that_ends_soon(authority: trustme.CA, trusted: Path) -> None:
    ends = datetime.now(UTC) + timedelta(days=5, hours=1)

    def answers(line: bytes) -> bytes:
        method, path, _ = line.decode().split()
        status, value = full_server(method, path.partition("?")[0], {})
        return page(value) if status == 200 else page(value, "404 Not Found")

    async with listening(answers, certified(authority, ends)) as port:
        findings = await examined(f"https://127.0.0.1:{port}", ca_file=trusted, api_key="planted-0123456789")
    by_name = {finding.name: finding for finding in findings}
    assert by_name["encryption"].words.startswith("TLS")
    assert (by_name["certificate"].state, by_name["certificate"].value) == (State.WARN, 5)
    assert by_name["key"].words == "sent, and not refused: x-api-key"
    assert exit_code(findings) == 1
    assert "planted" not in str(findings)


@pytest.mark.parametrize(
    ("days", "with_ca", "said"), [(300, False, "not trusted"), (-1, True, "expired")], ids=["unknown", "expired"]
)
async def test_a_certificate_that_is_not_trusted(
    authority: trustme.CA, trusted: Path, days: int, with_ca: bool, said: str
) -> None:
    context = certified(authority, datetime.now(UTC) + timedelta(days=days))
    async with listening(lambda _line: page({}), context) as port:
        findings = await examined(f"https://127.0.0.1:{port}", ca_file=trusted if with_ca else None)
    found = failed(findings)
    assert said in found.words
    assert "--ca" in found.advice
    assert "port" in {finding.name for finding in findings}, "the way up to there is shown"


@pytest.mark.parametrize(
    ("greeting", "said"), [(b"SSH-2.0-x\r\n" * 9, "speak TLS"), (b"", "nothing to a TLS handshake")]
)
async def test_a_server_that_speaks_no_tls(greeting: bytes, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECT_SECONDS", 0.3)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        found = failed(await examined(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
    assert said in found.words
    assert "http://" in found.advice


async def test_an_authority_that_cannot_be_read(tmp_path: Path) -> None:
    found = failed(await examined("https://127.0.0.1:1", ca_file=tmp_path / "none.pem"))
    assert "none.pem" in found.words
