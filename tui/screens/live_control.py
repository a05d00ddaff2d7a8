"""The run that is being followed: starts it, joins it, cancels it, and says how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.worker import Worker

from tui.domain.addresses import tail
from tui.domain.checkpoint import Run, Thread
from tui.domain.messages import read_messages
from tui.domain.plans import TravelPlan
from tui.domain.safe_text import one_line
from tui.screens.runs import PAGE, RunChoice, RunsScreen
from tui.session.events import (
    HistoryGrew,
    LineBack,
    LineLost,
    Note,
    RunEnd,
    RunEnded,
    RunStarted,
    StateWritten,
    Streamed,
    TravelEvent,
)
from tui.session.live import LiveFeed
from tui.session.open_thread import OpenThread
from tui.session.travel import carry_out, join_run
from tui.widgets.plan_words import title_of
from tui.widgets.thread_rows import thread_title

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen


class LiveControl:
    """One run at a time. Another one takes its place; the first goes on at the server."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._opened: OpenThread | None = None
        self._plan: TravelPlan | None = None
        self._feed: LiveFeed | None = None
        self._worker: Worker[None] | None = None
        self.run_id: str | None = None
        self.follow_head = True

    @property
    def is_streaming(self) -> bool:
        """Whether a run is being followed now."""
        return self._worker is not None and not self._worker.is_finished

    def is_streaming_on(self, opened: OpenThread) -> bool:
        """Whether the run that is followed is one of this thread."""
        return self.is_streaming and self._opened is opened

    def followed(self, thread_id: str) -> OpenThread | None:
        """The open thread that a run of this thread grows into, while one is followed."""
        if self.is_streaming and self._opened is not None and self._opened.thread_id == thread_id:
            return self._opened
        return None

    def start(self, opened: OpenThread, plan: TravelPlan) -> None:
        """Carry out a plan and follow its run."""
        self._follow(opened, title_of(plan), plan)
        self._worker = self._screen.work.start(self._carry_out(opened, plan), group="run", on_error=self._failed)

    def join(self, opened: OpenThread, run: Run) -> None:
        """Follow a run that goes on already."""
        self._follow(opened, "joined", None)
        self._worker = self._screen.work.start(self._join(opened, run), group="run", on_error=self._failed)

    def join_newest(self) -> None:
        """Follow the active run of the open thread."""
        opened = self._screen.history.opened
        if opened is None:
            self._screen.tell("Open a thread first.")
        elif self.is_streaming and self._opened is opened:
            self._screen.show_pane("live")
        else:
            self._screen.work.start(self._join_newest(opened), group="join", says="looking for a run")

    def ask_cancel(self, run: Run | None = None) -> None:
        """Cancel a run after a question: the given one, the one that is followed, or the thread's active one."""
        if self._screen.read_only:
            self._screen.tell("This connection is read-only: runs can't be cancelled.")
            return
        if run is not None:
            self._ask_cancel(run.thread_id, run.run_id)
        elif self.is_streaming and self._opened is not None and self.run_id is not None:
            self._ask_cancel(self._opened.thread_id, self.run_id)
        elif (opened := self._screen.history.opened) is not None:
            self._screen.work.start(self._find_and_cancel(opened), group="cancel", says="looking for a run")

    def show_runs(self, thread: Thread | None = None) -> None:
        """List the runs of a thread, else of the open one."""
        thread = thread or (self._screen.history.opened.thread if self._screen.history.opened is not None else None)
        if thread is None:
            self._screen.tell("Open a thread first.")
            return
        thread_id = thread.thread_id
        backend = self._screen.session.backend

        async def read(offset: int) -> Sequence[Run]:
            return await backend.runs(thread_id, limit=PAGE, offset=offset)

        title = f"Runs of {thread_title(thread)} …{tail(thread_id, 8)}"
        self._screen.app.push_screen(RunsScreen(title, read, self._screen.now), self._run_chosen)

    def _run_chosen(self, choice: RunChoice | None) -> None:
        if choice is None:
            return
        if choice.what == "cancel":
            self.ask_cancel(choice.run)
            return
        opened = self._screen.history.opened
        if opened is not None and opened.thread_id == choice.run.thread_id:
            self.join(opened, choice.run)
        else:
            self._screen.history.start(self._open_and_join(choice.run), says="opening the thread")

    async def _open_and_join(self, run: Run) -> None:
        thread = await self._screen.session.backend.get_thread(run.thread_id)
        await self._screen.history.open(thread)
        if self._screen.history.opened is not None:
            self.join(self._screen.history.opened, run)

    def user_selected(self, checkpoint_id: str) -> None:
        """The selection follows the growing branch as long as the user stays at its head."""
        if self.is_streaming and self._opened is not None and self._opened is self._screen.history.opened:
            head = self._opened.tree.head
            self.follow_head = head is not None and head.checkpoint_id == checkpoint_id

    def _follow(self, opened: OpenThread, title: str, plan: TravelPlan | None) -> None:
        if self.is_streaming and self.run_id is not None:
            self._screen.tell(f"Run …{tail(self.run_id)} is not followed any more. It goes on: R lists it.")
        if self._feed is not None:
            self._feed.close()
        # A run of one's own is what one wants to see; another's only moves who is at the head already.
        head = opened.tree.head
        at_head = head is None or self._screen.timeline.selected in (None, head.checkpoint_id)
        self._opened, self._plan, self.run_id = opened, plan, None
        self.follow_head = plan is not None or at_head
        start = plan.start if plan is not None and plan.start is not None else opened.tree.head
        before = read_messages(start.values) if start is not None and plan is not None else ()
        known = [message.id for message in before if message.id is not None]
        self._feed = LiveFeed(self._screen.live_pane.show_transcript, known=known)
        self._screen.live_pane.run_begins(title)
        self._screen.run_begins()

    def _hear(self, event: TravelEvent) -> None:
        """One event of the session; everything here is quick, because the stream waits for it."""
        opened = self._opened
        if opened is None:
            return
        match event:
            case Streamed(event=streamed) if self._feed is not None:
                self._feed.feed(streamed)
            case StateWritten():
                self._state_written(opened, event)
            case RunStarted(run_id=run_id):
                self._run_started(opened, run_id)
            case HistoryGrew():
                self._screen.history.tree_grew(opened, follow=self.follow_head)
            case Note(text=text):
                self._screen.tell(text)
            case LineLost():
                self._screen.live_pane.line_lost(str(event))
            case LineBack(complete=complete):
                self._screen.live_pane.line_lost("")
                if not complete:
                    self._screen.tell("Joined again. The server keeps no events: what was missed is in the timeline.")
            case RunEnded():
                self._run_ended(opened, event)
            case _:
                pass

    def _state_written(self, opened: OpenThread, event: StateWritten) -> None:
        if self._plan is not None:
            self._screen.travel.sent(opened, self._plan)
        if event.route_changed:
            now, was = ", ".join(event.checkpoint.next) or "nothing", ", ".join(event.next_was) or "nothing"
            self._screen.tell(f"The edit changed the route: will now run {one_line(now)} instead of {one_line(was)}.")

    def _run_started(self, opened: OpenThread, run_id: str) -> None:
        self.run_id = run_id
        if self._plan is not None:
            self._screen.travel.sent(opened, self._plan)
        self._screen.live_pane.run_started(run_id)
        self._screen.thread_is_busy(opened)

    def _run_ended(self, opened: OpenThread, ended: RunEnded) -> None:
        if self._feed is not None:
            self._feed.close()
        self._screen.live_pane.run_ended(ended)
        self._screen.run_is_over(opened)
        self._screen.history.tree_grew(opened, follow=self.follow_head)
        if ended.error and ended.end not in (RunEnd.SUCCESS, RunEnd.WAITING):
            self._screen.warn(f"Run …{tail(ended.run_id or '')}: {ended.end.value}. {one_line(ended.error, 300)}")
        elif ended.end is RunEnd.LOST:
            self._screen.warn("The stream ended, but the run goes on at the server. J joins it again.")

    async def _carry_out(self, opened: OpenThread, plan: TravelPlan) -> None:
        if plan.start is not None:
            # Servers accept edits and runs at checkpoints that are gone, and hang them on nothing: look first.
            await opened.backend.checkpoint(opened.thread_id, plan.start.ref)
        await carry_out(opened, plan, self._hear)

    async def _join(self, opened: OpenThread, run: Run) -> None:
        await join_run(opened, run, self._hear)

    def _failed(self, error: Exception) -> None:
        """Nothing was started, or the server did not do what was asked; drafts stay."""
        if self._feed is not None:
            self._feed.close()
        self._screen.live_pane.run_failed(str(error))
        if self._opened is not None:
            self._screen.run_is_over(self._opened)
            self._screen.history.tree_grew(self._opened, follow=False)
        self._screen.history.failed(error)

    async def _join_newest(self, opened: OpenThread) -> None:
        run = await self._active_run(opened)
        if run is None:
            self._none_active()
        else:
            self.join(opened, run)

    async def _find_and_cancel(self, opened: OpenThread) -> None:
        run = await self._active_run(opened)
        if run is None:
            self._none_active()
        else:
            self._ask_cancel(opened.thread_id, run.run_id)

    def _none_active(self) -> None:
        """The screen was wrong about a run: say so, and read what is true."""
        self._screen.tell("No run is active on this thread any more.")
        self._screen.action_refresh_data()

    async def _active_run(self, opened: OpenThread) -> Run | None:
        runs = await self._screen.session.backend.runs(opened.thread_id, limit=10)
        return next((run for run in runs if run.is_active), None)

    def _ask_cancel(self, thread_id: str, run_id: str) -> None:
        self._screen.ask(
            f"Cancel run …{tail(run_id)}?",
            f"at {self._screen.address}. The checkpoints that it made stay.",
            lambda: self._screen.work.start(self._cancel(thread_id, run_id), group="cancel", says="cancelling"),
        )

    async def _cancel(self, thread_id: str, run_id: str) -> None:
        await self._screen.session.backend.cancel_run(thread_id, run_id)
        self._screen.tell(f"Run …{tail(run_id)} is cancelled.")
        if not self.is_streaming:
            self._screen.history.refresh()
