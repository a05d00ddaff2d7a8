"""A value as a tree that is made only where it is unfolded, so that the size of a state does not matter. Pure.

Rows come from the unfolded part alone: a head for every node in sight, rows for the rest of a long container, and (as
JSON) the brackets that close. Long containers show a window of `PAGE` children that grows on demand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from tui.domain.checkpoint import JSON
from tui.domain.json_values import path_of, same

PAGE = 500
"""Children shown of one object or array; a row shows the next ones."""

Step: TypeAlias = "str | int"
Path: TypeAlias = "tuple[Step, ...]"


class _Nothing:
    """Stands for a value that is not there, or not known."""


MISSING: Final = _Nothing()
UNKNOWN: Final = _Nothing()

HEAD, CLOSE, BEFORE, AFTER = "head", "close", "before", "after"


class Node:
    """One value in the tree. Children exist while it is open."""

    __slots__ = ("before", "children", "first", "is_open", "last", "parent", "step", "value")

    def __init__(self, value: JSON, step: Step, parent: Node | None, before: object = UNKNOWN) -> None:
        self.value = value
        self.step = step
        self.parent = parent
        self.before = before
        """The value at the same path of the state before: `MISSING` if there is none, `UNKNOWN` if nobody knows."""
        self.is_open = False
        self.children: list[Node] = []
        self.first = self.last = 0
        """The window of children: places from `first` to `last` (not included)."""

    @property
    def depth(self) -> int:
        """0 for what the state holds."""
        depth, at = -1, self.parent
        while at is not None:
            depth, at = depth + 1, at.parent
        return depth

    @property
    def path(self) -> Path:
        """Keys and indexes from the root."""
        steps: list[Step] = []
        at: Node = self
        while at.parent is not None:
            steps.append(at.step)
            at = at.parent
        return tuple(reversed(steps))

    @property
    def path_text(self) -> str:
        """The path as people write it: `messages[2].content`."""
        return path_of(self.path)

    @property
    def size(self) -> int:
        """How many children the value has."""
        return len(self.value) if isinstance(self.value, (dict, list)) else 0

    @property
    def folds(self) -> bool:
        """Whether there is something to unfold."""
        return self.size > 0

    @property
    def is_news(self) -> bool:
        """Whether the state before had another value here, or none."""
        if self.before is UNKNOWN:
            return False
        return self.before is MISSING or (self.before is not self.value and not same(self.before, self.value))

    @property
    def is_last(self) -> bool:
        """Whether it is the last child of its parent."""
        return self.parent is None or self.parent.size == 0 or self.place == self.parent.size - 1

    @property
    def place(self) -> int:
        """Its place among its parent's children."""
        if isinstance(self.step, int):
            return self.step
        parent = self.parent
        return parent.first + parent.children.index(self) if parent is not None else 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the tree: a node's head, the bracket that closes it, or the rest before or after its window."""

    node: Node
    kind: str = HEAD


