"""What keys do with a run that goes on: join it, cancel it, look at its raw events."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.domain.addresses import tail
from tui.domain.checkpoint import Run
from tui.screens.events_screen import EventsScreen
from tui.session.open_thread import OpenThread

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen


class ActiveRuns:
    """Finds the run that is meant; following it is the business of `LiveControl`."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen

    def join_newest(self) -> None:
        """Follow the active run of the open thread."""
        opened = self._screen.history.opened
        if opened is None:
            self._screen.no_use("Open a thread first.")
        elif self._screen.live.bring_to_front(opened):
            self._screen.show_pane("live")
        else:
            self._screen.work.start(partial(self._join_newest, opened), group="join", says="looking for a run")

    def show_events(self) -> None:
        """The events of the run in the live pane, as they came."""
        shown = self._screen.live.shown
        if shown is None:
            self._screen.no_use("No run is followed yet.")
            return
        name = f"forkpoint-events-{tail(shown.run_id or 'run')}.jsonl"
        self._screen.app.push_screen(EventsScreen(shown.feed.frames, file_name=name, secrets=self._screen.secrets))

    def ask_cancel(self, run: Run | None = None) -> None:
        """Cancel a run after a question: the given one, the one that is followed, or the thread's active one."""
        shown = self._screen.live.shown
        if self._screen.read_only:
            self._screen.tell("This connection is read-only: runs can't be cancelled.")
        elif run is not None:
            self._ask_cancel(run.thread_id, run.run_id)
        elif shown is not None and shown.is_streaming and shown.run_id is not None:
            self._ask_cancel(shown.opened.thread_id, shown.run_id)
        elif (opened := self._screen.history.opened) is not None:
            self._screen.work.start(partial(self._find_and_cancel, opened), group="cancel", says="looking for a run")

    async def _join_newest(self, opened: OpenThread) -> None:
        run = await self._active_run(opened)
        if run is None:
            self._none_active()
        else:
            self._screen.live.join(opened, run)

    async def _find_and_cancel(self, opened: OpenThread) -> None:
        run = await self._active_run(opened)
        if run is None:
            self._none_active()
        else:
            self._ask_cancel(opened.thread_id, run.run_id)

    def _none_active(self) -> None:
        """The screen was wrong about a run: say so, and read what is true."""
        self._screen.no_use("No run is active on this thread any more.")
        self._screen.action_refresh_data()

    async def _active_run(self, opened: OpenThread) -> Run | None:
        runs = await self._screen.session.backend.runs(opened.thread_id, limit=10)
        return next((run for run in runs if run.is_active), None)

    def _ask_cancel(self, thread_id: str, run_id: str) -> None:
        self._screen.ask_write(
            f"Cancel run …{tail(run_id)}?",
            f"At {self._screen.host}. The checkpoints that it made stay.",
            lambda: self._screen.work.start(
                partial(self._cancel, thread_id, run_id), group="cancel", says="cancelling", may_stop=False
            ),
            thread_id=thread_id,
        )

    async def _cancel(self, thread_id: str, run_id: str) -> None:
        await self._screen.session.backend.cancel_run(thread_id, run_id)
        words = f"Run …{tail(run_id)} is cancelled. The checkpoints that it made stay."
        self._screen.tell(words, about=run_id)
        if (thread_id, run_id) not in self._screen.live.going_on():
            self._screen.history.refresh()
