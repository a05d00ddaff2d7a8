"""The editor for a tool call's arguments: opens in the inspector, where the message has the call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.events import DescendantFocus, Resize
from textual.message import Message
from textual.widgets import Static, TextArea

from tui.domain.args_draft import ArgsDraft
from tui.domain.args_fields import Kind
from tui.domain.checkpoint import JSON
from tui.domain.messages import ToolCall
from tui.domain.safe_text import sanitise
from tui.widgets.call_list import CallList
from tui.widgets.field_looks import hint_of, look_of, title_of
from tui.widgets.field_row import GAP, FieldArea, FieldRow

WIDE = 60
"""Columns from which on before and after stand side by side."""


class ArgsEditor(Vertical):
    """Edits the calls of one checkpoint: one is open, the others are a line each. What differs is a draft.

    Held from the moment when it is to be sent: what is asked about is what is sent.
    """

    DEFAULT_CSS = """
    ArgsEditor {
        height: auto;
        max-height: 65%;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        border: round $accent;
        border-title-color: $accent;
        border-title-style: bold;
        border-subtitle-color: $calm;
        padding: 0 1;
        #editor-rows { height: auto; }
        .editor--columns { color: $calm; height: 1; display: none; }
        &.-wide .editor--columns { display: block; }
        .editor--check { color: $error; height: auto; display: none; }
    }
    """

    BINDINGS = [
        Binding("ctrl+s", "send", "fork and run", id="editor.send"),
        Binding("ctrl+o", "preview", "preview", id="editor.preview"),
        Binding("escape", "leave", "keep draft", id="editor.leave", tooltip="leave, the draft is kept"),
        Binding("ctrl+t", "switch", "fields/JSON", id="editor.switch", tooltip="fields or JSON, back and forth"),
        Binding("ctrl+e", "outside", "$EDITOR", id="editor.outside", tooltip="edit in $EDITOR"),
        Binding("ctrl+z", "undo", "undo", id="editor.undo"),
        Binding("ctrl+y", "redo", "redo", show=False, id="editor.redo"),
        Binding("ctrl+r", "reset", "original", id="editor.reset", tooltip="back to the original"),
        Binding("ctrl+n", "next_call", "next call", show=False, id="editor.next_call"),
    ]

    class DraftChanged(Message):
        """Something else is typed now."""

    @dataclass
    class CallShown(Message):
        """The editor opened: the first of its calls, where the messages are to end."""

        call_id: str | None

    class SendWanted(Message):
        """ctrl+s: fork with `edited_args`, which are all valid."""

    class PreviewWanted(Message):
        """ctrl+o: show the requests, send nothing."""

    class Left(Message):
        """esc: close the editor, keep the draft."""

    @dataclass
    class OutsideWanted(Message):
        """ctrl+e: edit a text in the user's own editor, and give it to `take_text`."""

        text: str
        suffix: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._drafts: Sequence[ArgsDraft] = ()
        self._at = 0
        self._row = 0
        self._rows = [FieldRow()]
        self._hints: Mapping[str, Mapping[str, str]] = {}
        self._is_held = False
        self._says = ""

    def compose(self) -> ComposeResult:
        """The calls before, the open one's texts, the calls after, and what is wrong."""
        yield CallList(id="editor-before")
        yield Static(classes="editor--columns", markup=False)
        with Vertical(id="editor-rows"):
            yield from self._rows
        yield CallList(id="editor-after")
        yield Static(classes="editor--check", markup=False)

    def edit(self, drafts: Sequence[ArgsDraft], *, first: str | None = None) -> None:
        """Edit calls (each has an id): the drafts that are kept for them, or fresh ones."""
        self._drafts = drafts
        self.release()
        ids = [draft.call.id for draft in drafts]
        self._open_call(ids.index(first) if first in ids else 0)
        self.post_message(self.CallShown(ids[0]))

    def show_hints(self, hints: Mapping[str, Mapping[str, str]]) -> None:
        """What is known about the arguments, by tool and name."""
        self._hints = hints
        self._show_hint()

    @property
    def is_held(self) -> bool:
        """Whether what was typed is on its way to the server, or asked about."""
        return self._is_held

    def hold(self, says: str = "") -> None:
        """Change nothing until `release` or another `edit`; `says` tells why."""
        self._set_held(True, says)

    def release(self) -> None:
        """Take keys again: nothing was sent."""
        self._set_held(False)

    def _set_held(self, held: bool, says: str = "") -> None:
        self._is_held, self._says = held, says
        for row in self._rows:
            row.hold(held)
        self._show_hint()

    @property
    def area(self) -> FieldArea:
        """Where is typed now."""
        return self._rows[self._row].area

    @property
    def draft(self) -> ArgsDraft:
        """The draft of the open call."""
        return self._drafts[self._at]

    @property
    def call(self) -> ToolCall:
        """The open call."""
        return self.draft.call

    def edited_args(self) -> dict[str, JSON] | None:
        """The arguments of every changed call; None while one of them is not valid."""
        parsed = {draft.call.id or "": draft.parsed() for draft in self._drafts if draft.is_changed}
        if any(not result.ok for result in parsed.values()):
            return None
        return {key: result.value for key, result in parsed.items()}

    def take_text(self, text: str) -> None:
        """A text that was edited outside, right or wrong, takes the place of the one that is edited."""
        if self._refuses():
            return
        self.draft.write(self._row, text)
        self._show_rows()
        self.post_message(self.DraftChanged())

    def say(self, problem: str) -> None:
        """Why what was typed can't be sent."""
        check = self.query_one(".editor--check", Static)
        check.display = bool(problem)
        if problem:
            check.update(Content(f"✗ {sanitise(problem)}"))
            check.scroll_visible(animate=False)

    # Keys.

    def action_send(self) -> None:
        """Ask to fork; a text that is not valid is shown instead."""
        if not self._refuses() and not self._show_first_wrong():
            self.post_message(self.SendWanted())

    def action_preview(self) -> None:
        """Ask to see the requests."""
        if not self._refuses() and not self._show_first_wrong():
            self.post_message(self.PreviewWanted())

    def action_leave(self) -> None:
        """Close, keeping the draft."""
        self.post_message(self.Left())

    def action_switch(self) -> None:
        """Fields become JSON, JSON becomes fields."""
        if self._refuses():
            return
        refusal = self.draft.switch()
        if refusal:
            self.notify(sanitise(refusal), severity="warning", timeout=4, markup=False)
            return
        self._row = 0
        self._show_rows()
        self._go_to_row(0)

    def action_outside(self) -> None:
        """Edit the current text in the user's own editor."""
        look = self._rows[self._row].look
        if look is not None and not self._refuses():
            suffix = ".txt" if look.kind is Kind.TEXT else ".json"
            self.post_message(self.OutsideWanted(self.draft.version.texts[self._row], suffix))

    def action_undo(self) -> None:
        """A step back."""
        self._step_in_time(self.draft.undo, "This is the original: there is nothing to undo.")

    def action_redo(self) -> None:
        """A step forward again."""
        self._step_in_time(self.draft.redo, "Nothing was undone.")

    def action_reset(self) -> None:
        """Back to the original; ctrl+z takes that back."""
        self._step_in_time(self.draft.reset, "This is the original already.")

    def action_next_call(self) -> None:
        """Open the next of several calls."""
        if self._drafts:
            self._open_call((self._at + 1) % len(self._drafts))

    def _refuses(self) -> bool:
        """Whether nothing can be changed now; a bell says that a key was heard."""
        if self._is_held:
            self.app.bell()
        return self._is_held

    def _step_in_time(self, step: Callable[[], bool], otherwise: str) -> None:
        if self._refuses():
            return
        if not step():
            self.notify(otherwise, timeout=3, markup=False)
            return
        self._row = min(self._row, len(self.draft.version.texts) - 1)
        self._show_rows()
        self.area.focus()
        self.post_message(self.DraftChanged())

    # What happens inside.

    @on(TextArea.Changed)
    def _text_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        row = next((row for row in self._rows if row.area is event.text_area), None)
        if not self._drafts or row is None or row.look is None or row.look.is_big or not row.display:
            return
        if event.text_area.text == self.draft.version.texts[row.look.number]:
            return
        self.draft.write(row.look.number, event.text_area.text)
        self.say("")
        row.show_marks(look_of(self.draft, row.look.number))
        self._show_title()
        self.post_message(self.DraftChanged())

    @on(FieldArea.Step)
    def _step(self, event: FieldArea.Step) -> None:
        event.stop()
        target = self._row + event.by
        if 0 <= target < len(self.draft.version.texts):
            self._go_to_row(target)
            return
        other = self._at + event.by
        if event.round_:
            other %= len(self._drafts)
        if 0 <= other < len(self._drafts):
            self._open_call(other, last_row=event.by < 0)

    @on(DescendantFocus)
    def _focus_moved(self, event: DescendantFocus) -> None:
        for number, row in enumerate(self._rows):
            if row.area is event.widget:
                self._row = number
                self._show_hint()

    @on(CallList.Chosen)
    def _call_chosen(self, event: CallList.Chosen) -> None:
        event.stop()
        self._open_call(event.number)

    @on(Resize)
    def _resized(self) -> None:
        wide = self.outer_size.width >= WIDE
        self.set_class(wide, "-wide")
        for row in self._rows:
            row.set_class(wide, "-wide")
        self._show_columns()

    def _open_call(self, number: int, *, last_row: bool = False) -> None:
        self._at = number
        self._row = len(self.draft.version.texts) - 1 if last_row else 0
        self.say("")
        self._show_rows()
        self._go_to_row(self._row, at_end=True)

    def _go_to_row(self, number: int, *, at_end: bool = False) -> None:
        self._row = number
        row = self._rows[number]

        def go() -> None:
            if at_end:
                text = row.area.text
                row.area.move_cursor(_end_of_first_value(text) if self.draft.version.is_json else row.area.document.end)
            self.screen.set_focus(row.area)  # at once: the next key may be here already
            self._show_hint()

        if row.is_ready:
            go()
        else:
            self.call_after_refresh(go)

    def _show_rows(self) -> None:
        count = len(self.draft.version.texts)
        new = [FieldRow() for _ in range(count - len(self._rows))]
        if new:
            self._rows += new
            for row in new:
                row.hold(self._is_held)
            self.query_one("#editor-rows").mount(*new)
        for number, row in enumerate(self._rows):
            row.display = number < count
            row.set_class(self.has_class("-wide"), "-wide")
            if number < count:
                row.show(look_of(self.draft, number))
        self._show_title()
        self._show_columns()
        self._show_hint()

    def _show_title(self) -> None:
        """The call's name, which one it is, whether it is a draft; and the calls around it."""
        if not self._drafts:
            return
        self.border_title = Content(title_of(self.draft, self._at, len(self._drafts)))
        self.query_one("#editor-before", CallList).show(self._drafts[: self._at], 0, at_end=True)
        self.query_one("#editor-after", CallList).show(self._drafts[self._at + 1 :], self._at + 1)

    def _show_columns(self) -> None:
        if not self._drafts or not self.has_class("-wide"):
            return
        look = self._rows[0].look
        cells = look.name_cells + 2 if look is not None and look.name_cells else 0
        half = max(0, (self.scrollable_content_region.width - cells - GAP) // 2)
        self.query_one(".editor--columns", Static).update(Content(" " * cells + "before".ljust(half + GAP) + "now"))

    def _show_hint(self) -> None:
        """Why no keys are taken, or what kind of value is typed here."""
        hint = hint_of(self.draft, self._row, self._hints) if self._drafts else "JSON"
        self.border_subtitle = Content(self._says or hint)

    def _show_first_wrong(self) -> bool:
        """Go to the first text that is not valid and say so; whether there is one."""
        for number, draft in enumerate(self._drafts):
            problems = draft.problems() if draft.is_changed else {}
            if problems:
                row, problem = next(iter(problems.items()))
                self._open_call(number)
                self._go_to_row(row)
                fields = draft.version.fields
                where = fields[row].name if fields is not None else f"line {problem.line}"
                self.notify(
                    sanitise(f"Not sent: mend {where} of {draft.call.name} first."),
                    severity="warning",
                    markup=False,
                )
                return True
        return False


def _end_of_first_value(text: str) -> tuple[int, int]:
    """Where a person would start to type: behind the first value, inside its quotes."""
    lines = text.split("\n")
    if len(lines) < 2:
        return 0, len(lines[0])
    line = lines[1].rstrip(",")
    return 1, len(line) - line.endswith('"')
