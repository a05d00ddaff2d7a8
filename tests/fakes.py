"""A backend in memory, for the faults that a real server can't be made to produce: lies, refusals, broken streams.

It runs the weather agent in two steps (`agent` -> `action` -> `agent`), so that plans on it look like real ones.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tui.backends.base import Capabilities, HistoryPage, HistoryReading, ThreadPage, ThreadQuery
from tui.backends.errors import NotFound, Unsupported
from tui.domain.checkpoint import JSON, Assistant, Checkpoint, CheckpointRef, Run, ServerInfo, Task, Thread
from tui.domain.requests import COPY_NODE, PlannedRequest, RunRequest, StateUpdate
from tui.domain.transcript import StreamEvent

EPOCH = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
AGENT = Assistant("a-agent", "agent", "agent", metadata={"created_by": "system"})
CALL: dict[str, Any] = {"name": "search", "args": {"query": "weather in Santa Fe"}, "id": "call_1", "type": "tool_call"}
HUMAN = {"type": "human", "id": "m1", "content": "what's the weather in sf"}
ASKS = {"type": "ai", "id": "m2", "content": "", "tool_calls": [CALL]}


def answer(query: str, number: int) -> list[JSON]:
    """The tool's result and the model's answer for a query."""
    return [
        {
            "type": "tool",
            "id": f"t{number}",
            "name": "search",
            "tool_call_id": "call_1",
            "content": f"result of {query}",
        },
        {"type": "ai", "id": f"a{number}", "content": f"It is fine: {query}"},
    ]


def task(name: str, *, done: JSON = None, error: str | None = None) -> Task:
    """A task that an edge started."""
    return Task(f"task-{name}", name, ("__pregel_pull", name), error, result=done)


@dataclass
class FakeStream:
    """Scripted events; an exception among them is raised in its place, an `asyncio.Event` holds the rest back."""

    run_id: str | None
    script: Iterable[StreamEvent | BaseException | asyncio.Event | Callable[[], None]]

    def __aiter__(self) -> AsyncIterator[StreamEvent]:
        return self._events()

    async def _events(self) -> AsyncIterator[StreamEvent]:
        for item in self.script:
            if isinstance(item, BaseException):
                raise item
            if isinstance(item, StreamEvent):
                yield item
            elif isinstance(item, asyncio.Event):
                await item.wait()
            else:
                item()


@dataclass
class FakeBackend:
    """One thread "t-1" whose checkpoints are c00, c01 …; `fail` maps a method's name to what it raises next."""

    address: str = "http://fake.example"
    info: ServerInfo = field(default_factory=lambda: ServerInfo("langgraph-py", "0.16.7", "1.2.22"))
    capabilities: Capabilities = field(default_factory=Capabilities)
    threads: dict[str, Thread] = field(default_factory=dict)
    rows: dict[str, list[Checkpoint]] = field(default_factory=dict)
    run_list: dict[str, list[Run]] = field(default_factory=dict)
    fail: dict[str, BaseException] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    lie: Callable[[Checkpoint], Checkpoint] | None = None
    """Changes a written checkpoint before it is stored: a server that does something else."""
    page_limit: int = 1000
    newest_bytes: int | None = None
    """What its threads' newest states weigh, should it know."""
    ends: str = "success"
    can_watch: bool = False
    clock_ahead: timedelta = timedelta()
    stops_at_once: bool = False
    """Whether a run stops before its first node, as at a question."""
    extra_events: list[StreamEvent | BaseException | asyncio.Event] = field(default_factory=list)
    """Put into a run's stream before its last node."""

    def _note(self, name: str, about: Any = None) -> None:
        self.calls.append((name, about))
        if (error := self.fail.pop(name, None)) is not None:
            raise error

    def sent(self, *names: str) -> list[str]:
        """The names of the calls among `names`, in order."""
        return [name for name, _ in self.calls if name in names]

    async def connect(self) -> ServerInfo:
        self._note("connect")
        return self.info

    async def close(self) -> None:
        self._note("close")

    async def assistants(self) -> Sequence[Assistant]:
        self._note("assistants")
        return [AGENT]

    async def graph(self, assistant_id: str, *, xray: bool = False) -> JSON:
        return {"nodes": [], "edges": []}

    async def schemas(self, assistant_id: str) -> JSON:
        return {}

    async def search_threads(self, query: ThreadQuery) -> ThreadPage:
        self._note("search_threads", query)
        found = [t for t in self.threads.values() if query.status in (None, t.status)]
        found.sort(key=lambda t: (t.updated_at or EPOCH, t.thread_id), reverse=True)
        page = found[query.offset : query.offset + query.limit]
        more = query.offset + len(page) < len(found)
        return ThreadPage(page, query.offset + len(page) if more else None)

    async def count_threads(self, status: str | None = None) -> int | None:
        return len([t for t in self.threads.values() if status in (None, t.status)])

    async def get_thread(self, thread_id: str, *, most_bytes: int | None = None) -> Thread:
        self._note("get_thread", thread_id)
        if thread_id not in self.threads:
            raise NotFound(f"No thread {thread_id}.")
        return self.threads[thread_id]

    async def glance(self, thread_id: str) -> Thread:
        self._note("glance", thread_id)
        if thread_id not in self.threads:
            raise NotFound(f"No thread {thread_id}.")
        return self.threads[thread_id]

    async def is_light(self, thread_id: str, most_bytes: int) -> bool:
        self._note("is_light", thread_id)
        return self.newest_bytes is not None and self.newest_bytes <= most_bytes

    @asynccontextmanager
    async def watch(self, thread_id: str) -> AsyncIterator[FakeStream]:
        self._note("watch", thread_id)
        if not self.can_watch:
            raise Unsupported("The fake has no stream of a whole thread.")
        yield FakeStream(None, ())

    async def create_thread(self, *, metadata: JSON = None, thread_id: str | None = None) -> Thread:
        self._note("create_thread", metadata)
        made = thread_id or f"t-{len(self.threads) + 1}"
        self.threads[made] = Thread(made, created_at=EPOCH, updated_at=EPOCH, metadata=metadata or {})
        self.rows[made], self.run_list[made] = [], []
        return self.threads[made]

    async def delete_thread(self, thread_id: str) -> None:
        self._note("delete_thread", thread_id)
        self.threads.pop(thread_id)

    async def copy_thread(self, thread_id: str) -> Thread:
        self._note("copy_thread", thread_id)
        raise NotImplementedError

    async def head(self, thread_id: str) -> Checkpoint | None:
        rows = self.rows[thread_id]
        return rows[-1] if rows else None

    async def checkpoint(self, thread_id: str, ref: CheckpointRef) -> Checkpoint:
        self._note("checkpoint", ref.checkpoint_id)
        for row in self.rows[thread_id]:
            if row.checkpoint_id == ref.checkpoint_id:
                return row
        raise NotFound(f"No checkpoint {ref.checkpoint_id}.")

    async def history(
        self,
        thread_id: str,
        *,
        limit: int,
        before: str | None = None,
        namespace: str = "",
        reading: HistoryReading | None = None,
    ) -> HistoryPage:
        self._note("history", (limit, before))
        await self.before_page()
        older = [row for row in reversed(self.rows[thread_id]) if before is None or row.checkpoint_id < before]
        page = older[: min(limit, self.page_limit)]
        return HistoryPage(page, reached_end=len(page) == len(older), received_bytes=1000 * len(page))

    async def before_page(self) -> None:
        """Called when a page of history is asked for, as the last of `calls` says: to hold it back, to count it."""

    async def update_state(self, thread_id: str, update: StateUpdate) -> CheckpointRef:
        self._note("update_state", update)
        base = await self.checkpoint(thread_id, update.checkpoint) if update.checkpoint else self.rows[thread_id][-1]
        values = copy.deepcopy(base.values)
        for message in (update.values or {}).get("messages", []):
            place = next((i for i, old in enumerate(values["messages"]) if old["id"] == message["id"]), None)
            if place is None:
                values["messages"].append(message)
            else:
                values["messages"][place] = message
        cloned = update.as_node == COPY_NODE
        made = replace(
            base,
            parent_id=base.parent_id if cloned else base.checkpoint_id,
            values=values,
            source="fork" if cloned else "update",
            run_id=None,
            tasks=tuple(replace(t, result=None, error=None) for t in base.tasks),
        )
        return self._store(thread_id, made, lie=True).ref

    async def runs(self, thread_id: str, *, limit: int = 50, offset: int = 0) -> Sequence[Run]:
        self._note("runs")
        return list(reversed(self.run_list[thread_id]))[offset : offset + limit]

    async def get_run(self, thread_id: str, run_id: str) -> Run:
        self._note("get_run", run_id)
        for run in self.run_list[thread_id]:
            if run.run_id == run_id:
                return run
        raise NotFound(f"No run {run_id}.")

    async def start_run(self, thread_id: str, request: RunRequest) -> Run:
        self._note("start_run", request)
        return self._new_run(thread_id, request)

    @asynccontextmanager
    async def stream_run(self, thread_id: str, request: RunRequest) -> AsyncIterator[FakeStream]:
        self._note("stream_run", request)
        run = self._new_run(thread_id, request)
        yield FakeStream(run.run_id, self._execution(thread_id, run, request))

    @asynccontextmanager
    async def join_stream(
        self, thread_id: str, run_id: str, *, last_event_id: str | None = None
    ) -> AsyncIterator[FakeStream]:
        self._note("join_stream", run_id)
        yield FakeStream(run_id, self.extra_events)

    async def wait_run(self, thread_id: str, request: RunRequest) -> JSON:
        raise NotImplementedError

    async def join_run(self, thread_id: str, run_id: str) -> JSON:
        self._note("join_run", run_id)
        return self.rows[thread_id][-1].values

    async def cancel_run(self, thread_id: str, run_id: str, *, action: str = "interrupt", wait: bool = True) -> None:
        self._note("cancel_run", run_id)
        self._set_status(thread_id, run_id, "interrupted")

    async def delete_run(self, thread_id: str, run_id: str) -> None:
        self._note("delete_run", run_id)

    def describe_update(self, thread_id: str, update: StateUpdate) -> PlannedRequest:
        return PlannedRequest("POST", f"/threads/{thread_id}/state", {"values": update.values})

    def describe_run(self, thread_id: str, request: RunRequest, *, stream: bool = True) -> PlannedRequest:
        return PlannedRequest("POST", f"/threads/{thread_id}/runs/stream", {"input": request.input})

    # What the fake does behind the protocol.

    def add_weather_thread(self) -> str:
        """A thread that was asked about the weather and answered, as one run made it; returns its id."""
        thread_id = f"t-{len(self.threads) + 1}"
        self.threads[thread_id] = Thread(
            thread_id,
            created_at=EPOCH,
            updated_at=EPOCH,
            metadata={"graph_id": "agent", "assistant_id": AGENT.assistant_id, "title": "weather in SF"},
        )
        self.rows[thread_id], self.run_list[thread_id] = [], []
        run = self._new_run(thread_id, None, status="success")
        said = answer("weather in Santa Fe", 0)
        first = {"messages": [{"role": "user", "content": HUMAN["content"]}]}
        for source, step, shown, nodes, results in (
            ("input", -1, 0, ["__start__"], [first]),
            ("loop", 0, 1, ["agent"], [{"messages": [ASKS]}]),
            ("loop", 1, 2, ["action"], [{"messages": said[:1]}]),
            ("loop", 2, 3, ["agent"], [{"messages": said[1:]}]),
            ("loop", 3, 4, [], []),
        ):
            rows = self.rows[thread_id]
            checkpoint = Checkpoint(
                thread_id,
                "",
                parent_id=rows[-1].checkpoint_id if rows else None,
                values={"messages": [HUMAN, ASKS, *said][:shown]},
                next=tuple(nodes),
                tasks=tuple(task(name, done=result) for name, result in zip(nodes, results, strict=True)),
                source=source,
                step=step,
                run_id=run.run_id,
            )
            self._store(thread_id, checkpoint)
        return thread_id

    def _execution(
        self, thread_id: str, run: Run, request: RunRequest
    ) -> Iterable[StreamEvent | BaseException | asyncio.Event | Callable[[], None]]:
        yield StreamEvent("metadata", {"run_id": run.run_id, "attempt": 1})
        if self.stops_at_once:
            self._set_status(thread_id, run.run_id, self.ends)
            return
        start = self._start_of(thread_id, request)
        number = len(self.rows[thread_id])
        call = start.values["messages"][1]["tool_calls"][0]
        tool, said = answer(call["args"].get("query", "?"), number)
        with_tool = self._store(thread_id, self._after(start, [tool], ("agent",), run))
        yield StreamEvent("updates", {"action": {"messages": [tool]}})
        for word in str(said["content"]).split():
            yield StreamEvent("messages", [{**said, "type": "AIMessageChunk", "content": f"{word} "}, {}])
        yield from self.extra_events
        self._store(thread_id, self._after(with_tool, [said], (), run))
        yield StreamEvent("updates", {"agent": {"messages": [said]}})
        self._set_status(thread_id, run.run_id, self.ends)

    def _start_of(self, thread_id: str, request: RunRequest) -> Checkpoint:
        if request.checkpoint is None:
            return self.rows[thread_id][-1]
        return next(r for r in self.rows[thread_id] if r.checkpoint_id == request.checkpoint.checkpoint_id)

    @staticmethod
    def _after(parent: Checkpoint, new: list[JSON], following: tuple[str, ...], run: Run) -> Checkpoint:
        return Checkpoint(
            parent.thread_id,
            "",
            parent_id=parent.checkpoint_id,
            values={"messages": [*parent.values["messages"], *new]},
            next=following,
            tasks=tuple(task(name) for name in following),
            source="loop",
            step=(parent.step or 0) + 1,
            run_id=run.run_id,
        )

    def _store(self, thread_id: str, row: Checkpoint, *, lie: bool = False) -> Checkpoint:
        number = len(self.rows[thread_id])
        made = replace(row, checkpoint_id=f"c{number:02}", created_at=EPOCH + timedelta(seconds=number))
        asked = made.ref
        if lie and self.lie is not None:
            made = self.lie(made)
        self.rows[thread_id].append(made)
        return replace(made, checkpoint_id=asked.checkpoint_id) if lie else made

    def _new_run(self, thread_id: str, request: RunRequest | None, status: str = "running") -> Run:
        setup = request.setup if request is not None else None
        kwargs = (
            {"config": dict(setup.config), "context": setup.context} if setup else {"config": {"recursion_limit": 9}}
        )
        run = Run(f"r-{len(self.run_list[thread_id]) + 1}", thread_id, AGENT.assistant_id, status, EPOCH, kwargs=kwargs)
        self.run_list[thread_id].append(run)
        return run

    def _set_status(self, thread_id: str, run_id: str, status: str) -> None:
        self.run_list[thread_id] = [
            replace(run, status=status) if run.run_id == run_id else run for run in self.run_list[thread_id]
        ]