class ValueTree:
    """The unfolded part of a value. `opens` says which nodes are open when they first show."""

    def __init__(
        self,
        value: JSON,
        *,
        before: object = UNKNOWN,
        closes: bool = False,
        opens: Callable[[Node], bool] = lambda _: False,
    ) -> None:
        """`closes`: rows for closing brackets, as JSON has them."""
        self.root = Node(value, "", None, before)
        self._closes = closes
        self._opens = opens
        if self.root.folds:
            self.open(self.root)

    def rows(self) -> list[Row]:
        """All rows, from the top; the root itself has none, except as JSON and where it holds nothing."""
        if self._closes or not self.root.folds:
            return list(self.rows_of(self.root))
        return list(self.rows_in(self.root))

    def rows_of(self, node: Node) -> Iterator[Row]:
        """The rows of a node and of all that is open below it."""
        yield Row(node)
        if node.is_open:
            yield from self.rows_in(node)
            if self._closes:
                yield Row(node, CLOSE)

    def rows_in(self, node: Node) -> Iterator[Row]:
        """The rows below a node's own."""
        # An own stack: a value may be nested deeper than Python calls.
        stack: list[Iterator[Node]] = [iter(node.children)]
        holders = [node]
        if node.first > 0:
            yield Row(node, BEFORE)
        while stack:
            child = next(stack[-1], None)
            if child is None:
                stack.pop()
                holder = holders.pop()
                if holder.last < holder.size:
                    yield Row(holder, AFTER)
                if self._closes and holder is not node:
                    yield Row(holder, CLOSE)
                continue
            yield Row(child)
            if child.is_open:
                if child.first > 0:
                    yield Row(child, BEFORE)
                stack.append(iter(child.children))
                holders.append(child)

    def open(self, node: Node) -> None:
        """Unfold a node, and below it what opens by itself."""
        todo = [node]
        while todo:
            at = todo.pop()
            if not at.folds or at.is_open:
                continue
            at.is_open = True
            if not at.children:
                self._fill(at, 0, min(PAGE, at.size))
            todo.extend(reversed([child for child in at.children if child.folds and self._opens(child)]))

    def close(self, node: Node) -> None:
        """Fold a node; what was open below it is forgotten."""
        node.is_open = False
        node.children = []
        node.first = node.last = 0

    def more(self, row: Row) -> None:
        """Show the next page of a window."""
        node = row.node
        if row.kind == BEFORE:
            self._fill(node, max(0, node.first - PAGE), node.last)
        elif row.kind == AFTER:
            self._fill(node, node.first, min(node.size, node.last + PAGE))

    def find(self, path: Path) -> Node | None:
        """The node at a path, if it is in sight."""
        at = self.root
        for step in path:
            found = next((child for child in at.children if child.step == step), None) if at.is_open else None
            if found is None:
                return None
            at = found
        return at

    def reveal(self, path: Path) -> Node:
        """Unfold what is above a path, and move windows to it. Gives the last node that there is on the way."""
        at = self.root
        for step in path:
            place = _place_of(at.value, step)
            if place is None:
                return at
            if not at.is_open:
                self.open(at)
            if not at.first <= place < at.last:
                if at.last <= place < at.last + PAGE:
                    self._fill(at, at.first, min(at.size, at.last + PAGE))
                else:
                    first = max(0, place - PAGE // 2)
                    self._fill(at, first, min(at.size, first + PAGE))
            at = at.children[place - at.first]
        return at

    def _fill(self, node: Node, first: int, last: int) -> None:
        """Show the children from `first` to `last`; those that are there already stay as they are."""
        known = {child.step: child for child in node.children}
        children: list[Node] = []
        for step, value in _entries(node.value, first, last):
            child = known.get(step)
            children.append(child or Node(value, step, node, _counterpart(node.before, step)))
        fresh = [child for child in children if child.step not in known and child.folds and self._opens(child)]
        node.children, node.first, node.last = children, first, last
        if known:
            for child in fresh:
                self.open(child)


def _entries(value: JSON, first: int, last: int) -> Iterable[tuple[Step, JSON]]:
    if isinstance(value, dict):
        return islice(value.items(), first, last)
    return zip(range(first, last), islice(value, first, last), strict=True)


def _place_of(value: JSON, step: Step) -> int | None:
    if isinstance(value, list):
        return step if isinstance(step, int) and step < len(value) else None
    if isinstance(value, dict) and step in value:
        return next(place for place, key in enumerate(value) if key == step)
    return None


def _counterpart(before: object, step: Step) -> object:
    """What stood at a step of the value before."""
    if before is UNKNOWN:
        return UNKNOWN
    if isinstance(before, dict):
        return before.get(step, MISSING)
    if isinstance(before, list) and isinstance(step, int):
        return before[step] if step < len(before) else MISSING
    return MISSING
