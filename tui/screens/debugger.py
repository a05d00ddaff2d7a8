"""The main screen: threads, timeline and inspector side by side (or one at a time), the live pane below them.

It composes the panes and routes what they post; each job has its own control: connection, threads, history, travel,
live.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.backends.errors import CannotConnect
from tui.domain.addresses import Address
from tui.domain.checkpoint import Thread
from tui.domain.labels import Activity
from tui.domain.production import Care
from tui.screens.active_runs import ActiveRuns
from tui.screens.beside import Beside, BesideControl
from tui.screens.careful import CarefulScreen
from tui.screens.connection_control import ConnectionControl
from tui.screens.copy_control import CopyControl
from tui.screens.drafts import Drafts
from tui.screens.history_control import HistoryControl
from tui.screens.input_control import InputControl
from tui.screens.inspector_control import InspectorControl
from tui.screens.live_control import LiveControl
from tui.screens.offers import OFFLINE_KEYS, has_nothing, offers, reasons_to_stay
from tui.screens.runs_control import RunsControl
from tui.screens.status_watch import StatusWatch
from tui.screens.threads_control import ThreadsControl
from tui.screens.travel_control import TravelControl
from tui.screens.waiting_keys import WaitingKeys
from tui.screens.watch_control import WatchControl
from tui.screens.work import Stopped, Work
from tui.session.open_thread import OpenThread
from tui.session.session import Session
from tui.widgets.header_line import HeaderLine
from tui.widgets.inspector import Inspector
from tui.widgets.key_bar import KeyBar, PaneTab
from tui.widgets.key_names import key_of
from tui.widgets.live_pane import LivePane
from tui.widgets.pane_row import PaneRow
from tui.widgets.pane_title import set_title
from tui.widgets.question_line import QuestionLine
from tui.widgets.row_view import RowView
from tui.widgets.rows_compositor import RowsCompositor
from tui.widgets.threads_list import ThreadsList
from tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from tui.widgets.args_editor import ArgsEditor
    from tui.widgets.input_editor import InputEditor


class DebuggerScreen(CarefulScreen):
    """The debugger. `now` is the clock that ages are measured with."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "copy as…", show=False, id="copy.open"),
        Binding("ctrl+r", "refresh_data", "refresh", show=False, id="app.refresh"),
    ]

    def __init__(
        self,
        session: Session,
        *,
        now: Callable[[], datetime],
        open_address: Address | None = None,
        read_only: bool = False,
        care: Care = Care(),  # noqa: B008 - frozen
        beside: Beside | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        super().__init__(session, care=care, read_only=read_only)
        self._compositor = RowsCompositor()
        self.secrets = tuple(secrets)
        """The connection's keys: what is written to a file goes without them."""
        self.drafts = Drafts()
        self.work = Work(self)
        self.waiting_keys = WaitingKeys(self)
        self.connection = ConnectionControl(self, open_address=open_address)
        self.beside = BesideControl(self, beside)
        self.threads = ThreadsControl(self)
        self.statuses = StatusWatch(self)
        self.history = HistoryControl(self)
        self.travel = TravelControl(self)
        self.inputs = InputControl(self)
        self.live = LiveControl(self)
        self.runs = RunsControl(self)
        self.active_runs = ActiveRuns(self)
        self.watch_thread = WatchControl(self)
        self.inspecting = InspectorControl(self)
        self.copying = CopyControl(self)
        self._could_replay = False
        self.now: Callable[[], datetime] = lambda: now() + session.clock_ahead

    def compose(self) -> ComposeResult:
        """Header, panes, what opens at the bottom, keys."""
        yield HeaderLine(id="header")
        with PaneRow(id="panes"):
            yield ThreadsList(self.now, id="threads", classes="pane -current")
            yield Timeline(self.now, on_selected=self._checkpoint_selected, id="timeline", classes="pane")
            yield Inspector(id="inspector", classes="pane")
        yield LivePane(id="live", classes="pane")
        yield QuestionLine(id="question")
        yield KeyBar(self.offers, self.pane_tabs, lambda: OFFLINE_KEYS if has_nothing(self) else (), id="keys")

    @property
    def ends_its_server(self) -> bool:
        """Whether the server is the demo's own, which stops with the app."""
        return self.beside.is_demo

    @property
    def is_ready(self) -> bool:
        """Whether the first threads were read, or could not be."""
        return self.connection.is_ready

    @property
    def threads_list(self) -> ThreadsList:
        """The threads pane."""
        return self.query_one(ThreadsList)

    @property
    def timeline(self) -> Timeline:
        """The timeline."""
        return self.query_one(Timeline)

    @property
    def input_editor(self) -> InputEditor:
        """The editor for a new input."""
        return cast("InputEditor", self.query_one("#input-editor"))

    async def mount_rest(self) -> None:
        """Mount what is hidden until a key opens it: the first look at the threads does not wait for it."""
        from tui.widgets.find_line import FindLine  # noqa: PLC0415
        from tui.widgets.input_editor import InputEditor  # noqa: PLC0415

        if not self.query("#input-editor"):
            await self.mount(InputEditor(id="input-editor"), FindLine(id="find"), before="#question")
            await self.inspector.mount_editor()

    def on_mount(self) -> None:
        """Connect, once there is something to look at."""
        self.threads_list.focus()
        self.show_header()
        self.statuses.begin()
        self.connection.connect()

    # What the controls say to the user.

    def report(self, error: BaseException) -> None:
        """Tell about an error; one of the connection is seen in the header, too."""
        if isinstance(error, Stopped):
            self.tell(f"{error.what} {key_of('app.refresh')} tries again.")
            return
        if isinstance(error, CannotConnect):
            self.connection.found(alive=False)
        super().report(error)

    def pane_tabs(self) -> list[PaneTab]:
        """None while there is nothing to look at."""
        return [] if has_nothing(self) else super().pane_tabs()

    def connection_is(self, *, alive: bool) -> None:
        """What a look at the server found out about it."""
        self.connection.found(alive=alive)

    def show_progress(self, says: str, *, only: str | None = None, may_stop: bool = False) -> None:
        """Show (or with "" stop to show) that something takes long; `only` stops no other progress than that."""
        self.connection.show_progress(says, only=only, may_stop=may_stop)

    def show_header(self) -> None:
        """Draw the header and the keys again."""
        self.connection.show()

    def show_titles(self) -> None:
        """Draw the panes' titles and the header again."""
        set_title(self.threads_list, self.threads.title, self.threads.facts)
        facts = " · ".join(filter(None, (self.history.newer, self.history.facts)))
        set_title(self.timeline, self.history.title, facts, self.history.older.words)
        self.show_header()

    def action_copy(self) -> None:
        """Copy something of the current selection."""
        # A y right behind a question that is gone, or did not come, was a yes to it.
        if not self.query_one(QuestionLine).is_just_gone:
            self.copying.start()

    # Threads.

    @on(ThreadsList.Opened)
    def _thread_chosen(self, event: ThreadsList.Opened) -> None:
        self._open(event.thread)

    def action_open_thread(self) -> None:
        """Open the thread under the cursor. At once, not by a message: the next key may be here already."""
        if self.threads_list.selected is not None:
            self._open(self.threads_list.selected)

    def _open(self, thread: Thread) -> None:
        self.history.start_opening(partial(self._open_and_go, thread))

    async def _open_and_go(self, thread: Thread) -> None:
        await self.history.open(thread)
        self.show_pane("timeline")

    @on(ThreadsList.Rested)
    def _thread_rested_on(self, event: ThreadsList.Rested) -> None:
        self.statuses.look_at(event.thread)

    @on(ThreadsList.NeedMore)
    def _more_threads(self) -> None:
        self.threads.read_more()

    def action_new_thread(self) -> None:
        """Make a thread."""
        if self.may_write() and self.connection.is_reached():
            self.threads.ask_new()

    def action_delete_thread(self) -> None:
        """Delete a thread."""
        if self.may_write() and self.connection.is_reached():
            self.threads.ask_delete()

    def action_next_status(self) -> None:
        """Filter threads by status."""
        self.threads.next_status()

    def action_waiting_first(self) -> None:
        """Waiting threads first, or not."""
        self.threads.toggle_waiting()

    def thread_opened(self) -> None:
        """Another thread is open: what was being edited belongs to the one before."""
        self.travel.left_thread()
        self.live.thread_opened()
        self.inputs.left_thread()
        if self.history.opened is not None:
            self.watch_thread.start(self.history.opened)
        self.show_titles()

    def offers(self, action: str) -> bool:
        """Whether an action can do something now; the keys of others are not shown."""
        return offers(self, action)

    def reasons_to_stay(self) -> list[str]:
        """What a user should know before leaving, a sentence each."""
        return reasons_to_stay(self)

    # Timeline, inspector, editors.

    def _checkpoint_selected(self, checkpoint_id: str) -> None:
        self.travel.left_checkpoint(checkpoint_id)
        can_replay = self.offers("screen.replay")
        if can_replay != self._could_replay:
            self._could_replay = can_replay
            self.query_one(KeyBar).refresh()
        self.live.user_selected(checkpoint_id)
        self.history.selection_moved()

    @on(Timeline.NeedOlder)
    def _older_checkpoints(self, event: Timeline.NeedOlder) -> None:
        if event.all_of_them:
            self.history.older.read_all()
        else:
            self.history.older.read_near()
        self.show_titles()

    def action_back(self) -> None:
        """Stop what takes long, or what reads on and on if that is seen from here; else one pane to the left."""
        if self.history.older.is_shown and self.current_pane in ("threads", "timeline"):
            self.history.older.stop()
        elif not self.work.stop_waiting():
            super().action_back()

    @on(Timeline.NewerChanged)
    def _newer_above(self) -> None:
        self.show_titles()

    @on(Timeline.Inspect)
    def _inspect(self) -> None:
        self.show_pane("inspector")

    def action_edit(self) -> None:
        """Edit a tool call of the selected checkpoint."""
        self.travel.edit()

    def action_replay(self) -> None:
        """Run again from the selected checkpoint."""
        self.travel.replay()

    def action_new_input(self) -> None:
        """Run with a new input."""
        self.inputs.begin()

    def drafts_changed(self, thread_id: str) -> None:
        """Mark the rows of the checkpoints where something was typed."""
        if self.history.opened is not None and self.history.opened.thread_id == thread_id:
            self.timeline.set_drafts(self.drafts.checkpoints(thread_id))

    @on(Inspector.RunWanted)
    def _run_wanted(self, event: Inspector.RunWanted) -> None:
        self.inspecting.read_run(event.run_id)

    @on(RowView.OpenWanted)
    def _value_opened(self, event: RowView.OpenWanted) -> None:
        self.inspecting.open_value(event.selected)

    # By their names, and not by their classes, which are imported late.

    def _on_args_editor_draft_changed(self) -> None:
        self.travel.draft_changed()
        self.query_one(KeyBar).refresh()

    def _on_args_editor_outside_wanted(self, event: ArgsEditor.OutsideWanted) -> None:
        self.travel.edit_outside(event.text, event.suffix)

    def _on_args_editor_send_wanted(self) -> None:
        self.travel.fork()

    def _on_args_editor_preview_wanted(self) -> None:
        self.travel.preview_fork()

    def _on_args_editor_left(self) -> None:
        self.travel.leave_editor()

    def _on_input_editor_send_wanted(self, event: InputEditor.SendWanted) -> None:
        self.inputs.run(event.value)

    def _on_input_editor_preview_wanted(self, event: InputEditor.PreviewWanted) -> None:
        self.inputs.preview(event.value)

    def _on_input_editor_left(self) -> None:
        self.inputs.leave()

    # Runs.

    def action_cancel_run(self) -> None:
        """Cancel the run that is followed, or the active one of the open thread."""
        self.active_runs.ask_cancel()

    def action_join_run(self) -> None:
        """Follow the active run of the open thread."""
        self.active_runs.join_newest()

    def action_follow(self) -> None:
        """Go along with what others do on the open thread, or not any more."""
        self.watch_thread.toggle()

    def action_raw_events(self) -> None:
        """Show the events of the followed run as they came."""
        self.active_runs.show_events()

    def action_runs(self) -> None:
        """List the runs of the open thread, or of the one under the cursor in the threads pane."""
        self.runs.show(self.threads_list.selected if self.current_pane == "threads" else None)

    def run_begins(self) -> None:
        """A run is followed from now on: its pane opens."""
        if self.has_class("-narrow"):
            self.show_pane("live")

    def run_is_over(self, opened: OpenThread, *, was_shown: bool = True) -> None:
        """A run that was followed ended; `was_shown`: it is the one in the live pane."""
        if opened is self.history.opened:
            self.timeline.set_activity(Activity.of(opened.thread))
        self.threads.put(opened.in_words)
        if was_shown and self.has_class("-narrow") and self.current_pane == "live":
            self.show_pane("timeline")

    def thread_is_busy(self, opened: OpenThread) -> None:
        """A run began on a thread."""
        if opened is self.history.opened:
            self.timeline.set_activity(Activity.RUNNING)
        self.threads.mark_busy(opened.thread_id)

    def action_refresh_data(self) -> None:
        """Read again what is on the screen."""
        if not self.connection.is_live:
            self.connection.connect()
            return
        self.threads.reload()
        self.history.refresh()
