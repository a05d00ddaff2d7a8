"""What a terminal shows that is too small for any pane: so, and what would do."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST_COLUMNS, LEAST_ROWS = 48, 12


def is_too_small(columns: int, rows: int) -> bool:
    """Whether nothing useful fits."""
    return columns < LEAST_COLUMNS or rows < LEAST_ROWS


class TooSmallScreen(ModalScreen[None]):
    """Lies over everything until there is room or the user goes on; focus, place and drafts stay below it."""

    DEFAULT_CSS = """
    TooSmallScreen {
        align: center middle;
        background: $background;
        Static { width: auto; max-width: 100%; height: auto; text-align: center; color: $foreground; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape", "dismiss(None)", "go on anyway", show=False, id="small.go_on"),
        Binding("q", "app.ask_quit", "quit", show=False, id="small.quit"),
    ]

    def compose(self) -> ComposeResult:
        """The words."""
        yield Static(markup=False)

    def on_mount(self) -> None:
        """Say it with the size."""
        self.on_resize()

    def on_resize(self) -> None:
        """Say the new size."""
        size = self.app.size
        self.query_one(Static).update(
            Content.assemble(
                (f"This terminal has {size.width} x {size.height} cells.", "bold"),
                f"\nForkpoint needs {LEAST_COLUMNS} x {LEAST_ROWS} at least,\n",
                "and likes 80 x 24 or more.\nMake it larger, or the font smaller.\n",
                ("enter goes on anyway, q quits", "$calm"),
            )
        )
