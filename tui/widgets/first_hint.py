"""What to know at the very first start, in five lines; the first key ends it."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

LINES = (
    "enter opens a thread; j k move through its checkpoints, newest on top.",
    "e edits a tool call in place, ctrl+s forks from there and runs.",
    "r replays: nodes and tools run again. Nothing runs before you answer y.",
    "1 2 3 or tab change the pane, esc goes back, q quits.",
    "? shows every key, ctrl+p finds a command. This hint comes only once.",
)


class FirstHint(Static):
    """Lies over the panes and takes no key and no focus."""

    DEFAULT_CSS = """
    FirstHint {
        layer: hint;
        dock: bottom;
        height: auto;
        margin: 0 2 2 2;
        padding: 0 1;
        border: round $accent;
        border-title-style: bold;
        background: $surface;
        color: $foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__(Content("\n".join(LINES)), markup=False)
        self.border_title = Content("Welcome to Forkpoint")
