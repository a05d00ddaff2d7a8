"""Keeps the statuses of the listed threads true while nobody does anything: one small search now and then."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from tui.backends.base import ThreadQuery
from tui.backends.errors import NotFound
from tui.domain.addresses import tail
from tui.domain.checkpoint import Thread
from tui.domain.safe_text import one_line
from tui.domain.thread_titles import thread_title
from tui.screens.work import goes_on

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen

WATCH_SECONDS = 10.0
"""Between two looks."""

NEWEST = 20
"""Rows of a look: whatever changed is among the threads that were updated last."""

MOST_WAITS = 6
"""A server that does not answer is asked this much less often, in the end."""


class StatusWatch:
    """Looks whether threads changed at the server, and reads only those that did."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._worker: Worker[None] | None = None
        self._failures = 0
        self._waits = 0
        self._seen: frozenset[str] = frozenset()
        """Threads of the last look."""

    @property
    def is_looking(self) -> bool:
        """Whether an answer is still to come."""
        return goes_on(self._worker)

    def begin(self) -> None:
        """Look from now on."""
        self._screen.set_interval(WATCH_SECONDS, self._tick)

    def look(self) -> None:
        """Look once, unless something that reads threads anyway is going on."""
        if self.is_looking or not self._screen.is_ready or self._screen.live.is_streaming:
            return
        self._worker = self._screen.work.start(self._look, group="statuses", on_error=self._failed)

    def look_at(self, thread: Thread) -> None:
        """Look whether a thread is still there, if it is older than what looks see."""
        if thread.thread_id not in self._seen and self._screen.is_ready and self._screen.connection.is_live:
            job = partial(self._look_at, thread)
            self._screen.work.start(job, group="status of one", on_error=self._screen.log)

    async def _look_at(self, thread: Thread) -> None:
        if await self._let_go([thread]):
            name = one_line(thread_title(thread), 40)
            self._screen.tell(f"{name} …{tail(thread.thread_id, 8)} is gone: it was deleted elsewhere.")

    def _tick(self) -> None:
        if self._waits:
            self._waits -= 1
        else:
            self.look()

    async def _look(self) -> None:
        session, threads = self._screen.session, self._screen.threads
        page = await session.threads(ThreadQuery(limit=NEWEST, with_preview=False))
        self._failures = 0
        self._seen = frozenset(thread.thread_id for thread in page.threads)
        self._screen.connection_is(alive=True)
        await self._let_go(threads.missing_in(page.threads, is_all=page.next_offset is None)[:NEWEST])
        changed = [thread.thread_id for thread in page.threads if self._is_news(thread)]
        if changed:
            await self._take(changed, page.threads)
        threads.find_out()
        threads.sort()
        threads.pane.ages_changed()
        threads.pane.is_walked = False

    async def _let_go(self, missing: Sequence[Thread]) -> bool:
        """Take those out that were deleted elsewhere, if any: each is asked for, since a page may be older."""
        session, threads, deleted = self._screen.session, self._screen.threads, False
        for thread in missing:
            try:
                await session.backend.glance(thread.thread_id)
            except NotFound:
                threads.drop(thread.thread_id)
                deleted = True
        if deleted:
            await threads.count()
        return deleted

    async def _take(self, changed: Collection[str], seen: Sequence[Thread]) -> None:
        # With their last messages now: the first look asks for nothing that it would throw away.
        last = max(number for number, thread in enumerate(seen) if thread.thread_id in changed)
        fresh = await self._screen.session.threads(ThreadQuery(limit=last + 1))
        self._screen.threads.take([thread for thread in fresh.threads if thread.thread_id in changed])

    def _is_news(self, thread: Thread) -> bool:
        known = self._screen.threads.find(thread.thread_id)
        if known is None:
            return self._screen.threads.is_new(thread)
        return known.status != thread.status or known.updated_at != thread.updated_at

    def _failed(self, error: Exception) -> None:
        """Nobody asked for this, so nobody is told, but the header says that the server does not answer."""
        self._screen.log.info(error)
        self._failures += 1
        self._waits = min(self._failures, MOST_WAITS) - 1
        self._screen.connection_is(alive=False)
