"""The recorded answers of a real server as a backend, and the time that it is in the pictures."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from tests.fakes import FakeBackend
from tests.snapshots.record import FIXTURE
from tui.backends.agent_server import convert, wire
from tui.backends.agent_server.listing import preview_of_row
from tui.domain.checkpoint import ServerInfo


def recorded_backend() -> FakeBackend:
    """A backend that answers what was recorded, and nothing that would change it."""
    data: dict[str, Any] = json.loads(FIXTURE.read_text(encoding="utf-8"))
    backend = FakeBackend(
        address="http://127.0.0.1:2024",
        info=ServerInfo("langgraph-py", data["info"]["version"], data["info"]["langgraph_py_version"]),
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
