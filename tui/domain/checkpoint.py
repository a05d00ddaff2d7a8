"""Checkpoints and what surrounds them: threads, runs, tasks, interrupts, assistants.

The shapes follow the Agent Server's API. Every field that some server version omits is optional here; a row that could
not be read at all is kept as a `Checkpoint` whose `broken` says why, so that one bad row never blanks a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

JSON: TypeAlias = Any
"""A JSON value as parsed: dict, list, str, int (any size), float, bool, None. Shared, so never mutate it."""

START = "__start__"
END = "__end__"

_CANCELLED = ("CancelledError", "asyncio.CancelledError", "asyncio.exceptions.CancelledError", "UserInterrupt")
"""How the error begins of what was cancelled: it did not fail by itself."""


@dataclass(frozen=True, slots=True)
class CheckpointRef:
    """Names one checkpoint within a thread: id, namespace ("" is the root), and the map that subgraphs need."""

    checkpoint_id: str
    namespace: str = ""
    checkpoint_map: Mapping[str, str] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A question that a node asked. `id` is None on servers older than langgraph 0.4."""

    value: JSON
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A node's execution that leaves a checkpoint: pending while `result`, `error` are None."""

    id: str
    name: str
    path: tuple[JSON, ...] = ()
    error: str | None = None
    interrupts: tuple[Interrupt, ...] = ()
    result: JSON = None
    subgraph: CheckpointRef | None = None
    """Where the subgraph's own checkpoints are, if the task is a subgraph (checkpoint_id may be empty)."""

    @property
    def is_send(self) -> bool:
        """Whether the task was started by a Send (a fan-out) instead of an edge."""
        return bool(self.path) and self.path[0] == "__pregel_push"

    @property
    def was_cancelled(self) -> bool:
        """Whether it ended because somebody cancelled its run, or another task of its step failed."""
        return self.error is not None and self.error.startswith(_CANCELLED)

    @property
    def pending_interrupts(self) -> tuple[Interrupt, ...]:
        """Interrupts that still wait; an answered one stays listed by the server beside its result."""
        return self.interrupts if self.result is None else ()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One row of a thread's history: the whole state after a step, and what is to run next."""

    thread_id: str
    checkpoint_id: str
    namespace: str = ""
    parent_id: str | None = None
    values: JSON = field(default_factory=dict, repr=False)
    next: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    source: str | None = None
    """What the server says made it: input, loop, update, fork; None where it does not say."""
    step: int | None = None
    run_id: str | None = None
    created_at: datetime | None = None
    metadata: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    checkpoint_map: Mapping[str, str] | None = None
    broken: str | None = None
    """Why this row could not be read, if it could not; then values are empty."""

    @property
    def ref(self) -> CheckpointRef:
        """The name to ask the server for this checkpoint by."""
        return CheckpointRef(self.checkpoint_id, self.namespace, self.checkpoint_map)

    @property
    def pending_interrupts(self) -> tuple[Interrupt, ...]:
        """All questions that wait at this checkpoint."""
        return tuple(i for task in self.tasks for i in task.pending_interrupts)

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """(node, error) of every failed task that leaves this checkpoint."""
        return tuple(
            (task.name, task.error) for task in self.tasks if task.error is not None and not task.was_cancelled
        )

    @property
    def cancelled_nodes(self) -> tuple[str, ...]:
        """The nodes of all tasks that were cancelled while they ran, as far as the server wrote it down."""
        return tuple(task.name for task in self.tasks if task.was_cancelled)


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread as the server lists it. `values` is never relied upon: it goes stale after an edit."""

    thread_id: str
    status: str = "idle"
    created_at: datetime | None = None
    updated_at: datetime | None = None
    metadata: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    preview: JSON = None
    """The last message (or whatever stands for it) as of the last run; None when unknown."""
    first: JSON = field(default=None, repr=False)
    """The first message as of the last run; None when unknown."""
    interrupts: tuple[Interrupt, ...] = ()
    error: str | None = None
    raw: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    """The row as the server sent it, for `--json` and the checkpoint tab."""

    @property
    def was_cancelled(self) -> bool:
        """Whether its last run was cancelled, as far as is known: a page of threads does not tell errors."""
        stopped = self.status == "interrupted" and not self.interrupts
        return stopped and self.error is not None and self.error.startswith(_CANCELLED)

    @property
    def graph_id(self) -> str | None:
        """The graph that ran last on this thread."""
        value = self.metadata.get("graph_id")
        return value if isinstance(value, str) else None

    @property
    def assistant_id(self) -> str | None:
        """The assistant that ran last on this thread."""
        value = self.metadata.get("assistant_id")
        return value if isinstance(value, str) else None

    @property
    def light(self) -> Thread:
        """The same without the state that `raw` may hold: for who keeps it, since a state can weigh many MB."""
        if "values" not in self.raw:
            return self
        return replace(self, raw={key: value for key, value in self.raw.items() if key != "values"})


@dataclass(frozen=True, slots=True)
class Run:
    """One run. Status "success" also means "stopped at an interrupt"; "interrupted" means cancelled."""

    run_id: str
    thread_id: str
    assistant_id: str | None = None
    status: str = "pending"
    created_at: datetime | None = None
    updated_at: datetime | None = None
    kwargs: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    metadata: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    multitask_strategy: str | None = None
    raw: Mapping[str, JSON] = field(default_factory=dict, repr=False)

    @property
    def is_active(self) -> bool:
        """Whether the run is queued or executing."""
        return self.status in ("pending", "running")

    @property
    def seconds(self) -> float | None:
        """From when it was asked for to its end, as the server noted both; None while it is active, or not known.

        It holds the time that the run waited for a worker. A run that was to begin later may have ended before.
        """
        if self.created_at is None or self.updated_at is None or self.is_active or self.updated_at < self.created_at:
            return None
        return (self.updated_at - self.created_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Assistant:
    """A graph with a configuration, under a name."""

    assistant_id: str
    graph_id: str
    name: str = ""
    config: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    context: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    metadata: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    raw: Mapping[str, JSON] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What a probe found out about a backend."""

    kind: str
    """langgraph-py, langgraph-js, aegra, … or unknown."""
    version: str | None = None
    langgraph_version: str | None = None
    flags: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def needs_clone_before_edit(self) -> bool:
        """Whether editing re-applies the old results (langgraph < 1.0) unless the checkpoint is cloned first."""
        if self.kind != "langgraph-py" or not self.langgraph_version:
            return False
        major = self.langgraph_version.split(".", 1)[0]
        return major.isdigit() and int(major) < 1

    @property
    def refuses_checkpoints(self) -> bool:
        """Whether no run starts from a checkpoint there (Aegra < 0.11), though an edit before it would be taken."""
        found = re.match(r"(\d+)\.(\d+)", self.version or "") if self.kind == "aegra" else None
        return found is not None and (int(found[1]), int(found[2])) < (0, 11)

    @property
    def title(self) -> str:
        """Kind and version for the header, such as "langgraph 1.2.22 · api 0.16.7"."""
        names = {"langgraph-py": "langgraph", "langgraph-js": "langgraph.js"}
        words = [f"{names.get(self.kind, self.kind)} {self.langgraph_version or ''}".strip()]
        if self.version:
            words.append(f"api {self.version}")
        return " · ".join(words)
