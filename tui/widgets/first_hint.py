"""What to know at the very first start, in five lines; the first key ends it."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.widgets.key_names import keyed

LINES = (
    "{threads.open} opens a thread; {view.down} {view.up} move through its checkpoints, newest on top.",
    "{timeline.edit} edits a tool call in place, {editor.send} forks from there and runs.",
    "{timeline.replay} replays: nodes and tools run again. Nothing runs before you answer {question.yes}.",
    (
        "{panes.threads} {panes.timeline} {panes.inspector} or {panes.next} change the pane, "
        "{panes.back} goes back, {app.quit} quits."
    ),
    "{app.help} shows every key, {app.palette} finds a command. This hint comes only once.",
)


class FirstHint(Static):
    """Lies over the panes, above the lines of messages, and takes no key and no focus."""

    DEFAULT_CSS = """
    FirstHint {
        layer: hint;
        dock: bottom;
        height: auto;
        margin: 0 2 5 2;
        padding: 0 1;
        border: round $accent;
        border-title-style: bold;
        background: $surface;
        color: $foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__(Content(keyed("\n".join(LINES))), markup=False)
        self.border_title = Content("Welcome to Forkpoint")
