"""The recorded answers of a real server as a backend, and the time that it is in the pictures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.fakes import FakeBackend, FakeStream
from tests.snapshots.record import FIXTURE
from tui.backends.agent_server import convert, wire
from tui.backends.agent_server.listing import preview_of_row
from tui.backends.base import HistoryPage, ThreadPage, ThreadQuery
from tui.domain.checkpoint import JSON, Assistant, Checkpoint, Run, ServerInfo, Thread
from tui.domain.requests import RunRequest
from tui.domain.transcript import StreamEvent

NEW_THREAD = "01a1fd90-0000-7000-8000-0000000005ea"

STREAMS = Path(__file__).parent.parent / "unit" / "streams"
"""Streams of real runs, event by event."""


@dataclass
class RecordedBackend(FakeBackend):
    """Answers what was recorded; `holds` are methods that never come back, `plays` is what a run streams."""

    known_assistants: Sequence[Assistant] = ()
    holds: set[str] = field(default_factory=set)
    row_bytes: int = 1000
    """How large each row of a history claims to be."""
    plays: Iterable[StreamEvent] | None = None
    run_ends: str | None = None
    """The status of a played run after its last event; None: it goes on for ever."""
    grows: Callable[[Sequence[Checkpoint]], Checkpoint] | None = None
    """The checkpoint that a played run has written at its end."""

    async def _hold(self, name: str) -> None:
        if name in self.holds:
            await asyncio.Event().wait()

    async def connect(self) -> ServerInfo:
        """Or hold."""
        await self._hold("connect")
        return await super().connect()

    async def assistants(self) -> Sequence[Assistant]:
        """The recorded ones."""
        return self.known_assistants

    async def search_threads(self, query: ThreadQuery) -> ThreadPage:
        """Or hold."""
        await self._hold("search_threads")
        return await super().search_threads(query)

    async def history(self, thread_id: str, **asked: Any) -> HistoryPage:
        """Or hold."""
        await self._hold("history")
        page = await super().history(thread_id, **asked)
        return replace(page, received_bytes=self.row_bytes * len(page.checkpoints))

    async def create_thread(self, *, metadata: JSON = None, thread_id: str | None = None) -> Thread:
        """A thread of this moment."""
        newest = max(thread.updated_at for thread in self.threads.values() if thread.updated_at is not None)
        made = await super().create_thread(metadata=metadata, thread_id=thread_id or NEW_THREAD)
        self.threads[made.thread_id] = replace(made, created_at=newest, updated_at=newest)
        return self.threads[made.thread_id]

    @asynccontextmanager
    async def stream_run(self, thread_id: str, request: RunRequest) -> AsyncIterator[FakeStream]:
        """The played events, or what the fake streams."""
        if self.plays is None:
            async with super().stream_run(thread_id, request) as stream:
                yield stream
            return
        run = Run("01a1fd8a-0000-7000-8000-0000000abcde", thread_id, request.setup.assistant_id, "running")
        self.run_list[thread_id].append(run)
        ended = self.run_ends
        if ended is None:
            yield FakeStream(run.run_id, [*self.plays, asyncio.Event()])
        else:
            yield FakeStream(run.run_id, [*self.plays, lambda: self._run_over(run, ended)])

    def _store(self, thread_id: str, row: Checkpoint, *, lie: bool = False) -> Checkpoint:
        """Behind the newest, with an id and a time like a server's."""
        del lie
        newest = max(self.rows[thread_id], key=lambda known: known.checkpoint_id)
        made = replace(
            row,
            checkpoint_id=next_id(newest.checkpoint_id),
            created_at=newest.created_at and newest.created_at + timedelta(seconds=1),
        )
        self.rows[thread_id].append(made)
        return made

    def _run_over(self, run: Run, status: str) -> None:
        if self.grows is not None:
            self._store(run.thread_id, replace(self.grows(self.rows[run.thread_id]), run_id=run.run_id))
        self._set_status(run.thread_id, run.run_id, status)

    def titled(self, title: str) -> str:
        """The id of a thread."""
        return next(i for i, thread in self.threads.items() if thread.metadata.get("title") == title)


def recorded_backend(fixture: Path = FIXTURE) -> RecordedBackend:
    """A backend that answers what was recorded, and nothing that would change it."""
    data: dict[str, Any] = json.loads(fixture.read_text(encoding="utf-8"))
    backend = RecordedBackend(
        address="http://127.0.0.1:2024",
        info=ServerInfo("langgraph-py", data["info"]["version"], data["info"]["langgraph_py_version"]),
        known_assistants=[convert.assistant_of(wire.Assistant.model_validate(row), row) for row in data["assistants"]],
    )
    for row in data["threads"]:
        thread = convert.listed_thread(row, preview_of_row(row))
        assert thread is not None
        backend.threads[thread.thread_id] = thread
        backend.rows[thread.thread_id] = convert.history_of(
            reversed(data["history"][thread.thread_id]), thread.thread_id
        )
        backend.run_list[thread.thread_id] = [
            convert.run_of(wire.Run.model_validate(run), run, thread.thread_id)
            for run in reversed(data["runs"][thread.thread_id])
        ]
    return backend


def shortly_after(backend: FakeBackend) -> datetime:
    """Two minutes after the last thing that was recorded."""
    return max(t.updated_at for t in backend.threads.values() if t.updated_at is not None) + timedelta(minutes=2)


def next_id(checkpoint_id: str) -> str:
    """The id that sorts right behind this one."""
    return str(UUID(int=UUID(checkpoint_id).int + 1))


def recorded_stream(name: str) -> list[StreamEvent]:
    """The events of a real run."""
    lines = (STREAMS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [StreamEvent(**json.loads(line)) for line in lines]
