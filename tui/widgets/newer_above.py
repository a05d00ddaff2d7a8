"""What others add at the head while one looks further down: counted until it has been in sight."""

from __future__ import annotations

from collections.abc import Callable

from tui.domain.tree import CheckpointTree


class NewerAbove:
    """The checkpoints that came at the head of one tree and were not in sight yet."""

    def __init__(self, tree: CheckpointTree) -> None:
        self._tree = tree
        self._head = self._head_id()
        self._ids: list[str] = []

    def __len__(self) -> int:
        return len(self._ids)

    def take_in(self) -> None:
        """The tree grew. Older pages leave its head as it is; ids are time-ordered."""
        before, self._head = self._head, self._head_id()
        at: str | None = self._head
        while at is not None and at in self._tree and at > before:
            self._ids.append(at)
            at = self._tree.parent_id(at)

    def look(self, row_of: Callable[[str], int | None], top: int) -> None:
        """What stands at row `top` or below it is, or was, in sight."""
        self._ids = [i for i in self._ids if (row := row_of(i)) is not None and row < top]

    def _head_id(self) -> str:
        return self._tree.head.checkpoint_id if self._tree.head is not None else ""
