"""What a broken line swallowed, as far as the history knows it: results of nodes whose end nobody saw.

Tokens and custom events that were missed are gone; what a node wrote is in the checkpoints. It is handed on as the
update that the stream would have brought, marked as filled, behind a mark that says where the line was lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from tui.domain.checkpoint import JSON, START
from tui.domain.json_values import same
from tui.domain.messages import is_message
from tui.domain.transcript import GAP, StreamEvent
from tui.domain.tree import CheckpointTree


@dataclass(frozen=True, slots=True)
class Result:
    """What one execution of a node of the root graph wrote."""

    node: str
    value: JSON
    at: datetime | None = None
    """When the checkpoint behind it was written; None while there is none."""

    def is_seen_in(self, other: Result) -> bool:
        """Whether it is the same execution, by the ids of its messages or by its value."""
        if self.node != other.node:
            return False
        mine, theirs = _message_ids(self.value), _message_ids(other.value)
        return bool(mine & theirs) if mine and theirs else same(self.value, other.value)


class Gap:
    """Notes what the stream brought, and finds what it did not."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._since: list[Result] = []
        self._first: Counter[str] | None = None
        self._filled: list[Result] = []

    @property
    def is_open(self) -> bool:
        """Whether something may be missing."""
        return self._first is not None

    def note(self, event: StreamEvent) -> None:
        """An event came."""
        if event.mode != "updates" or event.namespace or not isinstance(event.data, Mapping):
            return
        for node, value in event.data.items():
            if not node.startswith("__"):
                self._count[node] += 1
                if self._first is not None:
                    self._since.append(Result(node, value))

    def opens(self) -> None:
        """The line is lost: from here on something may be missing."""
        if self._first is None:
            self._first = self._count.copy()

    def repeats(self, event: StreamEvent) -> bool:
        """Whether it brings what was filled already: it ended while the history was read. Forgets that it was."""
        if event.mode != "updates" or event.namespace or not self._filled or not isinstance(event.data, Mapping):
            return False
        results = [Result(node, value) for node, value in event.data.items() if not node.startswith("__")]
        known = [next((old for old in self._filled if old.is_seen_in(result)), None) for result in results]
        if not results or not all(known):
            return False
        self._filled = [old for old in self._filled if old not in known]
        return True

    def fill(
        self, tree: CheckpointTree, run_id: str, why: str, *, mark: bool = False, until: datetime | None = None
    ) -> Iterator[StreamEvent]:
        """The mark and the results that are missing, oldest first; nothing without them, unless `mark`.

        What was handed on counts as seen. `until`: only what was written before this time.
        """
        missing = [
            result
            for result in self._missing(tree, run_id)
            if until is None or (result.at is not None and result.at < until)
        ]
        if not missing and not mark:
            return
        count = len(missing)
        words = f"{count} result{'s' * (count != 1)} filled from the history" if count else "no result is missing"
        yield StreamEvent(GAP, {"words": f"{why} · {words}", "filled": count}, filled=True)
        for result in missing:
            event = StreamEvent("updates", {result.node: result.value}, filled=True)
            self.note(event)
            self._filled.append(result)
            yield event

    def _missing(self, tree: CheckpointTree, run_id: str) -> Iterator[Result]:
        """Of each node's executions the first ones came before the line was lost, in this order."""
        before, seen = Counter(self._count if self._first is None else self._first), list(self._since)
        for result in results_of(tree, run_id):
            if before[result.node]:
                before[result.node] -= 1
            elif known := next((other for other in seen if result.is_seen_in(other)), None):
                seen.remove(known)
            else:
                yield result


def results_of(tree: CheckpointTree, run_id: str) -> list[Result]:
    """What the nodes of the root graph wrote in a run, as far as its checkpoints are loaded, oldest first."""
    made = sorted((row for row in tree if row.run_id == run_id), key=lambda row: row.checkpoint_id)
    left: dict[str, datetime | None] = {}
    for row in made:
        parent = tree.parent_id(row.checkpoint_id)
        if row.source == "loop" and parent is not None:
            left.setdefault(parent, row.created_at)
    if made:
        left.setdefault(made[-1].checkpoint_id, None)  # some of several nodes may be done already
    return [
        Result(task.name, task.result, at)
        for checkpoint_id, at in left.items()
        if (behind := tree.get(checkpoint_id)) is not None
        for task in behind.tasks
        if task.result is not None and task.name != START
    ]


def _message_ids(value: JSON) -> set[str]:
    found: set[str] = set()
    for part in value.values() if isinstance(value, Mapping) else ():
        for raw in part if isinstance(part, list) else [part]:
            if is_message(raw) and isinstance(raw.get("id"), str):
                found.add(raw["id"])
    return found
