"""A text of any length to read: laid out as far as it was scrolled to, so that the first screen is there at once."""

from __future__ import annotations

from collections.abc import Iterator

from tui.domain.safe_text import sanitise
from tui.widgets.lines import Line, break_points
from tui.widgets.markdown_lines import MOST_MARKDOWN, markdown_lines
from tui.widgets.row_view import RowView, Selected

AHEAD = 400
"""Lines laid out beyond what is in sight."""

_PIECE = 50_000
"""Characters of one line that are laid out at a time."""


class LongText(RowView):
    """Wraps lazily. A find lays out up to the match; `G` lays out all of it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._text = ""
        self._width = 0
        self._lines: list[Line] = []
        self._rest: Iterator[str] = iter(())
        self._done = True
        self._as_markdown = False

    def show(self, text: str) -> None:
        """Show a raw text."""
        self._text = text
        self._lay_out()
        self._cursor = 0
        self.refresh()

    @property
    def is_markdown(self) -> bool:
        """Whether the text is shown as markdown."""
        return self._as_markdown

    @property
    def is_complete(self) -> bool:
        """Whether all of it is laid out."""
        return self._done

    def toggle_markdown(self) -> None:
        """Show the text as markdown, or as it is; a very long one is always shown as it is."""
        if len(self._text) > MOST_MARKDOWN:
            self.notify("It is too long to be read as markdown.", markup=False)
            return
        self._as_markdown = not self._as_markdown
        self._lay_out()
        self.action_first()

    @property
    def row_count(self) -> int:
        """Lines that are laid out."""
        return len(self._lines)

    def row_at(self, index: int, width: int) -> Line:
        """One line."""
        del width
        return self._lines[index]

    def empty_words(self) -> str:
        """What an empty text says."""
        return "The text is empty."

    @property
    def selected(self) -> Selected | None:
        """The line under the cursor is nothing of its own."""
        return None

    def action_last(self) -> None:
        """To the end, which takes laying out all of it."""
        self._ensure(None)
        super().action_last()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Lay out ahead of what is in sight."""
        super().watch_scroll_y(old_value, new_value)
        self._ensure(int(new_value) + self.size.height + AHEAD // 2)

    def cursor_moved(self, old: int | None, new: int) -> None:
        """Lay out ahead of the cursor."""
        del old
        self._ensure(new + AHEAD // 2)

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Go to the next line that holds `text`; what is not laid out yet is looked through first."""
        while not self._done and text and not self._holds_beyond_cursor(text):
            self._ensure(len(self._lines) + 20 * AHEAD)
        if backwards:
            self._ensure(None)
        return super().find(text, backwards=backwards, stay=stay)

    def _holds_beyond_cursor(self, text: str) -> bool:
        wanted = text.casefold()
        start = 0 if self._cursor is None else self._cursor + 1
        return any(wanted in "".join(part for part, _ in line).casefold() for line in self._lines[start:])

    def lines_changed(self, *, from_line: int = 0) -> None:
        """Lay out again when the width is another."""
        if self.scrollable_content_region.width != self._width:
            self._lay_out()
        super().lines_changed(from_line=from_line)

    def _lay_out(self) -> None:
        self._width = self.scrollable_content_region.width
        self._strips.clear()
        self._lines = []
        self._rest = iter(())
        self._done = True
        if self._width <= 0:
            return
        if self._as_markdown:
            self._lines = markdown_lines(self._text, self._width)
        else:
            self._rest = wrapped(self._text, self._width)
            self._done = False
            self._ensure(max(self.size.height + AHEAD, (self._cursor or 0) + AHEAD))
        super().lines_changed()

    def _ensure(self, count: int | None) -> None:
        """Lay out until there are `count` lines, or all of them."""
        if self._done or (count is not None and len(self._lines) >= count):
            return
        for line in self._rest:
            self._lines.append(((line, ""),) if line else ())
            if count is not None and len(self._lines) >= count + AHEAD:
                break
        else:
            self._done = True
        super().lines_changed(from_line=max(0, len(self._lines) - 1))


def wrapped(text: str, width: int) -> Iterator[str]:
    """The lines of a raw text, safe and at most `width` cells wide, one at a time."""
    start = 0
    while start <= len(text):
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        for piece_start in range(start, max(stop, start + 1), _PIECE):
            piece = sanitise(text[piece_start : min(stop, piece_start + _PIECE)]).expandtabs(4).rstrip("\r")
            found = False
            for first, last in break_points(piece, max(1, width)):
                found = True
                yield piece[first:last]
            if not found:
                yield ""
        start = stop + 1
