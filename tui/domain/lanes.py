"""The tree as rows with lanes, newest branch first: pure layout, the same for the app and for `history`.

The branch with the newest checkpoint runs straight down lane 0; an older sibling branch stands below it, one lane to
the right, and a join row closes it just above its fork point:

    ●    newest branch
    │ ●  older branch
    ├─╯
    ●    fork point

So a lane is free again as soon as its branch has joined: twenty forks of one point need two lanes, and only forks of
forks go further right. The lanes left of a row's own are always passing through.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tui.domain.tree import CheckpointTree


class RowKind(Enum):
    """What a row of the timeline stands for; only checkpoints are selected."""

    CHECKPOINT = "checkpoint"
    JOIN = "join"
    UNLOADED = "unloaded"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a checkpoint in a lane, a join of lane `lane` into the one left of it, or a parent that is not here.

    `checkpoint_id` is the missing parent's id for UNLOADED and GONE, and the fork point's for JOIN.
    """

    kind: RowKind
    lane: int
    checkpoint_id: str


def layout(tree: CheckpointTree) -> list[Row]:
    """All rows from top (newest) to bottom (oldest). O(n log n) in time, no recursion: any depth of forks works."""
    newest = _newest_below(tree)
    missing = RowKind.GONE if tree.complete else RowKind.UNLOADED
    starts = [(i, RowKind.CHECKPOINT) for i in tree.roots()] + [(i, missing) for i in tree.missing_parents()]
    starts.sort(key=lambda start: newest[start[0]])
    rows: list[Row] = []
    # Built from the bottom up, then turned round: a parent comes before its children.
    for start, kind in starts:
        todo = [Row(kind, 0, start)]
        while todo:
            row = todo.pop()
            rows.append(row)
            if row.kind is RowKind.JOIN:
                continue
            children = sorted(tree.children(row.checkpoint_id), key=newest.__getitem__)
            todo.extend(Row(RowKind.CHECKPOINT, row.lane, straight) for straight in children[-1:])
            for child in reversed(children[:-1]):
                todo.append(Row(RowKind.CHECKPOINT, row.lane + 1, child))
                todo.append(Row(RowKind.JOIN, row.lane + 1, row.checkpoint_id))
    rows.reverse()
    return rows


def _newest_below(tree: CheckpointTree) -> dict[str, str]:
    """The newest id in each subtree; children are younger than parents, so one pass from the youngest does it."""
    newest: dict[str, str] = {}
    ids = sorted([c.checkpoint_id for c in tree] + list(tree.missing_parents()), reverse=True)
    for checkpoint_id in ids:
        newest[checkpoint_id] = max((newest[child] for child in tree.children(checkpoint_id)), default=checkpoint_id)
    return newest
