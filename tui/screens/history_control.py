"""What the timeline and the inspector show: the open thread, its pages, and the selected checkpoint."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from tui.backends.errors import BackendError, NotFound
from tui.domain.addresses import Address, parse_checkpoint, tail
from tui.domain.checkpoint import Checkpoint, Thread
from tui.domain.error_words import sentences
from tui.domain.hidden import hidden_words
from tui.domain.labels import Activity
from tui.domain.safe_text import one_line
from tui.domain.thread_titles import NO_MESSAGES, hidden_in_title, keeping_words, thread_title
from tui.screens.older_pages import OlderPages
from tui.screens.work import Job
from tui.session.open_thread import AmbiguousName, OpenThread
from tui.widgets.inspector import Inspected, nothing_selected
from tui.widgets.key_names import key_of, keyed

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.screens.debugger import DebuggerScreen

SELECTION_SECONDS = 0.08
"""How long the cursor rests before the inspector follows; the first move after a rest shows at once."""


def none_open() -> str:
    """What to do while no thread is open."""
    return f"No thread is open: {key_of('threads.open')} on a row of the threads pane opens it."


def no_checkpoints() -> str:
    """What to do with a thread that has not run yet."""
    return f"No checkpoints yet: {key_of('timeline.input')} starts a run with an input."


class HistoryControl:
    """Keeps the open thread."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self.opened: OpenThread | None = None
        self._timer: Timer | None = None
        self.older = OlderPages(screen)

    @property
    def selected(self) -> Checkpoint | None:
        """The checkpoint under the cursor."""
        at = self._screen.timeline.selected
        return self.opened.tree.get(at) if self.opened is not None else None

    def start(self, job: Job, says: str = "reading history") -> Worker[None]:
        """Run a job that reads history."""
        return self._screen.work.start(job, group="history", says=says, on_error=self.failed)

    def start_opening(self, job: Job) -> None:
        """Run a job that opens a thread: keys wait for it, esc gives it up, and what is open stays till then."""
        self._screen.waiting_keys.wait_for(
            job, group="open", says="opening the thread", on_error=self._not_opened, given_up=self.opening_given_up
        )

    def opening_given_up(self) -> None:
        """The user does not want to wait for it."""
        self.show_if_none()
        self._screen.tell("Given up. What was open stays." if self.opened is not None else "Given up.")

    def _not_opened(self, error: Exception) -> None:
        self.show_if_none(error)
        self.failed(error)

    def show_if_none(self, error: Exception | None = None) -> None:
        """Where no thread is open, say why (`error`) and what to do."""
        if self.opened is None:
            listed = bool(self._screen.threads_list.threads)
            words = none_open() if listed else "No thread is open."
            if listed and isinstance(error, BackendError):
                again = keyed("{threads.open} on a thread tries again.")
                words = one_line(sentences(error.what, error.hint, again))
            self._screen.timeline.show_nothing(words)
            self._screen.inspector.show(
                None, nothing_selected() if self._screen.connection.is_live and error is None else ""
            )

    def say_opening(self, words: str) -> None:
        """What the panes say until the first thread is there."""
        if self.opened is None:
            self._screen.timeline.show_nothing(words)
            self._screen.inspector.show(None, "")

    async def open(self, thread: Thread, checkpoint: str | None = None) -> None:
        """Open a thread, at a checkpoint if one is named."""
        self.say_opening(f"Opening {one_line(thread_title(thread), 60)} … {key_of('panes.back')} stops.")
        try:
            opened = self._screen.live.followed(thread.thread_id) or await self._screen.session.open(thread)
        except NotFound:
            self._look_whether_gone(thread.thread_id)
            raise
        select = None
        if checkpoint is not None:
            try:
                select = (await opened.resolve(parse_checkpoint(checkpoint))).checkpoint_id
            except (NotFound, AmbiguousName) as error:
                self._screen.report(error)
        self.opened = opened
        self._screen.threads.opened(opened.in_words)
        self._screen.threads_list.mark_open(thread.thread_id)
        self._show_tree(select)
        self._screen.thread_opened()
        self.older.begin(opened)

    async def open_address(self, address: Address) -> None:
        """Open what was named on the command line."""
        thread = await self._screen.session.resolve_thread(address.thread)
        self._screen.threads_list.select(thread.thread_id)
        await self.open(thread, address.checkpoint)

    def close_if_open(self, thread_id: str, words: str) -> None:
        """The thread is gone."""
        if self.opened is not None and self.opened.thread_id == thread_id:
            self.opened = None
            self.older.stop()
            self._screen.watch_thread.stop()
            self._screen.threads_list.mark_open(None)
            self._screen.timeline.show_nothing(words)
            self._screen.inspector.show(None, words)
            self._screen.show_titles()

    def refresh(self) -> None:
        """Read what is new."""
        if self.opened is not None:
            self.start(partial(self._refresh, self.opened))

    def tree_grew(self, opened: OpenThread, *, follow: bool) -> None:
        """The tree of a thread took in checkpoints; `follow` moves the selection to its head."""
        if opened is not self.opened:
            return
        head = opened.tree.head
        if self._screen.timeline.is_empty:
            self._show_tree(None)
        else:
            self._screen.timeline.tree_grew()
        if follow and head is not None:
            self._screen.timeline.select(head.checkpoint_id)
        self.show_selected()
        self._screen.show_titles()

    def tree_replaced(self, opened: OpenThread) -> None:
        """The server lost checkpoints: another tree, without them, is shown."""
        if opened is self.opened:
            self._show_tree(self._screen.timeline.selected)

    def selection_moved(self) -> None:
        """The cursor moved: the inspector follows, at once after a rest, else when the cursor rests again."""
        if self._timer is None:
            self.show_selected()
            self._timer = self._screen.set_timer(SELECTION_SECONDS, self._rested)
        else:
            self._timer.reset()

    def show_selected(self) -> None:
        """Show the selected checkpoint in the inspector."""
        checkpoint = self.selected
        if checkpoint is None or self.opened is None:
            self._screen.inspector.show(None, nothing_selected() if self.opened is None else no_checkpoints())
            return
        tree = self.opened.tree
        head = tree.head
        self._screen.inspector.show(
            Inspected(
                checkpoint,
                is_head=head is not None and head.checkpoint_id == checkpoint.checkpoint_id,
                parent=tree.parent(checkpoint.checkpoint_id),
                now=self._screen.now(),
            )
        )

    def failed(self, error: Exception) -> None:
        """Something was not there, or could not be read: tell, and find out whether the thread itself is gone."""
        self._screen.report(error)
        if isinstance(error, NotFound) and self.opened is not None:
            self._look_whether_gone(self.opened.thread_id)

    def _look_whether_gone(self, thread_id: str) -> None:
        self._screen.work.start(partial(self._close_if_gone, thread_id), group=f"gone-{thread_id}")

    async def _close_if_gone(self, thread_id: str) -> None:
        try:
            await self._screen.session.backend.get_thread(thread_id)
        except NotFound:
            self._screen.threads.drop(thread_id)
            self.close_if_open(thread_id, f"This thread was deleted: {key_of('threads.open')} on another opens it.")

    async def _refresh(self, opened: OpenThread) -> None:
        head = opened.tree.head
        thread = await self._screen.session.backend.get_thread(opened.thread_id)
        await opened.refresh()
        opened.reread_as(thread)
        self._screen.threads.put(opened.in_words)
        # Who looks at the head looks at what is newest; an editor that is open there stays where it is.
        at_head = head is not None and self._screen.timeline.selected == head.checkpoint_id
        self.tree_grew(opened, follow=at_head and not self._screen.inspector.is_editing)
        if opened is self.opened and not self._screen.live.is_streaming:
            self._screen.timeline.set_activity(Activity.of(opened.thread))

    def _show_tree(self, select: str | None) -> None:
        assert self.opened is not None  # noqa: S101 - called with a thread
        if len(self.opened.tree):
            self._screen.timeline.show_tree(self.opened.tree, select=select)
            self._screen.timeline.set_drafts(self._screen.drafts.checkpoints(self.opened.thread_id))
            self._screen.timeline.set_activity(Activity.of(self.opened.thread))
        else:
            self._screen.timeline.show_nothing(no_checkpoints())
        self.show_selected()
        self._screen.show_titles()

    def _rested(self) -> None:
        self._timer = None
        self.show_selected()

    @property
    def thread(self) -> Thread | None:
        """The open thread with all that is known of it, whether it is listed or not."""
        if self.opened is None:
            return None
        listed = self._screen.threads.find(self.opened.thread_id)
        return keeping_words(self.opened.in_words, listed) if listed is not None else self.opened.in_words

    @property
    def title(self) -> str:
        """What the open thread is called."""
        return self.title_of(self.opened) if self.opened is not None else "Timeline"

    def title_of(self, opened: OpenThread) -> str:
        """What a thread is called."""
        listed = self._screen.threads.find(opened.thread_id)
        thread = keeping_words(opened.in_words, listed) if listed is not None else opened.in_words
        title = thread_title(thread)
        return f"…{tail(thread.thread_id, 8)}" if title == NO_MESSAGES else title

    @property
    def newer(self) -> str:
        """What came above the rows that are in sight, and the key that goes there."""
        count = self._screen.timeline.newer_above
        return keyed(f"{count:,} newer above · {{view.top}}") if count else ""

    @property
    def facts(self) -> str:
        """How much there is of the open thread, and what its title hides."""
        thread = self.thread
        hidden = hidden_words(hidden_in_title(thread)) if thread is not None else ""
        stale = "stale: no answer" if thread is not None and self._screen.connection.state == "offline" else ""
        return " · ".join(filter(None, (self._screen.timeline.summary, hidden, stale)))
