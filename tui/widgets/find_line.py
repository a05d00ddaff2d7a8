"""`/`: type, and the cursor of the pane goes to the first match. enter keeps the text for n and N, esc ends it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.widgets.key_names import keyed
from tui.widgets.matches import Matches


@runtime_checkable
class Searchable(Protocol):
    """A view that can go to what it shows."""

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Go to the next match; `stay` accepts the current place. Whether there is one."""
        ...

    def matches(self, text: str) -> Matches:
        """How many there are."""
        ...


class FindLine(Horizontal):
    """Hidden until `open`. After enter it stays, with the count, until esc; the focus is in the view then."""

    DEFAULT_CSS = """
    FindLine {
        display: none;
        height: 1;
        background: $panel;
        &.-open { display: block; }
        Static { width: auto; color: $calm; }
        #find-sign { color: $accent; text-style: bold; }
        #find-count.-none { color: $error; }
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
        """The text, and the count of matches."""
        yield Static(" / ", id="find-sign", markup=False)
        yield Input(compact=True, select_on_focus=True)
        yield Static("", id="find-count", markup=False)

    @property
    def is_open(self) -> bool:
        """Whether it is seen."""
        return self.has_class("-open")

    def open(self, view: Widget) -> None:
        """Search in a view."""
        self._view = view
        self.add_class("-open")
        self.screen.set_focus(self.query_one(Input))  # at once: the next key may be here already
        self._count(view)

    def again(self, view: Widget, *, backwards: bool = False) -> bool:
        """The next match of the last text, in whatever view; False without one."""
        if not self._text:
            return False
        found = _find(view, self._text, backwards=backwards)
        self._view = view
        self.add_class("-open")
        self._count(view)
        return found

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.is_open:
            return
        self._text = event.value
        if self._text:
            _find(self._view, self._text, stay=True)
        self._count(self._view)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._text:
            self.action_close()
        elif self._view is not None and self._view.is_attached:
            self._view.focus()
            self._count(self._view, hinted=True)

    def action_close(self) -> None:
        """Close; the focus goes back to the view."""
        had_focus = self.has_focus_within
        self.remove_class("-open")
        if had_focus and self._view is not None and self._view.is_attached:
            self._view.focus()

    def _count(self, view: object, *, hinted: bool = False) -> None:
        matches = view.matches(self._text) if isinstance(view, Searchable) and self._text else None
        count = self.query_one("#find-count", Static)
        none = matches is not None and not matches.total and not matches.more
        count.set_class(none, "-none")
        moves = "" if none else "{find.next} {find.previous} next, previous · "
        hint = keyed(f"   {moves}{{panes.back}} ends it") if hinted else ""
        count.update(f" {matches.words if matches is not None else ''}{hint} ")


def _find(view: object, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
    return isinstance(view, Searchable) and view.find(text, backwards=backwards, stay=stay)
