"""Whether two addresses are one server: how careful to be follows the server, however somebody came to name it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from tui.config_values import Profile

_PORTS = {"http": 80, "https": 443}
_THIS_MACHINE = "this machine"


def protecting(profiles: Iterable[Profile], url: str, ssh: str | None) -> list[Profile]:
    """The profiles of the server at `url`, as seen from `ssh` if it is named, that are read-only or production."""
    return [
        profile
        for profile in profiles
        if (profile.read_only or profile.production) and _is_same((profile.url, profile.ssh), (url, ssh))
    ]


def _is_same(one: tuple[str, str | None], other: tuple[str, str | None]) -> bool:
    try:
        server, its_twin = _server(one[0]), _server(other[0])
    except ValueError:
        return False  # no address of a server, which is told elsewhere
    # Behind another ssh host the name of this machine means another one.
    return server == its_twin and (server[1] != _THIS_MACHINE or one[1] == other[1])


def _server(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path in the one form that all ways to write them have in common."""
    parts = urlsplit(url.strip())
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".").lower()
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    port = parts.port if parts.port is not None else _PORTS.get(scheme, 0)
    path = posixpath.normpath(f"/{unquote(parts.path).lstrip('/')}")
    return scheme, _THIS_MACHINE if _is_loopback(host) else host, port, path


def _is_loopback(host: str) -> bool:
    numbers = host.split(".")
    is_loopback_number = len(numbers) == 4 and numbers[0] == "127" and all(map(str.isdecimal, numbers))
    return is_loopback_number or host in ("localhost", "::1", "0.0.0.0", "::") or host.endswith(".localhost")  # noqa: S104 - read, not bound
