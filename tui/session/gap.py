"""What a broken line swallowed, as far as the history knows it: results of nodes whose end nobody saw.

Tokens and custom events that were missed are gone; what a node wrote is in the checkpoints. It is handed on as the
update that the stream would have brought, marked as filled, behind a mark that says where the line was lost.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from tui.domain.checkpoint import JSON, START
from tui.domain.messages import is_message
from tui.domain.transcript import GAP, StreamEvent
from tui.domain.tree import CheckpointTree

MOST_PARTS = 1000
"""Values within a value that are looked at to know it again."""

MOST_TEXT = 1000
"""Characters of a text for the same."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one execution of a node of the root graph wrote."""

    node: str
    value: JSON
    at: datetime | None = None
    """When the checkpoint behind it was written; None while there is none."""

    @property
    def marks(self) -> frozenset[str]:
        """What tells it from others of its node: the ids of its messages, else what its value is known by."""
        return frozenset(_message_ids(self.value)) or frozenset([_digest(self.value)])

    def is_seen_in(self, other: Result) -> bool:
        """Whether it is the same execution."""
        return self.node == other.node and bool(self.marks & other.marks)


@dataclass(frozen=True, slots=True)
class _Came:
    """What is kept of a result that the stream brought."""

    node: str
    marks: frozenset[str]


class Gap:
    """Notes what the stream brought, and finds what it did not."""

    def __init__(self) -> None:
        self._came: list[_Came] = []
        self._opened_at: int | None = None
        self._filled: list[Result] = []

    @property
    def is_open(self) -> bool:
        """Whether something may be missing."""
        return self._opened_at is not None

    def note(self, event: StreamEvent) -> None:
        """An event came."""
        if event.mode != "updates" or event.namespace or not isinstance(event.data, Mapping):
            return
        for node, value in event.data.items():
            if not node.startswith("__"):
                self._came.append(_Came(node, Result(node, value).marks))

    def opens(self) -> None:
        """The line is lost: from here on something may be missing."""
        if self._opened_at is None:
            self._opened_at = len(self._came)

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
        """What nobody saw. Parallel nodes end in any order, so each result is looked for among all that came.

        What is known by nothing (a server may stream it otherwise than it stores it) came before the line was lost, as
        long as more executions of its node did than are known.
        """
        places: defaultdict[tuple[str, str], deque[int]] = defaultdict(deque)
        for place, came in enumerate(self._came):
            for mark in came.marks:
                places[came.node, mark].append(place)
        known: set[int] = set()
        unknown: list[Result] = []
        for result in results_of(tree, run_id):
            queues = [places[result.node, mark] for mark in result.marks]
            for queue in queues:
                while queue and queue[0] in known:
                    queue.popleft()
            found = next((queue[0] for queue in queues if queue), None)
            if found is None:
                unknown.append(result)
            else:
                known.add(found)
        before = Counter(came.node for place, came in enumerate(self._came[: self._opened_at]) if place not in known)
        for result in unknown:
            if before[result.node]:
                before[result.node] -= 1
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


def _digest(value: JSON) -> str:
    """A mark of a value, made in little time also of a big one: of its beginning, and of sizes."""
    found = hashlib.sha256()
    todo: list[JSON] = [value]
    for _ in range(MOST_PARTS):
        if not todo:
            break
        at = todo.pop()
        if isinstance(at, dict):
            keys = sorted(at) if len(at) <= MOST_PARTS else list(islice(at, MOST_PARTS))
            words = f"{{{len(at)} {[key[:MOST_TEXT] for key in keys]}"
            todo.extend(at[key] for key in keys)
        elif isinstance(at, list):
            words = f"[{len(at)}"
            todo.extend(at[:MOST_PARTS])
        elif isinstance(at, str):
            words = f"'{len(at)} {at[:MOST_TEXT]}"
        else:
            words = repr(at) if isinstance(at, float) else f"{type(at).__name__} {hash(at)}"
        found.update(words.encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def _message_ids(value: JSON) -> set[str]:
    found: set[str] = set()
    for part in value.values() if isinstance(value, Mapping) else ():
        for raw in part if isinstance(part, list) else [part]:
            if is_message(raw) and isinstance(raw.get("id"), str):
                found.add(raw["id"])
    return found
