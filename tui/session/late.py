"""A session whose backend is made when it is first needed: what that imports costs more than a frame."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from threading import Lock
from urllib.parse import urlsplit

from tui.backends.base import Backend
from tui.config import Connection
from tui.domain.checkpoint import ServerInfo
from tui.session.session import Session


class LateSession(Session):
    """The session of a connection. What is wrong with the connection is said by `connect`."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(None, assistant=connection.assistant)
        self._connection = connection
        self._lock = Lock()

    @property
    def backend(self) -> Backend:
        """The backend, made now at the latest."""
        with self._lock:
            if self._backend is None:
                # Imported late: httpx and pydantic.
                from tui.session.connect import make_session  # noqa: PLC0415

                made = make_session(self._connection)
                self._backend, self.audit, self._left = made.backend, made.audit, made._left
            return self._backend

    @property
    def address(self) -> str:
        """The server's URL, without secrets."""
        return super().address if self._backend is not None else _without_secrets(self._connection.url)

    @property
    def can_run(self) -> bool:
        """Whether runs can be started, as far as it is known."""
        return super().can_run if self._backend is not None else not self._connection.read_only

    @property
    def clock_ahead(self) -> timedelta:
        """How far the server's clock is ahead of ours, as far as it is known."""
        return super().clock_ahead if self._backend is not None else timedelta()

    async def connect(self) -> ServerInfo:
        """Make the backend beside what goes on, and probe the server."""
        await asyncio.to_thread(lambda: self.backend)
        return await super().connect()

    async def close(self) -> None:
        """Close what was opened."""
        if self._backend is not None:
            await super().close()


def _without_secrets(url: str) -> str:
    """Where a URL leads, for as long as nobody has looked closer: without a name, a password or a query."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
    except ValueError:
        return ""
