"""How a server is reached: which certificates count, which one is shown, through a proxy or a tunnel, or straight.

What the environment says of proxies is not looked at: requests take the way that was asked for, and no other.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from tui.backends._httpx import httpx
from tui.backends.agent_server.address import Address, is_loopback_host
from tui.backends.errors import CannotConnect
from tui.domain.safe_text import one_line


@dataclass(frozen=True, slots=True)
class Route:
    """The way to one server. Files are PEM.

    `ca_file` is trusted instead of the usual authorities; `cert_file` is the client's own certificate, its key in
    `cert_key_file` or in the same file. `proxy` is a URL, maybe with a password. `socket` is the near end of a tunnel
    to `ssh`, the machine that connects to the server for us.
    """

    ca_file: Path | None = None
    cert_file: Path | None = None
    cert_key_file: Path | None = None
    proxy: str | None = field(default=None, repr=False)
    socket: Path | None = None
    ssh: str | None = None

    @property
    def words(self) -> str:
        """What lies between here and the server, for messages; "" for nothing."""
        if self.proxy is not None:
            return f"the proxy {proxy_origin(self.proxy)}"
        return f"the ssh tunnel to {one_line(self.ssh, 100)}" if self.ssh is not None else ""

    def is_private_to(self, address: Address) -> bool:
        """Whether nobody but the server's own machine can read what goes to `address`.

        At a tunnel's far end the server is reached as from there, so its loopback is as good as ours. A proxy reads
        whatever is not encrypted.
        """
        if address.is_encrypted:
            return True
        return address.is_loopback and (self.proxy is None or is_loopback_host(httpx.URL(self.proxy).host))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown: the proxy's password."""
        return (password,) if self.proxy is not None and (password := httpx.URL(self.proxy).password) else ()


STRAIGHT = Route()


def proxy_origin(url: str) -> str:
    """A proxy's URL without name and password."""
    parsed = httpx.URL(url)
    port = f":{parsed.port}" if parsed.port is not None else ""
    return one_line(f"{parsed.scheme}://{parsed.host}{port}", 200)


def transport_of(
    route: Route, verify: ssl.SSLContext | bool, *, keep_connections: bool = True
) -> httpx.AsyncHTTPTransport:
    """The network as this route reaches it; `verify` is `tls_of` the server's address."""
    proxy: httpx.Proxy | None = None
    if route.proxy is not None:
        encrypted = route.proxy.startswith("https:")
        proxy = httpx.Proxy(route.proxy, ssl_context=_trusting(route.ca_file) if encrypted else None)
    limits = httpx.Limits() if keep_connections else httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncHTTPTransport(
        verify=verify,
        limits=limits,
        trust_env=False,
        proxy=proxy,
        uds=str(route.socket) if route.socket is not None else None,
    )


def tls_of(address: Address, route: Route) -> ssl.SSLContext | bool:
    """How to encrypt; False for an address that is spoken to in clear text.

    Raises:
        CannotConnect: a file of the route cannot be read.
    """
    if not address.is_encrypted:
        if route.cert_file is not None:
            raise CannotConnect(
                f"A client certificate is of no use at {address.text}, which is not encrypted.",
                hint="Use the https URL, or leave --cert out.",
            )
        # No TLS will be spoken, because redirects are not followed: spare the loading of all certificates.
        return False
    context = _trusting(route.ca_file)
    if route.cert_file is not None:
        _show(context, route.cert_file, route.cert_key_file)
    return context


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    if ca_file is None:
        return httpx.create_ssl_context()
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise CannotConnect(
            f"The certificates in {ca_file} cannot be read: {error.strerror or error}.",
            hint="--ca wants a file of certificates in PEM form.",
        ) from None


def _show(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    """Have the client show its certificate to a server that asks for one."""
    # A key with a password would make OpenSSL ask on the terminal, which may be the app's screen.
    asked: list[bool] = []

    def no_password() -> str:
        asked.append(True)
        return ""

    files = f"{certificate} and {key}" if key is not None else f"{certificate}"
    try:
        context.load_cert_chain(certificate, key, password=no_password)
    except (OSError, ssl.SSLError) as error:
        if asked:
            raise CannotConnect(
                f"The key of the client certificate in {key or certificate} has a password.",
                hint="Make a copy without: openssl rsa -in KEY -out FILE, only readable by you.",
            ) from None
        missing = isinstance(error, FileNotFoundError)
        reason = "there is no such file" if missing else one_line(getattr(error, "reason", None) or str(error), 200)
        raise CannotConnect(
            f"The client certificate in {files} cannot be used: {reason}.",
            hint="--cert wants FILE or FILE,KEY in PEM form, the key to that certificate.",
        ) from None
