"""The tree as rows with lanes, newest branch first: pure layout, the same for the app and for `history`.

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
from tui.domain.tree import CheckpointTree

MOST_LANES = 5
"""Lanes side by side; what forks further right folds."""

MOST_BRANCHES = 5
"""Branches of one fork point, the straight one among them, that show when others of it are folded."""


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

    def __init__(self, segments: Segments, blocks: list[Block]) -> None:
        self._segments = segments
        self._blocks = blocks
        self._hidden = {start: number for number, block in enumerate(blocks) for start in block.hides}
        self._ends = list(accumulate(block.height for block in blocks))
        self._block_of = {block.segment: number for number, block in enumerate(blocks) if block.segment is not None}
        self.columns = 1 + max((block.row.lane for block in blocks), default=0)
        """How many lanes are in use."""

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[Row]:
        for block in self._blocks:
            if block.segment is None or block.row.kind is not RowKind.CHECKPOINT:
                yield block.row
            else:
                yield from (
                    Row(RowKind.CHECKPOINT, block.row.lane, checkpoint_id)
                    for checkpoint_id in reversed(block.segment.ids)
                )

    def block(self, number: int) -> Block:
        """The block that a row belongs to."""
        return self._blocks[bisect_right(self._ends, number)]

    def row(self, number: int) -> Row:
        """One row, counted from the top."""
        at = bisect_right(self._ends, number)
        block = self._blocks[at]
        if block.segment is None or block.row.kind is not RowKind.CHECKPOINT:
            return block.row
        return Row(RowKind.CHECKPOINT, block.row.lane, block.segment.ids[self._ends[at] - 1 - number])

    def number(self, checkpoint_id: str) -> int | None:
        """The row of a checkpoint; None where it is folded away or not loaded."""
        segment = self._segments.of(checkpoint_id)
        at = self._block_of.get(segment) if segment is not None else None
        if segment is None or at is None or self._blocks[at].row.kind is not RowKind.CHECKPOINT:
            return None
        return self._ends[at] - 1 - segment.place(checkpoint_id)

    def fold_number(self, checkpoint_id: str) -> int | None:
        """The row of the fold that hides a checkpoint; None where it is in sight or not loaded."""
        segment = self._segments.of(checkpoint_id)
        at = self._block_of.get(segment) if segment is not None else None
        if at is not None and self._blocks[at].row.kind is RowKind.CHECKPOINT:
            return None
        while segment is not None and at is None:
            at = self._hidden.get(segment.oldest)
            segment = self._segments.below(segment)
        return None if at is None else self._ends[at] - 1


def lay_out(segments: Segments, folds: Folds) -> Lanes:
    """Rows for all segments. O(s log s) for s segments, however long they are; no recursion: any depth works."""
    return _Layout(segments, folds).lanes()


def layout(tree: CheckpointTree) -> list[Row]:
    """All rows of a tree without any fold."""
    segments = Segments(tree)
    segments.update()
    return list(lay_out(segments, Folds(limit=False)))


@dataclass(slots=True)
class _Above:
    """A segment and all that grows out of it."""

    newest: str
    checkpoints: int
    branches: int


@dataclass(slots=True)
class _Piece:
    """A segment that is still to be laid out, and the number of lanes that its branches may go up to."""

    segment: Segment
    chain: Chain
    lanes: int


class _Layout:
    """Blocks from the bottom up; a parent comes before its children."""

    def __init__(self, segments: Segments, folds: Folds) -> None:
        self._segments = segments
        self._folds = folds
        self._folded = {segment for i in folds.runs if (segment := segments.of(i)) is not None and len(segment) > 1}
        self._of = self._count()
        self._blocks: list[Block] = []
        self._todo: list[_Piece | Block] = []

    def lanes(self) -> Lanes:
        """The finished layout."""
        for start in self._starts():
            self._lay_start(start)
            while self._todo:
                item = self._todo.pop()
                if isinstance(item, Block):
                    self._blocks.append(item)
                else:
                    self._lay(item)
        self._blocks.reverse()
        return Lanes(self._segments, self._blocks)

    def _count(self) -> dict[Segment, _Above]:
        """Children are younger than parents, so one pass from the youngest does it."""
        counts: dict[Segment, _Above] = {}
        for segment in sorted(self._segments, key=_newest, reverse=True):
            above = [counts[upper] for upper in self._segments.above(segment.newest)]
            counts[segment] = _Above(
                max((upper.newest for upper in above), default=segment.newest),
                len(segment) + sum(upper.checkpoints for upper in above),
                sum(upper.branches for upper in above) or 1,
            )
        return counts

    def _starts(self) -> list[Segment | str]:
        """Roots, and parents that are not here by their ids; the one with the newest checkpoint comes last."""
        tree = self._segments.tree
        newest: dict[Segment | str, str] = {}
        for segment in self._segments:
            parent = tree.parent_id(segment.oldest)
            if parent is None or parent not in tree:
                start = segment if parent is None else parent
                newest[start] = max(newest.get(start, ""), self._of[segment].newest)
        return sorted(newest, key=newest.__getitem__)

    def _lay_start(self, start: Segment | str) -> None:
        if isinstance(start, Segment):
            self._todo.append(_Piece(start, Chain(0, start.oldest), MOST_LANES))
            return
        chain = Chain(0, start)
        missing = RowKind.GONE if self._segments.tree.complete else RowKind.UNLOADED
        self._blocks.append(Block(Row(missing, 0, start), chain))
        self._grow(start, chain, MOST_LANES)

    def _lay(self, piece: _Piece) -> None:
        segment, chain = piece.segment, piece.chain
        folded = segment in self._folded
        row = Row(RowKind.RUN, chain.lane, segment.newest, len(segment), 0) if folded else None
        self._blocks.append(Block(row or Row(RowKind.CHECKPOINT, chain.lane, segment.newest), chain, segment))
        self._grow(segment.newest, chain, piece.lanes)

    def _grow(self, fork_point: str, chain: Chain, lanes: int) -> None:
        """What stands above a checkpoint, pushed in the order from the top down."""
        branches = sorted(self._segments.above(fork_point), key=lambda segment: self._of[segment].newest)
        if not branches:
            return
        straight = branches.pop()
        self._todo.append(_Piece(straight, chain, lanes))
        folded = self._too_many(branches, chain.lane + 1 >= lanes)
        for segment in reversed(branches[folded:]):
            self._push_side(segment, fork_point, straight, chain, lanes)
        if folded:
            is_open = fork_point in self._folds.opened
            self._push_more(branches[:folded], fork_point, straight, chain, is_open=is_open)
            for segment in reversed(branches[:folded] if is_open else []):
                self._push_side(segment, fork_point, straight, chain, max(lanes, chain.lane + 1 + MOST_LANES))

    def _too_many(self, sides: list[Segment], too_far: bool) -> int:
        """How many of the branches beside the straight one fold, the oldest ones."""
        if not self._folds.limit:
            return 0
        if too_far:
            return len(sides)
        # One branch more than that shows, because its fold would take a row as well.
        return len(sides) - MOST_BRANCHES + 1 if len(sides) > MOST_BRANCHES else 0

    def _push_side(self, segment: Segment, fork_point: str, straight: Segment, chain: Chain, lanes: int) -> None:
        side = Chain(chain.lane + 1, segment.oldest, fork_point, straight.oldest, chain)
        if segment.oldest in self._folds.branches:
            above = self._of[segment]
            row = Row(RowKind.BRANCH, side.lane, above.newest, above.checkpoints, above.branches)
            self._todo.append(Block(row, side, hides=(segment.oldest,)))
            return
        self._todo.append(_Piece(segment, side, lanes))
        self._todo.append(Block(Row(RowKind.JOIN, side.lane, fork_point), side))

    def _push_more(
        self, sides: list[Segment], fork_point: str, straight: Segment, chain: Chain, *, is_open: bool
    ) -> None:
        side = Chain(chain.lane + 1, sides[-1].oldest, fork_point, straight.oldest, chain)
        above = [self._of[segment] for segment in sides]
        row = Row(
            RowKind.MORE,
            side.lane,
            above[-1].newest,
            sum(one.checkpoints for one in above),
            sum(one.branches for one in above),
            is_open,
        )
        self._todo.append(Block(row, side, hides=() if is_open else tuple(segment.oldest for segment in sides)))


def _newest(segment: Segment) -> str:
    return segment.newest
