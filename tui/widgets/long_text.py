"""A text of any length to read: laid out as far as it was scrolled to, so that the first screen is there at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from textual.timer import Timer

from tui.domain.safe_text import sanitise
from tui.widgets.lines import Line, break_points
from tui.widgets.markdown_lines import MOST_MARKDOWN, markdown_lines
from tui.widgets.matches import Matches
from tui.widgets.row_view import RowView
from tui.widgets.value_view import ValueView

AHEAD = 400
"""Lines laid out beyond what is in sight."""

SLICE_SECONDS = 0.012
"""How long laying out keeps the keys waiting; then it pauses."""

_PAUSE_SECONDS = 0.004
_PIECE = 50_000
"""Characters of one line that are laid out at a time."""


class LongText(RowView):
    """Wraps as far as is needed; what takes long (`G`, a match far below) goes on in slices, and says so."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._text = ""
        self._width = 0
        self._lines: list[Line] = []
        self._rest: Iterator[tuple[str, int]] = iter(())
        self._offset = 0
        self._done = True
        self._as_markdown = False
        self._timer: Timer | None = None

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

    def action_last(self) -> None:
        """To the end, once all of it is laid out."""
        if self._done:
            super().action_last()
        else:
            self._stop()
            self._go_on(lambda: self._done, self.action_last)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Lay out ahead of what is in sight."""
        super().watch_scroll_y(old_value, new_value)
        self._ensure(int(new_value) + self.size.height + AHEAD // 2)

    def cursor_moved(self, old: int | None, new: int) -> None:
        """Lay out ahead of the cursor."""
        del old
        self._ensure(new + AHEAD // 2)

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Go to the next line that holds `text`; one that is not laid out yet is gone to when it is."""
        self._stop()
        self.mark(text)
        wanted = text.casefold()
        if not wanted or self._done or self._find_near(wanted, backwards=backwards, stay=stay):
            return super().find(text, backwards=backwards, stay=stay)
        if wanted not in self._text[self._offset :].casefold():
            return super().find(text, backwards=backwards, stay=stay)
        looked = [max(0, len(self._lines) - 1)]

        def reached() -> bool:
            start, looked[0] = looked[0], max(0, len(self._lines) - 1)
            return not backwards and any(wanted in self.search_text(n).casefold() for n in range(start, looked[0]))

        self._go_on(reached, lambda: self.find(text, backwards=backwards, stay=stay))
        return True

    def matches(self, text: str) -> Matches:
        """How many lines that are laid out hold `text`, and whether there may be more."""
        found = super().matches(text)
        rest = not self._done and text.casefold() in self._text[self._offset :].casefold()
        return replace(found, more=found.more or rest)

    def _find_near(self, wanted: str, *, backwards: bool, stay: bool) -> bool:
        """Whether a match is laid out in the direction of the search."""
        at = self._cursor or 0
        near = range(at - 1, -1, -1) if backwards else range(at + (not stay), len(self._lines))
        return any(wanted in self.search_text(index).casefold() for index in near)

    def lines_changed(self, *, from_line: int = 0) -> None:
        """Lay out again when the width is another."""
        if self.scrollable_content_region.width != self._width:
            self._lay_out()
        super().lines_changed(from_line=from_line)

    def _lay_out(self) -> None:
        self._stop()
        self._width = self.scrollable_content_region.width
        self._strips.clear()
        self._lines = []
        self._rest = iter(())
        self._offset = 0
        self._done = True
        if self._width <= 0:
            return
        if self._as_markdown:
            self._lines = markdown_lines(self._text, self._width)
        else:
            self._rest = wrapped(self._text, self._width)
            self._done = False
            self._ensure(max(self.size.height, self._cursor or 0) + AHEAD)
        super().lines_changed()

    def _ensure(self, count: int) -> None:
        """Lay out until there are `count` lines."""
        if not self._done and len(self._lines) < count:
            self._take(lambda: len(self._lines) >= count + AHEAD)

    def _take(self, enough: Callable[[], bool]) -> None:
        for line, offset in self._rest:
            self._offset = offset
            self._lines.append(((line, ""),) if line else ())
            if enough():
                break
        else:
            self._done = True
        super().lines_changed(from_line=max(1, len(self._lines) - 1))

    def _go_on(self, reached: Callable[[], bool], then: Callable[[], object]) -> None:
        """Lay out in slices of time until something is reached, or to the end."""
        end = time.monotonic() + SLICE_SECONDS
        self._take(lambda: time.monotonic() > end)
        if reached() or self._done:
            self._stop()
            then()
            return
        percent = 100 * self._offset // max(1, len(self._text))
        self.post_message(ValueView.Busy(f"laying out {percent} %"))
        self._timer = self.set_timer(_PAUSE_SECONDS, lambda: self._go_on(reached, then))

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self.post_message(ValueView.Busy(""))


def wrapped(text: str, width: int) -> Iterator[tuple[str, int]]:
    """The lines of a raw text, safe and at most `width` cells wide, each with the offset up to which it was read."""
    start = 0
    while start <= len(text):
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        for first in range(start, max(stop, start + 1), _PIECE):
            last = min(stop, first + _PIECE)
            piece = sanitise(text[first:last].removesuffix("\r")).expandtabs(4)
            for begin, end in break_points(piece, max(1, width)):
                yield piece[begin:end], last
        start = stop + 1
