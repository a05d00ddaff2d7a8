"""Following a thread that somebody else drives: what they do appears by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from langgraph_sdk import get_client

from tui.backends.agent_server import backend as backend_module
from tui.backends.agent_server.backend import AgentServerBackend
from tui.session import watch
from tui.session.events import HistoryGrew, RunSeen, TravelEvent, WatchLost, WatchOn
from tui.session.session import Session
from tui.session.watch import ThreadWatch

ASKED = {"messages": [{"role": "user", "content": "what's the weather in sf"}]}
PATIENCE = 20.0
"""Seconds until an event that does not come fails the test."""


class Heard:
    """Events as they come; `until` waits for one."""

    def __init__(self) -> None:
        self.events: list[TravelEvent] = []
        self._more = asyncio.Event()

    def __call__(self, event: TravelEvent) -> None:
        self.events.append(event)
        self._more.set()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                await self._more.wait()
                self._more.clear()

    def of(self, kind: type[TravelEvent]) -> list[TravelEvent]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.mark.parametrize("streams", [True, False], ids=["by the thread's stream", "by glances alone"])
async def test_runs_and_edits_by_others_appear(server_url: str, monkeypatch: pytest.MonkeyPatch, streams: bool) -> None:
    monkeypatch.setattr(watch, "GLANCE_SECONDS", 0.3)
    backend = AgentServerBackend(server_url)
    if not streams:
        backend._missing |= {backend_module.WATCH}
    session = Session(backend)
    await session.connect()
    theirs = get_client(url=server_url)
    opened = await session.open(await session.backend.create_thread(metadata={"graph_id": "agent"}))
    heard = Heard()
    watching = asyncio.create_task(ThreadWatch(opened, heard).run())
    await heard.until(lambda: bool(heard.of(WatchOn)))

    await theirs.runs.wait(opened.thread_id, "agent", input=ASKED)
    await heard.until(lambda: len(opened.tree) == 5)
    if streams:
        await heard.until(lambda: bool(heard.of(RunSeen)))

    before_tool = next(row for row in opened.tree if row.next == ("action",))
    await theirs.threads.update_state(
        opened.thread_id, None, checkpoint_id=before_tool.checkpoint_id, as_node="__copy__"
    )
    await heard.until(lambda: len(opened.tree) == 6)
    assert heard.of(HistoryGrew)
    assert not heard.of(WatchLost)

    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await session.close()


async def test_a_run_that_goes_on_is_seen_with_its_end(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "GLANCE_SECONDS", 0.3)
    monkeypatch.setattr(watch, "BUSY_SECONDS", 0.3)
    session = Session(AgentServerBackend(server_url))
    await session.connect()
    theirs = get_client(url=server_url)
    opened = await session.open(await session.backend.create_thread(metadata={"graph_id": "slow"}))
    heard = Heard()
    watching = asyncio.create_task(ThreadWatch(opened, heard).run())
    run = await theirs.runs.create(opened.thread_id, "slow", input={"messages": []})
    await heard.until(lambda: [e.run.is_active for e in heard.of(RunSeen) if isinstance(e, RunSeen)] == [True])
    await heard.until(lambda: len(opened.tree) >= 3)
    await theirs.runs.cancel(opened.thread_id, run["run_id"], wait=True)
    await heard.until(lambda: len(heard.of(RunSeen)) == 2)
    seen = heard.of(RunSeen)[-1]
    assert isinstance(seen, RunSeen)
    assert (seen.run.run_id, seen.run.status) == (run["run_id"], "interrupted")

    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await session.close()
