"""The open thread: its tree, filled by small pages, and the way from a typed name to a checkpoint."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tui.backends.base import Backend, HistoryPage, HistoryReading
from tui.backends.errors import NotFound, TooLarge
from tui.domain.addresses import HEAD, CheckpointName, is_full_id, matching, tail
from tui.domain.checkpoint import Checkpoint, CheckpointRef, ServerInfo, Thread
from tui.domain.labels import row_text
from tui.domain.repeated_json import RepeatedJSON
from tui.domain.sharing import ValueSharer
from tui.domain.thread_titles import keeping_words, with_error_of, with_words_of
from tui.domain.tree import CheckpointTree
from tui.session.audit import AuditLog
from tui.session.heap import give_back

FIRST_PAGE = 60
"""Rows of the first picture: a screenful. Where it isn't known that they are light, one row is read before."""

MOST_BYTES = 8_000_000
"""What a page of several rows may weigh; where it would be more, a single row is asked for."""

MOST_KEPT = 4_000_000
"""How much text of the last page stays in memory for the next reading, once all pages are read."""

HOLES_AFTER = 16_000_000
"""How much is read until the memory that pages leave behind is given back: it grew to ten MB and more."""

PAGE_BYTES = 1_000_000
"""What a page should weigh: every row repeats the whole state, so pages are bounded by bytes as well as rows."""

MAX_PAGE = 100
"""Rows of a page of small states."""


MOST_CANDIDATES = 5
"""How many of the ids are named that a part of an id fits."""


class AmbiguousName(ValueError):
    """A part of an id fits several; `candidates` are the ids it fits, `about` says what some of them are."""

    def __init__(self, what: str, part: str, candidates: Sequence[str], about: Mapping[str, str] | None = None) -> None:
        shown = ", ".join(f"…{tail(candidate, 8)}" for candidate in candidates[:MOST_CANDIDATES])
        shown += ", …" if len(candidates) > MOST_CANDIDATES else ""
        super().__init__(f"{part!r} fits {len(candidates)} {what}: {shown}. Name one by its end.")
        self.candidates = candidates
        self.about = about or {}


