"""What made a checkpoint: an input, the start of the graph, the nodes of a step, an edit, a copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from tui.domain.checkpoint import START, Checkpoint, Task
from tui.domain.json_values import same


class OriginKind(Enum):
    """The kinds of origin; the value is the word on the screen where no node gives a better one."""

    INPUT = "input"
    START = "start"
    NODES = "step"
    EDIT = "edit"
    REPLAY = "replay"
    COPY = "copy"
    UNKNOWN = "a step"


def counted(nodes: Sequence[str]) -> str:
    """Nodes that run side by side, each once: "look_up×3, write"."""
    return ", ".join(f"{name}×{count}" if count > 1 else name for name, count in Counter(nodes).items())


@dataclass(frozen=True, slots=True)
class Origin:
    """What made a checkpoint. `nodes` are the nodes of the step, several if they ran in parallel."""

    kind: OriginKind
    nodes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The author of the row: a node's name, "3 nodes", "edit" …"""
        if not self.nodes:
            return self.kind.value
        names = list(dict.fromkeys(self.nodes))
        return "+".join(names) if len(names) > 1 else counted(self.nodes)


def origin_of(checkpoint: Checkpoint, parent: Checkpoint | None) -> Origin:
    """What made `checkpoint`; its parent (None: not loaded) tells the nodes, and whether an edit changed anything."""
    if checkpoint.source == "input":
        return Origin(OriginKind.INPUT)
    if checkpoint.source in ("update", "fork"):
        if parent is not None and same(parent.values, checkpoint.values):
            return Origin(OriginKind.REPLAY)
        if checkpoint.source == "update":
            return Origin(OriginKind.EDIT)
        # A copy stands beside the checkpoint that it copies, so it differs from its parent.
        return Origin(OriginKind.COPY if parent is not None else OriginKind.REPLAY)
    if parent is None:
        # Servers up to langgraph 0.4 write down who wrote; else only the parent knows, and it is not here (any more).
        writes = checkpoint.metadata.get("writes")
        nodes = tuple(writes) if isinstance(writes, dict) and START not in writes else ()
        kind = OriginKind.NODES if nodes else OriginKind.START if checkpoint.step == 0 else OriginKind.UNKNOWN
        return Origin(kind, nodes)
    if parent.next == (START,) or (parent.source == "input" and checkpoint.step == 0):
        return Origin(OriginKind.START)
    nodes = tuple(task.name for task in step_tasks(parent))
    return Origin(OriginKind.NODES, nodes or parent.next)


def step_tasks(parent: Checkpoint) -> tuple[Task, ...]:
    """The tasks whose results made the children of `parent`."""
    finished = tuple(task for task in parent.tasks if task.result is not None and task.name != START)
    return finished or tuple(task for task in parent.tasks if task.name != START)
