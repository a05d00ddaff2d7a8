"""The timeline as lines: what is drawn for each row of the lane layout. Pure; the `Timeline` widget only scrolls it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tui.domain.labels import Activity, RowText, age, duration, row_text
from tui.domain.lanes import Folds, Lanes, Row, RowKind
from tui.domain.layout import lay_out, lay_out_older
from tui.domain.marks import Mark
from tui.domain.origin import origin_of
from tui.domain.safe_text import cell_len, one_line
from tui.domain.segments import Segments
from tui.domain.tree import CheckpointTree
from tui.domain.value_words import fit_words
from tui.widgets.lines import Line, Part, fit
from tui.widgets.timeline_lanes import Path, lane_parts

AUTHOR_CELLS = (5, 12)
"""The author's column is as wide as the longest author so far, within these limits."""

NARROW = 44
"""Cells below which the author's column gives some of its own to the words."""

TIME_CELLS = 5
"""Cells of a time; what is longer takes the empty cell at the end of the row."""

AGO_FROM = 60
"""Cells from which on an age has the room to say that it is one: "5m ago"."""

LEAST_WORDS = 10
"""Cells that the words keep: in a very narrow pane step and time make room for them."""

_PLAIN_MARKS = {RowKind.UNLOADED: Mark.UNLOADED, RowKind.GONE: Mark.GONE}


