"""Laying the tree out in lanes: which branch stands where, and what folds because it would be too much at once.

Works on segments, so a layout costs what the thread has forks and runs; a page of older checkpoints that only goes on
below the last row costs its own length.
"""

from __future__ import annotations

from collections.abc import Collection, Container
from dataclasses import dataclass

from tui.domain.lanes import Block, Chain, Folds, Lanes, Row, RowKind
from tui.domain.segments import Segment, Segments
from tui.domain.tree import CheckpointTree

MOST_LANES = 5
"""Lanes side by side; what forks further right folds."""

MOST_BRANCHES = 5
"""Branches of one fork point, the straight one among them, that show when others of it are folded."""


def lay_out(segments: Segments, folds: Folds) -> Lanes:
    """Rows for all segments. O(s log s) for s segments, however long they are; no recursion: any depth works."""
    whole = _Layout(segments, folds)
    return Lanes(segments, whole.blocks(), whole.starts)


def lay_out_older(lanes: Lanes, segments: Segments, folds: Folds, fresh: Collection[str]) -> Lanes | None:
    """The rows after an older page that only goes on below the last row; None where anything else changed.

    `lanes` is the layout before, `fresh` are the ids that came since. What was laid out stays as it is.
    """
    last = lanes.blocks[-1] if lanes.blocks else None
    if last is None or last.row.kind is not RowKind.UNLOADED or lanes.starts != 1 or not fresh:
        return None
    seam, older = last.row.checkpoint_id, set(fresh)
    if seam not in older or lanes.oldest_id is None or max(older) >= lanes.oldest_id:
        return None
    if any(child in older for child in segments.tree.children(seam)):
        return None
    kept = {block.segment for block in lanes.blocks}
    below = _Layout(segments, folds, touched=older, kept=kept, root=last.chain, seam=seam)
    blocks = below.blocks()
    return Lanes(segments, lanes.blocks[:-1] + blocks, below.starts)


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
    """Blocks from the bottom up; a parent comes before its children.

    With `touched`, only what holds these checkpoints is laid out, up to the `seam` and the segments that are `kept`;
    these stand on the way to the head, so they count as newer than anything else.
    """

    def __init__(
        self,
        segments: Segments,
        folds: Folds,
        *,
        touched: Collection[str] | None = None,
        kept: Container[Segment | None] = (),
        root: Chain | None = None,
        seam: str | None = None,
    ) -> None:
        self._segments = segments
        self._folds = folds
        self._kept = kept
        self._root = root
        self._seam = seam
        found = segments if touched is None else dict.fromkeys(filter(None, map(segments.of, touched)))
        self._touched = list(found)
        self._folded = {segment for i in folds.runs if (segment := segments.of(i)) is not None and len(segment) > 1}
        self._of = self._count()
        self._blocks: list[Block] = []
        self._todo: list[_Piece | Block] = []
        self.starts = 0
        """How many roots and missing parents there are."""

    def blocks(self) -> list[Block]:
        """The blocks from the top down."""
        starts = self._starts()
        self.starts = len(starts)
        for number, start in enumerate(starts):
            self._lay_start(start, self._root if number == len(starts) - 1 else None)
            while self._todo:
                item = self._todo.pop()
                if isinstance(item, Block):
                    self._blocks.append(item)
                elif item.segment not in self._kept:
                    self._lay(item)
        self._blocks.reverse()
        return self._blocks

    def _count(self) -> dict[Segment, _Above]:
        """Children are younger than parents, so one pass from the youngest does it."""
        counts: dict[Segment, _Above] = {}
        newest = _Above("~", 0, 0)
        for segment in sorted(self._touched, key=_newest, reverse=True):
            above = [counts.get(upper, newest) for upper in self._segments.above(segment.newest)]
            if segment in self._kept:
                counts[segment] = newest
                continue
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
        for segment in self._touched:
            parent = tree.parent_id(segment.oldest)
            if parent is None or parent not in tree:
                start = segment if parent is None else parent
                newest[start] = max(newest.get(start, ""), self._of[segment].newest)
        return sorted(newest, key=newest.__getitem__)

    def _lay_start(self, start: Segment | str, root: Chain | None) -> None:
        if isinstance(start, Segment):
            self._todo.append(_Piece(start, root or Chain(0, start.oldest), MOST_LANES))
            return
        chain = root or Chain(0, start)
        missing = RowKind.GONE if self._segments.tree.complete else RowKind.UNLOADED
        self._blocks.append(Block(Row(missing, 0, start), chain))
        self._grow(start, chain, MOST_LANES)

    def _lay(self, piece: _Piece) -> None:
        segment, chain = piece.segment, piece.chain
        kind = RowKind.RUN if segment in self._folded else RowKind.CHECKPOINT
        self._blocks.append(Block(Row(kind, chain.lane, segment.newest), chain, segment))
        self._grow(segment.newest, chain, piece.lanes)

    def _grow(self, fork_point: str, chain: Chain, lanes: int) -> None:
        """What stands above a checkpoint, pushed in the order from the top down."""
        above = self._segments.above(fork_point)
        if not above or fork_point == self._seam:
            return
        branches = sorted(above, key=lambda segment: self._of[segment].newest)
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
