"""Networks as they are, on real sockets: client certificates, proxies, the near end of a tunnel."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from tui.backends._httpx import httpx
from tui.backends.agent_server.backend import AgentServerBackend
from tui.backends.agent_server.failures import Asked, unreachable
from tui.backends.agent_server.http import Waits
from tui.backends.agent_server.reach import Way
from tui.backends.agent_server.route import Route
from tui.backends.errors import BackendError, CannotConnect, NotAllowed

KEY = "planted-0123456789"
PASSWORD = "planted-password"
THREAD = {"thread_id": "t", "status": "idle"}


class Served:
    """A server that answers each request with a thread, and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.port = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await _head(reader):
                self.requests.append(head)
                body = json.dumps(THREAD).encode()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        finally:
            writer.close()


class Proxy:
    """An HTTP proxy: CONNECT to where it is told to (whatever the name, `port` of this machine), or forward."""

    def __init__(self, target: int, *, password: str | None = None) -> None:
        self._target = target
        self._password = password
        self.asked: list[bytes] = []
        self.port = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await _head(reader)
        self.asked.append(head)
        if self._password is not None:
            word = base64.b64encode(f"me:{self._password}".encode())
            if b"proxy-authorization: basic " + word.lower() not in head.lower():
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
                writer.close()
                return
        there, to_server = await asyncio.open_connection("127.0.0.1", self._target)
        if head.startswith(b"CONNECT"):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            to_server.write(head)
        await asyncio.gather(_copy(reader, to_server), _copy(there, writer))


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, OSError):
        return b""


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


@asynccontextmanager
async def listening(served: Served | Proxy, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    server = await asyncio.start_server(served.handle, "127.0.0.1", 0, ssl=tls)
    async with server:
        served.port = server.sockets[0].getsockname()[1]
        yield served.port


class Files:
    """Certificates: of an authority, of the server, of a client, and of a client of somebody else."""

    def __init__(self, folder: Path) -> None:
        authority, stranger = trustme.CA(), trustme.CA()
        self.ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca))
        self.server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1", "agents.example").configure_cert(self.server)
        self.picky = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(self.picky)
        self.picky.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(self.picky)
        self.cert, self.key, self.both = folder / "client.pem", folder / "client.key", folder / "both.pem"
        mine = authority.issue_cert("me@agents.example")
        mine.cert_chain_pems[0].write_to_path(str(self.cert))
        mine.private_key_pem.write_to_path(str(self.key))
        mine.private_key_and_cert_chain_pem.write_to_path(str(self.both))
        self.foreign = folder / "foreign.pem"
        stranger.issue_cert("you@agents.example").private_key_and_cert_chain_pem.write_to_path(str(self.foreign))


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with tempfile.TemporaryDirectory() as folder:
        yield Files(Path(folder))


async def ask(url: str, route: Route, **options: object) -> str:
    """Read a thread; returns its id."""
    client = AgentServerBackend(url, route=route, waits=Waits(0.0, 0.0), **options)  # type: ignore[arg-type]
    try:
        return (await client.get_thread("t")).thread_id
    finally:
        await client.close()


async def failing(url: str, route: Route, **options: object) -> BackendError:
    with pytest.raises(BackendError) as raised:
        await ask(url, route, **options)
    assert PASSWORD not in str(raised.value)
    return raised.value


# Client certificates


async def test_a_client_certificate_opens_a_server_that_wants_one(files: Files) -> None:
    async with listening(Served(), files.picky) as port:
        url = f"https://127.0.0.1:{port}"
        for route in (
            Route(ca_file=files.ca, cert_file=files.cert, cert_key_file=files.key),
            Route(ca_file=files.ca, cert_file=files.both),
        ):
            assert await ask(url, route) == "t"
            found = await Way(url, route).encrypt()
            assert found is not None
            assert found.protocol.startswith("TLS")


async def test_without_one_or_with_a_strangers_the_hint_says_what_is_wanted(files: Files) -> None:
    async with listening(Served(), files.picky) as port:
        url = f"https://127.0.0.1:{port}"
        for route in (Route(ca_file=files.ca), Route(ca_file=files.ca, cert_file=files.foreign)):
            refused = await failing(url, route)
            assert isinstance(refused, CannotConnect)
            assert "client certificate" in refused.hint


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required", "--cert FILE"),
        ("[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca", "does not trust the client certificate"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate", "--ca"),
    ],
)
@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ReadError])
def test_what_tls_says_becomes_what_to_do(reason: str, said: str, kind: type[httpx.TransportError]) -> None:
    told = unreachable(Asked("GET", "/info", "https://h"), kind(reason))
    assert said in told.hint or (said == "--ca" and kind is httpx.ReadError)


async def test_certificates_that_cannot_be_used_are_named(files: Files, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pem"
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"x"),
        )
    )
    cases = [
        (Route(cert_file=tmp_path / "none.pem"), "none.pem cannot be used: there is no such file"),
        (Route(cert_file=files.cert), "client.pem cannot be used"),
        (Route(cert_file=files.cert, cert_key_file=files.foreign), "cannot be used"),
        (Route(cert_file=files.cert, cert_key_file=locked), "locked.pem has a password"),
    ]
    for route, said in cases:
        assert said in (await failing("https://127.0.0.1:1", route)).what
    assert "not encrypted" in (await failing("http://127.0.0.1:1", Route(cert_file=files.both))).what


# Proxies


