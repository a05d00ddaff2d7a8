"""The lock of a read-only connection: what is not known to change nothing does not leave.

It sits in the transport, below everything that makes requests, so that no code path goes around it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui.backends._httpx import httpx
from tui.backends.errors import ReadOnly

_READING_POSTS = re.compile(
    r"/(?:assistants|threads)/(?:search|count)|/threads/[^/]+/history|/threads/[^/]+/state/checkpoint", re.ASCII
)
_CANCELLING = "cancel_on_disconnect"
"""Makes the server cancel a run when a reader leaves: a GET that changes something."""


def is_read(method: str, path: str, query: tuple[str, ...] = ()) -> bool:
    """Whether a request is known to change nothing. `path` is relative to the server's root, `query` its names."""
    if method == "GET":
        return _CANCELLING not in query
    return method == "POST" and not query and _READING_POSTS.fullmatch(path) is not None


class ReadOnlyTransport(httpx.AsyncBaseTransport):
    """Passes reads on to `inner` and raises `ReadOnly` for all else. `prefix` is the path of the server's root,
    `because` what made it read-only."""

    def __init__(self, inner: httpx.AsyncBaseTransport, prefix: str = "", because: Sequence[str] = ()) -> None:
        self._inner = inner
        self._because = " and ".join(because) or "--read-only"
        self._prefix = prefix.encode("ascii")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request if it is a read."""
        path = request.url.raw_path.partition(b"?")[0].removeprefix(self._prefix).decode("ascii", "replace")
        if not is_read(request.method, path, tuple(request.url.params)):
            raise ReadOnly(
                f"{request.method} {path} was not sent: this connection is read-only.",
                hint=f"Open it without {self._because} to change something.",
            )
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()
