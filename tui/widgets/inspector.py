"""The inspector: one checkpoint seen in four ways, and the editor for its tool calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.widget import Widget

from tui.domain.args_draft import ArgsDraft
from tui.domain.checkpoint import Checkpoint
from tui.domain.messages import read_messages
from tui.widgets.args_editor import ArgsEditor
from tui.widgets.checkpoint_lines import checkpoint_page
from tui.widgets.json_lines import json_lines
from tui.widgets.message_lines import MessagePage, message_page
from tui.widgets.state_tree import StateTree
from tui.widgets.text_view import Paragraph, TextView

TABS = ("Messages", "State", "Checkpoint", "JSON")

MOST_JSON_LINES = 2000
"""Lines of JSON shown at once; more on demand."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the inspector shows: a checkpoint and its place in the tree."""

    checkpoint: Checkpoint
    branch: int | None = None
    is_head: bool = False


class Inspector(Vertical):
    """Fills a tab when it is looked at, so that moving through a timeline costs only what is seen."""

    DEFAULT_CSS = """
    Inspector {
        & > TextView, & > StateTree { height: 1fr; display: none; }
        & > .-shown { display: block; }
        & > ArgsEditor { display: none; }
        &.-editing > ArgsEditor { display: block; }
        &.-editing > #tab-messages { height: auto; max-height: 35%; }
    }
    """

    BINDINGS = [
        Binding("[", "tab(-1)", "previous tab", show=False, id="inspector.previous_tab"),
        Binding("]", "tab(1)", "next tab", show=False, id="inspector.next_tab"),
        Binding("e", "screen.edit", "edit", id="inspector.edit"),
        Binding("space", "more", "show more of something long", show=False, id="inspector.more"),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._shown: Inspected | None = None
        self._tab = TABS[0]
        self._user_chose = False
        self._filled: set[str] = set()
        self._page = MessagePage(())
        self._more = 1

    def compose(self) -> ComposeResult:
        """The four views, and the editor below them."""
        yield TextView(id="tab-messages")
        yield StateTree(id="tab-state")
        yield TextView(id="tab-checkpoint")
        yield TextView(id="tab-json")
        yield ArgsEditor(id="args-editor")

    def on_mount(self) -> None:
        """Start at the first tab."""
        self._show_tab()

    @property
    def editor(self) -> ArgsEditor:
        """The editor of arguments; visible between `open_editor` and `close_editor`."""
        return self.query_one(ArgsEditor)

    @property
    def shown(self) -> Inspected | None:
        """What is shown."""
        return self._shown

    @property
    def is_editing(self) -> bool:
        """Whether the editor is open."""
        return self.has_class("-editing")

    @property
    def view(self) -> Widget:
        """The view of the current tab: what takes the focus."""
        return self.query_one(f"#tab-{self._tab.lower()}")

    @property
    def focus_target(self) -> Widget:
        """What takes the focus: the editor while it is open, else the current view."""
        return self.editor.area if self.is_editing else self.view

    @property
    def tab(self) -> str:
        """The current tab's name."""
        return self._tab

    def show(self, inspected: Inspected | None) -> None:
        """Show another checkpoint, or nothing."""
        if inspected == self._shown and inspected is not None:
            return
        self._shown = inspected
        self._filled.clear()
        self._more = 1
        if not self._user_chose and inspected is not None:
            self._tab = TABS[0] if read_messages(inspected.checkpoint.values) else TABS[1]
        self._show_tab()

    def open_editor(self, drafts: Sequence[ArgsDraft], first: str | None = None) -> None:
        """Edit tool calls of the shown checkpoint, where the messages have them."""
        self._tab = TABS[0]
        self.add_class("-editing")
        self._show_tab()
        self.editor.edit(drafts, first=first)

    def close_editor(self) -> None:
        """Close the editor."""
        had_focus = self.editor.has_focus_within
        self.remove_class("-editing")
        self._fill_messages()
        if had_focus:
            self.view.focus()

    def action_tab(self, step: int) -> None:
        """Go to the next tab or the one before."""
        focused = self.has_focus_within
        self._user_chose = True
        self._tab = TABS[(TABS.index(self._tab) + step) % len(TABS)]
        self._show_tab()
        if focused and not self.editor.has_focus_within:
            self.view.focus()

    def action_more(self) -> None:
        """Show more of something long."""
        self._more += 1
        self._filled.discard(self._tab)
        self._show_tab()

    def on_click(self, event: Click) -> None:
        """A click on the title chooses a tab."""
        if event.widget is not self or event.y > 0:
            return
        start = 2
        for name in TABS:
            if start <= event.x <= start + len(name):
                self.action_tab(TABS.index(name) - TABS.index(self._tab))
                return
            start += len(name) + 3

    def _show_tab(self) -> None:
        for name in TABS:
            self.query_one(f"#tab-{name.lower()}").set_class(name == self._tab, "-shown")
        pieces: list[str | tuple[str, str]] = []
        for name in TABS:
            pieces += [(" │ ", "$rule not bold")] * bool(pieces)
            pieces.append((name, "bold $accent" if name == self._tab else "$calm not bold"))
        self.border_title = Content.assemble(*pieces)
        if self._tab not in self._filled:
            self._filled.add(self._tab)
            fill: dict[str, Callable[[], None]] = {
                "Messages": self._fill_messages,
                "State": self._fill_state,
                "Checkpoint": self._fill_checkpoint,
                "JSON": self._fill_json,
            }
            fill[self._tab]()

    def _fill_messages(self) -> None:
        view = self.query_one("#tab-messages", TextView)
        if self._shown is None:
            view.show(())
            return
        messages = read_messages(self._shown.checkpoint.values)
        if not messages:
            view.show([Paragraph((("No messages in this state. ] goes to the State tab.", "calm"),))])
            return
        self._page = message_page(messages, times=self._more)
        view.show(self._page.paragraphs, at_end=self._more == 1)

    def _fill_state(self) -> None:
        self.query_one("#tab-state", StateTree).show(self._shown.checkpoint.values if self._shown else {})

    def _fill_checkpoint(self) -> None:
        view = self.query_one("#tab-checkpoint", TextView)
        if self._shown is None:
            view.show(())
        else:
            view.show(checkpoint_page(self._shown.checkpoint, branch=self._shown.branch, is_head=self._shown.is_head))

    def _fill_json(self) -> None:
        most = MOST_JSON_LINES * self._more
        paragraphs: list[Paragraph] = []
        for number, line in enumerate(json_lines(self._shown.checkpoint.values) if self._shown else ()):
            if number >= most:
                paragraphs.append(Paragraph((("… space shows more", "calm"),)))
                break
            paragraphs.append(Paragraph(line, 4))
        self.query_one("#tab-json", TextView).show(paragraphs)

    def _show_call(self, call_id: str | None) -> None:
        """While a call is edited, the messages end before it: the editor stands in its place."""
        if call_id is not None and call_id in self._page.calls:
            paragraphs = self._page.paragraphs[: self._page.calls[call_id]]
            self.query_one("#tab-messages", TextView).show(paragraphs, at_end=True)

    @on(ArgsEditor.CallShown)
    def _call_shown(self, event: ArgsEditor.CallShown) -> None:
        event.stop()
        self._show_call(event.call_id)
