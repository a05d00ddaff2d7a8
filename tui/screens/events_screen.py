"""Raw events: every frame of the followed run with the time since the one before; filtered, read in full, saved."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.notifications import SeverityLevel
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.domain.safe_text import one_line
from tui.screens.dialogs import TextScreen
from tui.screens.new_file import write_new
from tui.session.frames import Frame, FrameLog
from tui.widgets.event_lines import fits, frame_line, frame_page, json_text
from tui.widgets.key_names import bar_key
from tui.widgets.line_list import LineList
from tui.widgets.lines import Line

TICK_SECONDS = 0.3
"""Between two looks for new frames."""


class FramesList(LineList):
    """The rows. At the last one it goes along with what comes."""

    def __init__(self, log: FrameLog) -> None:
        super().__init__(id="frames")
        self._log = log
        self._next = 0
        self._rows: list[tuple[int, Frame]] = []
        self._wanted = ""

    @property
    def frames(self) -> Sequence[Frame]:
        """The frames that are listed."""
        return [frame for _, frame in self._rows]

    @property
    def selected(self) -> tuple[int, Frame] | None:
        """The frame under the cursor, and its number."""
        return self._rows[self._cursor] if self._cursor is not None and self._cursor < len(self._rows) else None

    def take(self) -> None:
        """Take in what has come, and leave out what is not kept any more."""
        if self._next == self._log.count:
            return
        follows = self._cursor is None or self._cursor >= len(self._rows) - 1
        self._rows += [row for row in self._log.since(self._next) if not self._wanted or fits(row[1], self._wanted)]
        self._next = self._log.count
        kept = self._log.count - len(self._log)
        gone = next((place for place, row in enumerate(self._rows) if row[0] >= kept), len(self._rows))
        del self._rows[:gone]
        at = len(self._rows) - 1 if follows else max(0, (self._cursor or 0) - gone)
        self.place_cursor(at if self._rows else None)
        self.lines_changed()

    def filter(self, text: str) -> None:
        """List only frames that hold a text."""
        self._wanted = text.casefold()
        self._next, self._rows, self._cursor = 0, [], None
        self.take()
        self.lines_changed()

    @property
    def row_count(self) -> int:
        """Frames."""
        return len(self._rows)

    def row_at(self, index: int, width: int) -> Line:
        """One frame."""
        return frame_line(*self._rows[index], width)

    def empty_words(self) -> str:
        """Why there is nothing."""
        return "No event holds this text." if self._wanted else "Nothing has come yet."


class EventsScreen(ModalScreen[None]):
    """The frames of one run. `file_name` is what is proposed to save them as, `secrets` never get into one."""

    DEFAULT_CSS = """
    EventsScreen {
        background: $background;
        & > Vertical {
            height: 1fr; border: round $primary; background: $background;
            border-title-color: $primary; border-title-style: bold; border-subtitle-color: $calm;
        }
        FramesList { height: 1fr; }
        #ask {
            display: none; height: 1; background: $panel;
            &.-open { display: block; }
        }
        #ask-what { width: auto; color: $accent; text-style: bold; }
        Input {
            width: 1fr; height: 1; border: none; padding: 0; background: $panel;
            &:focus { border: none; background-tint: transparent; }
        }
    }
    """

    BINDINGS = [
        Binding("enter", "details", "the event in full", id="events.details"),
        Binding("/", "filter", "filter by a text", id="events.filter"),
        Binding("s", "save", "save as JSON lines", id="events.save"),
        Binding("escape,q", "back", "back", id="events.back"),
    ]

    def __init__(self, log: FrameLog, *, file_name: str, secrets: Sequence[str] = ()) -> None:
        super().__init__()
        self._log = log
        self._file_name = file_name
        self._secrets = secrets
        self._asks = ""

    def compose(self) -> ComposeResult:
        """The list, and a line to type in."""
        with Vertical():
            yield FramesList(self._log)
            with Horizontal(id="ask"):
                yield Static("", id="ask-what", markup=False)
                yield Input(compact=True)

    def on_mount(self) -> None:
        """Begin at the newest."""
        self._list.take()
        self._list.focus()
        self.set_interval(TICK_SECONDS, self._tick)
        self._show_title()

    @property
    def _list(self) -> FramesList:
        return self.query_one(FramesList)

    def _tick(self) -> None:
        self._list.take()
        self._show_title()

    def _show_title(self) -> None:
        box = self.query_one(Vertical)
        count, kept, listed = self._log.count, len(self._log), self._list.row_count
        words = f"Raw events · {count:,}"
        if kept < count:
            words += f", the newest {kept:,} are kept"
        if listed < kept:
            words += f" · {listed:,} with this text"
        keys = [("details", "in full"), ("filter", "filter"), ("save", "save"), ("back", "back")]
        box.border_title = Content(words)
        box.border_subtitle = Content("  ".join(f"{bar_key(f'events.{name}')} {does}" for name, does in keys))

    def action_details(self) -> None:
        """The frame under the cursor in full."""
        if (selected := self._list.selected) is not None:
            self.app.push_screen(TextScreen("Raw event", frame_page(*selected)))

    def action_filter(self) -> None:
        """Type a text; only frames that hold it are listed."""
        self._ask("filter", " / ", "")

    def action_save(self) -> None:
        """Ask for a path, and write what is listed there."""
        if not self._list.frames:
            self.notify("There is nothing to save yet.", markup=False)
            return
        self._ask("save", f" save {self._list.row_count:,} events as ", self._file_name)

    def action_back(self) -> None:
        """Leave the line, without what was typed, or the screen."""
        if not self._asks:
            self.dismiss(None)
        elif self._asks == "filter":
            self._list.filter("")
        self._close()

    def _ask(self, what: str, words: str, value: str) -> None:
        self._asks = what
        self.query_one("#ask-what", Static).update(words)
        self.query_one("#ask").add_class("-open")
        field = self.query_one(Input)
        field.value = value
        self.set_focus(field)  # at once: the next key may be here already

    def _close(self) -> None:
        self._asks = ""
        self.query_one("#ask").remove_class("-open")
        self._list.focus()
        self._show_title()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._asks == "filter":
            self._list.filter(event.value)
            self._show_title()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._asks == "save" and event.value.strip():
            frames, path = self._list.frames, Path(event.value.strip()).expanduser()
            self.run_worker(partial(self._save, path, frames), thread=True, group="save", exit_on_error=False)
        self._close()

    def _save(self, path: Path, frames: Sequence[Frame]) -> None:
        severity: SeverityLevel = "information"
        try:
            write_new(path, json_text(frames, self._secrets))
        except FileExistsError:
            words, severity = f"{path} is there already: choose another name.", "warning"
        except OSError as error:
            words, severity = f"Nothing was saved: {error.strerror or error}: {path}", "error"
        else:
            words = f"Saved {len(frames):,} events, without keys: {path.absolute()}"
        self.app.call_from_thread(self._tell, words, severity)

    def _tell(self, words: str, severity: SeverityLevel) -> None:
        self.notify(one_line(words), severity=severity, timeout=10, markup=False)
