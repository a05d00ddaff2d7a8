"""A list of lines with a cursor, for thousands of rows: threads, timeline, runs."""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Blur, Click, Focus, Resize

from tui.widgets.line_view import LineView
from tui.widgets.lines import Line, clip, plain, wrap_line
from tui.widgets.matches import Matches, count_matches, next_match

_MOST_BELOW = 3
"""Rows that may stand below the last one that can be selected, such as the one for older checkpoints."""


class LineList(LineView):
    """A `LineView` whose cursor moves from row to row, skipping rows that cannot be selected."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._cursor: int | None = None

    def empty_words(self) -> str:
        """What a list without rows says: why, and what to do next."""
        return ""

    @property
    def is_empty(self) -> bool:
        """Whether there are no rows."""
        return self.row_count == 0

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    @property
    def row_height(self) -> int:
        """How many lines each row takes."""
        return 1

    def row_at(self, index: int, width: int) -> Line:
        """The (first) line of a row, not wider than `width` cells."""
        raise NotImplementedError

    def more_at(self, index: int, part: int, width: int) -> Line:
        """Another line of a row, `part` from 1, where rows are higher than one."""
        del index, part, width
        return ()

    @property
    def line_count(self) -> int:
        """The lines of all rows, or of what an empty list says."""
        return self.row_count * self.row_height or len(self._empty_lines())

    def line_at(self, index: int, width: int) -> Line:
        """One line."""
        if self.row_count:
            row, part = divmod(index, self.row_height)
            return clip(self.more_at(row, part, width) if part else self.row_at(row, width), width)
        lines = self._empty_lines()
        return lines[index] if index < len(lines) else ()

    def _empty_lines(self) -> list[Line]:
        return wrap_line(((" " + self.empty_words(), "calm"),), max(10, self.scrollable_content_region.width - 1), 1)

    def can_select(self, index: int) -> bool:
        """Whether the cursor may stop at a row."""
        return index < self.row_count

    def cursor_moved(self, old: int | None, new: int) -> None:
        """Called after the cursor moved; subclasses tell their screen."""

    def cursor_line(self) -> int | None:
        """The line of the row under the cursor; None in an empty list."""
        return None if self._cursor is None else self._cursor * self.row_height

    def is_under_cursor(self, index: int) -> bool:
        """Whether a line belongs to the row under the cursor."""
        line = self.cursor_line()
        return line is not None and 0 <= index - line < self.row_height

    def rows_changed(self, first: int, last: int) -> None:
        """Draw some rows again, the last of them included."""
        top, bottom = first * self.row_height, (last + 1) * self.row_height
        self._strips = {key: strip for key, strip in self._strips.items() if not top <= key[0] < bottom}
        if bottom - top > self.size.height:
            self.refresh()
            return
        for line in range(top, bottom):
            self.refresh_line(line)

    def place_cursor(self, index: int | None) -> None:
        """Put the cursor without telling anybody, as after a reload; keeps it in sight."""
        self._cursor = index
        self.refresh()
        self.call_after_refresh(self._show_cursor)

    def move_cursor(self, index: int) -> None:
        """Move the cursor to a row, and tell."""
        old = self._cursor
        if index == old:
            return
        self._cursor = index
        for row in (old, index):
            if row is not None:
                self.rows_changed(row, row)
        self._show_cursor()
        self.cursor_moved(old, index)

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Move to the next row that holds `text` (any case), going round at the end; whether there is one."""
        at = self._cursor if self._cursor is not None else -1
        found = next_match(self.row_count, self._holder(text), at, backwards=backwards, stay=stay)
        if found is not None:
            self.move_cursor(found)
        return found is not None

    def matches(self, text: str) -> Matches:
        """How many rows hold `text`, and the how manyth is under the cursor."""
        return count_matches(range(self.row_count), self._holder(text), self._cursor)

    def _holder(self, text: str) -> Callable[[int], bool]:
        wanted = text.casefold()
        return lambda index: self.can_select(index) and wanted in self.search_text(index).casefold()

    def search_text(self, index: int) -> str:
        """What `find` looks into for a row."""
        return plain(self.row_at(index, 1000))

    def action_move(self, lines: int) -> None:
        """Move the cursor by rows that can be selected."""
        self._step(1 if lines > 0 else -1, abs(lines))

    def action_page(self, pages: float) -> None:
        """Move the cursor by (half) pages."""
        rows = max(1, int(abs(pages) * self.scrollable_content_region.height) // self.row_height)
        self._step(1 if pages > 0 else -1, rows)

    def action_first(self) -> None:
        """To the first row."""
        self._settle(0, 1)

    def action_last(self) -> None:
        """To the last row."""
        self._settle(self.row_count - 1, -1)

    def on_click(self, event: Click) -> None:
        """Select the row that was clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = (offset.y + int(self.scroll_offset.y)) // self.row_height
        if 0 <= index < self.row_count and self.can_select(index):
            self.move_cursor(index)
            if event.chain > 1:
                self.double_clicked(index)

    def double_clicked(self, index: int) -> None:
        """Called when a row was clicked twice."""

    def on_resize(self, event: Resize) -> None:
        """A lower pane still shows the cursor."""
        del event
        self.call_after_refresh(self._show_cursor)

    def on_focus(self, event: Focus) -> None:
        """The cursor is drawn brighter with the focus."""
        del event
        self._cursor_changed()

    def on_blur(self, event: Blur) -> None:
        """The cursor is drawn calmer without the focus."""
        del event
        self._cursor_changed()

    def _cursor_changed(self) -> None:
        if self._cursor is not None:
            self.rows_changed(self._cursor, self._cursor)

    def _step(self, direction: int, rows: int) -> None:
        """Go `rows` in a direction, counting only rows that can be selected; stop at the last of them."""
        if self._cursor is None:
            self._settle(0, 1)
            return
        target = at = self._cursor
        while rows and 0 <= at + direction < self.row_count:
            at += direction
            if self.can_select(at):
                target = at
                rows -= 1
        self.move_cursor(target)

    def _settle(self, index: int, direction: int) -> None:
        while 0 <= index < self.row_count:
            if self.can_select(index):
                self.move_cursor(index)
                return
            index += direction

    def _show_cursor(self) -> None:
        if self._cursor is None:
            return
        height, top = self.scrollable_content_region.height, self.scroll_offset.y
        first = self._cursor * self.row_height
        after = range(self._cursor + 1, self.row_count)
        # What stands below the last row that can be selected is only ever seen together with it.
        is_last = len(after) <= _MOST_BELOW and not any(map(self.can_select, after))
        last = (self.row_count if is_last else self._cursor + 1) * self.row_height - 1
        ahead = height // 2 if self.jumps else 0
        if first < top:
            self.scroll_to(y=max(0, first - ahead), animate=False, immediate=True)
        elif height and last >= top + height:
            self.scroll_to(y=last - height + 1 + ahead, animate=False, immediate=True)
