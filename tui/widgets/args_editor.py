"""The editor for a tool call's arguments: opens in the inspector, below the message that holds the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from tui.domain.changes import changes
from tui.domain.checkpoint import JSON
from tui.domain.json_values import ParsedText, parse_with_position, pretty
from tui.domain.labels import in_words
from tui.domain.messages import ToolCall
from tui.domain.safe_text import one_line, sanitise

MOST_WAS = 3
"""Changed values that are shown with what they were."""


class ArgsEditor(Vertical):
    """Edits the calls of one checkpoint, one at a time. A text that differs from the original is a draft."""

    DEFAULT_CSS = """
    ArgsEditor {
        height: auto;
        max-height: 50%;
        border: round $accent;
        border-title-color: $accent;
        border-title-style: bold;
        padding: 0 1;
        TextArea {
            height: auto; min-height: 3; max-height: 14;
            border: none; padding: 0;
            background: transparent;
            &:focus { border: none; background-tint: transparent; }
            & .text-area--cursor-line { background: $row-selected-blur; }
            & .text-area--cursor { background: $accent; color: $background; }
        }
        .editor--was { color: $calm; height: auto; }
        .editor--check { height: auto; }
        .editor--check.-wrong { color: $error; }
    }
    """

    BINDINGS = [
        Binding("ctrl+s", "send", "fork and run", id="editor.send"),
        Binding("ctrl+o", "preview", "preview", id="editor.preview"),
        Binding("ctrl+n", "next_call", "next call", show=False, id="editor.next_call"),
        Binding("escape", "leave", "leave, draft kept", id="editor.leave"),
    ]

    @dataclass
    class DraftChanged(Message):
        """The texts that differ from the originals; empty when all are as they were."""

        texts: Mapping[str, str]

    @dataclass
    class CallShown(Message):
        """Another of several calls is edited now."""

        call_id: str | None

    class SendWanted(Message):
        """ctrl+s: fork with `edited_args`, which are all valid."""

    class PreviewWanted(Message):
        """ctrl+o: show the requests, send nothing."""

    class Left(Message):
        """esc: close the editor, keep the draft."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._calls: Sequence[ToolCall] = ()
        self._originals: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._at = 0

    def compose(self) -> ComposeResult:
        """The text, what it was, and whether it can be sent."""
        yield TextArea(language=None, soft_wrap=True, show_line_numbers=False, compact=True)
        yield Static(classes="editor--was", markup=False)
        yield Static(classes="editor--check", markup=False)

    def edit(self, calls: Sequence[ToolCall], drafts: Mapping[str, str], *, first: str | None = None) -> None:
        """Start to edit calls (each has an id), with the drafts that were kept for them."""
        self._calls = calls
        self._originals = {call.id or "": pretty(call.args) for call in calls}
        self._texts = {**self._originals, **{key: text for key, text in drafts.items() if key in self._originals}}
        ids = [call.id for call in calls]
        self._show_call(ids.index(first) if first in ids else 0)

    @property
    def area(self) -> TextArea:
        """Where the text is typed."""
        return self.query_one(TextArea)

    @property
    def call(self) -> ToolCall:
        """The call that is being edited."""
        return self._calls[self._at]

    @property
    def drafts(self) -> dict[str, str]:
        """The texts that differ from the originals, by call id."""
        return {key: text for key, text in self._texts.items() if text != self._originals[key]}

    def edited_args(self) -> dict[str, JSON] | None:
        """The arguments of every changed call; None while one of them is not valid."""
        parsed = {key: _check(text) for key, text in self.drafts.items()}
        if any(not result.ok for result in parsed.values()):
            return None
        return {key: result.value for key, result in parsed.items()}

    @on(TextArea.Changed)
    def _text_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if not self._calls:
            return
        self._texts[self.call.id or ""] = event.text_area.text
        self._show_check()
        self.post_message(self.DraftChanged(self.drafts))

    def say(self, problem: str) -> None:
        """Why what was typed can't be sent."""
        check = self.query_one(".editor--check", Static)
        check.add_class("-wrong")
        check.display = True
        check.update(f"✗ {sanitise(problem)}")

    def action_send(self) -> None:
        """Ask to fork; a text that is not valid is shown instead."""
        if self.edited_args() is None:
            self._show_first_wrong()
        else:
            self.post_message(self.SendWanted())

    def action_preview(self) -> None:
        """Ask to see the requests."""
        if self.edited_args() is None:
            self._show_first_wrong()
        else:
            self.post_message(self.PreviewWanted())

    def action_leave(self) -> None:
        """Close, keeping the draft."""
        self.post_message(self.Left())

    def action_next_call(self) -> None:
        """Edit the next of several calls."""
        if self._calls:
            self._show_call((self._at + 1) % len(self._calls))

    def _show_call(self, number: int) -> None:
        self._at = number
        call = self.call
        title = one_line(call.name, 30)
        if len(self._calls) > 1:
            title += f" · {number + 1} of {len(self._calls)}, ^n next"
        title += f" · {one_line(call.id or '', 14)}"
        self.border_title = Content(title)
        area = self.area
        area.load_text(self._texts[call.id or ""])
        area.move_cursor(_end_of_first_value(area.text))
        area.focus()
        self._show_check()
        self.post_message(self.CallShown(call.id))

    def _show_first_wrong(self) -> None:
        for number, call in enumerate(self._calls):
            if not _check(self._texts[call.id or ""]).ok:
                self._show_call(number)
                self.app.bell()
                return

    def _show_check(self) -> None:
        result = _check(self._texts[self.call.id or ""])
        changed = self._texts[self.call.id or ""] != self._originals[self.call.id or ""]
        self.query_one(".editor--was", Static).update(self._was(result) if changed else "unchanged so far")
        check = self.query_one(".editor--check", Static)
        check.set_class(not result.ok, "-wrong")
        check.display = not result.ok
        if not result.ok:
            check.update(f"✗ line {result.line}: {result.reason}")

    def _was(self, result: ParsedText) -> str:
        if not result.ok:
            return ""
        found = changes(self.call.args, result.value, limit=MOST_WAS + 1)
        lines = [
            one_line(f"{change.path or 'all'}  {'is new' if change.added else 'was ' + in_words(change.before)}")
            for change in found[:MOST_WAS]
        ]
        return "\n".join(lines + ["…"] * (len(found) > MOST_WAS)) or "the same value as before"


def _check(text: str) -> ParsedText:
    """Arguments are an object: anything else would break the graph that reads them."""
    result = parse_with_position(text)
    if result.ok and not isinstance(result.value, dict):
        return ParsedText(None, "a tool's arguments are an object: { … }", 1, 1)
    return result


def _end_of_first_value(text: str) -> tuple[int, int]:
    """Where a person would start to type: behind the first value, inside its quotes."""
    lines = text.split("\n")
    if len(lines) < 2:
        return 0, len(lines[0])
    line = lines[1].rstrip(",")
    return 1, len(line) - line.endswith('"')
