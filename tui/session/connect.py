"""From settings to a connected session: picks the backend that an address means, and has its writes logged."""

from __future__ import annotations

from collections.abc import Callable

from tui.backends.agent_server.backend import AgentServerBackend
from tui.config import Connection, state_folder
from tui.domain.secrets import secrets_in
from tui.session.audit import FILE_NAME, AuditLog
from tui.session.session import Session

Tell = Callable[[str], None]


def make_session(connection: Connection, tell: Tell | None = None) -> Session:
    """A session for this connection, not yet connected. `tell` hears what goes wrong beside the work proper."""
    audit = audit_log(connection, tell) if connection.audited else None
    backend = AgentServerBackend(
        connection.url,
        api_key=connection.api_key,
        headers=connection.headers,
        ca_file=connection.ca_file,
        read_only=connection.read_only,
        on_write=audit.record if audit is not None else None,
    )
    return Session(backend, assistant=connection.assistant, audit=audit)


def audit_log(connection: Connection, tell: Tell | None = None) -> AuditLog:
    """The log of this user's writes, which hides the secrets of the connection."""
    secrets = secrets_in((connection.api_key, *connection.headers.values()))
    return AuditLog(state_folder() / FILE_NAME, secrets, on_trouble=tell)


async def connect_session(connection: Connection, tell: Tell | None = None) -> Session:
    """A session that has probed its server; raises `BackendError` when it can't be used."""
    session = make_session(connection, tell)
    try:
        await session.connect()
    except BaseException:
        await session.close()
        raise
    return session
