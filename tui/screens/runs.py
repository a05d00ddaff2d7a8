"""The runs of a thread: which, how they ended, what they were given; join and cancel the active ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from tui.backends.errors import BackendError
from tui.domain.checkpoint import Run
from tui.domain.run_words import status_words
from tui.domain.safe_text import one_line
from tui.screens.run_details import RunDetailsScreen
from tui.widgets.key_names import bar_key, key_of, keyed
from tui.widgets.line_list import LineList
from tui.widgets.lines import Line
from tui.widgets.run_rows import run_line

PAGE = 50

ACTIVE_SECONDS = 2.0
"""Between two looks while a run of the list is active: its state stays true without a key."""


@dataclass(frozen=True, slots=True)
class RunChoice:
    """What to do: with a run, or (`input`) with the thread."""

    what: Literal["join", "cancel", "input"]
    run: Run | None = None


class RunsList(LineList):
    """The rows."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(id="runs-list")
        self._now = now
        self._words = "Reading runs …"
        self.runs: Sequence[Run] = ()
        self.has_more = False
        self.need_more: Callable[[], None] = lambda: None

    def show(self, runs: Sequence[Run], *, has_more: bool, words: str) -> None:
        """Show runs; the cursor stays on its run."""
        selected = self.selected.run_id if self.selected is not None else None
        self.runs, self.has_more, self._words = runs, has_more, words
        ids = [run.run_id for run in runs]
        self.place_cursor(ids.index(selected) if selected in ids else 0 if runs else None)
        self.lines_changed()

    @property
    def selected(self) -> Run | None:
        """The run under the cursor."""
        return self.runs[self._cursor] if self._cursor is not None and self._cursor < len(self.runs) else None

    @property
    def row_count(self) -> int:
        """Runs."""
        return len(self.runs)

    def row_at(self, index: int, width: int) -> Line:
        """One row."""
        return run_line(self.runs[index], self._now(), width)

    def empty_words(self) -> str:
        """Why there are no runs."""
        return self._words

    def cursor_moved(self, old: int | None, new: int) -> None:
        """Read on near the end."""
        del old
        if self.has_more and new + self.size.height >= len(self.runs):
            self.need_more()


class RunsScreen(ModalScreen[RunChoice | None]):
    """Answers with what to do, or None. `read(offset)` gives a page of runs, newest first.

    `read_one` gives a run as it is now, and the name of its assistant.
    """

    DEFAULT_CSS = """
    RunsScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 95%; max-width: 120; height: 80%;
            border: round $accent; background: $surface;
            border-title-style: bold; border-subtitle-color: $calm;
        }
        RunsList { height: 1fr; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "details", "details", id="runs.details"),
        Binding("J", "choose('join')", "join", id="runs.join"),
        Binding("x", "choose('cancel')", "cancel", id="runs.cancel"),
        Binding("i", "input", "input", id="runs.input"),
        Binding("ctrl+r", "reload", "refresh", id="runs.refresh"),
        Binding("escape,q", "dismiss(None)", "back", id="runs.back"),
    ]

    def __init__(
        self,
        title: str,
        read: Callable[[int], Awaitable[Sequence[Run]]],
        read_one: Callable[[Run], Awaitable[tuple[Run, str]]],
        now: Callable[[], datetime],
        *,
        read_only: bool = False,
    ) -> None:
        super().__init__()
        self._empty = "No runs on this thread yet."
        if not read_only:
            self._empty += f" {key_of('runs.input')} starts one with an input."
        self._title = title
        self._read = read
        self._read_one = read_one
        self._now = now

    def compose(self) -> ComposeResult:
        """The list in a box."""
        with Vertical() as box:
            box.border_title = Content(one_line(self._title, 100))
            names = ("details", "join", "cancel", "input", "refresh", "back")
            box.border_subtitle = Content("  ".join(f"{bar_key(f'runs.{name}')} {name}" for name in names))
            yield RunsList(self._now)

    def on_mount(self) -> None:
        """Read the first page."""
        self._list.need_more = self._more
        self._list.focus()
        self.set_interval(ACTIVE_SECONDS, self._look_again)
        self.action_reload()

    @property
    def _list(self) -> RunsList:
        return self.query_one(RunsList)

    def action_reload(self) -> None:
        """Read from the beginning again."""
        self.run_worker(self._load(0), group="runs", exclusive=True, exit_on_error=False)

    def _look_again(self) -> None:
        """Who has read on does not lose the place: only the first page is looked at again."""
        if len(self._list.runs) <= PAGE and any(run.is_active for run in self._list.runs):
            self.run_worker(self._load(0, quiet=True), group="runs", exclusive=True, exit_on_error=False)

    def action_details(self) -> None:
        """All that is known of the run under the cursor."""
        run = self._list.selected
        if run is not None:
            self.app.push_screen(RunDetailsScreen(run, self._read_one))

    def action_choose(self, what: Literal["join", "cancel"]) -> None:
        """Join or cancel the run under the cursor, if it is active."""
        run = self._list.selected
        if run is None:
            return
        if not run.is_active:
            reads = keyed("{runs.refresh} reads again.")
            self.notify(f"This run has ended: {status_words(run)}. {reads}", markup=False)
            return
        self.dismiss(RunChoice(what, run))

    def action_input(self) -> None:
        """Start a run with a new input."""
        self.dismiss(RunChoice("input"))

    def _more(self) -> None:
        self.run_worker(self._load(len(self._list.runs)), group="runs", exclusive=True, exit_on_error=False)

    async def _load(self, offset: int, *, quiet: bool = False) -> None:
        try:
            page = list(await self._read(offset))
        except BackendError as error:
            words = one_line(f"{error.what} {error.hint}")
            if quiet:
                return  # nobody asked; the list stays as it is
            if offset:
                self.notify(words, severity="error", markup=False)
            else:
                self._list.show((), has_more=False, words=words)
            return
        runs = [*self._list.runs, *page] if offset else page
        self._list.show(runs, has_more=len(page) == PAGE, words=self._empty)
