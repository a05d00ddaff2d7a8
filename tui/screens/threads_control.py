"""What the threads pane does: read pages, filter, make and delete threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from tui.backends.base import ThreadQuery
from tui.backends.errors import BackendError, NotFound
from tui.domain.addresses import tail
from tui.domain.checkpoint import Assistant, Thread
from tui.domain.json_values import pretty
from tui.domain.safe_text import one_line
from tui.domain.thread_titles import exact_title, keeping_words, thread_title
from tui.screens.copy_menu import CopyChoice
from tui.screens.work import Job, goes_on
from tui.session.stops import AT_ONCE
from tui.session.stops import MOST as MOST_READ
from tui.widgets.key_names import key_of, keyed
from tui.widgets.thread_rows import CANCELLED, STATUS_MARKS
from tui.widgets.threads_list import ThreadsList

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen

PAGE = 50

MOST = 1000
"""Rows that servers give at once."""

STATUSES: tuple[str | None, ...] = (None, "interrupted", "busy", "error", "idle")
"""What `s` goes through; None is all."""


class ThreadsControl:
    """Keeps what was read of the list of threads."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self.status: str | None = None
        self.waiting_first = False
        self._threads: list[Thread] = []
        self._next: int | None = None
        self._more_wait = False
        """Whether there may be threads that wait and were not read."""
        self._total: int | None = None
        self._more: Worker[None] | None = None
        self._finding: Worker[None] | None = None

    @property
    def pane(self) -> ThreadsList:
        """The list on the screen."""
        return self._screen.threads_list

    @property
    def is_reading(self) -> bool:
        """Whether the next page is on its way."""
        return goes_on(self._more)

    @property
    def title(self) -> str:
        """The pane's name and filter."""
        if self.status is not None:
            return f"Only {self.status}"
        if not self.waiting_first:
            return "Threads"
        waiting = sum(map(_waits, self._threads))
        return f"{waiting}{'+' * self._more_wait} waiting first" if self._threads else "Waiting first"

    @property
    def facts(self) -> str:
        """How many there are. Of interrupted ones, how many wait and how many were cancelled: servers do not tell."""
        more = "+" * (self._next is not None)
        cancelled = sum(thread.was_cancelled for thread in self._threads)
        if self.status == "interrupted" and cancelled:
            waiting = len(self._threads) - cancelled
            return f"{STATUS_MARKS['interrupted'][0]}{waiting}{more} {CANCELLED[0]}{cancelled}{more}"
        if self._total is not None:
            return str(self._total)
        return f"{len(self._threads)}{more}" if self._threads else ""

    def find(self, thread_id: str) -> Thread | None:
        """A thread that was read."""
        return next((thread for thread in self._threads if thread.thread_id == thread_id), None)

    def reload(self, *, says: str = "reading threads") -> None:
        """Read the list again from its beginning, as many rows as are shown."""
        self._screen.work.start(self.read_first, group="threads", says=says, on_error=self._failed)

    def read_more(self) -> None:
        """Read the next page, unless that is being done."""
        if self._next is not None and not self.is_reading:
            self._more = self._screen.work.start(self._read_next, group="threads", says="reading threads")

    def next_status(self) -> None:
        """Filter by the next status."""
        self.status = STATUSES[(STATUSES.index(self.status) + 1) % len(STATUSES)]
        self.reload()

    def toggle_waiting(self) -> None:
        """Put the threads that wait for a person first, or not."""
        self.waiting_first = not self.waiting_first
        self.reload()

    def put(self, thread: Thread) -> None:
        """Take in a newer reading of one thread; a new one comes first, unless the filter hides it."""
        thread = self._told(thread.light)
        known = self.find(thread.thread_id)
        if known is not None:
            self._threads[self._threads.index(known)] = keeping_words(thread, known)
        elif self.is_new(thread):
            self._add([thread])
        self._show()
        self.sort()

    def is_new(self, thread: Thread) -> bool:
        """Whether a thread that is not listed belongs into the list: newer than what is there, and not filtered out."""
        if self.status not in (None, thread.status):
            return False
        oldest = min((known.updated_at for known in self._threads if known.updated_at is not None), default=None)
        return self._next is None or thread.updated_at is None or oldest is None or thread.updated_at > oldest

    def take(self, fresh: list[Thread]) -> None:
        """Newer readings of some threads: known ones stay in their places until `sort`, others come first."""
        by_id = {thread.thread_id: thread for thread in fresh}
        unknown = [thread for thread in fresh if self.find(thread.thread_id) is None]
        self._threads = [by_id.get(thread.thread_id, thread) for thread in self._threads]
        if unknown:
            self._add(unknown)
            self._show()
        else:
            self.pane.update(self._threads)
            self._screen.show_titles()

    def missing_in(self, newest: Sequence[Thread], *, is_all: bool) -> list[Thread]:
        """Listed threads that a page of the newest lacks: it has all there are, or their times belong into it."""
        found = {thread.thread_id for thread in newest}
        oldest = min((thread.updated_at for thread in newest if thread.updated_at is not None), default=None)
        return [
            thread
            for thread in self._threads
            if thread.thread_id not in found
            and (is_all or (oldest is not None and thread.updated_at is not None and thread.updated_at > oldest))
        ]

    def sort(self) -> None:
        """Put the threads into their order, last updated first, and leave out what the filter does not want any more.

        Not under the fingers of somebody who moves through the list; the thread under the cursor is never left out.
        """
        if self.pane.is_walked:
            return
        selected = self.pane.selected.thread_id if self.pane.selected is not None else None
        wanted = [t for t in self._threads if self.status in (None, t.status) or t.thread_id == selected]
        wanted.sort(key=self._place)
        if [t.thread_id for t in wanted] != [t.thread_id for t in self._threads]:
            self._count(len(wanted) - len(self._threads))
            self._threads = wanted
            self._show()

    def _place(self, thread: Thread) -> tuple[bool, float]:
        # Servers count cancelled threads among the interrupted ones: they come behind those that wait.
        waits = ((self.waiting_first and self.status is None) or self.status == "interrupted") and _waits(thread)
        then = thread.updated_at or thread.created_at
        return not waits, -then.timestamp() if then is not None else 0.0

    def _add(self, threads: list[Thread]) -> None:
        self._threads = threads + self._threads
        self._count(len(threads))

    def _count(self, more: int) -> None:
        """There are more threads than before, or fewer: the next page begins further on, or earlier."""
        self._total = None if self._total is None else self._total + more
        self._next = None if self._next is None else max(0, self._next + more)

    def _told(self, thread: Thread) -> Thread:
        """A reading of one thread: its error is kept for the readings that do not tell it."""
        self._screen.session.stops.note(thread)
        return self._screen.session.stops.told(thread)

    def opened(self, thread: Thread) -> None:
        """A thread was opened: its newest checkpoint may tell more than the list did."""
        self._told(thread)
        self._tell_stops()

    def find_out(self) -> None:
        """Read in the background why listed threads stopped, where lists do not tell it and it is not known yet."""
        if not goes_on(self._finding) and self._screen.session.stops.unknown(self._threads, failed_too=True):
            self._finding = self._screen.work.start(self._find_out, group="stops")

    async def _find_out(self) -> None:
        stops, tried = self._screen.session.stops, set[str]()
        while len(tried) < MOST_READ:
            batch = [t for t in stops.unknown(self._threads, failed_too=True) if t.thread_id not in tried][:AT_ONCE]
            if not batch:
                return
            tried |= {thread.thread_id for thread in batch}
            await stops.find_out(self._screen.session.backend, batch)
            self._tell_stops()

    def _tell_stops(self) -> None:
        told = [self._screen.session.stops.told(thread) for thread in self._threads]
        if any(new is not old for new, old in zip(told, self._threads, strict=True)):
            self._threads = told
            self.pane.update(told)
            self._screen.show_titles()
            self.sort()

    def copyable(self) -> list[CopyChoice]:
        """What there is to copy of the thread under the cursor."""
        thread = self.pane.selected
        if thread is None:
            return []
        return [
            CopyChoice("id of the thread", lambda: thread.thread_id),
            CopyChoice("title of the thread", lambda: exact_title(thread)),
            CopyChoice("what the server says of it, as JSON", lambda: pretty(thread.raw)),
        ]

    def mark_busy(self, thread_id: str) -> None:
        """A run began on a thread."""
        known = self.find(thread_id)
        if known is not None:
            self._threads[self._threads.index(known)] = replace(known, status="busy")
            self._show()

    def drop(self, thread_id: str) -> None:
        """A thread is gone."""
        left = [thread for thread in self._threads if thread.thread_id != thread_id]
        self._count(len(left) - len(self._threads))
        self._threads = left
        self._show()

    def ask_new(self) -> None:
        """Make a thread, after a question."""
        self._screen.ask_write("Make a new thread?", f"At {self._screen.host}; nothing runs yet.", self._start_making)

    def _start_making(self) -> None:
        self._make_with(self._make if self._screen.session.assistant is not None else self._choose_and_make)

    def _make_with(self, job: Job) -> None:
        # What is typed meanwhile is for the input editor that opens with the thread.
        self._screen.waiting_keys.wait_for(job, group="thread-change", says="making a thread", may_stop=False)

    def ask_delete(self) -> None:
        """Delete the thread under the cursor, after a question."""
        thread = self.pane.selected
        if thread is None:
            return
        self._screen.ask_delete(
            f"Thread …{tail(thread.thread_id, 8)} with its checkpoints and runs, at {self._screen.host}. "
            "This can't be undone.",
            f"Delete {one_line(thread_title(thread), 40)}?",
            lambda: self._start(partial(self._delete, thread)),
            thread_id=thread.thread_id,
        )

    def _start(self, job: Job) -> None:
        self._screen.work.start(job, group="thread-change", says="changing threads", may_stop=False)

    async def read_first(self) -> None:
        """Read the first page, and how many there are."""
        await self.read_page()
        await self.count()

    async def read_page(self) -> None:
        """Read the first page alone: nobody waits for their number."""
        session = self._screen.session
        limit = min(MOST, max(PAGE, len(self._threads)))
        first: list[Thread] = []
        self._more_wait = False
        if self.waiting_first and self.status is None:
            waiting_page = await session.threads(ThreadQuery(limit=limit, status="interrupted"))
            first += filter(_waits, waiting_page.threads)
            self._more_wait = waiting_page.next_offset is not None
        page = await session.threads(ThreadQuery(limit=limit, status=self.status))
        waiting = {thread.thread_id for thread in first}
        rest = [thread for thread in page.threads if thread.thread_id not in waiting]
        self._threads = first + rest
        if self.status == "interrupted":
            self._threads.sort(key=self._place)
        self._next = page.next_offset
        self._show()

    async def count(self) -> None:
        """Ask how many there are."""
        self._total = await self._screen.session.backend.count_threads(self.status)
        self._screen.show_titles()

    async def _read_next(self) -> None:
        if self._next is None:
            return
        query = ThreadQuery(limit=PAGE, offset=self._next, status=self.status)
        page = await self._screen.session.threads(query)
        known = {thread.thread_id for thread in self._threads}
        self._threads += [thread for thread in page.threads if thread.thread_id not in known]
        self._next = page.next_offset
        self._show()

    async def _choose_and_make(self) -> None:
        """First who is to run it: who does not choose leaves no empty thread behind."""
        candidates = await self._screen.inputs.candidates()
        if len(candidates) == 1:
            await self._make(candidates[0])
        else:
            words = keyed("No assistant was chosen, so no thread was made: {threads.new} asks again.")
            self._screen.inputs.choose(candidates, lambda chosen: self._make_with(partial(self._make, chosen)), words)

    async def _make(self, assistant: Assistant | None = None) -> None:
        # Its metadata stay empty until it runs; who is to run it is the input's matter.
        thread = await self._screen.session.create_thread()
        self.put(thread)
        self.pane.select(thread.thread_id)
        await self._screen.history.open(thread)
        if self._screen.history.opened is not None:
            self._screen.inputs.open(self._screen.history.opened, assistant)

    async def _delete(self, thread: Thread) -> None:
        try:
            await self._screen.session.backend.delete_thread(thread.thread_id)
        except NotFound:
            self.drop(thread.thread_id)  # somebody was faster
            raise
        self.drop(thread.thread_id)
        self._screen.inputs.deleted(thread.thread_id)
        self._screen.history.close_if_open(
            thread.thread_id, keyed("The thread was deleted: {threads.open} opens another.")
        )
        self._screen.tell(f"Thread …{tail(thread.thread_id, 8)} is deleted.")

    def _show(self) -> None:
        words = f"No threads here yet: {key_of('threads.new')} makes one and runs its first input."
        if self._screen.read_only:
            words = "No threads here yet, and this connection is read-only."
        if self._screen.beside.is_working:
            words = "They are being made: each appears here when it is there."
        if self.status is not None:
            words = f"No thread has the status {self.status}. {key_of('threads.status')} goes on, in the end to all."
        self.find_out()
        self.pane.show(self._threads, has_more=self._next is not None, words=words)
        self._screen.show_titles()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, BackendError) and not self._threads:
            self.pane.show((), has_more=False, words=f"{error.what} {key_of('app.refresh')} tries again.")
        self._screen.report(error)


def _waits(thread: Thread) -> bool:
    """Whether it waits for a person, as far as is known."""
    return thread.status == "interrupted" and not thread.was_cancelled
