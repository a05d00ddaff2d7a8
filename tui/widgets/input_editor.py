"""The editor for a new input: opens at the bottom; plain text becomes a message where the graph talks in messages."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.widgets import Static, TextArea

from tui.domain.checkpoint import JSON
from tui.domain.safe_text import one_line
from tui.domain.typed_input import read_input


class InputArea(TextArea):
    """The text. While it is held, keys that would be typed go nowhere: they were not meant as commands."""

    def __init__(self) -> None:
        super().__init__(language=None, soft_wrap=True, show_line_numbers=False, compact=True)

    def on_key(self, event: Key) -> None:
        """Swallow what would be typed."""
        if self.read_only and (event.is_printable or event.key == "enter"):
            event.stop()
            event.prevent_default()


class InputEditor(Vertical):
    """Hidden until `open`. Held from the moment when its text is to be sent: what is asked about is what is sent."""

    DEFAULT_CSS = """
    InputEditor {
        display: none;
        height: auto;
        border: round $accent;
        border-title-color: $accent;
        border-title-style: bold;
        padding: 0 1;
        &.-open { display: block; }
        TextArea {
            height: auto; min-height: 2; max-height: 8;
            border: none; padding: 0;
            background: transparent;
            &:focus { border: none; background-tint: transparent; }
            & .text-area--cursor-line { background: transparent; }
            & .text-area--cursor { background: $accent; color: $background; }
        }
        Static { height: 1; color: $calm; }
        Static.-wrong { color: $error; }
    }
    """

    BINDINGS = [
        Binding("ctrl+s", "send", "run", id="input.send"),
        Binding("ctrl+o", "preview", "preview", id="input.preview"),
        Binding("escape", "leave", "keep draft", id="input.leave", tooltip="leave, the draft is kept"),
    ]

    @dataclass
    class SendWanted(Message):
        """ctrl+s with a valid input."""

        value: JSON

    @dataclass
    class PreviewWanted(Message):
        """ctrl+o with a valid input."""

        value: JSON

    class Left(Message):
        """esc."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._messages_key: str | None = "messages"
        self._says = ""

    def compose(self) -> ComposeResult:
        """The text and how it will be read."""
        yield InputArea()
        yield Static(markup=False)

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    @property
    def is_held(self) -> bool:
        """Whether its text is on its way to the server, or asked about."""
        return self.area.read_only

    @property
    def area(self) -> InputArea:
        """Where is typed."""
        return self.query_one(InputArea)

    @property
    def text(self) -> str:
        """What was typed."""
        return self.area.text

    def open(self, title: str, text: str, *, messages_key: str | None) -> None:
        """Show the editor with a text: what was typed before on this thread."""
        self._messages_key = messages_key
        self.border_title = Content(one_line(title, 100))
        self.add_class("-open")
        area = self.area
        if area.text != text:
            area.load_text(text)
            area.move_cursor(area.document.end)
        self.release()
        self.screen.set_focus(area)  # at once: the next key may be here already

    def hold(self, says: str = "") -> None:
        """Take no keys until `release` or another `open`; `says` tells why."""
        self.area.read_only = True
        self._says = says
        self._explain()

    def release(self) -> None:
        """Take keys again: nothing was sent."""
        self.area.read_only = False
        self._says = ""
        self._explain()

    def close(self) -> None:
        """Hide the editor."""
        self.remove_class("-open")

    @on(TextArea.Changed)
    def _text_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._explain()

    def action_send(self) -> None:
        """Ask to run with what was typed."""
        read = read_input(self.text, messages_key=self._messages_key)
        if read.problem or self.is_held:
            self.app.bell()
        else:
            self.post_message(self.SendWanted(read.value))

    def action_preview(self) -> None:
        """Ask to see the requests."""
        read = read_input(self.text, messages_key=self._messages_key)
        if not read.problem:
            self.post_message(self.PreviewWanted(read.value))

    def action_leave(self) -> None:
        """Close, keeping the text."""
        self.post_message(self.Left())

    def _explain(self) -> None:
        read = read_input(self.text, messages_key=self._messages_key)
        line = self.query_one(Static)
        wrong = bool(read.problem) and bool(self.text.strip())
        line.set_class(wrong, "-wrong")
        line.update(self._says or ("✗ " if wrong else "") + (read.problem or read.words))
