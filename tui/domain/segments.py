"""The tree as segments: pieces of a branch that one run made, without a fork inside.

A thread of ten thousand checkpoints has few forks and few runs. Whoever lays out segments instead of checkpoints pays
for these, not for the length of the thread; and a run folds as one piece.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator

from tui.domain.tree import CheckpointTree

_BEGINNERS = ("input", "update", "fork")
"""Sources of checkpoints that begin something new, also on servers that do not name the run."""


class Segment:
    """Checkpoints in a line, oldest first. Only the last of them may have several children, or none."""

    __slots__ = ("ids",)

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = deque(ids)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def oldest(self) -> str:
        """The first checkpoint."""
        return self.ids[0]

    @property
    def newest(self) -> str:
        """The last checkpoint."""
        return self.ids[-1]

    def place(self, checkpoint_id: str) -> int:
        """Where a checkpoint of this segment stands, from 0; ids are time-ordered, so this is a binary search."""
        return bisect_left(self.ids, checkpoint_id)


class Segments:
    """All segments of one tree. `update` takes in what the tree learned since; each new checkpoint costs the same."""

    def __init__(self, tree: CheckpointTree) -> None:
        self.tree = tree
        self._of: dict[str, Segment] = {}
        self._all: dict[Segment, None] = {}
        self._seen = 0

    def __iter__(self) -> Iterator[Segment]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def update(self) -> list[str]:
        """Follow the tree's growth; returns the ids that came or changed since the last time."""
        fresh = self.tree.log[self._seen :]
        self._seen = len(self.tree.log)
        for checkpoint_id in fresh:
            if checkpoint_id not in self._of:
                self._put(checkpoint_id)
            elif not self._still_fits(checkpoint_id):
                self._rebuild()
                break
        return fresh

    def of(self, checkpoint_id: str) -> Segment | None:
        """The segment that holds a checkpoint; None if it is not loaded."""
        return self._of.get(checkpoint_id)

    def above(self, checkpoint_id: str) -> list[Segment]:
        """The segments that grow out of a checkpoint at a segment's end, or out of a parent that is not loaded."""
        return [self._of[child] for child in self.tree.children(checkpoint_id) if child in self._of]

    def below(self, segment: Segment) -> Segment | None:
        """The segment out of which this one grows; None at a root or when it is not loaded."""
        parent = self.tree.parent_id(segment.oldest)
        return self._of.get(parent) if parent is not None else None

    def tips(self) -> int:
        """How many branches there are: segments that nothing grows out of."""
        return sum(not self.tree.children(segment.newest) for segment in self._all)

    def _put(self, checkpoint_id: str) -> None:
        parent = self.tree.parent_id(checkpoint_id)
        lower = self._of.get(parent) if parent is not None else None
        if lower is not None and parent is not None and lower.newest != parent:
            # What was a piece of a line is a fork point from now on.
            self._split(lower, parent)
            lower = self._of[parent]
        upper = self._joined_above(checkpoint_id)
        if lower is not None and parent is not None and self._joins(parent, checkpoint_id):
            lower.ids.append(checkpoint_id)
            self._of[checkpoint_id] = lower
            if upper is not None:
                self._merge(lower, upper)
        elif upper is not None:
            upper.ids.appendleft(checkpoint_id)
            self._of[checkpoint_id] = upper
        else:
            self._add(Segment([checkpoint_id]))

    def _joined_above(self, checkpoint_id: str) -> Segment | None:
        children = self.tree.children(checkpoint_id)
        if len(children) != 1 or children[0] not in self._of or not self._joins(checkpoint_id, children[0]):
            return None
        return self._of[children[0]]

    def _joins(self, parent: str, child: str) -> bool:
        """Whether the two belong into one segment."""
        if self.tree.children(parent) != (child,):
            return False
        above, below = self.tree[child], self.tree[parent]
        return above.run_id == below.run_id and above.source not in _BEGINNERS

    def _still_fits(self, checkpoint_id: str) -> bool:
        """Whether a checkpoint that was read again may stay where it is."""
        ids = self._of[checkpoint_id].ids
        place = self._of[checkpoint_id].place(checkpoint_id)
        parent = self.tree.parent_id(checkpoint_id)
        if place == 0 and parent in self._of and self._of[parent].newest != parent:
            return False
        neighbours = [(ids[i], ids[i + 1]) for i in (place - 1, place) if 0 <= i < len(ids) - 1]
        return all(self.tree.parent_id(child) == parent and self._joins(parent, child) for parent, child in neighbours)

    def _add(self, segment: Segment) -> None:
        self._all[segment] = None
        for checkpoint_id in segment.ids:
            self._of[checkpoint_id] = segment

    def _split(self, segment: Segment, after: str) -> None:
        upper: deque[str] = deque()
        while segment.newest != after:
            upper.appendleft(segment.ids.pop())
        self._add(Segment(upper))

    def _merge(self, lower: Segment, upper: Segment) -> None:
        small, large = sorted((lower, upper), key=len)
        if small is lower:
            large.ids.extendleft(reversed(lower.ids))
        else:
            large.ids.extend(upper.ids)
        self._of.update(dict.fromkeys(small.ids, large))
        del self._all[small]

    def _rebuild(self) -> None:
        self._of.clear()
        self._all.clear()
        for checkpoint_id in sorted(checkpoint.checkpoint_id for checkpoint in self.tree):
            self._put(checkpoint_id)
