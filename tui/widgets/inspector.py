"""The inspector: one checkpoint seen in four ways, and the editor for its tool calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from tui.domain.args_draft import ArgsDraft
from tui.domain.checkpoint import Checkpoint, Run
from tui.domain.messages import find_messages
from tui.domain.safe_text import one_line
from tui.widgets.checkpoint_rows import Facts, RunFacts
from tui.widgets.checkpoint_view import CheckpointView
from tui.widgets.json_view import JsonView
from tui.widgets.key_names import keyed
from tui.widgets.lines import Line
from tui.widgets.messages_view import NO_MESSAGES, MessagesView
from tui.widgets.pane_title import BORDER_CELLS, show_title, title_from
from tui.widgets.recent import Recent
from tui.widgets.row_view import RowView, Selected
from tui.widgets.state_tree import StateTree
from tui.widgets.stop_note import StopNote
from tui.widgets.tab_title import tab_at, tab_line
from tui.widgets.value_tree import UNKNOWN
from tui.widgets.value_view import ValueView

if TYPE_CHECKING:
    from tui.widgets.args_editor import ArgsEditor

TABS = ("Messages", "State", "Checkpoint", "JSON")


def nothing_selected() -> str:
    """What to do while no checkpoint is selected."""
    words = "Nothing is selected. {threads.open} on a thread opens it; "
    return keyed(words + "{view.down} and {view.up} move through its checkpoints.")


EMPTY_STATE = "The state is empty here: the graph has not written anything yet."

_KEPT_RUNS = 64


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the inspector shows: a checkpoint and its place in the tree."""

    checkpoint: Checkpoint
    branch: int | None = None
    is_head: bool = False
    parent: Checkpoint | None = None
    """Tells what is new; None at the first checkpoint, and where it is not loaded."""
    now: datetime | None = field(default=None, compare=False)


