"""The open thread while somebody else drives it: the screen stays true, and `f` goes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.worker import Worker

from tui.backends.errors import NotFound
from tui.domain.addresses import tail
from tui.domain.checkpoint import Run
from tui.domain.run_words import status_words
from tui.session.events import HistoryGrew, HistoryLost, RunSeen, TravelEvent, WatchLost, WatchOn
from tui.session.open_thread import OpenThread
from tui.session.watch import ThreadWatch
from tui.widgets.key_names import keyed

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen


class WatchControl:
    """Watches the open thread. `follows`: the selection goes to the head, and others' runs open in the live pane."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._worker: Worker[None] | None = None
        self._opened: OpenThread | None = None
        self._busy_at_first = False
        self.follows = False

    def start(self, opened: OpenThread) -> None:
        """Watch this thread from now on, and no other."""
        self._opened = opened
        self.follows = False
        self._busy_at_first = opened.thread.status == "busy"
        watch = ThreadWatch(opened, lambda event: self._hear(opened, event))
        self._worker = self._screen.work.start(watch.run, group="watch", on_error=self._gone)

    def stop(self) -> None:
        """Watch nothing."""
        self._opened = None
        if self._worker is not None:
            self._worker.cancel()

    def toggle(self) -> None:
        """Follow the thread, or not any more."""
        if self._opened is None:
            self._screen.no_use("Open a thread first.")
            return
        self.follows = not self.follows
        words = "Not following any more. What others do still appears."
        if self.follows:
            words = "Following: the newest checkpoint stays selected, and runs that others start open by themselves. "
            words += keyed("{timeline.follow} ends it.")
        self._screen.tell(words)
        if self.follows:
            self._screen.history.tree_grew(self._opened, follow=True)
            if self._opened.thread.status == "busy" and not self._screen.live.is_streaming:
                self._screen.active_runs.join_newest()
        self._screen.show_header()

    def _hear(self, opened: OpenThread, event: TravelEvent) -> None:
        if opened is not self._screen.history.opened:
            return
        match event:
            case HistoryGrew():
                self._screen.history.tree_grew(opened, follow=self.follows)
                self._screen.threads.put(opened.in_words)
            case HistoryLost():
                self._screen.history.tree_replaced(opened)
                self._screen.warn(str(event))
            case RunSeen(run=run):
                self._run_seen(opened, run)
            case WatchOn():
                self._screen.connection_is(alive=True)
                self._screen.live.server_is_back()
            case WatchLost():
                self._screen.connection_is(alive=False)
            case _:
                pass

    def _run_seen(self, opened: OpenThread, run: Run) -> None:
        if self._screen.live.is_streaming_on(opened) or run.run_id == self._screen.live.run_id:
            return  # one's own run, or one that is (or was) followed: its end was told
        if not run.is_active:
            self._screen.run_is_over(opened)
            self._screen.tell(f"Run …{tail(run.run_id)} has ended: {status_words(run)}.", about=run.run_id)
        elif self.follows:
            self._screen.live.join(opened, run)
        else:
            self._screen.thread_is_busy(opened)
            verb = "goes on" if self._busy_at_first else "has begun"
            words = keyed("{timeline.join} joins it, {timeline.follow} follows the thread.")
            self._screen.tell(f"Run …{tail(run.run_id)} {verb}. {words}", about=run.run_id)
        self._busy_at_first = False

    def _gone(self, error: Exception) -> None:
        if isinstance(error, NotFound) and self._opened is not None:
            self._screen.history.close_if_open(self._opened.thread_id, "This thread was deleted.")
            self._screen.threads.reload()
        else:
            self._screen.report(error)
