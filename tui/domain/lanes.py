"""The tree as rows with lanes, newest branch first: the same for the app and for `history`.

The branch with the newest checkpoint runs straight down lane 0; an older sibling branch stands below it, one lane to
the right, and a join row closes it just above its fork point:

    ●    newest branch
    │ ●  older branch
    ├─╯
    ●    fork point

So a lane is free again as soon as its branch has joined: twenty forks of one point need two lanes, and only forks of
forks go further right. The lanes left of a row's own are always passing through.

What would not be read at a glance folds: the oldest of many branches of one point, branches further right than a few
lanes, and whatever the user folds. A fold is one row that needs no join:

    ├─▸  +15 branches
    ●    fork point
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate

from tui.domain.segments import Segment, Segments


class RowKind(Enum):
    """What a row of the timeline stands for. Joins are never selected, nor are parents that are not here."""

    CHECKPOINT = "checkpoint"
    JOIN = "join"
    UNLOADED = "unloaded"
    GONE = "gone"
    RUN = "run"
    BRANCH = "branch"
    MORE = "more"

    @property
    def is_fold(self) -> bool:
        """Whether the row stands for several checkpoints."""
        return self in (RowKind.RUN, RowKind.BRANCH, RowKind.MORE)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a checkpoint in a lane, a join of lane `lane` into the one left of it, a parent that is not here, or a
    fold.

    `checkpoint_id` is the missing parent's id for UNLOADED and GONE, the fork point's for JOIN, and the newest hidden
    checkpoint's for folds.
    """

    kind: RowKind
    lane: int
    checkpoint_id: str
    checkpoints: int = 0
    """How many checkpoints a fold stands for."""
    branches: int = 0
    """How many branches a fold stands for."""
    is_open: bool = False
    """Whether the branches of a MORE row are shown below it."""


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """A branch as it is drawn: all that stands in one lane above one fork point."""

    lane: int
    start: str
    """Its oldest checkpoint, or the missing parent's id."""
    fork_point: str | None = None
    beside: str | None = None
    """The oldest checkpoint of the straight branch of the same fork point, whose line passes left of this branch."""
    parent: Chain | None = None


@dataclass(slots=True, eq=False)
class Block:
    """Consecutive rows: a segment, or one row of another kind."""

    row: Row
    chain: Chain
    segment: Segment | None = None
    hides: tuple[str, ...] = ()
    """The oldest checkpoints of the branches that a fold hides."""

    @property
    def height(self) -> int:
        """How many rows."""
        return len(self.segment) if self.segment is not None and self.row.kind is RowKind.CHECKPOINT else 1

    def at(self, height: int) -> Row:
        """One row, counted from below. A segment may grow after it was laid out, so it is asked, not remembered."""
        if self.segment is None:
            return self.row
        if self.row.kind is RowKind.RUN:
            return Row(RowKind.RUN, self.row.lane, self.segment.newest, len(self.segment))
        return Row(RowKind.CHECKPOINT, self.row.lane, self.segment.ids[height])


@dataclass(slots=True)
class Folds:
    """What is folded and unfolded by hand, each named by the id of a checkpoint, so that it survives all growth."""

    runs: set[str] = field(default_factory=set)
    """Any checkpoint of a folded run's piece."""
    branches: set[str] = field(default_factory=set)
    """The oldest checkpoint of a folded branch."""
    opened: set[str] = field(default_factory=set)
    """Fork points whose many branches are shown."""
    limit: bool = True
    """Whether what is too much folds by itself."""


class Lanes:
    """The rows of a tree with its folds, from top (newest) to bottom (oldest)."""

    def __init__(self, segments: Segments, blocks: list[Block], starts: int = 0) -> None:
        self._segments = segments
        self.blocks = blocks
        self.starts = starts
        """How many roots and missing parents there are."""
        self.oldest_id = segments.tree.oldest_id
        """The oldest checkpoint that was laid out."""
        self._hidden = {start: number for number, block in enumerate(blocks) for start in block.hides}
        self._ends = list(accumulate(block.height for block in blocks))
        self._block_of = {block.segment: number for number, block in enumerate(blocks) if block.segment is not None}
        self.columns = 1 + max((block.row.lane for block in blocks), default=0)
        """How many lanes are in use."""

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[Row]:
        for block in self.blocks:
            yield from map(block.at, range(block.height - 1, -1, -1))

    def block(self, number: int) -> Block:
        """The block that a row belongs to."""
        return self.blocks[bisect_right(self._ends, number)]

    def row(self, number: int) -> Row:
        """One row, counted from the top."""
        at = bisect_right(self._ends, number)
        block = self.blocks[at]
        return block.at(self._ends[at] - 1 - number)

    def number(self, checkpoint_id: str) -> int | None:
        """The row of a checkpoint; None where it is folded away or not loaded."""
        segment = self._segments.of(checkpoint_id)
        at = self._block_of.get(segment) if segment is not None else None
        if segment is None or at is None or self.blocks[at].row.kind is not RowKind.CHECKPOINT:
            return None
        return self._ends[at] - 1 - segment.place(checkpoint_id)

    def fold_number(self, checkpoint_id: str) -> int | None:
        """The row of the fold that hides a checkpoint; None where it is in sight or not loaded."""
        segment = self._segments.of(checkpoint_id)
        at = self._block_of.get(segment) if segment is not None else None
        if at is not None and self.blocks[at].row.kind is RowKind.CHECKPOINT:
            return None
        while segment is not None and at is None:
            at = self._hidden.get(segment.oldest)
            segment = self._segments.below(segment)
        return None if at is None else self._ends[at] - 1

    def more_number(self, fork_point: str) -> int | None:
        """The row that stands for the many branches of a fork point."""
        for number, block in enumerate(self.blocks):
            if block.row.kind is RowKind.MORE and block.chain.fork_point == fork_point:
                return self._ends[number] - 1
        return None

    def hidden_at(self, number: int) -> Iterator[str]:
        """The checkpoints that a fold hides."""
        block = self.block(number)
        if block.row.kind is RowKind.RUN and block.segment is not None:
            yield from block.segment.ids
        todo = list(block.hides)
        while todo:
            segment = self._segments.of(todo.pop())
            if segment is not None:
                yield from segment.ids
                todo += [upper.oldest for upper in self._segments.above(segment.newest)]
