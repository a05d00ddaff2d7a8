"""The timeline as lines: what is drawn for each row of the lane layout. Pure; the `Timeline` widget only scrolls it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from tui.domain.labels import Mark, RowText, duration, row_text
from tui.domain.lanes import Row, RowKind, layout
from tui.domain.origin import origin_of
from tui.domain.safe_text import cell_len
from tui.domain.tree import CheckpointTree
from tui.widgets.lines import Line, Part, fit

MOST_LANES = 5
"""Lanes side by side; deeper forks are drawn in the last one."""

AUTHOR_CELLS = (6, 14)
"""The author's column is as wide as the longest author so far, within these limits."""

TIME_CELLS = 5

LEAST_WORDS = 10
"""Cells that the words keep: in a very narrow pane step and time make room for them."""

_MARK_STYLES = {
    Mark.HEAD: "mark-head",
    Mark.EDIT: "mark-edit",
    Mark.REPLAY: "mark-replay",
    Mark.WAITING: "mark-waiting",
    Mark.ERROR: "mark-error",
    Mark.RUNNING: "mark-running",
}


@dataclass
class TimelineRows:
    """The rows of one tree; texts are made when a row is drawn and kept until the tree changes."""

    tree: CheckpointTree
    running: bool = False
    drafts: Collection[str] = ()
    """Checkpoint ids with an edit that was not sent."""
    rows: list[Row] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    """Row number of each checkpoint."""
    _above: list[tuple[str | None, ...]] = field(default_factory=list)
    _texts: dict[str, RowText] = field(default_factory=dict)
    _version: int = -1
    _author_cells: int = AUTHOR_CELLS[0]
    _step_cells: int = 2

    def update(self) -> bool:
        """Lay out again if the tree has changed; whether it had."""
        if self._version == self.tree.version:
            return False
        self._version = self.tree.version
        self.rows = layout(self.tree)
        self.index = {
            row.checkpoint_id: number for number, row in enumerate(self.rows) if row.kind is RowKind.CHECKPOINT
        }
        self._above = _checkpoints_above(self.rows)
        self._texts.clear()
        self._measure()
        return True

    @property
    def branches(self) -> int:
        """How many branches the loaded tree has."""
        return len(self.tree.tips())

    def text_of(self, checkpoint_id: str) -> RowText:
        """What a checkpoint's row says."""
        if checkpoint_id not in self._texts:
            self._texts[checkpoint_id] = row_text(self.tree, self.tree[checkpoint_id], running=self.running)
        return self._texts[checkpoint_id]

    def forget_texts(self) -> None:
        """Something other than the tree changed what rows say, such as a run that started."""
        self._texts.clear()

    def line(self, number: int, path: Collection[str], width: int) -> Line:
        """A row as a line of `width` cells; rows on `path` are bright, the rest is calm."""
        row = self.rows[number]
        lanes = self._lanes(number, row, path)
        if row.kind is RowKind.CHECKPOINT:
            return self._checkpoint_line(row, lanes, path, width)
        return (*lanes, (_words_without_checkpoint(row), "calm"))

    def search_text(self, number: int) -> str:
        """What `/` looks into."""
        row = self.rows[number]
        if row.kind is not RowKind.CHECKPOINT:
            return ""
        text = self.text_of(row.checkpoint_id)
        return f"{text.author} {text.words} {row.checkpoint_id}"

    def _checkpoint_line(self, row: Row, lanes: list[Part], path: Collection[str], width: int) -> Line:
        text = self.text_of(row.checkpoint_id)
        bright = row.checkpoint_id in path
        time, time_style = self._time(row.checkpoint_id, text)
        used = sum(cell_len(part) for part, _ in lanes) + self._author_cells + 2
        right: list[Part] = [
            (" " + text.step.rjust(self._step_cells), "calm"),
            (" " + time.rjust(TIME_CELLS), time_style),
        ]
        while right and width - used - sum(cell_len(part) for part, _ in right) < LEAST_WORDS:
            right.pop(0)
        words_cells = max(0, width - used - sum(cell_len(part) for part, _ in right))
        shown = "" if bright else "calm"
        words_style = "error" if text.mark is Mark.ERROR else "mark-waiting" if text.mark is Mark.WAITING else shown
        return (
            *lanes,
            (fit(text.author, self._author_cells) + " ", "strong" if bright else "calm"),
            (fit(text.words, words_cells), words_style),
            *right,
            (" ", ""),
        )

    def _time(self, checkpoint_id: str, text: RowText) -> Part:
        if checkpoint_id in self.drafts:
            return "draft", "mark-edit"
        return text.note or duration(text.seconds), "calm"

    def _lanes(self, number: int, row: Row, path: Collection[str]) -> list[Part]:
        above = self._above[number]
        lane = min(row.lane, MOST_LANES - 1)
        passing = lane - 1 if row.kind is RowKind.JOIN else lane
        parts: list[Part] = [(" ", "")]
        parts += [("│ ", _lane_style(column, bright=above[column] in path)) for column in range(passing)]
        if row.kind is RowKind.JOIN:
            parts.append(("├", _lane_style(lane - 1, bright=above[row.lane - 1] in path or above[row.lane] in path)))
            parts.append(("─╯", _lane_style(lane, bright=above[row.lane] in path)))
            return parts
        parts.append(self._mark(row, lane, bright=row.checkpoint_id in path))
        parts.append((" " + "  " * max(0, self._lane_columns - lane - 1), ""))
        return parts

    def _mark(self, row: Row, lane: int, *, bright: bool) -> Part:
        if row.kind is not RowKind.CHECKPOINT:
            mark = Mark.GONE if row.kind is RowKind.GONE else Mark.UNLOADED
            return mark.value[0], "calm"
        mark = self.text_of(row.checkpoint_id).mark
        return mark.value[0], _MARK_STYLES.get(mark) or _lane_style(lane, bright=bright)

    def _measure(self) -> None:
        low, high = AUTHOR_CELLS
        longest = low
        deepest, last_step = 0, 0
        for row in self.rows:
            deepest = max(deepest, row.lane)
            if row.kind is RowKind.CHECKPOINT:
                checkpoint = self.tree[row.checkpoint_id]
                last_step = max(last_step, checkpoint.step or 0)
                if longest < high:
                    label = origin_of(checkpoint, self.tree.parent(row.checkpoint_id)).label
                    longest = max(longest, cell_len(label))
        self._author_cells = min(high, longest)
        self._step_cells = max(2, len(str(last_step)))
        self._lane_columns = max(2, min(deepest + 1, MOST_LANES))


def _lane_style(lane: int, *, bright: bool) -> str:
    return f"lane-{lane % 5 + 1}" if bright else "calm"


def _words_without_checkpoint(row: Row) -> str:
    if row.kind is RowKind.UNLOADED:
        return "older checkpoints, not loaded yet"
    return "older checkpoints are gone" if row.kind is RowKind.GONE else ""


def _checkpoints_above(rows: list[Row]) -> list[tuple[str | None, ...]]:
    """For each row, the nearest checkpoint above it in every lane up to its own: whose line passes through there."""
    latest: list[str | None] = []
    above: list[tuple[str | None, ...]] = []
    for row in rows:
        while len(latest) <= row.lane:
            latest.append(None)
        above.append(tuple(latest[: row.lane + 1]))
        if row.kind is RowKind.CHECKPOINT:
            latest[row.lane] = row.checkpoint_id
    return above
