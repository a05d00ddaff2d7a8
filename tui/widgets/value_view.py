"""A value of any size to walk through: the State tab and the JSON tab, and what is opened full screen.

Lines are made for what is unfolded and laid out when they come into sight; finding goes on in small slices of time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from textual.message import Message
from textual.timer import Timer

from tui.domain.checkpoint import JSON
from tui.widgets.lines import Line
from tui.widgets.matches import SECONDS, Matches
from tui.widgets.recent import Recent
from tui.widgets.row_view import RowView, Selected
from tui.widgets.value_rows import Render, is_one_line
from tui.widgets.value_search import search
from tui.widgets.value_tree import AFTER, BEFORE, UNKNOWN, Node, Path, Row, ValueTree

SLICE_SECONDS = 0.012
"""How long finding keeps the keys waiting; then it pauses."""

_FIRST_SLICE_SECONDS = 0.04
_PAUSE_SECONDS = 0.004
_KEPT_TREES = 12
_KEPT_LINES = 1500


class ValueView(RowView):
    """Shows one value. What the user folded and unfolded, and the place of the cursor, hold for the next one too."""

    @dataclass
    class Busy(Message):
        """Something takes long: what; "" when it is over."""

        words: str

    def __init__(
        self,
        render: Render,
        *,
        closes: bool = False,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        """`render` draws a row; `closes`: rows for closing brackets."""
        super().__init__(id=id, classes=classes)
        self._render_row = render
        self._closes = closes
        self._folds: dict[Path, bool] = {}
        self._tree = ValueTree(None)
        self._words = ""
        self._lines: list[tuple[Row, int]] = []
        self._width = 0
        self._expected = 0
        self._at: Path = ()
        self._heights: dict[tuple[Node, str], int] = {}
        self._drawn: Recent[tuple[Node, str, bool], list[Line]] = Recent(_KEPT_LINES)
        self._trees: Recent[tuple[int, int], tuple[JSON, object, int, ValueTree]] = Recent(_KEPT_TREES)
        self._version = 0
        self._search: Iterator[Path | None] | None = None
        self._timer: Timer | None = None

    def expect(self, width: int) -> None:
        """How many cells a line will have: known before the view is, its first picture is not an empty one."""
        self._expected = width

    def show(self, value: JSON, *, before: object = UNKNOWN, words: str = "") -> None:
        """Show a value; `before` is the one before it, to mark what changed; `words` are for one that holds nothing."""
        self._stop_search()
        self.mark("")
        self._words = words if not value and isinstance(value, (dict, list)) else ""
        kept = self._trees.get(key := (id(value), id(before)))
        if kept is None or kept[0] is not value or kept[1] is not before or kept[2] != self._version:
            tree = ValueTree(value, before=before, closes=self._closes, opens=self._opener())
            kept = self._trees.put(key, (value, before, self._version, tree))
        at, above = self._at, (self._cursor or 0) - self.scroll_offset.y
        self._tree = kept[3]
        self._lay_out()
        self._put_cursor(self._tree.root if at == () else self._in_sight(at))
        top = max(0, (self._cursor or 0) - above)
        self.go_to(top)
        self.place_cursor(self._cursor)

    def opens_by_itself(self, node: Node) -> bool:
        """Whether a node that the user did not fold or unfold is open."""
        del node
        return False

    def begin(self) -> None:
        """Called before a tree is made, and before more of it is shown."""

    @property
    def row_count(self) -> int:
        """Lines; a value that holds nothing has words instead."""
        return 0 if self._words else len(self._lines)

    def row_at(self, index: int, width: int) -> Line:
        """One line."""
        row, number = self._lines[index]
        lines = self._lines_of(row, width)
        return lines[number] if number < len(lines) else ()

    def empty_words(self) -> str:
        """Why there is nothing."""
        return self._words

    @property
    def node(self) -> Node | None:
        """The node under the cursor."""
        row = self._row()
        return row.node if row is not None else None

    @property
    def selected(self) -> Selected | None:
        """The value under the cursor."""
        row = self._row()
        if row is None or row.kind in (BEFORE, AFTER):
            return None
        words = row.node.path_text
        return Selected(words if words != "$" else "the whole value", row.node.value, words)

    def cursor_moved(self, old: int | None, new: int) -> None:
        """Remember the place by its path."""
        del old, new
        node = self.node
        self._at = node.path if node is not None else ()

    def activate(self, index: int) -> bool:
        """Fold or unfold a node, or show the rest of a long one."""
        if index >= len(self._lines):
            return False
        row = self._lines[index][0]
        if row.kind in (BEFORE, AFTER):
            shown = row.node.children[0] if row.kind == BEFORE else row.node.children[-1]
            self.begin()
            self._tree.more(row)
            self._lay_out()
            self._put_cursor(shown)
            if row.kind == AFTER and self._cursor is not None:
                self.action_move(1)
            return True
        if not row.node.folds:
            return False
        self._set_open(row.node, is_open=not row.node.is_open)
        return True

    def action_unfold(self) -> None:
        """Unfold, or step into what is unfolded."""
        row = self._row()
        if row is None:
            return
        if row.node.folds and not row.node.is_open:
            self._set_open(row.node, is_open=True)
        elif row.kind in (BEFORE, AFTER):
            self.action_toggle_fold()
        elif row.node.folds:
            self.action_move(1)

    def action_fold(self) -> None:
        """Fold, or go to what holds this."""
        node = self.node
        if node is None:
            return
        if node.folds and node.is_open:
            self._set_open(node, is_open=False)
        elif node.parent is not None and (node.parent.parent is not None or self._closes):
            self._put_cursor(node.parent)

    def find(self, text: str, *, backwards: bool = False, stay: bool = False) -> bool:
        """Go to the next value whose name or text holds `text`, folded or not. In a big one it goes on by itself."""
        self._stop_search()
        self.mark(text)
        if not text:
            return True
        self._search = search(self._tree.root.value, text, self._at, backwards=backwards, stay=stay)
        found = self._go_on(_FIRST_SLICE_SECONDS)
        if found is None:
            self.post_message(self.Busy("finding"))
            self._timer = self.set_timer(_PAUSE_SECONDS, self._next_slice)
        return found is not False

    def matches(self, text: str) -> Matches:
        """How many values hold `text` in their names or texts, and the how manyth is under the cursor."""
        end = time.monotonic() + SECONDS
        total = place = 0
        for path in search(self._tree.root.value, text, ()):
            if path is not None:
                total += 1
                place = total if path == self._at else place
            if time.monotonic() > end:
                return Matches(total, place, more=True)
        return Matches(total, place)

    def lines_changed(self, *, from_line: int = 0) -> None:
        """Lay out again when the width is another, keeping the place."""
        if self.scrollable_content_region.width != self._width:
            above = (self._cursor or 0) - self.scroll_offset.y
            self._lay_out()
            self._put_cursor(self._in_sight(self._at))
            top = max(0, (self._cursor or 0) - above)
            self.call_after_refresh(lambda: self.go_to(top))
        super().lines_changed(from_line=from_line)

    def _row(self) -> Row | None:
        if self._cursor is None or self._cursor >= len(self._lines):
            return None
        return self._lines[self._cursor][0]

    def _opener(self) -> _Opener:
        self.begin()
        return _Opener(self._folds, self)

    def _set_open(self, node: Node, *, is_open: bool) -> None:
        self._folds[node.path] = is_open
        self.begin()
        if is_open:
            self._tree.open(node)
        else:
            self._tree.close(node)
        self._keep_tree()
        self._lay_out()
        self._put_cursor(node)

    def _keep_tree(self) -> None:
        """This tree is as the user wants it; others were made before the last wish."""
        root = self._tree.root
        self._version += 1
        self._trees.put((id(root.value), id(root.before)), (root.value, root.before, self._version, self._tree))

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width if self.size else self._expected
        if width != self._width:
            self._width = width
            self._drawn.clear()
            self._heights.clear()
        self._strips.clear()
        lines: list[tuple[Row, int]] = []
        if width > 0:
            for row in self._tree.rows():
                lines.extend((row, number) for number in range(self._height(row)))
        self._lines = lines
        super().lines_changed()

    def _height(self, row: Row) -> int:
        key = (row.node, row.kind)
        height = self._heights.get(key)
        if height is None:
            if len(self._heights) > 50 * _KEPT_LINES:
                self._heights.clear()
            height = 1 if is_one_line(row, self._width) else len(self._lines_of(row, self._width))
            self._heights[key] = height
        return height

    def _lines_of(self, row: Row, width: int) -> list[Line]:
        if row.kind in (BEFORE, AFTER):
            return self._render_row(row, width)
        key = (row.node, row.kind, row.node.is_open)
        return self._drawn.get(key) or self._drawn.put(key, self._render_row(row, width))

    def _in_sight(self, path: Path) -> Node:
        """The node at a path, or the nearest one above it that shows."""
        for length in range(len(path), 0, -1):
            node = self._tree.find(path[:length])
            if node is not None:
                return node
        return self._tree.root

    def _put_cursor(self, node: Node) -> None:
        found = next((index for index, (row, _) in enumerate(self._lines) if row.node is node), 0)
        self._cursor = found if self._lines else None
        row = self._row()
        self._at = row.node.path if row is not None else ()
        self.refresh()
        self._show_cursor()

    def _go_on(self, seconds: float) -> bool | None:
        """Look for some time: whether it was found; None when there is more to look at."""
        if self._search is None:
            return False
        end = time.monotonic() + seconds
        for path in self._search:
            if path is not None:
                self._search = None
                self._reveal(path)
                return True
            if time.monotonic() > end:
                return None
        self._search = None
        return False

    def _next_slice(self) -> None:
        found = self._go_on(SLICE_SECONDS)
        if found is None:
            self._timer = self.set_timer(_PAUSE_SECONDS, self._next_slice)
            return
        self.post_message(self.Busy(""))
        if not found:
            self.notify(f"{self._needle!r} is nowhere in it.", markup=False)

    def _stop_search(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self.post_message(self.Busy(""))
        self._search = None

    def _reveal(self, path: Path) -> None:
        for length in range(1, len(path)):
            self._folds[path[:length]] = True
        self.begin()
        node = self._tree.reveal(path)
        self._keep_tree()
        self._lay_out()
        self._put_cursor(node)
        if self._cursor is not None:
            middle = max(0, self._cursor - self.scrollable_content_region.height // 2)
            self.go_to(middle)


class _Opener:
    """Which nodes are open in a new tree: as the user left them, else as the view has it."""

    def __init__(self, folds: dict[Path, bool], view: ValueView) -> None:
        self._folds = folds
        self._view = view

    def __call__(self, node: Node) -> bool:
        chosen = self._folds.get(node.path) if self._folds else None
        return chosen if chosen is not None else self._view.opens_by_itself(node)