class TimelineRows:
    """The rows of one tree; texts are made when a row is drawn and kept until what they tell of changes."""

    def __init__(self, tree: CheckpointTree) -> None:
        self.tree = tree
        self.activity = Activity.NONE
        self.drafts: Collection[str] = ()
        """Checkpoint ids with an edit that was not sent."""
        self.folds = Folds()
        self.now: datetime | None = None
        """What ages are measured from; None shows none."""
        self._segments = Segments(tree)
        self._texts: dict[str, RowText] = {}
        self._version = -1
        self._head: str | None = None
        self._author_cells = AUTHOR_CELLS[0]
        self._step_cells = 2
        self.lanes: Lanes = lay_out(self._segments, self.folds)

    def update(self) -> bool:
        """Take in what the tree learned since the last time; whether it did."""
        if self._version == self.tree.version:
            return False
        self._version = self.tree.version
        fresh = self._segments.update()
        self._measure(fresh)
        self._forget(fresh)
        older = lay_out_older(self.lanes, self._segments, self.folds, fresh)
        self.lanes = older if older is not None else lay_out(self._segments, self.folds)
        return True

    def toggle(self, number: int) -> bool:
        """Fold or unfold what a row stands for or belongs to; whether there was something to fold.

        That is the branch beside its fork point, and on the straight way the run.
        """
        row, block = self.lanes.row(number), self.lanes.block(number)
        chain, folds = block.chain, self.folds
        if row.kind is RowKind.RUN and block.segment is not None:
            folds.runs.difference_update(block.segment.ids)
        elif row.kind is RowKind.BRANCH:
            folds.branches.discard(chain.start)
        elif row.kind is RowKind.MORE and chain.fork_point is not None:
            folds.opened ^= {chain.fork_point}
        elif row.kind is RowKind.CHECKPOINT and chain.parent is not None:
            folds.branches.add(chain.start)
        elif row.kind is RowKind.CHECKPOINT and block.segment is not None and len(block.segment) > 1:
            folds.runs.add(row.checkpoint_id)
        else:
            return False
        self.lanes = lay_out(self._segments, folds)
        return True

    def fold_runs(self) -> bool:
        """One row for each run."""
        self.folds.runs.update(segment.oldest for segment in self._segments)
        self.lanes = lay_out(self._segments, self.folds)
        return True

    def unfold_all(self) -> bool:
        """Only what is too much at once stays folded."""
        self.folds = Folds()
        self.lanes = lay_out(self._segments, self.folds)
        return True

    def reveal(self, checkpoint_id: str) -> int | None:
        """Open the folds over a checkpoint; returns its row, or None where it is not loaded."""
        while (number := self.lanes.number(checkpoint_id)) is None:
            fold = self.lanes.fold_number(checkpoint_id)
            if fold is None:
                return None
            self.toggle(fold)
        return number

    @property
    def branches(self) -> int:
        """How many branches the loaded tree has."""
        return self._segments.tips()

    def text_of(self, checkpoint_id: str) -> RowText:
        """What a checkpoint's row says."""
        if checkpoint_id not in self._texts:
            self._texts[checkpoint_id] = row_text(self.tree, self.tree[checkpoint_id], self.activity)
        return self._texts[checkpoint_id]

    def forget_texts(self) -> None:
        """Something other than the tree changed what rows say, such as a run that started."""
        self._texts.clear()

    def path_to(self, number: int) -> Path:
        """The path from the checkpoint of a row to its root."""
        return Path.to(self.lanes.row(number).checkpoint_id, self.lanes.block(number).chain)

    def line(self, number: int, path: Path, width: int) -> Line:
        """A row as a line of `width` cells; rows on `path` are bright, the rest is calm."""
        row, block = self.lanes.row(number), self.lanes.block(number)
        bright = path.holds(block.chain, row.checkpoint_id)
        lanes = lane_parts(block, row, path, self._mark(row), self.lanes.columns)
        if row.kind is RowKind.JOIN:
            return tuple(lanes)
        if row.kind in _PLAIN_MARKS:
            return (*lanes, (_words_without_checkpoint(row), "calm"))
        room = width - sum(cell_len(part) for part, _ in lanes)
        if row.kind is RowKind.CHECKPOINT:
            return (*lanes, *self._checkpoint_parts(row.checkpoint_id, width, room, bright=bright))
        return (*lanes, *self._fold_parts(row, number, width, room, bright=bright))

    def search_text(self, number: int) -> str:
        """What `/` looks into: author, words and id; of everything that a fold hides, too."""
        row = self.lanes.row(number)
        if row.kind is RowKind.CHECKPOINT:
            return self._found_in(row.checkpoint_id)
        return "\n".join(map(self._found_in, self.lanes.hidden_at(number)))

    def age(self, checkpoint_id: str, width: int) -> str:
        """How long ago a turn began, on the row of its input; else empty."""
        since = self.text_of(checkpoint_id).since
        if since is None or self.now is None:
            return ""
        word = age(since, self.now)
        if len(word) >= TIME_CELLS:
            return ""
        return f"{word} ago" if width >= AGO_FROM and word != "now" else word

    def _found_in(self, checkpoint_id: str) -> str:
        text = self.text_of(checkpoint_id)
        return f"{text.author} {text.words} {checkpoint_id}"

    def _checkpoint_parts(self, checkpoint_id: str, width: int, room: int, *, bright: bool) -> list[Part]:
        text = self.text_of(checkpoint_id)
        author_cells = self._author_cells if width >= NARROW else min(self._author_cells, 8)
        right = self._right(text.step, self._time(checkpoint_id, text, width), width)
        room -= author_cells + 1
        while right and room - sum(cell_len(part) for part, _ in right) < LEAST_WORDS:
            right.pop(0)
        words_cells = max(0, room - sum(cell_len(part) for part, _ in right))
        alarm = {Mark.ERROR: "error", Mark.WAITING: "mark-waiting", Mark.CANCELLED: "warning"}.get(text.mark)
        # Turns are what one looks for in a long thread: their beginnings stand out.
        author_style = ("role-human" if text.since is not None else "strong") if bright else "calm"
        return [
            (fit(text.author_fitting(author_cells), author_cells) + " ", author_style),
            (fit(text.fitting(words_cells), words_cells), alarm or ("" if bright else "calm")),
            *right,
        ]

    def _fold_parts(self, row: Row, number: int, width: int, room: int, *, bright: bool) -> list[Part]:
        newest = self.text_of(row.checkpoint_id)
        is_run = row.kind is RowKind.RUN
        time = duration(self._span(number)) if is_run else ""
        right = self._right(newest.step if is_run else "", (time, "calm"), width)
        if room - sum(cell_len(part) for part, _ in right) < LEAST_WORDS:
            right = []
        cells = max(0, room - sum(cell_len(part) for part, _ in right))
        says = [last for last in (newest.words, *newest.shorter) if last and not row.is_open]
        words = [f"{what} · {last}" for what in _fold_words(row) for last in says] or list(_fold_words(row))
        return [(fit(fit_words(tuple(words), cells), cells), "" if bright else "calm"), *right]

    def _span(self, number: int) -> float | None:
        """How long a folded run took."""
        segment = self.lanes.block(number).segment
        if segment is None:
            return None
        first = self.tree.parent(segment.oldest) or self.tree[segment.oldest]
        begin, end = self.tree[segment.oldest].created_at, self.tree[segment.newest].created_at
        if first.created_at is not None and self.tree[segment.oldest].source not in ("input", "update", "fork"):
            begin = first.created_at
        return max(0.0, (end - begin).total_seconds()) if begin is not None and end is not None else None

    def _right(self, step: str, time: Part, width: int) -> list[Part]:
        cells = TIME_CELLS + 2 if width >= AGO_FROM else TIME_CELLS
        return [(" " + step.rjust(self._step_cells), "calm"), ((" " + time[0].rjust(cells)).ljust(cells + 2), time[1])]

    def _time(self, checkpoint_id: str, text: RowText, width: int) -> Part:
        if checkpoint_id in self.drafts:
            return "draft", "mark-edit"
        return text.note or text.time or self.age(checkpoint_id, width), "calm"

    def _mark(self, row: Row) -> Mark:
        if row.kind is RowKind.CHECKPOINT:
            return self.text_of(row.checkpoint_id).mark
        if row.kind is RowKind.MORE and row.is_open:
            return Mark.OPENED
        return _PLAIN_MARKS.get(row.kind, Mark.FOLDED)

    def _measure(self, fresh: list[str]) -> None:
        """Widen the columns for new authors and steps; they never shrink, so that nothing jumps."""
        high = AUTHOR_CELLS[1]
        steps = max((self.tree[i].step or 0 for i in fresh), default=0)
        self._step_cells = max(self._step_cells, len(str(steps)))
        for checkpoint_id in fresh:
            # A checkpoint without its parent does not know its author: it is measured again when the parent comes.
            for known in (checkpoint_id, *self.tree.children(checkpoint_id)):
                if self._author_cells >= high:
                    return
                label = origin_of(self.tree[known], self.tree.parent(known)).label
                self._author_cells = max(self._author_cells, min(high, cell_len(one_line(label))))

    def _forget(self, fresh: list[str]) -> None:
        """Texts tell of a checkpoint, its parent and its children, and of which one is the head."""
        head = self.tree.head.checkpoint_id if self.tree.head is not None else None
        about = {*fresh, self._head or "", head or ""}
        for checkpoint_id in fresh:
            about.update(self.tree.children(checkpoint_id))
            about.add(self.tree.parent_id(checkpoint_id) or "")
        self._head = head
        for checkpoint_id in about:
            self._texts.pop(checkpoint_id, None)


def _fold_words(row: Row) -> tuple[str, ...]:
    """What a fold stands for, in ever fewer words."""
    several = f"{row.branches} branch{'es' if row.branches > 1 else ''}"
    if row.kind is RowKind.MORE:
        return (several if row.is_open else f"+{several}",)
    what = "run" if row.kind is RowKind.RUN else several if row.branches > 1 else "branch"
    return (
        f"{what} of {row.checkpoints} checkpoint{'s' if row.checkpoints > 1 else ''}",
        f"{what} of {row.checkpoints}",
    )


def _words_without_checkpoint(row: Row) -> str:
    return "older checkpoints, not loaded yet" if row.kind is RowKind.UNLOADED else "older checkpoints are gone"
