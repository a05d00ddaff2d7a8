"""One text of the arguments' editor: its name, what it was, where it is typed, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.widgets import Static, TextArea

from tui.domain.args_fields import Kind
from tui.domain.safe_text import one_line, sanitise, shorten
from tui.widgets.key_names import keyed

BIG = 60_000
"""Characters from which on typing would lag: such a text is edited outside."""

MOST_BEFORE = 3_000
"""Characters of what a value was: more than its lines have room for."""

GAP = 2
"""Cells between before and now."""


@dataclass(frozen=True, slots=True)
class FieldLook:
    """What a row shows. `before` is the original as text; None where the original has no such argument."""

    number: int
    name: str
    kind: Kind
    text: str
    before: str | None
    was: str = ""
    """What it was in a few words; empty while it is unchanged."""
    problem: str = ""
    name_cells: int = 0
    """Width of the names' column; 0 hides it, for a text that is all of the arguments."""

    @property
    def is_big(self) -> bool:
        """Whether it is too long to be typed into."""
        return len(self.text) > BIG


_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
"""What emoji and some scripts are joined by: no printable characters, and still typed."""

_TAKEN = frozenset({"ctrl+e", "ctrl+r", "ctrl+y", "ctrl+z", "super+y", "super+z"})
"""Keys of a text area that mean something else in the editor around it."""


