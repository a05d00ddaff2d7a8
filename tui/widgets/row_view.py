"""A view of many lines with a cursor line, for reading, folding, finding, opening and copying: the inspector's tabs."""

from __future__ import annotations

from dataclasses import dataclass

from rich.color import Color as RichColor
from rich.style import Style
from textual.binding import Binding
from textual.color import Color
from textual.events import Click
from textual.message import Message

from tui.domain.checkpoint import JSON
from tui.widgets.contrast import ENOUGH, contrast
from tui.widgets.line_list import LineList
from tui.widgets.lines import Line, Part, plain

CALMER = "~"
"""Behind a style's name: the same, nearer to the background, for what is not news."""

_TOWARDS_BACKGROUND = (0.3, 0.2, 0.1)
"""How near, if it can still be read."""

_BARS = " ▎▏│"
"""What stands before a wrapped text."""

_FOLD_MARKS = tuple("▸▾…┄")

_CALM = frozenset({"calm", "rule"})
"""Calm enough already."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What the cursor is on: what it is called, its value, and its path from the root of the state, if it has one."""

    words: str
    value: JSON
    path: str | None = None


class RowView(LineList):
    """Draws a cursor only while it has the focus. What folds and opens is the subclasses' matter."""

    # The room for the scrollbar is kept free: its coming would ask for other lines, which would ask for another bar.
    DEFAULT_CSS = """
    RowView {
        scrollbar-gutter: stable;
    }
    """

    BINDINGS = [
        Binding("enter,space", "toggle_fold", "fold", id="inspector.fold", tooltip="fold or unfold"),
        Binding("right,l", "unfold", "unfold", show=False, id="inspector.unfold"),
        Binding("left,h", "fold", "fold, or go to what holds this", show=False, id="inspector.up"),
        Binding("o", "open", "open", id="inspector.open", tooltip="read the value full screen"),
    ]

    @dataclass
    class OpenWanted(Message):
        """Show a value full screen."""

        selected: Selected

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._needle = ""

    @property
    def selected(self) -> Selected | None:
        """What the cursor is on."""
        return None

    def copyable(self) -> list[Selected]:
        """What can be copied at the cursor, nearest first."""
        selected = self.selected
        return [selected] if selected is not None else []

    def activate(self, index: int) -> bool:
        """Fold or unfold what a row belongs to; whether there was something."""
        del index
        return False

    def cursor_line(self) -> int | None:
        """The row under the cursor; a reader without the focus has none."""
        return super().cursor_line() if self.has_focus and self.row_count else None

    def line_at(self, index: int, width: int) -> Line:
        """One row, with what was searched for marked."""
        line = super().line_at(index, width)
        return marked(line, self._needle) if self._needle else line

    def action_toggle_fold(self) -> None:
        """Fold or unfold; what has nothing to fold opens."""
        if self._cursor is not None and not self.activate(self._cursor):
            self.action_open()

    def action_unfold(self) -> None:
        """Unfold, where that means something else than `toggle`."""
        self.action_toggle_fold()

    def action_fold(self) -> None:
        """Fold, where that means something else than `toggle`."""

    def action_open(self) -> None:
        """Show the value full screen."""
        selected = self.selected
        if selected is not None:
            self.post_message(self.OpenWanted(selected))

    def on_click(self, event: Click) -> None:
        """A click on what shows that something folds does that; the list moves the cursor there."""
        offset = event.get_content_offset(self)
        index = offset.y + int(self.scroll_offset.y) if offset is not None else -1
        if event.chain == 1 and 0 <= index < self.row_count and self._shows_fold(index):
            self.activate(index)

    def double_clicked(self, index: int) -> None:
        """A double click elsewhere folds or opens."""
        if not self._shows_fold(index):
            self.action_toggle_fold()

    def _shows_fold(self, index: int) -> bool:
        return plain(self.row_at(index, 1000)).lstrip(_BARS)[:1] in _FOLD_MARKS

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Move to the next row that holds `text`, and mark it wherever it is seen."""
        self.mark(text)
        return super().find(text, backwards=backwards, stay=stay)

    def search_text(self, index: int) -> str:
        """A row, and as much of the next one as a match that was wrapped may reach into."""
        text = plain(self.row_at(index, 1000))
        if len(self._needle) < 2 or index + 1 >= self.row_count:
            return text
        return f"{text.rstrip()} {plain(self.row_at(index + 1, 1000)).strip(_BARS)[: len(self._needle) - 1]}"

    def go_to(self, line: int) -> None:
        """Scroll to a line, also while the scrollbar is not there yet."""
        self.scroll_to(y=line, animate=False, immediate=True, force=True)

    def mark(self, text: str) -> None:
        """Mark a text wherever it is seen; "" for nothing."""
        if text != self._needle:
            self._needle = text
            self._strips.clear()
            self.refresh()

    def _part_style(self, name: str, over: Style) -> Style:
        """A match stays one under the cursor."""
        return self.style_named(name) if name == "match" else super()._part_style(name, over)

    def style_named(self, name: str) -> Style:
        """The style of a part; `NAME~` is `NAME`, calmer."""
        if not name.endswith(CALMER) or name in self._styles_by_name:
            return super().style_named(name)
        style = super().style_named(name.removesuffix(CALMER))
        made = style + _calmer(style)
        self._styles_by_name[name] = made
        return made


def _calmer(style: Style) -> Style:
    """Colours move towards the background; where they are the terminal's own, it is asked for dim ones."""
    color, background = style.color, style.bgcolor
    if color is None or background is None or color.triplet is None or background.triplet is None:
        return Style(bold=False, dim=True)
    text, behind = Color(*color.triplet), Color(*background.triplet)
    ways = (text.blend(behind, share) for share in _TOWARDS_BACKGROUND)
    calm = next((way for way in ways if contrast(way, behind) >= ENOUGH), text)
    return Style(bold=False, color=RichColor.from_rgb(calm.r, calm.g, calm.b))


def calmer(line: Line) -> Line:
    """The line in the calmer variants of its styles."""
    return tuple((text, style if style in _CALM else style + CALMER) for text, style in line)


def marked(line: Line, needle: str) -> Line:
    """The line with every occurrence of `needle` (any case) as a match."""
    wanted = needle.casefold()
    text = "".join(part for part, _ in line)
    folded = text.casefold()
    # Folding may change the length ("ß"): then places can't be told, and the whole line is the match.
    if wanted not in folded:
        return line
    if len(folded) != len(text):
        return tuple((part, "match") for part, _ in line)
    spans: list[tuple[int, int]] = []
    at = folded.find(wanted)
    while at >= 0:
        spans.append((at, at + len(wanted)))
        at = folded.find(wanted, at + len(wanted))
    parts: list[Part] = []
    start = 0
    for piece, style in line:
        parts.extend(_split(piece, start, style, spans))
        start += len(piece)
    return tuple(parts)


def _split(piece: str, start: int, style: str, spans: list[tuple[int, int]]) -> list[Part]:
    parts: list[Part] = []
    at = 0
    for first, last in spans:
        low, high = max(0, first - start), min(len(piece), last - start)
        if low >= high:
            continue
        if low > at:
            parts.append((piece[at:low], style))
        parts.append((piece[low:high], "match"))
        at = high
    if at < len(piece):
        parts.append((piece[at:], style))
    return parts
