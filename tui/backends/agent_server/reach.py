"""The way to a server step by step: its name, its port, its certificate. Tells where exactly the way ends.

With a proxy the first steps are the proxy's; with a tunnel there is only its near end to look at from here.
"""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from tui.backends._httpx import httpx
from tui.backends.agent_server import limits
from tui.backends.agent_server.address import origin_of, parse_address
from tui.backends.agent_server.route import STRAIGHT, Route, tls_of
from tui.backends.errors import CannotConnect
from tui.domain.safe_text import one_line


@dataclass(frozen=True, slots=True)
class Encryption:
    """A handshake that worked: the protocol, and when the server's certificate ends."""

    protocol: str
    expires: datetime | None


class Way:
    """The way to one server; each step raises `CannotConnect` with the reason and what to try.

    Raises:
        CannotConnect: `url` or a file of `route` cannot be used.
    """

    def __init__(self, url: str, route: Route = STRAIGHT) -> None:
        self.address = parse_address(url)
        self.route = route
        self._tls = tls_of(self.address, route)
        self._proxy = httpx.URL(route.proxy) if route.proxy is not None else None
        _, self.host, self.port = self.address.origin if self._proxy is None else origin_of(self._proxy)

    async def look_up(self) -> list[str]:
        """The network addresses that the host's (or the proxy's) name stands for; none behind a tunnel."""
        if self.route.socket is not None:
            return []
        try:
            found = await asyncio.get_running_loop().getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise CannotConnect(
                f"The name {one_line(self.host, 100)} is not known: {_words(error)}.",
                hint="Check its spelling, the network, and whether a VPN has to be up.",
            ) from error
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    async def reach(self) -> float:
        """Seconds until the port (the proxy's, the tunnel's) took a connection."""
        start = time.perf_counter()
        with self._explained(tls=False):
            async with asyncio.timeout(limits.CONNECT_SECONDS):
                _, writer = await self._connect()
        seconds = time.perf_counter() - start
        await _close(writer)
        return seconds

    async def encrypt(self) -> Encryption | None:
        """The handshake; None for a server that is spoken to without, or that is behind a proxy spoken to over TLS."""
        if not isinstance(self._tls, ssl.SSLContext) or (self._proxy is not None and self._proxy.scheme == "https"):
            return None
        with self._explained(tls=True):
            async with asyncio.timeout(limits.CONNECT_SECONDS):
                reader, writer = await self._connect()
                if self._proxy is not None:
                    await self._pass(reader, writer, self._proxy)
                await writer.start_tls(self._tls, server_hostname=self.address.origin[1])
        spoken: ssl.SSLObject = writer.get_extra_info("ssl_object")
        certificate = spoken.getpeercert() or {}
        await _close(writer)
        ends = certificate.get("notAfter")
        expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None
        return Encryption(spoken.version() or "TLS", expires)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.route.socket is not None:
            return await asyncio.open_unix_connection(self.route.socket)
        return await asyncio.open_connection(self.host, self.port)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, proxy: httpx.URL) -> None:
        """Have the proxy connect us to the server."""
        _, host, port = self.address.origin
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
        if proxy.username or proxy.password:
            word = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
            lines.append(f"Proxy-Authorization: Basic {word}")
        writer.write("\r\n".join([*lines, "", ""]).encode())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = b""
        status = head.partition(b"\r\n")[0].partition(b" ")[2].decode("ascii", "replace")
        if not status.startswith("2"):
            raise CannotConnect(
                f"{self.route.words} refused to connect to {target}: {one_line(status, 100) or 'no answer'}.",
                hint="Does it want a password (--proxy env:VARIABLE with the whole URL), or forbid this address?",
            )

    @contextmanager
    def _explained(self, *, tls: bool) -> Iterator[None]:
        where = self.route.words if self.route.socket is not None else f"{self.host}:{self.port}"
        if tls:
            where = f"{self.address.origin[1]}:{self.address.origin[2]}"
        try:
            yield
        except TimeoutError as error:
            if tls:
                raise CannotConnect(
                    f"{where} takes connections, but says nothing to a TLS handshake.", hint="Is it an http:// server?"
                ) from error
            raise CannotConnect(
                f"{where} did not take the connection within {limits.CONNECT_SECONDS:.0f} s.",
                hint="A firewall swallows it, or the machine is off: check the address, the network and a VPN.",
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise CannotConnect(
                f"The certificate of {where} is not trusted: {one_line(error.verify_message, 200).rstrip('.')}.",
                hint="For a private certificate authority name its file with --ca; otherwise do not send it anything.",
            ) from error
        except ssl.SSLError as error:
            raise CannotConnect(
                f"{where} does not speak TLS: {one_line(error.reason or str(error), 200)}.",
                hint="Is it an http:// server?",
            ) from error
        except ConnectionRefusedError as error:
            raise CannotConnect(
                f"Nothing listens at {where}.",
                hint=f"Is the {'server' if tls or self._proxy is None else 'proxy'} running, and is this its port?",
            ) from error
        except OSError as error:
            raise CannotConnect(
                f"{where} cannot be reached: {_words(error)}.", hint="Check the address, the network and a VPN."
            ) from error


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return one_line(text, 200).rstrip(".")


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        return  # it broke while it was closed, which is closed
