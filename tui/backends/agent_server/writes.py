"""Tells about every write, before it leaves and when it is known what came of it, for the audit log.

It sits where requests leave, so that no code path goes around it. What turns out to have never reached a server is told
as not sent.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import urlencode

from tui.backends.errors import BackendError, CannotConnect, ConnectionLost, ReadOnly, Rejected
from tui.domain.audit import Stage, Write
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
    """Around the sending of a write: calls `on_write` before it leaves, and once it was answered, refused or lost."""
    outcome = Outcome()
    if on_write is None:
        yield outcome
        return
    whole = f"{path}?{urlencode(query, errors='replace')}" if query else path
    asked = Write(host, method, whole, body, number=uuid.uuid4().hex, stage=Stage.SENT)
    on_write(asked)
    try:
        yield outcome
    except BackendError as error:
        stage = Stage.ANSWERED if has_left(error) else Stage.NOT_SENT
        on_write(replace(asked, stage=stage, status=error.status, error=_in_words(error)))
        raise
    except asyncio.CancelledError:
        on_write(replace(asked, stage=Stage.ANSWERED, error="nobody waited for the answer"))
        raise
    done = replace(asked, stage=Stage.ANSWERED, status=outcome.status, answer=outcome.answer, run_id=outcome.run_id)
    on_write(done)


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
