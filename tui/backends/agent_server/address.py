"""Where a server is, and who may be told the secrets: one origin, and never in clear text over a network."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from tui.backends._httpx import httpx
from tui.backends.errors import CannotConnect, NotAllowed
from tui.domain.safe_text import one_line
from tui.domain.secrets import is_secret_header, secrets_in

API_KEY_HEADER = "x-api-key"
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Address:
    """A server's root: `text` is shown, has no trailing slash, and holds no secret."""

    text: str
    origin: tuple[str, str, int]
    prefix: str

    @property
    def is_loopback(self) -> bool:
        """Whether requests stay on this machine."""
        return is_loopback_host(self.origin[1])

    @property
    def is_encrypted(self) -> bool:
        """Whether requests go over TLS."""
        return self.origin[0] == "https"


def is_loopback_host(host: str) -> bool:
    """Whether a host's name or number is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def origin_of(url: httpx.URL) -> tuple[str, str, int]:
    """Scheme, host and port of a URL."""
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def parse_address(text: str) -> Address:
    """Read a server's URL.

    Raises:
        CannotConnect: it is not an http or https URL, or it carries a password.
    """
    hint = "Write it like http://127.0.0.1:2024 or https://agents.example.com/prefix."
    shown = one_line(text, 200)
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, ValueError):
        raise CannotConnect("This is not the URL of a server.", hint=hint) from None
    if url.userinfo:
        raise CannotConnect(
            "The URL of the server holds a user name or password.",
            hint="Leave it out and send it as a header instead: --header authorization=env:VARIABLE.",
        )
    if url.scheme not in ("http", "https") or not url.host or not 0 < origin_of(url)[2] < 65536:
        raise CannotConnect(f"{shown} is not the URL of a server.", hint=hint)
    if url.query or url.fragment:
        raise CannotConnect(f"The URL of the server goes on after its path: {shown.split('?')[0]}.", hint=hint)
    prefix = url.raw_path.decode("ascii").rstrip("/")
    root = str(url.copy_with(raw_path=b"/")).rstrip("/")
    return Address(one_line(root + prefix), origin_of(url), prefix)


class Credentials(httpx.Auth):
    """The headers of the caller and the API key, added at the last moment and only to requests to `address`.

    Kept out of the client's own headers, whose `repr` would show them. `private` says whether nobody on the way can
    read them; None leaves it to the address.

    Raises:
        NotAllowed: a header that cannot be sent, or a secret that others could read.
    """

    def __init__(
        self, address: Address, api_key: str | None, headers: Mapping[str, str], *, private: bool | None = None
    ) -> None:
        self._origin = address.origin
        self._headers = {name.strip().lower(): value.strip() for name, value in headers.items()}
        if api_key and api_key.strip():
            self._headers[API_KEY_HEADER] = api_key.strip()
        self._check()
        if private is None:
            private = address.is_encrypted or address.is_loopback
        if not private:
            self._check_nothing_is_secret(address)

    def _check(self) -> None:
        for name, value in self._headers.items():
            shown = one_line(name, 60)
            if not name or not set(name) <= _TOKEN:
                raise NotAllowed(f"{shown!r} is not the name of a header.", hint="Check --header and the profile.")
            if not value.isascii() or not value.isprintable():
                raise NotAllowed(
                    f"The value of the header {shown} holds characters that a header cannot carry.",
                    hint="Check the environment variable that it comes from.",
                )

    def _check_nothing_is_secret(self, address: Address) -> None:
        if secrets := sorted(filter(is_secret_header, self._headers)):
            raise NotAllowed(
                f"{', '.join(secrets)} would go to {address.text} unencrypted, for all on the way to read.",
                hint="Use its https URL, or a tunnel (--ssh HOST). If the network is trusted, say --insecure-http.",
            )

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown, should a server repeat it."""
        return secrets_in(self._headers.values())

    def __repr__(self) -> str:
        return f"Credentials({', '.join(self._headers)})"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the headers, if the request goes where they belong."""
        if origin_of(request.url) == self._origin:
            for name, value in self._headers.items():
                request.headers[name] = value
        yield request
