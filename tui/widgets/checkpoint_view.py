"""The Checkpoint tab: what comes next, what is asked, what failed, how it was run, and every id, ready to be copied."""

from __future__ import annotations

from tui.widgets.checkpoint_rows import FactRow, Facts, checkpoint_rows
from tui.widgets.lines import Line
from tui.widgets.row_view import RowView, Selected


class CheckpointView(RowView):
    """Unfolds by name, so that what was unfolded stays so at the next checkpoint."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._facts: Facts | None = None
        self._rows: list[FactRow] = []
        self._unfolded: set[str] = set()
        self._width = 0
        self._words = ""

    def show(self, facts: Facts | None, words: str = "") -> None:
        """Show a checkpoint; the place stays when it is the same one, told better. `words` say why there is none."""
        same = (
            facts is not None
            and self._facts is not None
            and facts.checkpoint.checkpoint_id == self._facts.checkpoint.checkpoint_id
        )
        self._facts, self._words = facts, words
        self._build()
        if not same:
            self.mark("")
            self.go_to(0)
            self._cursor = 0 if self._rows else None
        super().lines_changed()

    @property
    def row_count(self) -> int:
        """Rows."""
        return len(self._rows)

    def row_at(self, index: int, width: int) -> Line:
        """One row."""
        del width
        return self._rows[index].line

    def empty_words(self) -> str:
        """Why there is nothing."""
        return self._words

    @property
    def selected(self) -> Selected | None:
        """What the row is about."""
        if self._cursor is None or self._cursor >= len(self._rows):
            return None
        return self._rows[self._cursor].selected

    def activate(self, index: int) -> bool:
        """Fold or unfold what is at a row."""
        key = self._rows[index].key if index < len(self._rows) else None
        if key is None:
            return False
        self._unfolded ^= {key}
        self._build()
        first = next((place for place, row in enumerate(self._rows) if row.key == key), 0)
        if key not in self._unfolded and self._cursor is not None and self._cursor > first:
            self.move_cursor(first)
        super().lines_changed()
        return True

    def action_fold(self) -> None:
        """Fold what is unfolded."""
        row = self._rows[self._cursor] if self._cursor is not None and self._cursor < len(self._rows) else None
        if row is not None and row.key in self._unfolded and self._cursor is not None:
            self.activate(self._cursor)

    def action_unfold(self) -> None:
        """Unfold what is folded."""
        row = self._rows[self._cursor] if self._cursor is not None and self._cursor < len(self._rows) else None
        if row is not None and row.key is not None and row.key not in self._unfolded and self._cursor is not None:
            self.activate(self._cursor)

    def lines_changed(self, *, from_line: int = 0) -> None:
        """Lay out again when the width is another."""
        if self.scrollable_content_region.width != self._width:
            self._build()
        super().lines_changed(from_line=from_line)

    def _build(self) -> None:
        self._width = self.scrollable_content_region.width
        self._strips.clear()
        shown = self._facts is not None and self._width > 0
        self._rows = checkpoint_rows(self._facts, self._width, self._unfolded) if shown and self._facts else []
        self._cursor = min(self._cursor or 0, len(self._rows) - 1) if self._rows else None
