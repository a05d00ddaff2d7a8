"""The way to a server step by step: its name, its port, its certificate. Tells where exactly the way ends."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tui.backends.agent_server import limits
from tui.backends.agent_server.address import parse_address
from tui.backends.agent_server.http import tls_of
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
        CannotConnect: `url` or `ca_file` cannot be used.
    """

    def __init__(self, url: str, ca_file: Path | None = None) -> None:
        self.address = parse_address(url)
        self._tls = tls_of(self.address, ca_file)
        _, self.host, self.port = self.address.origin

    async def look_up(self) -> list[str]:
        """The network addresses that the host's name stands for."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise CannotConnect(
                f"The name {one_line(self.host, 100)} is not known: {_words(error)}.",
                hint="Check its spelling, the network, and whether a VPN has to be up.",
            ) from error
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    async def reach(self) -> float:
        """Seconds until the port took a connection."""
        start = time.perf_counter()
        writer = await self._open(None)
        seconds = time.perf_counter() - start
        await _close(writer)
        return seconds

    async def encrypt(self) -> Encryption | None:
        """The handshake; None for a server that is spoken to without."""
        if not isinstance(self._tls, ssl.SSLContext):
            return None
        writer = await self._open(self._tls)
        spoken: ssl.SSLObject = writer.get_extra_info("ssl_object")
        certificate = spoken.getpeercert() or {}
        await _close(writer)
        ends = certificate.get("notAfter")
        expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None
        return Encryption(spoken.version() or "TLS", expires)

    async def _open(self, tls: ssl.SSLContext | None) -> asyncio.StreamWriter:
        where = f"{self.host}:{self.port}"
        try:
            async with asyncio.timeout(limits.CONNECT_SECONDS):
                _, writer = await asyncio.open_connection(self.host, self.port, ssl=tls)
        except TimeoutError as error:
            if tls is not None:
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
                f"Nothing listens at {where}.", hint="Is the server running, and is this its port?"
            ) from error
        except OSError as error:
            raise CannotConnect(
                f"{where} cannot be reached: {_words(error)}.", hint="Check the address, the network and a VPN."
            ) from error
        return writer


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