class OpenThread:
    """A thread and what is known of its checkpoints.

    Values are shared between checkpoints, so memory grows with what changed.
    """

    def __init__(
        self, backend: Backend, thread: Thread, audit: AuditLog | None = None, *, server: ServerInfo | None = None
    ) -> None:
        self.backend = backend
        self.audit = audit
        self.server = server or ServerInfo("unknown")
        self.thread = thread.light
        """What is known of the thread itself, without a state: those are in the tree."""
        self.tree = CheckpointTree(thread.thread_id)
        self._sharer = ValueSharer()
        self._pages = HistoryReading(RepeatedJSON(self._sharer), MOST_BYTES)
        self.received_bytes = 0
        """What its pages weighed so far, as the server sent them."""
        self._given_back_at = 0
        self._page = 1
        self._began_empty = False
        """Whether it was empty when it was opened, and its first checkpoints are not all read yet."""
        self._reading = asyncio.Lock()

    @property
    def thread_id(self) -> str:
        """The thread's id."""
        return self.thread.thread_id

    def reread_as(self, thread: Thread) -> None:
        """Take in a newer reading of the thread itself."""
        self.thread = keeping_words(thread.light, self.thread)

    @property
    def in_words(self) -> Thread:
        """The thread as it was read last, with what its head says where the reading does not tell."""
        head = self.tree.head
        return with_error_of(with_words_of(self.thread, head.values), head) if head is not None else self.thread

    async def load_first(self) -> None:
        """Read what the first picture needs: a screenful if rows are small, else the newest row."""
        async with self._reading:
            await self._load_first()

    async def _load_first(self) -> frozenset[str]:
        if await self.backend.is_light(self.thread_id, PAGE_BYTES // FIRST_PAGE):
            return await self._load_older(FIRST_PAGE)
        changed = await self._load_older()
        if self._page >= FIRST_PAGE:
            changed |= await self._load_older(FIRST_PAGE)
        return changed

    async def load_older(self) -> frozenset[str]:
        """Read the next page of older checkpoints; returns what is new. Marks the tree complete at the end."""
        async with self._reading:
            return await self._load_older()

    async def _load_older(self, limit: int | None = None) -> frozenset[str]:
        if self.tree.complete:
            return frozenset()
        page = await self._read_page(limit or self._page, self.tree.oldest_id)
        changed = self._take(page.checkpoints, is_shared=page.is_shared)
        if page.reached_end or not changed:
            # A server that ignores `before` repeats itself: stop there instead of asking for ever.
            self.tree.mark_complete()
            self._pages.rows.forget(over=MOST_KEPT)
        if self.received_bytes - self._given_back_at >= (PAGE_BYTES if self.tree.complete else HOLES_AFTER):
            self._given_back_at = self.received_bytes
            give_back()
        return changed

    async def _read_page(self, limit: int, before: str | None) -> HistoryPage:
        """Up to `limit` rows, fewer where they are heavy; learns how many the next page should have."""
        while True:
            try:
                page = await self.backend.history(self.thread_id, limit=limit, before=before, reading=self._pages)
                break
            except TooLarge:
                if limit == 1:
                    raise
                limit = 1
        self.received_bytes += page.received_bytes
        if page.checkpoints:
            per_row = max(1, page.received_bytes // len(page.checkpoints))
            self._page = max(1, min(MAX_PAGE, PAGE_BYTES // per_row))
        return page

    async def load_all(self) -> None:
        """Read all older pages."""
        while not self.tree.complete:
            await self.load_older()

    async def refresh(self) -> frozenset[str]:
        """Read the newest checkpoints until a known one shows up; returns what is new or changed."""
        async with self._reading:
            if not len(self.tree):
                self.tree.complete = False
                self._began_empty = True
                changed = await self._load_first()
                self._began_empty = False
                return changed
            fresh: list[Checkpoint] = []
            before: str | None = None
            limit = min(self._page, 10)
            is_shared = True
            while True:
                page = await self._read_page(limit, before)
                is_shared = is_shared and page.is_shared
                fresh += page.checkpoints
                known = any(row.checkpoint_id in self.tree for row in page.checkpoints)
                if known or page.reached_end or not page.checkpoints:
                    break
                before = page.checkpoints[-1].checkpoint_id
                limit = self._page
            changed = self._take(fresh, is_shared=is_shared)
            if self._began_empty:  # the reading that began it was stopped half-way
                changed |= await self._load_older(FIRST_PAGE)
                self._began_empty = False
            return changed

    async def drop_lost(self) -> int:
        """Compare with the newest page of a server that was started anew; returns how many checkpoints it has lost.

        If it lost any, the tree is another one from now on. What is new there is for `refresh`: a newest row that is
        known already would tell it that nothing lies between.
        """
        async with self._reading:
            page = await self.backend.history(self.thread_id, limit=self._page)
            there = {row.checkpoint_id for row in page.checkpoints}
            oldest = min(there, default="")
            known = sorted(self.tree, key=lambda row: row.checkpoint_id)
            gone = [
                row
                for row in known
                if row.checkpoint_id not in there and (page.reached_end or row.checkpoint_id > oldest)
            ]
            if gone:
                lost = {row.checkpoint_id for row in gone}
                before, self.tree = self.tree, CheckpointTree(self.thread_id)
                self.tree.add(row for row in known if row.checkpoint_id not in lost)
                self.tree.complete = before.complete or page.reached_end
            return len(gone)

    async def read(self, ref: CheckpointRef) -> Checkpoint:
        """Read a checkpoint by name, put it into the tree and return it; `NotFound` when it is gone."""
        checkpoint = await self.backend.checkpoint(self.thread_id, ref)
        self._take([checkpoint])
        return self.tree[checkpoint.checkpoint_id]

    async def resolve(self, name: CheckpointName) -> Checkpoint:
        """The checkpoint that a typed name means, loading as much history as that takes.

        Raises `NotFound`, or `AmbiguousName` when a part of an id fits several checkpoints.
        """
        checkpoint = await self._base(name.base)
        for up in range(name.up):
            if checkpoint.parent_id is None:
                oldest = CheckpointName(name.base, up)
                raise NotFound(
                    f"{name} goes up too far: the first checkpoint above {name.base} is {oldest}"
                    f" (…{tail(checkpoint.checkpoint_id)})."
                )
            checkpoint = await self._by_id(checkpoint.parent_id)
        return checkpoint

    async def _base(self, base: str) -> Checkpoint:
        if base == HEAD:
            if self.tree.head is None:
                await self.load_older()
            if self.tree.head is None:
                name = tail(self.thread_id, 8)
                raise NotFound(
                    f"Thread …{name} has no checkpoints yet.",
                    hint=f"Start a run with an input first: forkpoint run {shlex.quote(name)} --input TEXT",
                )
            return self.tree.head
        if is_full_id(base):
            return await self._by_id(base)
        # A part is only unambiguous when everything is known.
        await self.load_all()
        found = matching((checkpoint.checkpoint_id for checkpoint in self.tree), base)
        if not found:
            raise NotFound(
                f"No checkpoint of thread …{tail(self.thread_id, 8)} begins or ends with {base!r}.",
                hint=f"List them: forkpoint history {shlex.quote(tail(self.thread_id, 8))}",
            )
        if len(found) > 1:
            raise AmbiguousName("checkpoints", base, found, {one: self._words(one) for one in found[:MOST_CANDIDATES]})
        return self.tree[found[0]]

    def _words(self, checkpoint_id: str) -> str:
        row = row_text(self.tree, self.tree[checkpoint_id])
        return " · ".join(filter(None, (f"step {row.step or '?'}", row.author, row.words)))

    async def _by_id(self, checkpoint_id: str) -> Checkpoint:
        known = self.tree.get(checkpoint_id)
        while known is None and not self.tree.complete and (self.tree.oldest_id or "~") > checkpoint_id:
            # Through history, not by a single read: only history keeps the tree without gaps.
            await self.load_older()
            known = self.tree.get(checkpoint_id)
        return (
            known if known is not None else await self.backend.checkpoint(self.thread_id, CheckpointRef(checkpoint_id))
        )

    def _take(self, checkpoints: Sequence[Checkpoint], *, is_shared: bool = False) -> frozenset[str]:
        """Put checkpoints into the tree, made of known parts; `is_shared`: their values are already."""
        return self.tree.add(self._shared(row, is_shared=is_shared) for row in checkpoints)

    def _shared(self, row: Checkpoint, *, is_shared: bool) -> Checkpoint:
        share, share_parts = self._sharer.share, self._sharer.share_parts
        return replace(
            row,
            values=row.values if is_shared else share(row.values),
            metadata=share_parts(row.metadata),
            tasks=tuple(
                replace(task, name=share(task.name), path=tuple(map(share, task.path)), result=share_parts(task.result))
                for task in row.tasks
            ),
            next=tuple(map(share, row.next)),
            source=share(row.source),
            run_id=share(row.run_id),
        )