async def test_an_encrypted_server_is_reached_through_the_proxy(files: Files) -> None:
    served = Served()
    async with listening(served, files.server) as port:
        proxy = Proxy(port, password=PASSWORD)
        async with listening(proxy) as proxy_port:
            route = Route(ca_file=files.ca, proxy=f"http://me:{PASSWORD}@127.0.0.1:{proxy_port}")
            url = "https://agents.example"
            assert await ask(url, route, api_key=KEY) == "t"
            assert proxy.asked[0].startswith(b"CONNECT agents.example:443 ")
            assert KEY.encode() not in b"".join(proxy.asked), "the proxy sees nothing of it"
            assert b"x-api-key: " + KEY.encode() in served.requests[0].lower()
            way = Way(url, route)
            assert await way.look_up() == ["127.0.0.1"]
            await way.reach()
            found = await way.encrypt()
            assert found is not None
            assert PASSWORD not in route.words + repr(route) + repr(vars(way))
            assert route.words == f"the proxy http://127.0.0.1:{proxy_port}"


async def test_a_plain_server_is_reached_through_the_proxy() -> None:
    served = Served()
    async with listening(served) as port:
        proxy = Proxy(port)
        async with listening(proxy) as proxy_port:
            assert await ask("http://agents.example:8123", Route(proxy=f"http://127.0.0.1:{proxy_port}")) == "t"
            assert proxy.asked[0].startswith(b"GET http://agents.example:8123/threads/t ")


async def test_what_a_proxy_refuses_is_its_own_refusal(files: Files) -> None:
    async with listening(Served(), files.server) as port, listening(Proxy(port, password="other")) as proxy_port:
        route = Route(ca_file=files.ca, proxy=f"http://me:{PASSWORD}@127.0.0.1:{proxy_port}")
        refused = await failing("https://agents.example", route)
        assert isinstance(refused, CannotConnect)
        assert f"the proxy http://127.0.0.1:{proxy_port} refused" in refused.what
        assert "407" in refused.what
        with pytest.raises(CannotConnect, match="407"):
            await Way("https://agents.example", route).encrypt()


async def test_a_proxy_that_is_not_there_is_named() -> None:
    gone = await failing("http://127.0.0.1:2024", Route(proxy="http://127.0.0.1:9"))
    assert "through the proxy http://127.0.0.1:9" in gone.what
    assert "proxy" in gone.hint


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY", "all_proxy"])
async def test_proxies_of_the_environment_are_ignored(name: str, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Proxy(0)
    async with listening(Served()) as port, listening(Served(), files.server) as tls_port, listening(proxy) as nearby:
        monkeypatch.setenv(name, f"http://127.0.0.1:{nearby}")
        monkeypatch.setenv("NO_PROXY", "")
        assert await ask(f"http://127.0.0.1:{port}", Route()) == "t"
        assert await ask(f"https://127.0.0.1:{tls_port}", Route(ca_file=files.ca)) == "t"
        assert proxy.asked == []


# Who on the way can read what


@pytest.mark.parametrize(
    ("url", "route", "private"),
    [
        ("http://127.0.0.1:1", Route(), True),
        ("http://agents.example", Route(), False),
        ("https://agents.example", Route(proxy="http://proxy.example:1"), True),
        ("http://127.0.0.1:1", Route(proxy="http://proxy.example:1"), False),
        ("http://127.0.0.1:1", Route(proxy="http://127.0.0.1:3128"), True),
        ("http://127.0.0.1:1", Route(socket=Path("/nowhere"), ssh="bastion"), True),
        ("http://10.0.0.5:1", Route(socket=Path("/nowhere"), ssh="bastion"), False),
    ],
)
@pytest.mark.parametrize("header", ["x-api-key", "authorization", "x-auth-token", "cookie", "x-team-secret"])
def test_secrets_go_where_nobody_can_read_them(url: str, route: Route, private: bool, header: str) -> None:
    headers = {header: KEY}
    if private:
        AgentServerBackend(url, headers=headers, route=route)
    else:
        with pytest.raises(NotAllowed) as raised:
            AgentServerBackend(url, headers=headers, route=route)
        assert "--insecure-http" in raised.value.hint
        assert KEY not in str(raised.value)
        AgentServerBackend(url, headers=headers, route=route, insecure_http=True)
    AgentServerBackend(url, headers={"x-team": "green"}, route=route)


# The near end of a tunnel


async def test_a_socket_stands_for_the_server(files: Files) -> None:
    served = Served()
    with tempfile.TemporaryDirectory() as folder:
        near = Path(folder) / "s"
        server = await asyncio.start_unix_server(served.handle, near, ssl=files.server)
        async with server:
            route = Route(ca_file=files.ca, socket=near, ssh="bastion")
            assert await ask("https://agents.example", route) == "t", (
                "the certificate is checked by the server's own name"
            )
            assert b"host: agents.example\r\n" in served.requests[0].lower()
            way = Way("https://agents.example", route)
            assert await way.look_up() == []
            await way.reach()
            assert await way.encrypt() is not None
        gone = await failing(
            "https://agents.example", Route(ca_file=files.ca, socket=Path(folder) / "x", ssh="bastion")
        )
        assert "through the ssh tunnel to bastion" in gone.what
        assert "Has ssh ended?" in gone.hint


async def test_a_far_end_that_reaches_nothing_says_where_to_look() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()  # so does ssh when the far end cannot connect

    with tempfile.TemporaryDirectory() as folder:
        near = Path(folder) / "s"
        server = await asyncio.start_unix_server(hang_up, near)
        async with server:
            lost = await failing("http://127.0.0.1:2024", Route(socket=near, ssh="bastion"))
            assert "through the ssh tunnel to bastion" in lost.what
            assert "as seen from there" in lost.hint
