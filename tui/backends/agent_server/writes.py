"""Tells about every write that left: what was asked, and what came of it, for the audit log.

It sits where requests leave, so that no code path goes around it. What was refused before it left, or never reached a
server, is no write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import urlencode

from tui.backends.errors import BackendError, CannotConnect, ConnectionLost, ReadOnly, Rejected
from tui.domain.audit import Write
from tui.domain.checkpoint import JSON

OnWrite: TypeAlias = Callable[[Write], None]


@dataclass(slots=True)
class Outcome:
    """What came of a request, filled in by whoever sent it."""

    status: int | None = None
    answer: JSON = None
    run_id: str | None = None


@contextmanager
def telling(
    on_write: OnWrite | None, host: str, method: str, path: str, query: Sequence[tuple[str, str]], body: JSON
) -> Iterator[Outcome]:
    """Around the sending of a write: calls `on_write` once it was answered, refused or lost."""
    outcome = Outcome()
    asked = Write(host, method, f"{path}?{urlencode(query, errors='replace')}" if query else path, body)
    try:
        yield outcome
    except BackendError as error:
        if on_write is not None and has_left(error):
            on_write(replace(asked, status=error.status, error=_in_words(error)))
        raise
    except asyncio.CancelledError:
        if on_write is not None:
            on_write(replace(asked, error="nobody waited for the answer"))
        raise
    if on_write is not None:
        on_write(replace(asked, status=outcome.status, answer=outcome.answer, run_id=outcome.run_id))


def has_left(error: BackendError) -> bool:
    """Whether the request that ended so may have reached the server."""
    if isinstance(error, ReadOnly):
        return False
    if isinstance(error, CannotConnect):
        return isinstance(error, ConnectionLost)
    # Refused without a status means refused by ourselves.
    return not (isinstance(error, Rejected) and error.status is None)


def _in_words(error: BackendError) -> str:
    return f"{error.status}: {error.detail}" if error.status is not None and error.detail else error.what
