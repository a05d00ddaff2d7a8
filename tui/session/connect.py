"""From settings to a connected session: picks the backend that an address means."""

from __future__ import annotations

from tui.backends.agent_server.backend import AgentServerBackend
from tui.config import Connection
from tui.session.session import Session


def make_session(connection: Connection) -> Session:
    """A session for this connection, not yet connected."""
    backend = AgentServerBackend(
        connection.url,
        api_key=connection.api_key,
        headers=connection.headers,
        ca_file=connection.ca_file,
        read_only=connection.read_only,
    )
    return Session(backend, assistant=connection.assistant)


async def connect_session(connection: Connection) -> Session:
    """A session that has probed its server; raises `BackendError` when it can't be used."""
    session = make_session(connection)
    try:
        await session.connect()
    except BaseException:
        await session.close()
        raise
    return session
