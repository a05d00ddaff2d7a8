"""Before a thread is deleted on production: its whole id has to be typed."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.domain.production import is_its_id
from tui.domain.safe_text import one_line, sanitise


class TypeIdScreen(ModalScreen[bool]):
    """Says what goes, and where. True once the id was typed and enter pressed; False for esc."""

    DEFAULT_CSS = """
    TypeIdScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 76; max-width: 96%; height: auto;
            border: round $error; background: $surface; padding: 0 1;
            border-title-style: bold; border-title-color: $error; border-subtitle-color: $calm;
        }
        Input { height: 1; border: none; padding: 0; background: $panel; margin: 1 0; }
        Input:focus { border: none; background-tint: transparent; }
        #type-wrong { height: auto; color: $error; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", "back", id="type.back")]

    def __init__(self, words: str, thread_id: str) -> None:
        super().__init__()
        self._words = sanitise(words)
        self._wanted = thread_id

    def compose(self) -> ComposeResult:
        """What goes, its id, and the line to type it in."""
        with Vertical() as box:
            box.border_title = Content("Delete on production?")
            box.border_subtitle = Content("enter delete  esc back")
            yield Static(self._words, markup=False)
            yield Static(f"Type its id to delete it: {one_line(self._wanted)}", markup=False)
            yield Input(compact=True)
            yield Static("", id="type-wrong", markup=False)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        if is_its_id(event.value, self._wanted):
            self.dismiss(True)
        else:
            self.query_one("#type-wrong", Static).update("That is not its id. Nothing was deleted.")
