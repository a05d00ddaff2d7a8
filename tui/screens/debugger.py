"""The main screen: threads, timeline and inspector side by side (or one at a time), the live pane below them.

It composes the panes and routes what they post; each job has its own control: threads, history, travel, live.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.worker import Worker, WorkerState

from tui.backends.errors import BackendError, CannotConnect
from tui.domain.addresses import Address
from tui.domain.plans import TravelPlan
from tui.domain.requests import PlannedRequest
from tui.domain.safe_text import one_line, sanitise
from tui.screens.copy_menu import copy_choices
from tui.screens.dialogs import ChooseScreen, TextScreen
from tui.screens.drafts import Drafts
from tui.screens.history_control import HistoryControl
from tui.screens.inspector_control import InspectorControl
from tui.screens.live_control import LiveControl
from tui.screens.panes import PanesScreen
from tui.screens.status_watch import StatusWatch
from tui.screens.threads_control import ThreadsControl
from tui.screens.timeline_commands import TimelineCommands
from tui.screens.travel_control import TravelControl
from tui.screens.watch_control import WatchControl
from tui.screens.work import Work
from tui.session.open_thread import OpenThread
from tui.session.session import Session
from tui.widgets.args_editor import ArgsEditor
from tui.widgets.find_line import FindLine
from tui.widgets.header_line import HeaderFacts, HeaderLine
from tui.widgets.input_editor import InputEditor
from tui.widgets.inspector import Inspector
from tui.widgets.key_bar import KeyBar
from tui.widgets.live_pane import LivePane
from tui.widgets.pane_row import PaneRow
from tui.widgets.pane_title import set_title
from tui.widgets.question_line import QuestionLine
from tui.widgets.request_lines import request_page
from tui.widgets.row_view import RowView
from tui.widgets.threads_list import ThreadsList
from tui.widgets.timeline import Timeline


class DebuggerScreen(PanesScreen):
    """The debugger. `now` is the clock that ages are measured with."""

    COMMANDS = {TimelineCommands}
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
        production: bool = False,
        profile: str | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self.address = one_line(session.backend.address)
        self.read_only = read_only or not session.backend.capabilities.can_run
        self.drafts = Drafts()
        self.work = Work(self)
        self.threads = ThreadsControl(self)
        self.statuses = StatusWatch(self)
        self.history = HistoryControl(self)
        self.travel = TravelControl(self)
        self.live = LiveControl(self)
        self.watch_thread = WatchControl(self)
        self.inspecting = InspectorControl(self)
        self.now = now
        self._open_address = open_address
        self._production = production
        self._profile = profile or ""
        self._state = "connecting"
        self._progress = ""
        self._ready = False

    def compose(self) -> ComposeResult:
        """Header, panes, what opens at the bottom, keys."""
        yield HeaderLine(id="header")
        with PaneRow(id="panes"):
            yield ThreadsList(self.now, id="threads", classes="pane -current")
            yield Timeline(self.now, id="timeline", classes="pane")
            yield Inspector(id="inspector", classes="pane")
        yield LivePane(id="live", classes="pane")
        yield InputEditor(id="input-editor")
        yield FindLine(id="find")
        yield QuestionLine(id="question")
        yield KeyBar(self.offers, self.pane_tabs, id="keys")

    @property
    def is_ready(self) -> bool:
        """Whether the first threads were read, or could not be."""
        return self._ready

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
        return self.query_one(InputEditor)

    def on_mount(self) -> None:
        """Connect, once there is something to look at."""
        self.threads_list.focus()
        self.show_header()
        self.statuses.begin()
        self.call_after_refresh(self.connect)

    def connect(self) -> None:
        """Probe the server and read the first page."""
        self._state = "connecting"
        self.work.start(self._connect(), group="connect", says="connecting", on_error=self._not_connected)

    async def _connect(self) -> None:
        await self.session.connect()
        self._state = "live"
        self.show_header()
        await self.threads.read_first()
        if self._open_address is not None:
            address, self._open_address = self._open_address, None
            await self.history.open_address(address)
            self.action_pane("timeline")
        elif self.history.opened is None and self.threads_list.threads:
            await self.history.open(self.threads_list.threads[0])
        self._ready = True

    def _not_connected(self, error: Exception) -> None:
        if isinstance(error, CannotConnect) or self._state == "connecting":
            self._state = "offline"
        self._ready = True
        if isinstance(error, BackendError) and not self.threads_list.threads:
            words = f"{error.what} {error.hint} ctrl+r tries again.".replace("  ", " ")
            self.threads_list.show((), has_more=False, words=one_line(words))
        self.show_header()
        self.report(error)

    # What the controls say to the user.

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        """A job that failed in a way that nobody expected is a bug: it must not pass in silence."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.log.error(event.worker.error)
            self.report(event.worker.error)

    def report(self, error: BaseException) -> None:
        """Tell about an error: what happened, and what to try."""
        what = error.what if isinstance(error, BackendError) else str(error) or type(error).__name__
        hint = error.hint if isinstance(error, BackendError) else ""
        if isinstance(error, CannotConnect):
            self._state = "offline"
            self.show_header()
        self.notify(sanitise(f"{what}\n{hint}".strip()), severity="error", timeout=12, markup=False)

    def connection_is(self, *, alive: bool) -> None:
        """What a look at the server found out about it."""
        state = "live" if alive else "offline"
        if self._state != state:
            self._state = state
            self.show_header()

    def warn(self, text: str) -> None:
        """Tell about something that went wrong at the server."""
        self.notify(sanitise(text), severity="warning", timeout=10, markup=False)

    def tell(self, text: str) -> None:
        """Tell about something."""
        self.notify(sanitise(text), timeout=6, markup=False)

    def ask(self, question: str, details: str, on_yes: Callable[[], object]) -> None:
        """Ask before something runs or changes."""
        self.query_one(QuestionLine).ask(question, details, on_yes)

    async def choose(self, title: str, choices: Sequence[tuple[str, str]]) -> str | None:
        """Let the user choose one of (id, words)."""
        return await self.app.push_screen_wait(ChooseScreen(title, choices))

    def show_requests(self, requests: Sequence[PlannedRequest], plan: TravelPlan) -> None:
        """Show what would be sent."""
        self.app.push_screen(TextScreen("What would be sent", request_page(requests, plan, self.address)))

    def show_progress(self, says: str, *, only: str | None = None) -> None:
        """Show (or with "" stop to show) that something takes long; `only` stops no other progress than that."""
        if only is None or self._progress == only:
            self._progress = says
            self.show_header()

    def show_header(self) -> None:
        """Draw the header and the keys again."""
        self.query_one(KeyBar).refresh()
        thread = self.history.opened.thread if self.history.opened is not None else None
        assistant = self.session.assistant or (thread.graph_id if thread is not None else None) or ""
        in_front = self.history.title, self.timeline.summary
        if self.current_pane == "threads":
            in_front = self.threads.title, self.threads.facts
        title, counts = in_front if self.has_class("-narrow") else ("", "")
        self.query_one(HeaderLine).show(
            HeaderFacts(
                profile=one_line(self._profile),
                server=one_line(self.session.info.title) if self._state == "live" else "",
                address=self.address,
                state=self._progress or self._state,
                assistant=one_line(assistant, 30),
                read_only=self.read_only,
                production=self._production,
                title=one_line(title),
                counts=one_line(counts),
            )
        )

    def show_titles(self) -> None:
        """Draw the panes' titles and the header again."""
        set_title(self.threads_list, self.threads.title, self.threads.facts)
        set_title(self.timeline, self.history.title, self.timeline.summary)
        self.show_header()

    def action_copy(self) -> None:
        """Copy something of the current selection."""
        here = self.inspector.copyable() if self.current_pane == "inspector" else ()
        choices = copy_choices(self.history.opened, self.history.selected, self.threads_list.selected, here)
        if self.current_pane == "threads":
            choices = self.threads.copyable() or choices
        if not choices:
            self.tell("There is nothing to copy yet.")
            return

        def copy(chosen: str | None) -> None:
            if chosen is not None:
                self.app.copy_to_clipboard(choices[int(chosen)].text())
                self.tell(f"Copied: {choices[int(chosen)].words}.")

        words = [(str(number), choice.words) for number, choice in enumerate(choices)]
        self.app.push_screen(ChooseScreen("Copy", words), copy)

    # Threads.

    @on(ThreadsList.Opened)
    def _thread_chosen(self, event: ThreadsList.Opened) -> None:
        self.history.start(self._open_and_go(event), says="opening the thread")

    async def _open_and_go(self, event: ThreadsList.Opened) -> None:
        await self.history.open(event.thread)
        self.show_pane("timeline")

    @on(ThreadsList.NeedMore)
    def _more_threads(self) -> None:
        self.threads.read_more()

    def action_new_thread(self) -> None:
        """Make a thread."""
        if self._may_write():
            self.threads.ask_new()

    def action_delete_thread(self) -> None:
        """Delete a thread."""
        if self._may_write():
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
        if self.history.opened is not None:
            self.watch_thread.start(self.history.opened)
        self.show_titles()

    def offers(self, action: str) -> bool:
        """Whether an action can do something now; the keys of others are not shown."""
        name = action.removeprefix("screen.")
        opened = self.history.opened
        if name in ("cancel_run", "join_run"):
            busy = opened is not None and opened.thread.status == "busy"
            return (self.live.is_streaming or busy) and not (self.read_only and name == "cancel_run")
        if name in ("edit", "replay"):
            return not self.read_only and self.history.selected is not None
        if name == "new_input":
            return not self.read_only and opened is not None
        return name not in ("new_thread", "delete_thread") or not self.read_only

    def reasons_to_stay(self) -> list[str]:
        """What a user should know before leaving, a sentence each."""
        reasons = []
        if self.drafts or self.input_editor.text.strip():
            reasons.append("There is a draft that was not sent.")
        if self.live.streaming:
            words = "The run goes" if self.live.streaming == 1 else f"{self.live.streaming} runs go"
            reasons.append(f"{words} on at the server.")
        return reasons

    def _may_write(self) -> bool:
        if self.read_only:
            self.tell("This connection is read-only: nothing can be run or changed.")
        return not self.read_only

    # Timeline, inspector, editors.

    @on(Timeline.Selected)
    def _checkpoint_selected(self, event: Timeline.Selected) -> None:
        self.travel.left_checkpoint(event.checkpoint_id)
        self.live.user_selected(event.checkpoint_id)
        self.history.selection_moved()

    @on(Timeline.NeedOlder)
    def _older_checkpoints(self) -> None:
        self.history.read_older()

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
        self.travel.new_input()

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

    @on(ArgsEditor.DraftChanged)
    def _draft_changed(self) -> None:
        self.travel.draft_changed()

    @on(ArgsEditor.OutsideWanted)
    def _edit_outside(self, event: ArgsEditor.OutsideWanted) -> None:
        self.travel.edit_outside(event.text, event.suffix)

    @on(ArgsEditor.SendWanted)
    def _fork(self) -> None:
        self.travel.fork()

    @on(ArgsEditor.PreviewWanted)
    def _preview_fork(self) -> None:
        self.travel.preview_fork()

    @on(ArgsEditor.Left)
    def _editor_left(self) -> None:
        self.travel.leave_editor()

    @on(InputEditor.SendWanted)
    def _run_input(self, event: InputEditor.SendWanted) -> None:
        self.travel.run_input(event.value)

    @on(InputEditor.PreviewWanted)
    def _preview_input(self, event: InputEditor.PreviewWanted) -> None:
        self.travel.preview_input(event.value)

    @on(InputEditor.Left)
    def _input_left(self) -> None:
        self.travel.leave_input()

    # Runs.

    def action_cancel_run(self) -> None:
        """Cancel the run that is followed, or the active one of the open thread."""
        self.live.ask_cancel()

    def action_join_run(self) -> None:
        """Follow the active run of the open thread."""
        self.live.join_newest()

    def action_follow(self) -> None:
        """Go along with what others do on the open thread, or not any more."""
        self.watch_thread.toggle()

    def action_raw_events(self) -> None:
        """Show the events of the followed run as they came."""
        self.live.show_events()

    def action_runs(self) -> None:
        """List the runs of the open thread, or of the one under the cursor in the threads pane."""
        self.live.show_runs(self.threads_list.selected if self.current_pane == "threads" else None)

    def run_begins(self) -> None:
        """A run is followed from now on: its pane opens."""
        if self.has_class("-narrow"):
            self.show_pane("live")

    def run_is_over(self, opened: OpenThread, *, was_shown: bool = True) -> None:
        """A run that was followed ended; `was_shown`: it is the one in the live pane."""
        if opened is self.history.opened:
            self.timeline.set_running(running=False)
        self.threads.put(opened.thread)
        if was_shown and self.has_class("-narrow") and self.current_pane == "live":
            self.show_pane("timeline")

    def thread_is_busy(self, opened: OpenThread) -> None:
        """A run began on a thread."""
        if opened is self.history.opened:
            self.timeline.set_running(running=True)
        self.threads.mark_busy(opened.thread_id)

    def action_refresh_data(self) -> None:
        """Read again what is on the screen."""
        if self._state != "live":
            self.connect()
            return
        self.threads.reload()
        self.history.refresh()
