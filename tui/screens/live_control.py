"""The runs that are followed: starts them, joins them, and says how they ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from tui.backends.errors import CannotConnect, NotFound
from tui.domain.addresses import tail
from tui.domain.checkpoint import Run
from tui.domain.messages import read_messages
from tui.domain.plans import TravelPlan
from tui.domain.safe_text import one_line
from tui.domain.transcript import Transcript
from tui.screens.work import Job, goes_on
from tui.session.events import (
    HistoryGrew,
    HistoryLost,
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
from tui.widgets.key_names import keyed
from tui.widgets.plan_words import title_of

if TYPE_CHECKING:
    from tui.screens.debugger import DebuggerScreen


@dataclass(eq=False)
class Followed:
    """A run that is followed, or was: the newest stays in the live pane after its end."""

    opened: OpenThread
    title: str
    plan: TravelPlan | None
    feed: LiveFeed
    began: float
    follow_head: bool
    run_id: str | None = None
    worker: Worker[None] | None = None
    is_lost: bool = False
    """Its line was given up while it went on."""
    line: str = ""
    """That its line is lost, and joined again, while it is."""

    @property
    def is_streaming(self) -> bool:
        """Whether more may come."""
        return goes_on(self.worker)


class LiveControl:
    """The newest run is shown in the live pane; older ones are followed in the background, and their ends are told."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._shown: Followed | None = None
        self._behind: list[Followed] = []
        self._count = 0

    @property
    def shown(self) -> Followed | None:
        """The run in the live pane, whether it goes on or has ended."""
        return self._shown

    @property
    def run_id(self) -> str | None:
        """The run in the live pane, once the server has accepted it."""
        return self._shown.run_id if self._shown is not None else None

    @property
    def is_streaming(self) -> bool:
        """Whether the run in the live pane goes on."""
        return self._shown is not None and self._shown.is_streaming

    @property
    def streaming(self) -> int:
        """How many runs are followed now, with those in the background."""
        return len(self._active())

    def going_on(self) -> list[tuple[str, str]]:
        """The runs that are followed now: ids of thread and run."""
        return [(one.opened.thread_id, one.run_id) for one in self._active() if one.run_id is not None]

    def is_streaming_on(self, opened: OpenThread) -> bool:
        """Whether a run that is followed is one of this thread."""
        return any(followed.opened is opened for followed in self._active())

    def followed(self, thread_id: str) -> OpenThread | None:
        """The open thread that a run of this thread grows into, while one is followed."""
        found = (followed.opened for followed in self._active() if followed.opened.thread_id == thread_id)
        return next(found, None)

    def _active(self) -> list[Followed]:
        return [f for f in (self._shown, *self._behind) if f is not None and f.is_streaming]

    def start(self, opened: OpenThread, plan: TravelPlan) -> None:
        """Carry out a plan and follow its run."""
        followed = self._follow(opened, title_of(plan), plan)
        self._work(followed, partial(self._carry_out, followed, plan))

    def join(self, opened: OpenThread, run: Run) -> None:
        """Follow a run that goes on already; one that is followed comes to the front."""
        known = next((followed for followed in self._active() if followed.run_id == run.run_id), None)
        if known is not None:
            self._bring_to_front(known)
            return
        followed = self._follow(opened, "joined", None, began=run.created_at)
        self._work(followed, partial(self._join, followed, run))

    def bring_to_front(self, opened: OpenThread) -> bool:
        """Show the run of a thread that is followed; whether there is one."""
        known = next((followed for followed in self._active() if followed.opened is opened), None)
        if known is not None:
            self._bring_to_front(known)
        return known is not None

    def thread_opened(self) -> None:
        """Another thread is open: the pane says whose run it shows, if it is not this one's.

        One that is over is shown where it ran, and nowhere else.
        """
        shown, pane = self._shown, self._screen.live_pane
        if shown is not None:
            is_here = shown.opened.thread_id == getattr(self._screen.history.opened, "thread_id", None)
            pane.set_thread("" if is_here else self._screen.history.title_of(shown.opened))
            pane.set_seen(is_here or not pane.is_over or shown.is_lost)
            if not pane.has_run and self._screen.current_pane == "live":
                self._screen.show_pane("timeline")

    def server_is_back(self) -> None:
        """It answers again: runs whose line was given up are joined again by themselves, in the background, too."""
        going_on = self.going_on()
        for followed in [one for one in (self._shown, *self._behind) if one is not None and one.is_lost]:
            followed.is_lost = False
            if followed.run_id is not None and (followed.opened.thread_id, followed.run_id) not in going_on:
                job = partial(self._rejoin, followed, followed.run_id)
                self._screen.work.start(job, group=f"rejoin-{followed.run_id}", says="joining the run again")

    def user_selected(self, checkpoint_id: str) -> None:
        """The selection follows the growing branch as long as the user stays at its head."""
        for followed in self._active():
            if followed.opened is self._screen.history.opened:
                head = followed.opened.tree.head
                followed.follow_head = head is not None and head.checkpoint_id == checkpoint_id

    def _follow(
        self, opened: OpenThread, title: str, plan: TravelPlan | None, *, began: datetime | None = None
    ) -> Followed:
        """A run is about to come: it takes the live pane. `began`: by the server's clock, if it is not now."""
        followed = self._followed(opened, title, plan, began)
        self._put_behind()
        self._shown = followed
        self._screen.live_pane.run_begins(title, began=followed.began, timed=plan is not None)
        self.thread_opened()
        self._screen.run_begins()
        return followed

    def _followed(
        self, opened: OpenThread, title: str, plan: TravelPlan | None, began: datetime | None = None
    ) -> Followed:
        start = plan.start if plan is not None and plan.start is not None else opened.tree.head
        before = read_messages(start.values) if start is not None and plan is not None else ()
        known = [message.id for message in before if message.id is not None]
        # A run of one's own is what one wants to see; another's only moves who is at the head already.
        head = opened.tree.head
        at_head = head is None or self._screen.timeline.selected in (None, head.checkpoint_id)

        def show(transcript: Transcript) -> None:
            if followed is self._shown:
                self._screen.live_pane.show_transcript(transcript)

        feed = LiveFeed(show, known=known)
        age = max(0.0, (self._screen.now() - began).total_seconds()) if began is not None else 0.0
        begins = self._screen.live_pane.clock() - age
        followed = Followed(opened, title, plan, feed, begins, plan is not None or at_head)
        return followed

    def _put_behind(self) -> None:
        """Another run takes the live pane; the one that is there goes on in the background."""
        before = self._shown
        self._behind = [followed for followed in self._behind if followed.is_streaming or followed.is_lost]
        if before is not None and (before.is_streaming or before.is_lost):
            self._behind.append(before)
            if before.run_id is not None and before.is_streaming:
                words = f"Run …{tail(before.run_id)} goes on in the background. Its end will be told."
                self._screen.tell(words, about=before.run_id)

    def _bring_to_front(self, followed: Followed) -> None:
        if followed is self._shown:
            return
        self._behind.remove(followed)
        self._put_behind()
        self._shown = followed
        pane = self._screen.live_pane
        pane.run_begins(followed.title, began=followed.began, timed=False)
        if followed.run_id is not None:
            pane.run_started(followed.run_id)
        pane.line_lost(followed.line)
        pane.show_transcript(followed.feed.snapshot())
        self.thread_opened()
        self._screen.run_begins()

    def _work(self, followed: Followed, job: Job) -> None:
        """Each run has its own group: a new one does not end those before."""
        self._count += 1
        followed.worker = self._screen.work.start(
            job, group=f"run-{self._count}", on_error=lambda error: self._failed(followed, error)
        )

    def _hear(self, followed: Followed, event: TravelEvent) -> None:
        """One event of the session; everything here is quick, because the stream waits for it."""
        is_shown = followed is self._shown
        match event:
            case Streamed(event=streamed):
                followed.feed.feed(streamed)
            case StateWritten():
                self._state_written(followed, event)
            case RunStarted(run_id=run_id):
                self._run_started(followed, run_id)
            case HistoryGrew():
                self._screen.history.tree_grew(followed.opened, follow=followed.follow_head)
            case HistoryLost():
                self._screen.history.tree_replaced(followed.opened)
                self._screen.warn(str(event))
            case Note(text=text):
                self._screen.tell(text)
            case LineLost():
                self._line_is(followed, str(event))
            case LineBack(complete=complete):
                self._line_is(followed, "")
                if is_shown and not complete:
                    self._screen.tell("Joined again. The server keeps no events: missed results come from the history.")
            case RunEnded():
                self._run_ended(followed, event)
            case _:
                pass

    def _line_is(self, followed: Followed, words: str) -> None:
        followed.line = words
        if followed is self._shown:
            self._screen.live_pane.line_lost(words)

    def _state_written(self, followed: Followed, event: StateWritten) -> None:
        if followed.plan is not None:
            self._screen.travel.sent(followed.opened, followed.plan)
        if event.route_changed:
            now, was = ", ".join(event.checkpoint.next) or "nothing", ", ".join(event.next_was) or "nothing"
            self._screen.tell(f"The edit changed the route: will now run {one_line(now)} instead of {one_line(was)}.")

    def _run_started(self, followed: Followed, run_id: str) -> None:
        followed.run_id = run_id
        self._screen.session.run_begun(followed.opened.thread_id, run_id)
        if followed.plan is not None:
            self._screen.travel.sent(followed.opened, followed.plan)
        if followed is self._shown:
            self._screen.live_pane.run_started(run_id)
        self._screen.thread_is_busy(followed.opened)

    def _run_ended(self, followed: Followed, ended: RunEnded) -> None:
        followed.feed.close()
        if followed.plan is not None and followed.run_id is None:  # it ended before the server had named it
            tell = self._screen.travel.not_sent if ended.run_id is None else self._screen.travel.sent
            tell(followed.opened, followed.plan)
        if ended.run_id is not None and ended.end is not RunEnd.LOST:
            self._screen.session.run_over(followed.opened.thread_id, ended.run_id)
        is_shown = followed is self._shown
        followed.is_lost = ended.end is RunEnd.LOST
        if is_shown:
            self._screen.live_pane.run_ended(ended)
        # Of a lost line one sees what came of it; any other end folds, and the tree has it.
        self._screen.run_is_over(followed.opened, was_shown=is_shown and not followed.is_lost)
        self._screen.history.tree_grew(followed.opened, follow=followed.follow_head)
        self._tell_end(followed, ended, in_sight=is_shown and followed.opened is self._screen.history.opened)

    def _tell_end(self, followed: Followed, ended: RunEnded, *, in_sight: bool) -> None:
        """Told where nobody sees it: else the live pane has said it. That a run may go on is told always."""
        about = ended.run_id or ""
        name = f"Run …{tail(ended.run_id or '')}"
        if not in_sight:
            name += f" of {one_line(self._screen.history.title_of(followed.opened), 40)}"
        why = f" {one_line(ended.error, 300)}" if ended.error else ""
        if ended.end is RunEnd.LOST:
            joins = keyed("{timeline.join} joins it again.")
            words = f"{name}: the stream ended; the run may go on at the server. {joins}{why}"
            self._screen.warn(words, about=about)
        elif ended.end in (RunEnd.SUCCESS, RunEnd.WAITING):
            if not in_sight:
                waits = "waits for an answer" if ended.end is RunEnd.WAITING else "has ended: success"
                self._screen.tell(f"{name} {waits}.", about=about)
        elif not in_sight:
            self._screen.warn(f"{name}: {ended.end.value}.{why}", about=about)

    async def _carry_out(self, followed: Followed, plan: TravelPlan) -> None:
        await carry_out(followed.opened, plan, lambda event: self._hear(followed, event))

    async def _join(self, followed: Followed, run: Run) -> None:
        await join_run(followed.opened, run, lambda event: self._hear(followed, event))

    def _failed(self, followed: Followed, error: Exception) -> None:
        """Nothing was started, or the server did not do what was asked; drafts stay."""
        followed.feed.close()
        is_shown = followed is self._shown
        if is_shown:
            self._screen.live_pane.run_failed(str(error))
        self._screen.run_is_over(followed.opened, was_shown=is_shown)
        self._screen.history.tree_grew(followed.opened, follow=False)
        if followed.plan is not None and followed.run_id is None:
            self._screen.travel.not_sent(followed.opened, followed.plan)
        self._screen.history.failed(error)

    async def _rejoin(self, followed: Followed, run_id: str) -> None:
        opened, name = followed.opened, f"Run …{tail(run_id)}"
        try:
            run = await opened.backend.get_run(opened.thread_id, run_id)
        except NotFound:
            self._let_go(followed)
            self._screen.warn(f"{name} is gone: the server came back without it.", about=run_id)
            return
        except CannotConnect:
            followed.is_lost = True  # it was back for a moment only
            raise
        if run.is_active:
            self._screen.tell(f"The server is back. {name} is joined again.", about=run_id)
            if followed is self._shown:
                self.join(opened, run)
            else:
                self._join_behind(followed, run)
            return
        self._let_go(followed)
        words = f"The server is back. {name} has ended meanwhile: {one_line(run.status)}."
        self._screen.tell(words, about=run_id)
        self._screen.history.refresh()

    def _join_behind(self, before: Followed, run: Run) -> None:
        """Follow a run of the background again, where it is."""
        followed = self._followed(before.opened, before.title, None, run.created_at)
        followed.run_id = run.run_id
        self._behind = [one for one in self._behind if one is not before]
        self._behind.append(followed)
        self._work(followed, partial(self._join, followed, run))

    def _let_go(self, followed: Followed) -> None:
        self._screen.session.run_over(followed.opened.thread_id, followed.run_id or "")
        self._behind = [one for one in self._behind if one is not followed]
