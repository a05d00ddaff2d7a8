"""`/`: type, and the cursor of the pane goes to the first match; enter keeps it, esc goes back."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static


@runtime_checkable
class Searchable(Protocol):
    """A view that can go to what it shows."""

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Go to the next match; `stay` accepts the current place. Whether there is one."""
        ...


class FindLine(Horizontal):
    """Hidden until `open`. Remembers the last text for `n` and `N`."""

    DEFAULT_CSS = """
    FindLine {
        display: none;
        height: 1;
        background: $panel;
        &.-open { display: block; }
        Static { width: auto; color: $accent; text-style: bold; }
        #find-none { color: $error; }
        Input {
            width: 1fr; height: 1; border: none; padding: 0; background: $panel;
            &:focus { border: none; background-tint: transparent; }
        }
    }
    """

    BINDINGS = [Binding("escape", "close", "back", id="find.close")]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._view: Widget | None = None
        self._text = ""

    def compose(self) -> ComposeResult:
        """The text, and a word when nothing matches."""
        yield Static(" / ", markup=False)
        yield Input(compact=True, select_on_focus=True)
        yield Static("", id="find-none", markup=False)

    def open(self, view: Widget) -> None:
        """Search in a view."""
        self._view = view
        self.add_class("-open")
        self.query_one(Input).focus()

    def again(self, view: Widget, *, backwards: bool = False) -> bool:
        """The next match of the last text."""
        return bool(self._text) and _find(view, self._text, backwards=backwards)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.has_class("-open"):
            return
        self._text = event.value
        found = not self._text or _find(self._view, self._text, stay=True)
        self.query_one("#find-none", Static).update("" if found else " nothing found ")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_close()

    def action_close(self) -> None:
        """Close; the focus goes back to the view."""
        self.remove_class("-open")
        if self._view is not None and self._view.is_attached:
            self._view.focus()


def _find(view: object, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
    return isinstance(view, Searchable) and view.find(text, backwards=backwards, stay=stay)