class FieldArea(TextArea, inherit_bindings=False):
    """A text that grows with what is typed. Leaves at its edges to the rows around it."""

    BINDINGS = [binding for binding in Binding.make_bindings(TextArea.BINDINGS) if binding.key not in _TAKEN]

    DEFAULT_CSS = """
    FieldArea {
        width: 1fr; height: auto; min-height: 1; max-height: 10;
        border: none; padding: 0;
        background: transparent;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: transparent; }
        & .text-area--cursor-line { background: transparent; }
        &:focus .text-area--cursor-line { background: $row-selected-blur; }
        & .text-area--cursor { background: $accent; color: $on-accent; }
        & .text-area--placeholder { color: $calm; }
    }
    """

    @dataclass
    class Step(Message):
        """Another row is wanted: `by` rows further; `round_` when it goes on at the other end."""

        area: FieldArea
        by: int
        round_: bool

        @property
        def control(self) -> FieldArea:
            """The area that is left."""
            return self.area

    def __init__(self) -> None:
        super().__init__(language=None, soft_wrap=True, show_line_numbers=False, compact=True)
        self.cursor_blink = False
        self.kind = Kind.TEXT
        self.is_held = False
        """What is here is on its way to the server, or asked about."""

    def on_key(self, event: Key) -> None:
        """Tab goes to the next row; a switch is flipped by space; numbers have one line.

        Held, it swallows what would be typed: that was not meant as a command.
        """
        one_liner = self.kind not in (Kind.TEXT, Kind.JSON)
        if event.key in ("tab", "shift+tab") or (event.key == "enter" and one_liner):
            event.stop()
            event.prevent_default()
            self.post_message(self.Step(self, -1 if event.key == "shift+tab" else 1, round_=True))
        elif self.is_held and (event.is_printable or event.key == "enter"):
            event.stop()
            event.prevent_default()
        elif event.key == "space" and self.kind is Kind.BOOLEAN:
            event.stop()
            event.prevent_default()
            self.replace("false" if self.text.strip() == "true" else "true", (0, 0), self.document.end)
        elif event.character is not None and event.character in _JOINERS and not self.read_only:
            event.stop()
            event.prevent_default()
            self.insert(event.character)

    def action_cursor_up(self, select: bool = False) -> None:
        """Up; from the first line to the row above."""
        if not select and self.navigator.is_first_wrapped_line(self.cursor_location):
            self.post_message(self.Step(self, -1, round_=False))
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Down; from the last line to the row below."""
        if not select and self.navigator.is_last_wrapped_line(self.cursor_location):
            self.post_message(self.Step(self, 1, round_=False))
        else:
            super().action_cursor_down(select)

    def show_text(self, text: str) -> None:
        """Another text, with the cursor behind what is new in it."""
        old = self.text
        if text == old:
            return
        alike = 0
        longest = min(len(old), len(text))
        while alike < longest and old[-1 - alike] == text[-1 - alike]:
            alike += 1
        self.load_text(text)
        before = text[: len(text) - alike]
        self.move_cursor((before.count("\n"), len(before) - before.rfind("\n") - 1))


class FieldRow(Vertical):
    """Name, what it was, and the text side by side; or what it was below, where that is too narrow."""

    DEFAULT_CSS = """
    FieldRow {
        height: auto;
        & > Horizontal { height: auto; }
        .field--name { color: $json-key; height: auto; }
        .field--before { width: 1fr; height: auto; max-height: 14; color: $calm; margin-right: 2; display: none; }
        .field--was { color: $calm; height: auto; max-height: 3; display: none; }
        .field--check { color: $error; height: auto; display: none; }
        &.-changed .field--name { color: $mark-edit; text-style: bold; }
        &.-changed .field--was { display: block; }
        &.-whole FieldArea { max-height: 16; }
        &.-whole .field--name { display: none; }
        &.-wide .field--before { display: block; }
        &.-wide .field--was { display: none; }
        &.-wrong .field--check { display: block; }
        &.-wrong .field--name { color: $error; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.area = FieldArea()
        self.look: FieldLook | None = None
        self._has_parts = False
        self._is_held = False

    @property
    def is_ready(self) -> bool:
        """Whether its parts are there."""
        return self._has_parts

    def compose(self) -> ComposeResult:
        """The parts."""
        with Horizontal():
            yield Static(classes="field--name", markup=False)
            yield Static(classes="field--before", markup=False)
            yield self.area
        yield Static(classes="field--was", markup=False)
        yield Static(classes="field--check", markup=False)

    def on_mount(self) -> None:
        """Show what was asked for before there was anything to show it with."""
        self._has_parts = True
        if self.look is not None:
            self.show(self.look)

    def hold(self, held: bool) -> None:
        """Take no keys that would change the text, or take them again."""
        self._is_held = held
        self._set_read_only()

    def _set_read_only(self) -> None:
        self.area.is_held = self._is_held
        self.area.read_only = self._is_held or (self.look is not None and self.look.is_big)

    def show(self, look: FieldLook) -> None:
        """Show a text, and what is to be said about it."""
        self.look = look
        if not self._has_parts:
            return
        self.area.kind = look.kind
        self._set_read_only()
        big = keyed(f"{len(look.text):,} characters: {{editor.outside}} edits them in $EDITOR")
        self.area.placeholder = big if look.is_big else "(empty)" * (not look.text)
        self.area.show_text("" if look.is_big else look.text)
        self.show_marks(look)

    def show_marks(self, look: FieldLook) -> None:
        """Show what is to be said about the text, which is the same as before."""
        self.look = look
        if not self._has_parts:
            return
        self.set_class(not look.name_cells, "-whole")
        self.set_class(bool(look.was), "-changed")
        self.set_class(bool(look.problem), "-wrong")
        name = self.query_one(".field--name", Static)
        name.styles.width = look.name_cells + 2
        name.update(Content(shorten(one_line(look.name) or '""', look.name_cells)))
        before = "(new)" * bool(look.name_cells) if look.before is None else sanitise(look.before[:MOST_BEFORE])
        self.query_one(".field--before", Static).update(Content(before))
        self.query_one(".field--was", Static).update(Content(_was_line(look)))
        self.query_one(".field--check", Static).update(Content(f"✗ {one_line(look.problem)}"))


def _was_line(look: FieldLook) -> str:
    if not look.name_cells:
        return look.was
    return "was".ljust(look.name_cells + 2) + look.was
