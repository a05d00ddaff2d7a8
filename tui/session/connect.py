"""From settings to a connected session: picks the backend that an address means, and has its writes logged."""

from __future__ import annotations

from collections.abc import Callable

from tui.backends.agent_server.backend import AgentServerBackend
from tui.backends.agent_server.http import OnSlow
from tui.backends.agent_server.route import Route
from tui.backends.agent_server.writes import OnWrite
from tui.config import Connection, state_folder
from tui.session.audit import FILE_NAME, AuditLog
from tui.session.left_runs import FOLDER_NAME, LeftRuns
from tui.session.session import Session

Tell = Callable[[str], None]


def make_session(connection: Connection, tell: Tell | None = None, *, on_slow: OnSlow | None = None) -> Session:
    """A session for this connection, not yet connected. `tell` hears what goes wrong beside the work proper, `on_slow`
    of each request that is not answered for some seconds."""
    audit = audit_log(connection, tell) if connection.audited else None
    backend = make_backend(connection, on_write=audit.record if audit is not None else None, on_slow=on_slow)
    left = LeftRuns(state_folder() / FOLDER_NAME) if connection.audited else None
    return Session(backend, assistant=connection.assistant, audit=audit, left=left)


def make_backend(
    connection: Connection,
    *,
    on_write: OnWrite | None = None,
    on_slow: OnSlow | None = None,
    read_only: bool = False,
) -> AgentServerBackend:
    """The client of this connection's server, not yet connected; `read_only` only ever adds to the connection's."""
    return AgentServerBackend(
        connection.url,
        api_key=connection.api_key,
        headers=connection.headers,
        route=route_of(connection),
        insecure_http=connection.insecure_http,
        read_only=read_only or connection.read_only,
        read_only_by=connection.read_only_by,
        on_write=on_write,
        on_slow=on_slow,
    )


def route_of(connection: Connection) -> Route:
    """The way to this connection's server."""
    return Route(
        ca_file=connection.ca_file,
        cert_file=connection.cert_file,
        cert_key_file=connection.cert_key_file,
        proxy=connection.proxy,
        socket=connection.socket,
        ssh=connection.ssh,
    )


def audit_log(connection: Connection, tell: Tell | None = None) -> AuditLog:
    """The log of this user's writes, which hides the secrets of the connection."""
    return AuditLog(state_folder() / FILE_NAME, connection.secrets, on_trouble=tell)


async def connect_session(
    connection: Connection, tell: Tell | None = None, *, on_slow: OnSlow | None = None
) -> Session:
    """A session that has probed its server; raises `BackendError` when it can't be used."""
    session = make_session(connection, tell, on_slow=on_slow)
    try:
        await session.connect()
    except BaseException:
        await session.close()
        raise
    return session
