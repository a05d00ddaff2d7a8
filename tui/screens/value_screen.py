"""One value full screen: a text to read (as it is, or as markdown), or JSON to walk through. Find, and copy."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from tui.domain.hidden import hidden_in, hidden_words
from tui.domain.safe_text import one_line
from tui.screens.copy_menu import value_choices
from tui.screens.dialogs import ChooseScreen
from tui.widgets.find_line import FindLine
from tui.widgets.json_view import JsonView
from tui.widgets.key_names import key_of, keyed
from tui.widgets.long_text import LongText
from tui.widgets.row_view import RowView, Selected
from tui.widgets.value_rows import kind_words
from tui.widgets.value_view import ValueView


class ValueScreen(ModalScreen[None]):
    """Shows what was selected; esc goes back."""

    DEFAULT_CSS = """
    ValueScreen {
        background: $background;
        & > Vertical {
            height: 1fr; border: round $primary; background: $background; padding: 0 1;
            border-title-color: $primary; border-title-style: bold; border-subtitle-color: $calm;
        }
        RowView { height: 1fr; }
    }
    """

    BINDINGS = [
        Binding("escape,q", "dismiss(None)", "back", id="value.back"),
        Binding("slash", "find", "find", id="value.find"),
        Binding("n", "find_next(False)", "next match", show=False, id="value.next"),
        Binding("N", "find_next(True)", "previous match", show=False, id="value.previous"),
        Binding("y", "copy", "copy", id="value.copy"),
        Binding("m", "markdown", "markdown or as it is", id="value.markdown"),
    ]

    def __init__(self, selected: Selected) -> None:
        super().__init__()
        self._selected = selected

    def compose(self) -> ComposeResult:
        """The value, and a line to search."""
        with Vertical():
            yield LongText() if isinstance(self._selected.value, str) else JsonView()
        yield FindLine(id="value-find")

    def on_mount(self) -> None:
        """Fill the view."""
        view = self.view
        if isinstance(view, LongText):
            view.show(self._selected.value)
        elif isinstance(view, ValueView):
            view.show(self._selected.value, words=f"It is empty: {kind_words(self._selected.value)}.")
        self._show_titles()
        view.focus()

    @property
    def view(self) -> RowView:
        """What shows the value."""
        return self.query_one(RowView)

    def action_find(self) -> None:
        """Find in it."""
        self.query_one(FindLine).open(self.view)

    def action_find_next(self, backwards: bool) -> None:
        """Next or previous match."""
        if not self.query_one(FindLine).again(self.view, backwards=backwards):
            self.notify(keyed("Nothing found. {value.find} starts a search."), markup=False)

    def action_copy(self) -> None:
        """Copy the value, its path, or what the cursor is on."""
        here = [selected for selected in self.view.copyable() if isinstance(self.view, ValueView)]
        choices = [*value_choices([self._selected]), *value_choices([self._within(inner) for inner in here])]
        if len(choices) == 1:
            self._copy(choices[0].text(), choices[0].words)
            return
        words = [(str(number), choice.words) for number, choice in enumerate(choices)]

        def copy(chosen: str | None) -> None:
            if chosen is not None:
                self._copy(choices[int(chosen)].text(), choices[int(chosen)].words)

        self.app.push_screen(ChooseScreen("Copy", words), copy)

    def action_markdown(self) -> None:
        """Read a text as markdown, or as it is."""
        view = self.view
        if isinstance(view, LongText):
            view.toggle_markdown()
            self._show_titles()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """JSON is not markdown."""
        del parameters
        return action != "markdown" or isinstance(self._selected.value, str)

    @on(ValueView.Busy)
    def _busy(self, event: ValueView.Busy) -> None:
        event.stop()
        self._show_titles(event.words)

    @on(RowView.OpenWanted)
    def _open(self, event: RowView.OpenWanted) -> None:
        """A value within the value."""
        event.stop()
        if isinstance(self.view, ValueView) and event.selected.value is not self._selected.value:
            self.app.push_screen(ValueScreen(self._within(event.selected)))

    def _within(self, inner: Selected) -> Selected:
        """A part of the value, by its path from the state's root."""
        outer = self._selected.path
        if inner.path is None or inner.path == "$":
            return Selected(self._selected.words, inner.value, outer)
        if outer is None or outer == "$":
            return Selected(inner.path, inner.value, inner.path) if outer else Selected(inner.path, inner.value)
        path = f"{outer}{'' if inner.path.startswith('[') else '.'}{inner.path}"
        return Selected(path, inner.value, path)

    def _show_titles(self, busy: str = "") -> None:
        box = self.query_one(Vertical)
        hidden = hidden_words(hidden_in(self._selected.value))
        facts = filter(None, (kind_words(self._selected.value), hidden))
        title = one_line(" · ".join((self._selected.path or self._selected.words, *facts)), 100)
        box.border_title = Content(title + (f" · {busy} …" if busy else ""))
        keys = f"{key_of('value.find')} find  {key_of('value.copy')} copy  {key_of('value.back')} back"
        view = self.view
        if isinstance(view, LongText):
            keys = f"{key_of('value.markdown')} {'as it is' if view.is_markdown else 'markdown'}  {keys}"
        box.border_subtitle = Content(keys)

    def _copy(self, text: str, words: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied: {words}.", markup=False)
