"""The list of threads from any server: what it refuses or passes over is remembered, and done without from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.backends.agent_server import convert, listing
from tui.backends.agent_server.assistants import Assistants
from tui.backends.agent_server.previews import Previews
from tui.backends.agent_server.probe import is_absent
from tui.backends.agent_server.threads import Rows, Threads
from tui.backends.base import ThreadPage, ThreadQuery
from tui.backends.errors import BackendError, Rejected
from tui.domain.checkpoint import JSON

COUNT = "threads/count"


class ThreadList:
    """Searches and counts threads."""

    def __init__(self, assistants: Assistants, threads: Threads) -> None:
        self._threads = threads
        self._previews = Previews(assistants, threads)
        self.missing: frozenset[str] = frozenset()
        """What this server has shown that it does not have."""

    async def page(self, query: ThreadQuery) -> ThreadPage:
        """A page of threads, without their states where the server can leave them out."""
        page = await self._search(query)
        rows = [row for row in page.rows if isinstance(row, dict)]
        self._note_ignored(rows, query)
        previews = await self._previews_of(rows) if query.with_preview else [None] * len(rows)
        threads = [convert.listed_thread(row, preview) for row, preview in zip(rows, previews, strict=True)]
        known = [thread for thread in threads if thread is not None]
        return ThreadPage(known, listing.next_offset(query, len(page.rows), page.headers))

    async def count(self, status: str | None = None) -> int | None:
        """How many threads; None where the server cannot count."""
        if COUNT in self.missing:
            return None
        try:
            value = await self._threads.count({"status": status} if status else {})
        except BackendError as error:
            if not is_absent(error):
                raise
            self.missing |= {COUNT}
            return None
        return value if isinstance(value, int) else None

    def _note_ignored(self, rows: Sequence[Mapping[str, JSON]], query: ThreadQuery) -> None:
        """Some servers accept what they do not know, and send everything."""
        if any(row.get("values") is not None for row in rows):
            self.missing |= {listing.SELECT}
        if query.with_preview and any("extracted" not in row for row in rows):
            self.missing |= {listing.EXTRACT}

    async def _previews_of(self, rows: Sequence[Mapping[str, JSON]]) -> list[JSON]:
        previews = [listing.preview_of_row(row) for row in rows]
        if self.missing & {listing.SELECT, listing.EXTRACT}:
            return previews
        unknown = [row for row, preview in zip(rows, previews, strict=True) if preview is None]
        short = await self._previews.of(unknown)
        return [
            short.get(str(row.get("thread_id"))) if preview is None else preview
            for row, preview in zip(rows, previews, strict=True)
        ]

    async def _search(self, query: ThreadQuery) -> Rows:
        ways = listing.search_bodies(query, self.missing)
        for without, body in ways[:-1]:
            try:
                page = await self._threads.search(body)
            except Rejected:
                continue
            self.missing |= without if query.with_preview else without - {listing.EXTRACT}
            return page
        without, body = ways[-1]
        page = await self._threads.search(body)
        self.missing |= without
        return page