class Inspector(Vertical):
    """Fills a tab when it is looked at, so that moving through a timeline costs only what is seen."""

    DEFAULT_CSS = """
    Inspector {
        & > RowView { height: 1fr; }
        & > ArgsEditor { display: none; }
        &.-editing > ArgsEditor { display: block; }
        &.-editing > #tab-messages { height: auto; max-height: 35%; }
    }
    """

    BINDINGS = [
        Binding("[", "tab(-1)", "previous tab", show=False, id="inspector.previous_tab"),
        Binding("]", "tab(1)", "next tab", id="inspector.next_tab"),
        Binding("e", "screen.edit", "edit", id="inspector.edit"),
        Binding("r", "screen.replay", "replay", show=False, id="inspector.replay"),
        Binding("i", "screen.new_input", "input", show=False, id="inspector.input"),
        Binding("R", "screen.runs", "runs", show=False, id="inspector.runs"),
    ]

    @dataclass
    class RunWanted(Message):
        """The run that made the shown checkpoint is to be read: answer with `show_run`."""

        run_id: str

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._shown: Inspected | None = None
        self._words = ""
        self._busy = ""
        self._tab = TABS[0]
        self._user_chose = False
        self._filled: set[str] = set()
        self._runs: Recent[str, RunFacts] = Recent(_KEPT_RUNS)

    def compose(self) -> ComposeResult:
        """The four views. The editor comes below them."""
        yield StopNote(id="stop-note")
        yield MessagesView(id="tab-messages")
        yield StateTree(id="tab-state")
        yield CheckpointView(id="tab-checkpoint")
        yield JsonView(id="tab-json")

    def on_mount(self) -> None:
        """Start at the first tab."""
        self._show_tab()

    @property
    def editor(self) -> ArgsEditor:
        """The editor of arguments; visible between `open_editor` and `close_editor`."""
        return cast("ArgsEditor", self.query_one("#args-editor"))

    async def mount_editor(self) -> None:
        """Mount the editor, which the first picture does without."""
        from tui.widgets.args_editor import ArgsEditor  # noqa: PLC0415

        await self.mount(ArgsEditor(id="args-editor"))

    @property
    def shown(self) -> Inspected | None:
        """What is shown."""
        return self._shown

    @property
    def is_editing(self) -> bool:
        """Whether the editor is open."""
        return self.has_class("-editing")

    @property
    def view(self) -> RowView:
        """The view of the current tab: what takes the focus."""
        return self.query_one(f"#tab-{self._tab.lower()}", RowView)

    @property
    def focus_target(self) -> Widget:
        """What takes the focus: the editor while it is open, else the current view."""
        return self.editor.area if self.is_editing else self.view

    @property
    def tab(self) -> str:
        """The current tab's name."""
        return self._tab

    def show(self, inspected: Inspected | None, words: str = "") -> None:
        """Show another checkpoint, or nothing and why."""
        if inspected == self._shown and inspected is not None:
            return
        self._shown, self._words = inspected, words
        self._filled.clear()
        if not self._user_chose and inspected is not None and inspected.checkpoint.broken is None:
            self._tab = TABS[0] if find_messages(inspected.checkpoint.values) else TABS[1]
        self._show_tab()

    def show_run(self, run_id: str, run: Run | None, *, assistant: str = "", problem: str = "") -> None:
        """Tell what is known about a run, or why it is not known."""
        self._runs.put(run_id, RunFacts(run, assistant, problem))
        shown = self._shown
        if shown is not None and shown.checkpoint.run_id == run_id and "Checkpoint" in self._filled:
            self.query_one(CheckpointView).show(self._facts(shown))

    def copyable(self) -> list[Selected]:
        """What the cursor of the current tab is on, nearest first."""
        return self.view.copyable()

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
        self._show_note()
        self.query_one(MessagesView).show_until(None)
        if had_focus:
            self.view.focus()

    def action_tab(self, step: int) -> None:
        """Go to the next tab or the one before."""
        focused = self.has_focus_within
        self._user_chose = True
        self._tab = TABS[(TABS.index(self._tab) + step) % len(TABS)]
        self._show_tab()
        if focused and not self.editor.has_focus_within:
            self.screen.set_focus(self.view)

    def on_click(self, event: Click) -> None:
        """A click on the title chooses a tab."""
        if event.widget is not self or event.y > 0:
            return
        number = tab_at(self._tab_line(), event.x - title_from(self))
        if number is not None:
            self.action_tab(number - TABS.index(self._tab))

    def on_resize(self) -> None:
        """As much of the tabs' names as there is room for."""
        self._show_title()

    def _show_tab(self) -> None:
        self._show_note()
        for name in TABS:
            # At once, not with the next style update: the next key is for this tab.
            self.query_one(f"#tab-{name.lower()}").display = name == self._tab
        self._show_title()
        if self._tab not in self._filled:
            self._filled.add(self._tab)
            fill: dict[str, Callable[[], None]] = {
                "Messages": self._fill_messages,
                "State": self._fill_state,
                "Checkpoint": self._fill_checkpoint,
                "JSON": self._fill_json,
            }
            fill[self._tab]()

    def _show_note(self) -> None:
        """Why it stopped; the Checkpoint tab tells that by itself, and an editor needs the room."""
        tells = self._tab != "Checkpoint" and not self.is_editing
        self.query_one(StopNote).show(self._shown.checkpoint if self._shown is not None and tells else None)

    def _show_title(self) -> None:
        looks = {"current": "bold $accent", "calm": "$calm not bold", "rule": "$rule not bold"}
        pieces = [(text, looks[style]) for text, style in self._tab_line()]
        if self._busy:
            pieces.append((f"  {self._busy} …", "$accent not bold"))
        show_title(self, Content.assemble(*pieces))

    def _tab_line(self) -> Line:
        return tab_line(TABS, self._tab, self.outer_size.width - BORDER_CELLS)

    def _nothing(self, empty: str) -> str:
        """Why a tab is empty, and what to do."""
        if self._shown is None:
            return self._words
        broken = self._shown.checkpoint.broken
        if broken is not None:
            reads = keyed("{app.refresh} reads again.")
            return one_line(f"This checkpoint can't be read: {broken} The others are not concerned; {reads}")
        return empty

    def _fill_messages(self) -> None:
        view, shown = self.query_one(MessagesView), self._shown
        if shown is None:
            view.show(None, None, self._words)
            return
        empty = NO_MESSAGES if shown.checkpoint.values else EMPTY_STATE
        view.show(shown.checkpoint, shown.parent, self._nothing(empty))

    def _fill_state(self) -> None:
        self._fill_value(self.query_one(StateTree))

    def _fill_json(self) -> None:
        self._fill_value(self.query_one(JsonView))

    def _fill_value(self, view: ValueView) -> None:
        shown = self._shown
        view.expect(max(other.scrollable_content_region.width for other in self.query(RowView)))
        if shown is None:
            view.show({}, words=self._words)
            return
        # In the first checkpoint everything is new: marking all of it would mark nothing.
        before = shown.parent.values if shown.parent is not None else UNKNOWN
        view.show(shown.checkpoint.values, before=before, words=self._nothing(EMPTY_STATE))

    def _fill_checkpoint(self) -> None:
        view, shown = self.query_one(CheckpointView), self._shown
        if shown is None:
            view.show(None, self._words)
            return
        view.show(self._facts(shown))
        run_id = shown.checkpoint.run_id
        known = self._runs.get(run_id) if run_id is not None else None
        if run_id is not None and (known is None or known.run is None or known.run.is_active):
            self.post_message(self.RunWanted(run_id))

    def _facts(self, shown: Inspected) -> Facts:
        facts = Facts(shown.checkpoint, shown.parent, shown.branch, shown.is_head, now=shown.now)
        known = self._runs.get(shown.checkpoint.run_id) if shown.checkpoint.run_id is not None else None
        return facts if known is None else replace(facts, run=known)

    def _on_args_editor_call_shown(self, event: ArgsEditor.CallShown) -> None:
        """While a call is edited, the messages end with its name: the editor stands where its arguments were."""
        event.stop()
        self.query_one(MessagesView).show_until(event.call_id)

    @on(ValueView.Busy)
    def _busy_changed(self, event: ValueView.Busy) -> None:
        event.stop()
        self._busy = event.words
        self._show_title()
