"""The checkpoints of one thread as a tree: it grows by pages and re-reads, and is never rebuilt."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator

from tui.domain.checkpoint import Checkpoint


class CheckpointTree:
    """All known checkpoints of one namespace, by id, with their edges.

    Pages may arrive in any order and split anywhere; a parent may be not loaded yet, or gone for good. Ids are
    time-ordered, so "newest" is the greatest id. `version` grows with every change, for caches.
    """

    def __init__(self, thread_id: str) -> None:
        self.thread_id = thread_id
        self.version = 0
        self.complete = False
        """Whether the server has no checkpoints older than the ones here."""
        self.log: list[str] = []
        """Ids in the order in which they came or changed, for those who follow the growth; only ever appended to."""
        self._nodes: dict[str, Checkpoint] = {}
        self._children: dict[str, list[str]] = {}
        self._newest: str | None = None
        self._oldest: str | None = None

    def __len__(self) -> int:
        return len(self._nodes)

    def __contains__(self, checkpoint_id: object) -> bool:
        return checkpoint_id in self._nodes

    def __getitem__(self, checkpoint_id: str) -> Checkpoint:
        return self._nodes[checkpoint_id]

    def __iter__(self) -> Iterator[Checkpoint]:
        return iter(self._nodes.values())

    def get(self, checkpoint_id: str | None) -> Checkpoint | None:
        """The checkpoint, or None when it is not loaded."""
        return self._nodes.get(checkpoint_id) if checkpoint_id is not None else None

    def add(self, checkpoints: Iterable[Checkpoint]) -> frozenset[str]:
        """Take in checkpoints; a known id is replaced by the newer reading. Returns the ids that are new or changed."""
        changed: set[str] = set()
        for checkpoint in checkpoints:
            old = self._nodes.get(checkpoint.checkpoint_id)
            if old == checkpoint:
                continue
            self._put(checkpoint, old)
            self.log.append(checkpoint.checkpoint_id)
            changed.add(checkpoint.checkpoint_id)
        if changed:
            self.version += 1
        return frozenset(changed)

    def mark_complete(self) -> None:
        """Say that the server has nothing older."""
        if not self.complete:
            self.complete = True
            self.version += 1

    @property
    def head(self) -> Checkpoint | None:
        """The newest checkpoint, on whichever branch: where the thread's next message goes on."""
        return self.get(self._newest)

    @property
    def oldest_id(self) -> str | None:
        """The smallest id: page on from before it."""
        return self._oldest

    def children(self, checkpoint_id: str) -> tuple[str, ...]:
        """Ids of the children, oldest first; works for a parent that is not loaded, too."""
        return tuple(self._children.get(checkpoint_id, ()))

    def parent(self, checkpoint_id: str) -> Checkpoint | None:
        """The parent, or None at a root or when it is not loaded."""
        return self.get(self._edge(self._nodes[checkpoint_id]))

    def parent_id(self, checkpoint_id: str) -> str | None:
        """The id of the parent, loaded or not; None at a root."""
        return self._edge(self._nodes[checkpoint_id])

    def is_fork_point(self, checkpoint_id: str) -> bool:
        """Whether two or more branches leave this checkpoint."""
        return len(self._children.get(checkpoint_id, ())) > 1

    def tips(self) -> tuple[str, ...]:
        """Ids without children, newest first: one a branch."""
        return tuple(sorted((i for i in self._nodes if not self._children.get(i)), reverse=True))

    def path(self, checkpoint_id: str) -> list[str]:
        """The ids from a checkpoint up to the oldest loaded ancestor, itself first."""
        path: list[str] = []
        at: Checkpoint | None = self._nodes[checkpoint_id]
        while at is not None:
            path.append(at.checkpoint_id)
            at = self.get(self._edge(at))
        return path

    def ancestors(self, checkpoint_id: str) -> Iterator[Checkpoint]:
        """The loaded ancestors, nearest first, without the checkpoint itself."""
        at = self.parent(checkpoint_id)
        while at is not None:
            yield at
            at = self.parent(at.checkpoint_id)

    def fork_point_of(self, checkpoint_id: str) -> str | None:
        """The nearest ancestor where two or more branches leave; None on an unforked path."""
        return next(
            (c.checkpoint_id for c in self.ancestors(checkpoint_id) if self.is_fork_point(c.checkpoint_id)), None
        )

    def newest_tip_below(self, checkpoint_id: str) -> str:
        """The newest checkpoint among the descendants, or itself."""
        newest, todo = checkpoint_id, [checkpoint_id]
        while todo:
            at = todo.pop()
            newest = max(newest, at)
            todo.extend(self._children.get(at, ()))
        return newest

    def branch_numbers(self) -> dict[str, int]:
        """Branch of every checkpoint: at a fork point the oldest child goes on, each younger child opens a branch.

        Branches are numbered from 0 by their first checkpoint's age, so a new fork never renumbers the others.
        """
        first = [c.checkpoint_id for c in self if self._opens_branch(c)]
        numbers: dict[str, int] = {}
        for number, start in enumerate(sorted(first)):
            at: str | None = start
            while at is not None:
                numbers[at] = number
                children = self._children.get(at)
                at = children[0] if children else None
        return numbers

    def _opens_branch(self, checkpoint: Checkpoint) -> bool:
        parent = self._edge(checkpoint)
        return parent not in self._nodes or self._children[parent][0] != checkpoint.checkpoint_id

    def _put(self, checkpoint: Checkpoint, old: Checkpoint | None) -> None:
        key = checkpoint.checkpoint_id
        if old is not None:
            edge = self._edge(old)
            if edge is not None:
                self._children[edge].remove(key)
                if not self._children[edge]:
                    del self._children[edge]
        self._nodes[key] = checkpoint
        parent = self._edge(checkpoint)
        if parent is not None:
            insort(self._children.setdefault(parent, []), key)
        self._newest = key if self._newest is None else max(self._newest, key)
        self._oldest = key if self._oldest is None else min(self._oldest, key)

    @staticmethod
    def _edge(checkpoint: Checkpoint) -> str | None:
        """The parent's id, if it can be one: a parent is older, so a server's cycle becomes a root and ends."""
        parent = checkpoint.parent_id
        return parent if parent is not None and parent < checkpoint.checkpoint_id else None
