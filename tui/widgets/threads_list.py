"""The threads pane: any number of threads, read page by page as the cursor comes near the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.binding import Binding
from textual.events import Resize
from textual.message import Message
from textual.timer import Timer

from tui.domain.checkpoint import Thread
from tui.domain.run_words import thread_status
from tui.domain.thread_titles import thread_title
from tui.widgets.line_list import LineList
from tui.widgets.lines import Line
from tui.widgets.thread_rows import BESIDE_FROM, preview_line, thread_age, thread_line, twins

AGES_SECONDS = 30.0
"""How often it is looked whether the ages that are in sight have changed."""

REST_SECONDS = 0.4
"""How long the cursor rests on a thread until that is looked at."""

ROOM = (36, 34)
"""Cells and lines from which on each thread has a second line."""


class ThreadsList(LineList):
    """Shows threads in the order in which they are given."""

    BINDINGS = [
        Binding("enter", "screen.open_thread", "open", id="threads.open"),
        Binding("a", "screen.new_thread", "new thread", id="threads.new"),
        Binding("D", "screen.delete_thread", "delete", show=False, id="threads.delete"),
        Binding("s", "screen.next_status", "status filter", id="threads.status"),
        Binding("i", "screen.waiting_first", "waiting first", show=False, id="threads.waiting"),
        Binding("R", "screen.runs", "runs", show=False, id="threads.runs"),
    ]

    @dataclass
    class Opened(Message):
        """Enter on a thread."""

        thread: Thread

    @dataclass
    class Rested(Message):
        """The user moved the cursor to a thread, and left it there for a moment."""

        thread: Thread

    class NeedMore(Message):
        """The cursor is near the end of what was read."""

    def __init__(self, now: Callable[[], datetime], *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._now = now
        self._threads: Sequence[Thread] = ()
        self._has_more = False
        self._open_id: str | None = None
        self._words = "Connecting …"
        self._aged_at = now()
        self._twins: frozenset[str] | None = None
        """Of what is shown; None until it is asked for."""
        self.is_walked = False
        """Whether the user has moved through the list lately: then no row should move by itself."""
        self._rest: Timer | None = None

    def on_mount(self) -> None:
        """Ages grow while nobody does anything."""
        self.set_interval(AGES_SECONDS, self.ages_changed)

    def on_resize(self, event: Resize) -> None:
        """Another size may give each row another height."""
        super().on_resize(event)
        self._twins = None
        self.place_cursor(self._cursor)

    @property
    def selected(self) -> Thread | None:
        """The thread under the cursor."""
        return self._threads[self._cursor] if self._cursor is not None and self._cursor < len(self._threads) else None

    @property
    def threads(self) -> Sequence[Thread]:
        """What is shown."""
        return self._threads

    def show(self, threads: Sequence[Thread], *, has_more: bool, words: str = "") -> None:
        """Show threads; the cursor stays on its thread, where it stands. `words` is what an empty list says."""
        selected = self.selected.thread_id if self.selected is not None else self._open_id
        before, was_in_sight, self._twins = self._cursor, self._cursor_is_in_sight(), None
        self._threads, self._has_more, self._words = list(threads), has_more, words
        self._aged_at = self._now()
        places = {thread.thread_id: number for number, thread in enumerate(threads)}
        at = places.get(selected or "")
        if at is None and threads:
            at = min(self._cursor or 0, len(threads) - 1)
        if was_in_sight:
            self.place_cursor(at)
        else:
            self._cursor = at  # somebody looks elsewhere
        self.lines_changed()
        if was_in_sight and at is not None and before is not None and self.scroll_offset.y:
            self.scroll_to(y=self.scroll_offset.y + (at - before) * self.row_height, animate=False, immediate=True)

    def update(self, threads: Sequence[Thread]) -> None:
        """Show newer readings of the same threads in the same places; only what looks different is drawn again."""
        before, self._threads = self._threads, list(threads)
        twins_before, self._twins = self._twins, None
        for number, (old, new) in enumerate(zip(before, self._threads, strict=True)):
            if old is not new:
                self._row_may_have_changed(number, old, self._aged_at)
        others = (twins_before or frozenset()) ^ self._all_twins()
        for number, thread in enumerate(self._threads):
            if thread.thread_id in others:
                self.rows_changed(number, number)

    def ages_changed(self) -> None:
        """Draw again the rows whose age has another word now."""
        before, self._aged_at = self._aged_at, self._now()
        for number, thread in enumerate(self._threads):
            if thread_age(thread, before) != thread_age(thread, self._aged_at):
                self.rows_changed(number, number)

    def _cursor_is_in_sight(self) -> bool:
        if self._cursor is None:
            return True
        return 0 <= self._cursor * self.row_height - self.scroll_offset.y < self.size.height

    def _row_may_have_changed(self, number: int, old: Thread, then: datetime) -> None:
        new, width = self._threads[number], self.scrollable_content_region.width
        is_open = new.thread_id == self._open_id
        lines = [(thread_line(t, then, width, is_open=is_open), preview_line(t, width)) for t in (old, new)]
        says_more = self.row_height > 1 or width >= BESIDE_FROM
        if lines[0][0] != lines[1][0] or (says_more and lines[0][1] != lines[1][1]):
            self.rows_changed(number, number)

    def mark_open(self, thread_id: str | None) -> None:
        """Which thread is open in the timeline."""
        self._open_id = thread_id
        self.lines_changed()

    def select(self, thread_id: str) -> bool:
        """Put the cursor on a thread; whether it is in the list."""
        for number, thread in enumerate(self._threads):
            if thread.thread_id == thread_id:
                self.place_cursor(number)
                return True
        return False

    @property
    def row_count(self) -> int:
        """Threads, and a row for those that are not read yet."""
        return len(self._threads) + self._has_more

    @property
    def row_height(self) -> int:
        """Two lines where there is plenty of room, else one."""
        cells, lines = ROOM
        return 2 if self.size.width >= cells and self.size.height >= lines else 1

    def more_at(self, index: int, part: int, width: int) -> Line:
        """What was said last."""
        del part
        return preview_line(self._threads[index], width) if index < len(self._threads) else ()

    def row_at(self, index: int, width: int) -> Line:
        """One row."""
        if index >= len(self._threads):
            return ((" ┄ more threads, not read yet", "calm"),)
        thread = self._threads[index]
        is_twin = thread.thread_id in self._all_twins()
        is_open, says_last = thread.thread_id == self._open_id, self.row_height == 1
        return thread_line(thread, self._aged_at, width, is_open=is_open, is_twin=is_twin, says_last=says_last)

    def _all_twins(self) -> frozenset[str]:
        if self._twins is None:
            self._twins = twins(self._threads, self.scrollable_content_region.width)
        return self._twins

    def empty_words(self) -> str:
        """Why there are no threads."""
        return self._words

    def can_select(self, index: int) -> bool:
        """Threads only."""
        return index < len(self._threads)

    def search_text(self, index: int) -> str:
        """What `/` looks into: title, id and status."""
        thread = self._threads[index]
        return f"{thread_title(thread)} {thread.thread_id} {thread_status(thread)}"

    def cursor_moved(self, old: int | None, new: int) -> None:
        """Ask for the next page when the end of what was read comes near."""
        del old
        self.is_walked = self.has_focus
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self._rested)
        if self._has_more and new + 2 * max(1, self.size.height) >= len(self._threads):
            self.post_message(self.NeedMore())

    def _rested(self) -> None:
        if self.selected is not None:
            self.post_message(self.Rested(self.selected))

    def double_clicked(self, index: int) -> None:
        """A double click opens."""
        del index
        self.action_open()

    def action_open(self) -> None:
        """Open the thread under the cursor."""
        if self.selected is not None:
            self.post_message(self.Opened(self.selected))
