"""Where messages stand: never on a question or an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.widgets.find_line import FindLine
from tui.widgets.input_editor import InputEditor
from tui.widgets.key_bar import KeyBar
from tui.widgets.question_line import QuestionLine

if TYPE_CHECKING:
    from textual.geometry import Region

    from tui.screens.panes import PanesScreen

LEAST_LINES = 5
"""Free lines below an editor that a message needs; with fewer it stands at the top."""


def place_toasts(screen: PanesScreen) -> None:
    """Put the messages above what is open at the bottom, and beside (or above) an editor in the inspector."""
    inspector = screen.inspector
    editor = inspector.editor.region if inspector.is_editing and inspector.display else None
    at_the_bottom = [screen.query_one(kind) for kind in (InputEditor, FindLine, QuestionLine, KeyBar)]
    below = sum(widget.outer_size.height for widget in at_the_bottom if widget.display)
    for rack in screen.query("ToastRack"):
        is_narrow = screen.has_class("-narrow")
        at_top = is_narrow and editor is not None and _free_below(screen, editor, below) < LEAST_LINES
        rack.set_class(editor is not None and not is_narrow, "-left")
        rack.set_class(at_top, "-top")
        rack.styles.margin = (1, 0, 0, 0) if at_top else (0, 0, below, 0)


def _free_below(screen: PanesScreen, editor: Region, below: int) -> int:
    return screen.size.height - below - editor.bottom
