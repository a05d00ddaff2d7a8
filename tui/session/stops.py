"""Why threads stopped: lists of threads tell neither a cancelled run from a pause nor an error; each thread does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from tui.backends.base import Backend
from tui.backends.errors import BackendError, TooLarge
from tui.domain.checkpoint import JSON, Thread

AT_ONCE = 4
"""Threads that are read at a time."""

MOST = 100
"""Threads that are read in one go: of a long list, the first."""

MOST_FAILED = 20
"""Failed threads of a list of which it is read why."""

MOST_BYTES = 250_000
"""What a thread may weigh, since it comes with its state. Of a heavier one its newest run is read."""

_CANCELLED = "UserInterrupt"
"""The error that servers note of a thread whose run was cancelled."""

_State: TypeAlias = tuple[str, datetime | None]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read of a thread as it was then."""

    state: _State
    error: str | None
    sent: JSON = None
    """The error as the server sent it, if it did."""


class Stops:
    """Remembers the errors of threads, as long as these stay as they were."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def note(self, thread: Thread) -> None:
        """Keep what a thread says of its error; one that says nothing changes nothing."""
        if thread.error is not None or "error" in thread.raw:
            self._known[thread.thread_id] = _Known(state_of(thread), thread.error, thread.raw.get("error"))

    def told(self, thread: Thread) -> Thread:
        """A row of a list, with the error that is known of the thread as it is in that row."""
        known = self._known.get(thread.thread_id)
        if known is None or known.error is None or thread.error is not None or known.state != state_of(thread):
            return thread
        raw = thread.raw if known.sent is None else {**thread.raw, "error": known.sent}
        return replace(thread, error=known.error, raw=raw)

    def unknown(self, threads: Iterable[Thread], *, failed_too: bool = False) -> list[Thread]:
        """The threads that were stopped, by no question, and nobody knows yet by what.

        `failed_too`: then the first that failed, of which a list does not tell why.
        """
        seen = list(threads)
        stopped = [thread for thread in seen if thread.status == "interrupted" and not thread.interrupts]
        failed = [thread for thread in seen if failed_too and thread.status == "error"][:MOST_FAILED]
        return [
            thread
            for thread in (*stopped, *failed)
            if thread.error is None and "error" not in thread.raw and not self._is_known(thread)
        ]

    async def find_out(self, backend: Backend, threads: Sequence[Thread]) -> None:
        """Read some threads singly, at most `MOST`. What can't be read stays unknown."""
        for start in range(0, min(len(threads), MOST), AT_ONCE):
            await asyncio.gather(*(self._read(backend, thread) for thread in threads[start : start + AT_ONCE]))

    async def _read(self, backend: Backend, thread: Thread) -> None:
        try:
            read = await backend.get_thread(thread.thread_id, most_bytes=MOST_BYTES)
            known = _Known(state_of(read), read.error, read.raw.get("error"))
        except TooLarge:
            known = _Known(state_of(thread), await _error_of_newest_run(backend, thread.thread_id))
        except BackendError:
            return  # nobody asked for it, so nobody is told
        self._known[thread.thread_id] = known

    def _is_known(self, thread: Thread) -> bool:
        known = self._known.get(thread.thread_id)
        return known is not None and known.state == state_of(thread)


async def _error_of_newest_run(backend: Backend, thread_id: str) -> str | None:
    try:
        runs = await backend.runs(thread_id, limit=1)
    except BackendError:
        return None
    return _CANCELLED if runs and runs[0].status == "interrupted" else None


def state_of(thread: Thread) -> _State:
    """As long as this is the same, the thread is as it was."""
    return thread.status, thread.updated_at
